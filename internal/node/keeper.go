package node

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

const (
	slewEvery     = 10 * time.Second
	snapshotEvery = 60 * time.Second
)

// keep looks after site time, snapshots and the invariants.
func (c *Controller) keep(ctx context.Context) error {
	slew, snapshot, look := time.NewTicker(slewEvery), time.NewTicker(snapshotEvery), time.NewTicker(watchEvery)
	watcher := newWatcher(c)
	defer slew.Stop()
	defer look.Stop()
	defer snapshot.Stop()
	for {
		select {
		case now := <-look.C:
			watcher.look(now)
		case <-slew.C:
			c.followTime(ctx)
		case <-snapshot.C:
			c.versions.gatherTopics(c.Site())
			if !c.holds(ledger.Site) {
				continue // the leader's is enough
			}
			if err := c.saveSnapshot(ctx); err != nil {
				c.log.Warn("snapshot not saved", zap.Error(err))
			}
			if err := c.versions.prune(ctx); err != nil {
				c.log.Warn("old versions of the site stay for now", zap.Error(err))
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *Controller) followTime(ctx context.Context) {
	at, err := ledgerTime(ctx, c.ledger)
	if err != nil {
		return // the tail tells that the ledger is away
	}
	if off, err := c.clock.slew(at); err != nil {
		c.live.repaired("clock_step")
		c.log.Error("clock alarm", zap.Duration("off", off), zap.Error(err))
	}
}

// saveSnapshot writes the state down, for the next start. It encodes under the
// read lock: folding waits meanwhile, 0.1 s at 5,000 contacts.
func (c *Controller) saveSnapshot(ctx context.Context) error {
	var snap ledger.Snapshot
	var err error
	c.View(func(s *fold.State) {
		if !s.Protocol.Last.IsZero() {
			snap, err = s.Snapshot()
		}
	})
	if err != nil || snap.Position.IsZero() {
		return err
	}
	started := time.Now()
	if err := c.ledger.SaveSnapshot(ctx, snap); err != nil {
		return fmt.Errorf("save the snapshot at %s: %w", snap.Position.ID, err)
	}
	if c.observer.OnLedger != nil {
		c.observer.OnLedger("snapshot", time.Since(started))
	}
	return nil
}
