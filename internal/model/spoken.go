package model

import (
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/orders"
)

// say writes a command until its answer is folded, for at most commandPatience.
// Told is called with the answer; never, if there is none in time.
func (c *controller) say(o orders.Order, told func(void string)) {
	until := c.w.now + 3e6
	c.start(func(t *task) {
		o.At, o.Said = c.w.now, c.monotonic()
		c.spoken.Send(o)
		for tries := 0; c.w.now < until; tries++ {
			if answer, known := c.state.Protocol.Answer(o.Op); known {
				c.spoken.Became(o.Op, answer.Void == "")
				told(answer.Void)
				return
			}
			_, err := c.append(t, func() []ledger.Entry { return c.behind(o) })
			if err != nil {
				t.sleep(tailRetry)
				c.settle(t, err)
			}
			for err == nil && c.w.now < until {
				if c.knows(o.Op) {
					break
				}
				t.sleep(tailRetry / 10)
			}
		}
		c.spoken.Became(o.Op, false)
	})
}

// restateCommands writes again, after a history, the accepted commands whose
// operation the ledger does not know any more.
func (c *controller) restateCommands(t *task) bool {
	if !c.spoken.Due() || c.w.breaks(CommandsNotRestated) {
		return true
	}
	_, err := c.append(t, func() (batch []ledger.Entry) {
		missing := c.spoken.Missing
		if c.w.breaks(OldCommandsRestated) {
			missing = c.spoken.Unknown
		}
		for _, o := range missing(c.monotonic(), c.knows) {
			if len(batch) < ledger.MaxBatch && !c.withheld(o) {
				batch = append(batch, c.ordered(o))
			}
		}
		return batch
	})
	if err != nil {
		c.spoken.Doubt()
		c.settle(t, err)
		return false
	}
	return true
}

// heard notes an accepted command, through whomever.
func (c *controller) heard(a fold.Applied, known func(op string) bool) {
	foreign := a.Entry.Writer != c.name
	if a.Entry.Role != ledger.RoleAPI || !a.Effective() || !orders.Concerns(a.Fact.Kind()) || foreign && c.w.breaks(OthersUnheard) {
		return
	}
	if c.w.breaks(InversionsKept) || c.w.breaks(OldCommandsRestated) {
		known = func(string) bool { return false }
	}
	c.spoken.Accepted(orders.Order{Subject: a.Entry.Subject, Fact: a.Fact, Op: a.Entry.Op, At: a.Entry.At, Said: c.monotonic()}, known)
}

// behind is a command's batch: whatever is missing about its subject goes before it.
func (c *controller) behind(o orders.Order) (batch []ledger.Entry) {
	if c.spoken.Doubtful() && !c.w.breaks(CommandsNotRestated) {
		for _, lost := range c.spoken.Missing(c.monotonic(), c.knows) {
			if lost.Subject == o.Subject && !c.withheld(lost) {
				batch = append(batch, c.ordered(lost))
			}
		}
	}
	return append(batch, c.ordered(o))
}

// withheld: the run leaves out that such an order is said again.
func (c *controller) withheld(o orders.Order) bool {
	k := o.Fact.Kind()
	return c.w.breaks(AnnouncementsNotRestated) && (k == fact.KindAnnounced || k == fact.KindAnnouncementCleared)
}

func (c *controller) ordered(o orders.Order) ledger.Entry {
	e := c.entry(o.Fact, o.Subject, o.At)
	e.Role, e.Op = ledger.RoleAPI, o.Op
	return e
}

func (c *controller) knows(op string) bool {
	_, known := c.state.Protocol.Answer(op)
	return known
}
