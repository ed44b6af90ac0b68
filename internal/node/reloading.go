package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// compare checks, after a silence, that the entry we folded last is still the
// one the ledger has at its place.
func (c *Controller) compare(ctx context.Context) error {
	last := c.last()
	if last.IsZero() {
		return nil
	}
	e, found, err := c.ledger.At(ctx, last.ID)
	switch {
	case err != nil:
		return fmt.Errorf("compare the ledger at %s: %w", last.ID, err)
	case !found || e.Self != last:
		return fmt.Errorf("%w: %s is not there any more", errBroken, last.ID)
	}
	return nil
}

// reopen follows a ledger that was refused, restarted or lost.
func (c *Controller) reopen(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	return c.compare(ctx)
}

// lostLook is the pause between two looks for a ledger that is missing.
const lostLook = 100 * time.Millisecond

// leaveToOthers waits, if the ledger is missing, for a controller that has folded
// it: ours would begin from nothing, and what is known of the callers who wait be
// forgotten.
func (c *Controller) leaveToOthers(ctx context.Context) error {
	for begun := time.Now(); ; pause(ctx, lostLook) {
		missing, err := c.missing(ctx)
		switch {
		case err != nil:
			return err
		case !missing || time.Since(begun) >= c.lostWait:
			return nil
		case time.Since(begun) < lostLook:
			c.log.Info("there is no ledger; left to a controller that may have folded it", zap.Duration("for", c.lostWait))
		}
	}
}

func (c *Controller) missing(ctx context.Context) (bool, error) {
	first, err := c.ledger.Read(ctx, ledger.ID{}, 1, 0)
	if err != nil {
		return false, fmt.Errorf("look for the ledger: %w", err)
	}
	return len(first) == 0, nil
}

// begin opens the ledger again. One that was lost goes on from what we have
// folded; over one that is there no fold is ever published.
func (c *Controller) begin(ctx context.Context) error {
	missing, err := c.missing(ctx)
	if err != nil {
		return err
	}
	if missing {
		c.live.repaired("ledger_lost")
		c.log.Warn("the ledger is gone; it goes on from this controller's state")
		// ErrForeign: another controller has begun it since, and goes first.
		if err := c.saveState(ctx); err != nil && !errors.Is(err, ledger.ErrForeign) {
			return err
		}
	}
	if _, err := c.ledger.Open(ctx); err != nil {
		return fmt.Errorf("open the ledger again: %w", err)
	}
	return nil
}

// reload reads the ledger anew and puts the result in the place of the state.
// Every session is told what the ledger says now about its contact, and our
// latest facts are written again if they are missing.
func (c *Controller) reload(ctx context.Context, why error) error {
	c.reloading.Lock()
	defer c.reloading.Unlock()
	if c.compare(ctx) == nil {
		return nil // somebody else has just done it
	}
	c.log.Warn("the ledger is not the one that was folded; reading it again", zap.Error(why))
	if err := c.begin(ctx); err != nil {
		return err
	}
	state, commands, err := c.loadHeard(ctx)
	if err != nil {
		return err
	}
	c.live.repaired("ledger_reloaded")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = state
	c.hear(commands)
	c.candidate.Reset()
	c.endUnheld()
	c.journal.restate()
	c.spoken.restate()
	c.leader.suspectAll()
	for _, s := range c.lives {
		c.tellOffer(s)
	}
	c.wake()
	return nil
}

// tellOffer tells a session which offer the ledger has for its contact, which
// transfer, and which promise or call back. A transfer that it lost is the owner's own
// fact, and is written again. Called with the lock held.
func (c *Controller) tellOffer(s *life) {
	rec := c.state.Contacts[s.id]
	seq := c.state.Protocol.Seq(string(s.id))
	if rec == nil {
		s.box.put(ledgerKnows{closed: seq > 0, unknown: seq == 0})
		return
	}
	s.box.put(ledgerKnows{offer: rec.Offer, parties: rec.Parties, queueing: engine.QueueingOf(rec), seq: seq, closed: rec.ClosedAt != 0})
	if rec.GivenUp != "" {
		s.box.put(engineEvent{engine.GivenUp{Reason: rec.GivenUp, Queueing: rec.Queueings}})
	}
	if cb := rec.Callback; cb != nil && !rec.Connected() {
		s.toldOfCallback(cb)
	}
	if rec.Link != nil {
		s.box.put(engineEvent{engine.LinkAccepted{N: rec.Link.N}})
	}
	if rec.ForMessage() && rec.Offer != "" {
		s.box.put(engineEvent{engine.CallsBackAccepted{Phone: c.phoneOf(rec.Agent)}})
	}
	c.toldOfParties(s, rec)
	if rec.Transfer != nil {
		s.box.put(engineEvent{engine.TransferAccepted{Transfer: rec.Transfer.ID}})
	}
	if rec.Offer != "" && !rec.Connected() {
		s.box.put(engineEvent{engine.OfferAccepted{
			Offer: rec.Offer, Phone: c.phoneOf(rec.Agent),
			Fact: fact.Offered{Contact: rec.ID, Agent: rec.Agent, Queue: rec.Queue, Center: rec.Center},
		}})
	}
}

// toldOfCallback tells again what was accepted behind the session's back.
func (v *life) toldOfCallback(cb *engine.Callback) {
	if cb.Place != nil {
		v.box.put(engineEvent{engine.CallbackAccepted{}})
	}
	if cb.Call != "" {
		v.box.put(engineEvent{engine.TransferAccepted{Transfer: cb.Call}})
	}
}
