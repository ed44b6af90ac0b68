package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/orders"
)

const (
	readBatch = 512
	tailWait  = time.Second
	// tailRetry is the pause after a failed read of the ledger.
	tailRetry = 100 * time.Millisecond
)

// open brings the fold to the head of the ledger.
func (c *Controller) open(ctx context.Context) error {
	if err := c.leaveToOthers(ctx); err != nil {
		return err
	}
	head, err := c.ledger.Open(ctx)
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	at, err := ledgerTime(ctx, c.ledger)
	if err != nil {
		return err
	}
	c.clock.set(at)
	state, commands, err := c.loadHeard(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.state = state
	c.hear(commands)
	c.mu.Unlock()
	c.log.Info("ledger folded", zap.Stringer("position", state.Protocol.Last.ID), zap.Uint64("generation", head.Gen))
	c.versions.begin(ctx)
	return nil
}

// loadHeard is load, which also tells what was commanded lately.
func (c *Controller) loadHeard(ctx context.Context) (state *fold.State, commands []fold.Applied, err error) {
	since := c.clock.now() - orders.KeepFor.Microseconds()
	state, err = c.load(ctx, func(a fold.Applied) {
		if a.Entry.Role == ledger.RoleAPI && a.Entry.At > since {
			commands = append(commands, a)
		}
	})
	return state, commands, err
}

// hear notes commands of a ledger that was read anew. Called with the lock held.
func (c *Controller) hear(commands []fold.Applied) {
	before := map[string]bool{}
	for _, a := range commands {
		before[a.Entry.Op] = true
		c.spoken.heard(a, func(op string) bool { return before[op] })
	}
}

// load folds the ledger from the latest snapshot, or from nothing, to its head,
// beside the state that is in use, and shows each entry.
func (c *Controller) load(ctx context.Context, show func(fold.Applied)) (*fold.State, error) {
	state, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	for {
		entries, err := c.ledger.Read(ctx, state.Protocol.Last.ID, readBatch, 0)
		if err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		if len(entries) == 0 {
			return state, nil
		}
		for _, e := range entries {
			applied := state.Apply(e)
			if v := applied.Verdict; v.Stops() {
				return nil, stopped(v)
			}
			show(applied)
		}
	}
}

// snapshot is the state of the latest snapshot, or of the base of a ledger that
// does not go back to its first entry, or the state before the first.
func (c *Controller) snapshot(ctx context.Context) (*fold.State, error) {
	snap, found, err := c.ledger.LoadSnapshot(ctx)
	if err == nil && !found {
		snap, found, err = c.ledger.LoadBase(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("load the snapshot: %w", err)
	}
	if !found {
		return fold.New(), nil
	}
	state, err := fold.Restore(snap)
	if err != nil {
		c.log.Warn("snapshot not usable; reading the whole ledger", zap.Error(err))
		return fold.New(), nil
	}
	return state, nil
}

func (c *Controller) last() ledger.Position {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.state.Protocol.Last
}

// catchUp folds until the head that the ledger has now.
func (c *Controller) catchUp(ctx context.Context) error {
	for {
		entries, err := c.ledger.Read(ctx, c.last().ID, readBatch, 0)
		if err != nil {
			return fmt.Errorf("read the ledger: %w", err)
		}
		if len(entries) == 0 {
			return nil
		}
		if err := c.fold(entries); err != nil {
			return err
		}
	}
}

// tail folds what is appended, by whomever, until ctx ends.
func (c *Controller) tail(ctx context.Context) error {
	quiet := time.Now()
	for ctx.Err() == nil {
		entries, err := c.ledger.Read(ctx, c.last().ID, readBatch, tailWait)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			c.ledgerLost(err)
			pause(ctx, tailRetry)
			err = c.reopen(ctx)
		case len(entries) == 0:
			if time.Since(quiet) > 2*time.Second {
				err = c.compare(ctx)
			}
		default:
			quiet = time.Now()
			err = c.fold(entries)
		}
		switch {
		case errors.Is(err, errNewer):
			return err
		case errors.Is(err, errBroken):
			err = c.reload(ctx, err)
			pause(ctx, tailRetry) // a log that stays broken is not read in a tight loop
		}
		if err != nil && ctx.Err() == nil {
			c.ledgerLost(err)
			pause(ctx, tailRetry)
			continue
		}
		c.ledgerFound()
	}
	return nil
}

var (
	// errBroken says that an entry does not follow what was folded.
	errBroken = errors.New("ledger chain broken")
	// errNewer says that the ledger holds what only a newer version can read.
	errNewer = errors.New("the ledger was written by a newer version of guichet; install that one")
)

// stopped is the error of a verdict that stops the fold.
func stopped(v ledger.Verdict) error {
	if v.Reason == ledger.BrokenChain {
		return fmt.Errorf("%w: %s", errBroken, v)
	}
	return fmt.Errorf("%w: %s", errNewer, v)
}

// fold applies entries in order; those folded already are skipped, for whoever
// appended may have folded them before the tail brought them.
func (c *Controller) fold(entries []ledger.Entry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := false
	for _, e := range entries {
		if e.Self.ID.Compare(c.state.Protocol.Last.ID) <= 0 {
			continue
		}
		rank, ranked := c.rankOf(e)
		applied := c.state.Apply(e)
		if applied.Verdict.Stops() {
			return stopped(applied.Verdict)
		}
		c.folded++
		c.judgeOrder(applied, rank, ranked)
		c.candidate.Folded(e, applied.Verdict, monotonic())
		c.noteTaken(e, applied.Verdict)
		c.versions.heard(applied)
		c.distribute(applied)
		changed = true
	}
	if changed {
		c.wake()
	}
	return nil
}

// distribute hands a foreign fact to the session it concerns. Called with the
// lock held; it only puts events in mailboxes.
func (c *Controller) distribute(a fold.Applied) {
	if a.Entry.Kind == ledger.KindHistory || a.Entry.Kind == ledger.KindGenesis {
		c.journal.restate()
		c.spoken.restate()
	}
	if a.Entry.Kind == ledger.KindTake && a.Entry.Writer == c.instance && a.Verdict.Accepted() {
		c.journal.restate() // what we sent before we knew that we had lost the node was void
	}
	if !a.Effective() && (!a.Verdict.Accepted() || a.Void != "") {
		c.noteVoid(a)
	}
	if a.Entry.Writer != c.instance && a.Entry.Seq > 0 && a.Verdict.Accepted() {
		c.journal.overtaken(a.Entry)
	}
	// What is really there took the place of an offer that was only meant.
	for id, offer := range a.Displaced {
		if s := c.lives[id]; s != nil {
			s.box.put(engineEvent{engine.OfferGone{Offer: offer}})
		}
	}
	if a.Uncalled != nil {
		c.uncalled(a.Uncalled)
	}
	c.leader.suspect(a)
	c.spoken.heard(a, answered(c.state))
	c.heardAnnouncement(a)
	if a.Panic != "" {
		c.factPanicked(a)
	}
	if f, is := a.Fact.(fact.MessageDone); is && a.Contact != "" {
		c.messageDone(a.Contact, f)
	}
	s := c.lives[contact.ID(a.Entry.Subject)]
	switch {
	case s == nil:
		return
	case c.state.Contacts[s.id] == nil:
		s.box.put(folded{})
	}
	if !a.Effective() {
		s.promiseVoid(a)
		s.linkVoid(a)
		s.partyVoid(a)
		s.queueingVoid(a)
		s.callsBackVoid(a)
		return
	}
	switch f := a.Fact.(type) {
	case fact.Arrived:
		if f.CallsBack != nil {
			s.box.put(engineEvent{engine.CallsBackAccepted{Phone: c.phoneOf(f.CallsBack.Agent)}})
		}
	case fact.Offered:
		s.offered(a, f, c.phoneOf(f.Agent))
	case fact.Transferring:
		s.box.put(engineEvent{engine.TransferAccepted{Transfer: f.Transfer}})
	case fact.CallbackRequested:
		s.box.put(engineEvent{engine.CallbackAccepted{}})
	case fact.LinkClaimed:
		s.box.put(engineEvent{engine.LinkAccepted{N: f.N}})
	case fact.CallingBack:
		s.box.put(engineEvent{engine.TransferAccepted{Transfer: f.Call}})
	case fact.Invited:
		s.box.put(engineEvent{engine.PartyAccepted{Party: f.Party, Phone: c.phoneOf(f.Agent)}})
	case fact.GivenUp:
		s.box.put(engineEvent{engine.GivenUp{Reason: f.Reason, Queueing: a.Record.Queueings}})
	case fact.OfferVoid:
		s.foreign(a, engine.OfferGone{Offer: f.Offer})
	case fact.OfferFailed:
		s.foreign(a, engine.OfferGone{Offer: f.Offer})
	}
}

func (c *Controller) phoneOf(agent contact.Agent) string {
	if a := c.state.Floor.Agents[agent]; a != nil {
		return a.Phone
	}
	return ""
}

// noteVoid tells of a fact of ours that had no effect. Duplicates are what
// retries leave behind.
func (c *Controller) noteVoid(a fold.Applied) {
	if a.Entry.Writer != c.instance || a.Verdict.Reason == ledger.Duplicate {
		return
	}
	if a.Verdict.Reason == ledger.Hole {
		c.fillHole(a)
	}
	why := a.Void
	if why == "" {
		why = a.Verdict.String()
	}
	c.log.Debug("fact without effect", zap.String("kind", a.Entry.Kind),
		zap.String("subject", a.Entry.Subject), zap.String("why", why))
}

// fillHole has the facts written again that are missing before one of ours. A
// hole that nothing at hand fills stays: the facts behind it are void.
func (c *Controller) fillHole(a fold.Applied) {
	missing := c.state.Protocol.Seq(a.Entry.Subject) + 1
	fills := c.journal.fills(a.Entry.Subject, missing)
	if c.live.repaired("hole") == 1 {
		c.log.Warn("the ledger lacks facts of ours; further holes are only counted",
			zap.String("subject", a.Entry.Subject), zap.Uint64("seq", missing), zap.Bool("filled", fills))
	}
	if fills {
		c.journal.restate()
	}
}

// wake signals leader and watchers. Called with the lock held.
func (c *Controller) wake() {
	c.leader.signal()
	for w := range c.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// epoch of the node or of the site, if this very process holds it. Called with
// the lock held for reading.
func (c *Controller) epoch(state *fold.State, node string) (ledger.ID, bool) {
	return c.candidate.Holds(state.Protocol, node)
}

var processStart = time.Now()

// monotonic is this process's own clock, for the claims.
func monotonic() time.Duration { return time.Since(processStart) }

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
