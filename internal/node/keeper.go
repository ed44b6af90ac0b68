package node

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/ledger"
)

const (
	slewEvery  = 10 * time.Second
	pruneEvery = 60 * time.Second
)

// keep looks after site time, old versions of the site and the invariants.
func (c *Controller) keep(ctx context.Context) error {
	slew, prune, look := time.NewTicker(slewEvery), time.NewTicker(pruneEvery), time.NewTicker(watchEvery)
	policy := time.NewTicker(policyEvery)
	defer policy.Stop()
	watcher := newWatcher(c)
	defer slew.Stop()
	defer look.Stop()
	defer prune.Stop()
	for {
		select {
		case now := <-look.C:
			watcher.look(now)
		case <-slew.C:
			c.followTime(ctx)
		case <-policy.C:
			c.lookAtPolicy(ctx)
		case <-prune.C:
			c.versions.gatherTopics(c.Site())
			if !c.holds(ledger.Site) {
				continue // one who looks is enough
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
