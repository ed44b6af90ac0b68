package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// append writes entries and folds them at once if it can. A refused or unclear
// batch is the caller's to decide again, after catchUp.
func (c *Controller) append(ctx context.Context, op string, build func(*fold.State) []ledger.Entry) ([]ledger.Entry, error) {
	select {
	case c.appending <- struct{}{}:
		defer func() { <-c.appending }()
	case <-ctx.Done():
		return nil, fmt.Errorf("append %s: %w", op, ctx.Err())
	}
	c.mu.RLock()
	batch, gen := build(c.state), c.state.Protocol.Gen
	c.mu.RUnlock()
	if len(batch) == 0 {
		return nil, nil
	}
	started := time.Now()
	landed, err := c.ledger.Append(ctx, gen, batch)
	if c.observer.OnLedger != nil {
		c.observer.OnLedger(op, time.Since(started))
	}
	decided := slices.ContainsFunc(batch, func(e ledger.Entry) bool { return e.Role == ledger.RoleLeader })
	if err != nil {
		if decided {
			c.leader.flight.lost()
			c.leader.signal()
		}
		return nil, fmt.Errorf("append %s: %w", op, err)
	}
	entries := landed.Entries(gen, batch)
	if decided {
		c.leader.flight.landed(entries)
	}
	c.foldOwn(entries)
	return entries, nil
}

// settle follows a failed append: what is in the log decides.
func (c *Controller) settle(ctx context.Context, err error) {
	var refused *ledger.Refused
	if errors.As(err, &refused) {
		_ = c.reopen(ctx)
	}
	if err := c.catchUp(ctx); err != nil && errors.Is(err, errBroken) {
		_ = c.reload(ctx, err)
	}
}

// foldOwn folds a batch of ours at once if nothing came in between; otherwise
// the tail will bring it.
func (c *Controller) foldOwn(entries []ledger.Entry) {
	if len(entries) == 0 {
		return
	}
	if c.last() != entries[0].Prev {
		return
	}
	// A break shows to the tail as well, which repairs it.
	_ = c.fold(entries)
}
