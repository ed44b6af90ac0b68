package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/orders"
)

// commandPatience bounds how long a person waits for the ledger.
const commandPatience = 3 * time.Second

// Card returns the log-in fact of a configured agent: everything the fold needs
// to know of a person. Not to be called with the state locked.
func (c *Controller) Card(agent contact.Agent) (fact.LoggedIn, bool) {
	return c.card(agent, c.formatUnderstood(fact.FormatCapacity))
}

// card is that fact as everybody who reads the ledger understands it: without a capacity
// agents serve one contact at a time, and the leader renews their cards when they may have one.
func (c *Controller) card(agent contact.Agent, capacities bool) (fact.LoggedIn, bool) {
	a, known := c.Site().Agents[agent]
	if !known {
		return fact.LoggedIn{}, false
	}
	capacity := a.Capacity
	if !capacities {
		capacity = nil
	}
	return fact.LoggedIn{
		Agent: a.ID, Name: a.Name, Center: a.Center, Node: c.nodeNames()[0], Phone: a.Phone,
		Skills: config.Spread(a.Skills, *c.versions.topics.Load()), Files: a.Files.Departments, AllFiles: a.Files.All, Media: a.Media, Capacity: capacity, WrapUp: a.WrapUp,
	}, true
}

// Command writes what a person commanded about an agent, under an operation id:
// the same id gets the same answer, however often it is sent. The answer's Void
// says why the command had no effect.
func (c *Controller) Command(ctx context.Context, agent contact.Agent, f fact.Fact, op string) (ledger.Answer, error) {
	answer, err := c.say(ctx, string(agent), f, op)
	if err != nil {
		return ledger.Answer{}, fmt.Errorf("write %s of agent %s: %w", f.Kind(), agent, err)
	}
	return answer, nil
}

// Announce writes that something is announced at a place, or no longer; the answer
// is as for Command.
func (c *Controller) Announce(ctx context.Context, at fact.Place, f fact.Fact, op string) (ledger.Answer, error) {
	answer, err := c.say(ctx, at.Subject(), f, op)
	if err != nil {
		return ledger.Answer{}, fmt.Errorf("write %s at %s: %w", f.Kind(), at, err)
	}
	return answer, nil
}

// mayWrite reports whether everybody who reads the ledger understands facts of a kind.
func (c *Controller) mayWrite(kind fact.Kind) (may bool) {
	c.View(func(s *fold.State) { may = s.MayWrite(kind) })
	return may
}

// formatUnderstood reports whether everybody who reads the ledger understands a format.
func (c *Controller) formatUnderstood(format int) (is bool) {
	c.View(func(s *fold.State) { is = s.Understood(format) })
	return is
}

// errOlder says that somebody would have to stop at a fact.
var errOlder = errors.New("a controller of an older version is beside this one and could not read it; replace that one, or try again when it has been away for a minute")

// understood waits until everybody understands facts of a kind: the leader is about to
// say so when a site has just begun.
func (c *Controller) understood(ctx context.Context, kind fact.Kind) error {
	changed, done := c.Watch()
	defer done()
	for !c.mayWrite(kind) {
		select {
		case <-changed:
		case <-ctx.Done():
			return errOlder
		}
	}
	return nil
}

// say writes what a person wants, about a subject, or about the site if that is empty.
func (c *Controller) say(ctx context.Context, subject string, f fact.Fact, op string) (ledger.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	if err := c.understood(ctx, f.Kind()); err != nil {
		return ledger.Answer{}, err
	}
	o := orders.Order{Subject: subject, Fact: f, Op: op, At: c.clock.now(), Said: monotonic()}
	for tries := 0; ; tries++ {
		if answer, known := c.answer(op); known {
			if tries > 0 {
				c.spoken.became(op, answer.Void == "")
			}
			return answer, nil
		}
		if tries == 0 {
			c.spoken.do(func(m *orders.Memory) { m.Send(o) })
		}
		_, err := c.append(ctx, "command", func(s *fold.State) []ledger.Entry { return c.behind(s, o) })
		if err != nil && ctx.Err() == nil {
			pause(ctx, tailRetry)
			c.settle(ctx, err)
		}
		if known := c.await(ctx, op, err == nil); !known && ctx.Err() != nil {
			c.spoken.became(op, false)
			if err == nil {
				err = errors.New("its fact was not folded in time")
			}
			return ledger.Answer{}, err
		}
	}
}

func (c *Controller) answer(op string) (answer ledger.Answer, known bool) {
	c.View(func(s *fold.State) { answer, known = s.Protocol.Answer(op) })
	return answer, known
}

// await waits until the operation is folded: at once when we folded our own
// append, with the tail otherwise.
func (c *Controller) await(ctx context.Context, op string, appended bool) bool {
	changed, done := c.Watch()
	defer done()
	for {
		if _, known := c.answer(op); known {
			return true
		}
		if !appended {
			return false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}
