package model

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// spoken remembers what people commanded through this controller lately and were
// told was done.
type spoken struct {
	kept  []order
	again bool
}

// order is one command about an agent.
type order struct {
	agent contact.Agent
	fact  fact.Fact
	op    string
	at    int64
	sent  bool // on its way: nobody knows yet what became of it
}

// say writes a command until its answer is folded, for at most commandPatience.
// Told is called with the answer; never, if there is none in time.
func (c *controller) say(o order, told func(void string)) {
	until := c.w.now + 3e6
	c.start(func(t *task) {
		o.at, o.sent = c.w.now, true
		c.spoken.keep(c.w.now, o)
		for tries := 0; c.w.now < until; tries++ {
			if answer, known := c.state.Protocol.Answer(o.op); known {
				c.spoken.became(o.op, answer.Void == "")
				told(answer.Void)
				return
			}
			_, err := c.append(t, func() []ledger.Entry {
				e := c.entry(o.fact, string(o.agent), o.at)
				e.Role, e.Op = ledger.RoleAPI, o.op
				return []ledger.Entry{e}
			})
			if err != nil {
				t.sleep(tailRetry)
				c.settle(t, err)
			}
			for err == nil && c.w.now < until {
				if _, known := c.state.Protocol.Answer(o.op); known {
					break
				}
				t.sleep(tailRetry / 10)
			}
		}
		c.spoken.became(o.op, false)
	})
}

// became says what came of an order that was sent. One that came to nothing has
// overtaken nobody.
func (s *spoken) became(op string, done bool) {
	i := slices.IndexFunc(s.kept, func(o order) bool { return o.op == op && o.sent })
	switch {
	case i < 0:
	case done:
		s.kept[i].sent = false
	default:
		s.kept, s.again = slices.Delete(s.kept, i, i+1), true
	}
}

func (s *spoken) keep(now int64, o order) {
	s.kept = append(s.kept, o)
	s.dropOld(now)
}

func (s *spoken) dropOld(now int64) {
	s.kept = slices.DeleteFunc(s.kept, func(o order) bool { return now-o.at > keepFor.Microseconds() })
}

// restateCommands writes again, after a history, the accepted commands whose
// operation the ledger does not know any more.
func (c *controller) restateCommands(t *task) bool {
	c.spoken.dropOld(c.w.now)
	again := c.spoken.again
	c.spoken.again = false
	if !again || c.w.breaks(CommandsNotRestated) {
		return true
	}
	_, err := c.append(t, func() (batch []ledger.Entry) {
		orders := c.spoken.kept
		for i, o := range orders {
			if o.sent || c.knows(o) || c.overtaken(o, orders[i+1:]) || len(batch) == ledger.MaxBatch {
				continue
			}
			e := c.entry(o.fact, string(o.agent), o.at)
			e.Role, e.Op = ledger.RoleAPI, o.op
			batch = append(batch, e)
		}
		return batch
	})
	if err != nil {
		c.spoken.again = true
		c.settle(t, err)
		return false
	}
	return true
}

func (c *controller) knows(o order) bool {
	_, known := c.state.Protocol.Answer(o.op)
	return known
}

// overtaken: the ledger knows a later command, which this one would undo, or may
// know it by now. The model's agents only pause and resume beside their log-ins.
func (c *controller) overtaken(o order, later []order) bool {
	_, login := o.fact.(fact.LoggedIn)
	return !login && !c.w.breaks(OldCommandsRestated) && slices.ContainsFunc(later, func(l order) bool {
		_, login := l.fact.(fact.LoggedIn)
		return !login && l.agent == o.agent && (l.sent || c.knows(l))
	})
}
