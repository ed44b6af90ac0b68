package node

import (
	"context"
	"time"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// leader makes the site's decisions while this controller holds the virtual
// node site: offers, and the ends of wrap-ups and set-asides. One batch is in
// flight at a time; a lost reply stops new ones until the fold has caught up.
type leader struct {
	c     *Controller
	woken chan struct{}
}

// lateBy is how late a timer may be before the fold is brought to the head
// first: this process may have been frozen, and the world gone on.
const lateBy = 500 * time.Millisecond

// idleLook is how often the leader looks though nothing woke it.
const idleLook = time.Second

func newLeader(c *Controller) *leader { return &leader{c: c, woken: make(chan struct{}, 1)} }

func (l *leader) signal() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *leader) run(ctx context.Context) error {
	timer := time.NewTimer(idleLook)
	defer timer.Stop()
	due := time.Now().Add(idleLook)
	for {
		select {
		case <-l.woken:
		case <-timer.C:
			if time.Since(due) > lateBy {
				if err := l.c.catchUp(ctx); err != nil {
					timer.Reset(tailRetry)
					continue
				}
			}
		case <-ctx.Done():
			return nil
		}
		wait := l.decide(ctx)
		due = time.Now().Add(wait)
		timer.Reset(wait)
	}
}

// decide writes what is to be decided now and returns when to look again.
func (l *leader) decide(ctx context.Context) time.Duration {
	wait := idleLook
	_, err := l.c.append(ctx, "decide", func(s *fold.State) []ledger.Entry {
		epoch, leads := l.c.epoch(s, ledger.Site)
		if !leads {
			return nil
		}
		var batch []ledger.Entry
		batch, wait = l.decisions(s)
		for i := range batch {
			batch[i].Role, batch[i].Epoch = ledger.RoleLeader, epoch
		}
		return batch
	})
	if err != nil {
		pause(ctx, tailRetry)
		l.c.settle(ctx, err)
		l.signal()
	}
	return wait
}

// decisions are the expiries and offers due on this state.
func (l *leader) decisions(s *fold.State) (batch []ledger.Entry, wait time.Duration) {
	now := l.c.clock.now()
	wait = idleLook
	expired, next := s.Floor.Expiries(now)
	for _, e := range expired {
		batch = append(batch, l.c.entry(e, string(e.Agent), now))
	}
	if next > 0 {
		wait = min(wait, next)
	}
	batch = batch[:min(len(batch), ledger.MaxBatch)]
	if len(s.Protocol.WaitingFor()) == 0 {
		for _, o := range s.Floor.Propose(ledger.MaxBatch - len(batch)) {
			batch = append(batch, l.c.entry(o, string(o.Contact), now))
		}
	}
	return batch, wait
}
