package node

import (
	"context"
	"sync"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/orders"
)

// spoken is what people commanded, safe for all who ask.
type spoken struct {
	mu     sync.Mutex
	memory orders.Memory
}

func (s *spoken) do(work func(*orders.Memory)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	work(&s.memory)
}

// restate asks for the commands to be written again if they are missing.
func (s *spoken) restate() { s.do((*orders.Memory).Doubt) }

func (s *spoken) became(op string, done bool) {
	s.do(func(m *orders.Memory) { m.Became(op, done) })
}

// heard notes an accepted command, through whomever. Called with the state locked.
func (s *spoken) heard(a fold.Applied, known func(op string) bool) {
	if a.Entry.Role != ledger.RoleAPI || !a.Effective() || !orders.Concerns(a.Fact.Kind()) {
		return
	}
	o := orders.Order{Subject: a.Entry.Subject, Fact: a.Fact, Op: a.Entry.Op, At: a.Entry.At, Said: monotonic()}
	s.do(func(m *orders.Memory) { m.Accepted(o, known) })
}

// answered tells the operations that a state knows.
func answered(s *fold.State) func(op string) bool {
	return func(op string) bool {
		_, known := s.Protocol.Answer(op)
		return known
	}
}

// restateCommands writes again, after a history, the accepted commands whose
// operation the ledger does not know any more. It reports whether all are in.
func (c *Controller) restateCommands(ctx context.Context) bool {
	var due bool
	c.spoken.do(func(m *orders.Memory) { due = m.Due() })
	if !due {
		return true
	}
	entries, err := c.append(ctx, "restate", func(s *fold.State) (batch []ledger.Entry) {
		c.spoken.do(func(m *orders.Memory) {
			missing := m.Missing(monotonic(), answered(s))
			for _, o := range missing[:min(len(missing), ledger.MaxBatch)] {
				batch = append(batch, c.ordered(o))
			}
		})
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

// behind is a command's batch: whatever is missing about its subject goes before it,
// for a pause says nothing of somebody whose log-in is lost.
func (c *Controller) behind(s *fold.State, o orders.Order) (batch []ledger.Entry) {
	c.spoken.do(func(m *orders.Memory) {
		if !m.Doubtful() {
			return
		}
		for _, lost := range m.Missing(monotonic(), answered(s)) {
			if lost.Subject == o.Subject && len(batch) < ledger.MaxBatch-1 {
				batch = append(batch, c.ordered(lost))
			}
		}
	})
	return append(batch, c.ordered(o))
}

// ordered is the entry of a command.
func (c *Controller) ordered(o orders.Order) ledger.Entry {
	e := c.entry(o.Fact, o.Subject, o.At)
	e.Role, e.Op = ledger.RoleAPI, o.Op
	return e
}
