package node

import (
	"context"
	"sync"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/orders"
)

// spoken is what people commanded through this controller, safe for all who ask.
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

// restateCommands writes again, after a history, the accepted commands whose
// operation the ledger does not know any more. It reports whether all are in.
func (c *Controller) restateCommands(ctx context.Context) bool {
	var due bool
	c.spoken.do(func(m *orders.Memory) { due = m.Due() })
	if !due {
		return true
	}
	entries, err := c.append(ctx, "restate", func(s *fold.State) (batch []ledger.Entry) {
		known := func(op string) bool {
			_, known := s.Protocol.Answer(op)
			return known
		}
		c.spoken.do(func(m *orders.Memory) {
			missing := m.Missing(monotonic(), known)
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

// ordered is the entry of a command.
func (c *Controller) ordered(o orders.Order) ledger.Entry {
	e := c.entry(o.Fact, o.Subject, o.At)
	e.Role, e.Op = ledger.RoleAPI, o.Op
	return e
}
