package node

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// spoken remembers what people commanded through this controller in the last
// keepFor and were told was done, and what is on its way. A failover of Redis may
// lose it; nobody else would say it again, and an acknowledged pause must hold.
type spoken struct {
	mu    sync.Mutex
	kept  []order // oldest first
	again bool    // a history came: what the fold lacks is said again
}

// order is one command about an agent.
type order struct {
	agent contact.Agent
	fact  fact.Fact
	op    string
	at    int64 // site time of the command
	said  time.Time
	sent  bool // on its way: nobody knows yet what became of it
}

// keep remembers a command.
func (s *spoken) keep(o order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, o)
	s.dropOld()
}

func (s *spoken) dropOld() {
	s.kept = slices.DeleteFunc(s.kept, func(o order) bool { return time.Since(o.said) > keepFor })
}

// restate asks for the kept commands to be written again if they are missing.
func (s *spoken) restate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.again = true
}

// became says what came of a command that was sent. One that came to nothing has
// overtaken none before it.
func (s *spoken) became(op string, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.kept, func(o order) bool { return o.op == op && o.sent })
	switch {
	case i < 0:
	case done:
		s.kept[i].sent = false
	default:
		s.kept, s.again = slices.Delete(s.kept, i, i+1), true
	}
}

// due reports whether the commands are to be looked at again; whoever cannot write
// them asks anew.
func (s *spoken) due() (again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	again, s.again = s.again, false
	return again
}

func (s *spoken) orders() []order {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropOld()
	return slices.Clone(s.kept)
}

// restateCommands writes again, after a history, the accepted commands whose
// operation the ledger does not know any more, in their order: a log-in and the
// pause after it may be lost together. It reports whether all are in.
func (c *Controller) restateCommands(ctx context.Context) bool {
	if !c.spoken.due() {
		return true
	}
	entries, err := c.append(ctx, "restate", func(s *fold.State) (batch []ledger.Entry) {
		for _, o := range missing(c.spoken.orders(), func(op string) bool {
			_, known := s.Protocol.Answer(op)
			return known
		}) {
			if len(batch) == ledger.MaxBatch {
				break
			}
			e := c.entry(o.fact, string(o.agent), o.at)
			e.Role, e.Op = ledger.RoleAPI, o.op
			batch = append(batch, e)
		}
		return batch
	})
	for range entries {
		c.live.repaired("command_restated")
	}
	switch {
	case err != nil:
		c.spoken.restate()
		c.settle(ctx, err)
		return false
	case len(entries) == ledger.MaxBatch:
		c.spoken.restate() // the rest at the next tick
		return false
	}
	return true
}

// missing are the orders that the ledger does not know, in their order. One that
// was overtaken by a later order it knows, or may know by now since that is on its
// way, is not among them: said again now, it would undo that one.
func missing(orders []order, known func(op string) bool) (lost []order) {
	for i, o := range orders {
		overtaken := slices.ContainsFunc(orders[i+1:], func(later order) bool {
			return later.agent == o.agent && overtakes(later.fact.Kind(), o.fact.Kind()) && (later.sent || known(later.op))
		})
		if !o.sent && !known(o.op) && !overtaken {
			lost = append(lost, o)
		}
	}
	return lost
}

// overtakes reports whether a later command leaves nothing of an earlier one. A
// log-in says more than a pause does: where the agent sits, and what he can.
func overtakes(later, earlier fact.Kind) bool {
	presence := []fact.Kind{fact.KindLoggedIn, fact.KindLoggedOut, fact.KindPaused, fact.KindResumed}
	switch {
	case later == earlier, later == fact.KindLoggedOut && slices.Contains(presence, earlier):
		return true
	case earlier == fact.KindLoggedIn:
		return false
	}
	return slices.Contains(presence, later) && slices.Contains(presence, earlier)
}
