package node

import (
	"context"
	"crypto/rand"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

const whoIsToBeCalled = "see /api/v1/callbacks for who is to be called back"

// CancelCallback has somebody not called back after all, and returns when the ledger has it. It
// is the session of the contact that writes it, in its place among what happened to the
// contact, and again should a failover lose it. A *status.Refused says why nothing was changed.
func (c *Controller) CancelCallback(ctx context.Context, id contact.ID, w status.Cancelling) error {
	if w.Op == "" {
		w.Op = rand.Text()
	}
	gone := status.Refuse(status.NoCallback, whoIsToBeCalled, "nobody is to be called back by contact %s", id)
	return c.wish(ctx, c.wishNamed("cancel", string(id), w.By, w.Reason, w.Op), engine.CancelCallback{By: w.By, Reason: w.Reason}, gone,
		func(s *fold.State) *engine.Record { return s.Contacts[id] })
}
