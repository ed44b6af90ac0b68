package node

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Replay folds the ledger again, as far back as it goes, up to its present head,
// and shows each entry with what became of it. A ledger that was trimmed, or lost
// and continued, does not begin with the first entry of all.
func (c *Controller) Replay(ctx context.Context, visit func(fold.Applied)) error {
	return c.refold(ctx, func(state *fold.State, e ledger.Entry) (applied fold.Applied, goOn bool) {
		applied = state.Apply(e)
		if !applied.Verdict.Stops() {
			visit(applied)
		}
		return applied, true
	})
}

// Refold folds the ledger again as Replay does and shows each entry with the state
// before it, to be read only, until visit returns false or the present head
// is reached.
func (c *Controller) Refold(ctx context.Context, visit func(before *fold.State, e ledger.Entry) (goOn bool)) error {
	return c.refold(ctx, func(state *fold.State, e ledger.Entry) (applied fold.Applied, goOn bool) {
		if !visit(state, e) {
			return applied, false
		}
		return state.Apply(e), true
	})
}

func (c *Controller) refold(ctx context.Context, apply func(*fold.State, ledger.Entry) (applied fold.Applied, goOn bool)) error {
	var end ledger.Position
	c.View(func(s *fold.State) { end = s.Protocol.Last })
	state, err := c.oldest(ctx)
	if err != nil {
		return err
	}
	after := state.Protocol.Last.ID
	for after.Compare(end.ID) < 0 {
		entries, err := c.ledger.Read(ctx, after, readBatch, 0)
		if err != nil {
			return fmt.Errorf("read the ledger after %s: %w", after, err)
		}
		if len(entries) == 0 {
			return nil
		}
		for _, e := range entries {
			applied, goOn := apply(state, e)
			if !goOn {
				return nil
			}
			if applied.Verdict.Stops() {
				return fmt.Errorf("replay the ledger at %s: %s", e.Self.ID, applied.Verdict)
			}
			if after = e.Self.ID; after == end.ID {
				break
			}
		}
	}
	return nil
}

// errNoBase says that the state before the oldest entry that is left is lost.
var errNoBase = errors.New("the ledger was trimmed, and the state at its oldest entry cannot be read")

// oldest is the state right before the oldest entry that is left. A base that this
// version cannot read costs what came before the latest snapshot, and no more.
func (c *Controller) oldest(ctx context.Context) (*fold.State, error) {
	base, found, err := c.ledger.LoadBase(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the state at the oldest entry of the ledger: %w", err)
	}
	if found {
		state, err := fold.Restore(base)
		if err == nil {
			return state, nil
		}
		c.log.Warn("the state at the oldest entry of the ledger is not usable", zap.Error(err))
	}
	first, err := c.ledger.Read(ctx, ledger.ID{}, 1, 0)
	if err != nil {
		return nil, fmt.Errorf("read the oldest entry of the ledger: %w", err)
	}
	if len(first) == 0 || first[0].Prev.IsZero() {
		return fold.New(), nil
	}
	state, err := c.snapshot(ctx)
	if err == nil && state.Protocol.Last.IsZero() {
		err = errNoBase
	}
	return state, err
}
