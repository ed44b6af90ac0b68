package node

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// A snapshot spares the next start the ledger before it. The leader saves one when
// the last is as old as snapshotEvery, or as many facts behind as snapshotFacts.
const (
	snapshotEvery = 60 * time.Second
	snapshotFacts = 100_000
	// snapshotLook is the pause between two looks whether one is due.
	snapshotLook = time.Second
)

func (c *Controller) keepSnapshots(ctx context.Context) error {
	look := time.NewTicker(snapshotLook)
	defer look.Stop()
	at, facts := time.Now(), c.foldedFacts()
	trimmer := newTrimmer(c)
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
		now := c.foldedFacts()
		if time.Since(at) < snapshotEvery && now-facts < snapshotFacts {
			continue
		}
		at, facts = time.Now(), now
		if !c.holds(ledger.Site) {
			continue // the leader's is enough
		}
		snap, err := c.snapshotBeside(ctx)
		if err != nil && ctx.Err() == nil {
			c.log.Warn("snapshot not saved", zap.Error(err))
		}
		if err != nil {
			continue
		}
		if err := trimmer.look(ctx, snap); err != nil && ctx.Err() == nil {
			c.log.Warn("the ledger is not trimmed", zap.Error(err))
		}
	}
}

// foldedFacts counts what this process has folded since it started.
func (c *Controller) foldedFacts() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.folded
}

// snapshotBeside makes a snapshot as a start does: from the one before and what
// was appended since, beside the state in use. Nothing is copied or encoded under
// the lock, so that folding never waits for it, however many contacts there are;
// and a snapshot that could not be read back is found now and not at the start
// that needs it.
func (c *Controller) snapshotBeside(ctx context.Context) (ledger.Snapshot, error) {
	state, err := c.load(ctx, func(fold.Applied) {})
	if err != nil {
		return ledger.Snapshot{}, fmt.Errorf("make a snapshot: %w", err)
	}
	snap, err := state.Snapshot()
	if err != nil {
		return snap, err
	}
	return snap, c.save(ctx, snap)
}

// saveState writes down the state in use, when the log that made it is gone or
// nobody waits for the fold any more. It encodes under the lock.
func (c *Controller) saveState(ctx context.Context) error {
	var snap ledger.Snapshot
	var err error
	c.View(func(s *fold.State) { snap, err = s.Snapshot() })
	if err != nil {
		return err
	}
	return c.save(ctx, snap)
}

func (c *Controller) save(ctx context.Context, snap ledger.Snapshot) error {
	if snap.Position.IsZero() {
		return nil
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
