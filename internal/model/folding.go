package model

import (
	"errors"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/orders"
	"github.com/guichet/guichet/ivr"
)

const (
	tailWait  = time.Second
	tailRetry = 100 * time.Millisecond
	lostWait  = 4 * time.Second
)

// errBroken says that an entry does not follow what was folded.
var errBroken = errors.New("ledger chain broken")

// open brings the fold to the head of the ledger; a ledger that is missing is
// left for a while to whoever may have folded it.
func (c *controller) open(t *task) error {
	for begun := c.w.now; ; t.sleep(tailRetry) {
		missing, err := c.missing(t)
		if err != nil {
			return err
		}
		alone := c.life == 1 && c.w.now-begin < 1e6 // a new site
		if !missing || alone || c.w.now-begun > lostWait.Microseconds() {
			break
		}
	}
	if err := c.openLog(t); err != nil {
		return err
	}
	state, commands, err := c.load(t)
	if err != nil {
		return err
	}
	c.state = state
	c.hear(commands)
	return nil
}

func (c *controller) missing(t *task) (missing bool, err error) {
	err = c.w.redis.ask(t, 0, func(answer func()) {
		missing = len(c.w.redis.log) == 0
		answer()
	})
	return missing, err
}

func (c *controller) openLog(t *task) error {
	return c.w.redis.ask(t, 0, func(answer func()) {
		_ = c.w.redis.open(c.state.Protocol.Gen)
		answer()
	})
}

func (c *controller) read(t *task, after ledger.ID, wait time.Duration) (entries []ledger.Entry, err error) {
	err = c.w.redis.ask(t, wait, func(answer func()) {
		c.w.redis.read(after, wait, func(found []ledger.Entry) {
			entries = found
			answer()
		})
	})
	return entries, err
}

// hear notes what was commanded lately, of a ledger that was read anew.
func (c *controller) hear(commands []fold.Applied) {
	before := map[string]bool{}
	for _, a := range commands {
		before[a.Entry.Op] = true
		c.heard(a, func(op string) bool { return before[op] })
	}
}

// load folds the ledger from the snapshot, or from nothing, to its head, and tells what
// was commanded lately.
func (c *controller) load(t *task) (state *fold.State, commands []fold.Applied, err error) {
	var snap *ledger.Snapshot
	if err := c.w.redis.ask(t, 0, func(answer func()) {
		if s := c.w.redis.snapshot; s != nil && c.w.redis.belongs(s.Position) {
			snap = s
		}
		answer()
	}); err != nil {
		return nil, nil, err
	}
	state = fold.New()
	if snap != nil {
		if state, err = fold.Restore(*snap); err != nil {
			return nil, nil, err
		}
	}
	since := c.w.now - orders.KeepFor.Microseconds()
	for {
		entries, err := c.read(t, state.Protocol.Last.ID, 0)
		if err != nil || len(entries) == 0 {
			return state, commands, err
		}
		for _, e := range entries {
			applied := c.w.apply(state, e)
			if applied.Verdict.Stops() {
				return nil, nil, errBroken
			}
			if e.Role == ledger.RoleAPI && e.At > since {
				commands = append(commands, applied)
			}
		}
	}
}

func (c *controller) saveSnapshot(t *task) error {
	if c.state.Protocol.Last.IsZero() {
		return nil
	}
	snap, err := c.state.Snapshot()
	if err != nil {
		return err
	}
	refused := error(nil)
	err = c.w.redis.ask(t, 0, func(answer func()) {
		if refused = c.w.redis.keep(snap); refused != nil && c.w.breaks(FoldsPublished) {
			c.w.redis.publish(snap)
		}
		answer()
	})
	return errors.Join(err, refused)
}

// tail folds what is appended, by whomever.
func (c *controller) tail(t *task) {
	quiet := c.w.now
	for {
		entries, err := c.read(t, c.state.Protocol.Last.ID, tailWait)
		switch {
		case err != nil:
			c.ledgerBad = true
			t.sleep(tailRetry)
			err = c.reopen(t)
		case len(entries) == 0:
			if c.w.now-quiet > 2e6 {
				err = c.compare(t)
			}
		default:
			quiet = c.w.now
			err = c.fold(entries)
		}
		if errors.Is(err, errBroken) {
			err = c.reload(t)
			t.sleep(tailRetry)
		}
		if err != nil {
			c.ledgerBad = true
			t.sleep(tailRetry)
			continue
		}
		c.ledgerBad = false
	}
}

// catchUp folds until the head that the ledger has now.
func (c *controller) catchUp(t *task) error {
	for {
		entries, err := c.read(t, c.state.Protocol.Last.ID, 0)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := c.fold(entries); err != nil {
			return err
		}
	}
}

// fold applies entries in order; those folded already are skipped.
func (c *controller) fold(entries []ledger.Entry) error {
	changed := false
	for _, e := range entries {
		if e.Self.ID.Compare(c.state.Protocol.Last.ID) <= 0 {
			continue
		}
		applied := c.w.apply(c.state, e)
		if applied.Verdict.Stops() {
			return errBroken
		}
		c.candidate.Folded(e, applied.Verdict, c.monotonic())
		c.distribute(applied)
		changed = true
	}
	if changed {
		c.wake()
	}
	return nil
}

func (c *controller) wake() {
	if c.leader.task != nil {
		c.leader.task.signal()
	}
}

// distribute hands a fact to the session it concerns.
func (c *controller) distribute(a fold.Applied) {
	if a.Entry.Kind == ledger.KindHistory || a.Entry.Kind == ledger.KindGenesis {
		c.journal.restate()
		c.spoken.Doubt()
	}
	if a.Entry.Kind == ledger.KindTake && a.Entry.Writer == c.name && a.Verdict.Accepted() {
		c.journal.restate() // what was sent when we did not know yet that we had lost the node
	}
	if a.Verdict.Reason == ledger.Hole && a.Entry.Writer == c.name && c.journal.fills(a.Entry.Subject, c.state.Protocol.Seq(a.Entry.Subject)+1) {
		c.journal.restate()
	}
	if _, owner := ledger.OwnedNode(a.Entry.Role); owner && a.Entry.Writer != c.name && a.Entry.Seq > 0 && a.Verdict.Accepted() {
		c.journal.overtakenBy(a.Entry)
	}
	c.heard(a, c.knows)
	if f, is := a.Fact.(fact.Announced); is && a.Effective() {
		c.tellQueue(f)
	}
	for id, offer := range a.Displaced {
		if s := c.lives[id]; s != nil {
			s.put(engine.OfferGone{Offer: offer})
		}
	}
	if u := a.Uncalled; u != nil && c.lives[u.Contact] != nil {
		c.lives[u.Contact].put(engine.PartyRefused{Party: u.ID})
	}
	c.room.tell(a)
	s := c.lives[contact.ID(a.Entry.Subject)]
	switch {
	case s == nil:
		return
	case c.state.Contacts[s.id] == nil:
		s.put(folded{})
	}
	if _, offered := a.Fact.(fact.Offered); !a.Effective() && !(offered && c.w.breaks(OffersUnclaimed)) {
		s.promiseVoid(a)
		s.partyVoid(a)
		return
	}
	switch f := a.Fact.(type) {
	case fact.CallbackRequested:
		s.put(engine.CallbackAccepted{})
	case fact.CallingBack:
		s.put(engine.TransferAccepted{Transfer: f.Call})
	case fact.GivenUp:
		s.put(engine.GivenUp{Reason: f.Reason, Queueing: a.Record.Queueings})
	case fact.Invited:
		s.put(engine.PartyAccepted{Party: f.Party, Phone: c.phoneOf(f.Agent)})
	case fact.Offered:
		s.put(engine.OfferAccepted{Offer: fact.OfferID(a.Entry.Self.String()), Fact: f, Phone: c.phoneOf(f.Agent)})
	case fact.OfferVoid:
		s.foreign(a, f.Offer)
	case fact.OfferFailed:
		s.foreign(a, f.Offer)
	}
}

// promiseVoid tells the session of a promise that the ledger did not accept.
func (s *session) promiseVoid(a fold.Applied) {
	_, promise := a.Fact.(fact.CallbackRequested)
	switch {
	case !promise || a.Void == "" || a.Entry.Writer != s.c.name:
	case a.Void == fold.AlreadyPromised:
		s.put(engine.CallbackRefused{Why: ivr.CallbackAlready})
	case a.Void == fold.SlotTaken:
		s.put(engine.CallbackRefused{Why: ivr.CallbackFull})
	default:
		s.put(engine.CallbackRefused{Why: ivr.CallbackFailed})
	}
}

func (c *controller) phoneOf(id contact.Agent) string {
	if a := c.state.Floor.Agents[id]; a != nil {
		return a.Phone
	}
	return ""
}

// append writes entries, one batch at a time, and folds them at once if it can.
func (c *controller) append(t *task, build func() []ledger.Entry) ([]ledger.Entry, error) {
	if c.appending {
		t.exchange(func(done func()) { c.turns = append(c.turns, &turn{done: done}) })
	}
	c.appending = true
	defer c.passOn()
	batch, gen := build(), c.state.Protocol.Gen
	if len(batch) == 0 {
		return nil, nil
	}
	if c.leader.foreseeing && c.w.faults.freezeBefore != nil {
		c.w.faults.freezeBefore(c)
		t.sleep(0) // goes on when the process does
	}
	c.leader.foreseeing = false
	var landed ledger.Appended
	var refused error
	err := c.w.redis.ask(t, 0, func(answer func()) {
		landed, refused = c.w.redis.append(gen, batch)
		answer()
	})
	decided := slices.ContainsFunc(batch, func(e ledger.Entry) bool { return e.Role == ledger.RoleLeader })
	if err = errors.Join(err, refused); err != nil {
		c.leader.unclear = c.leader.unclear || decided
		return nil, err
	}
	entries := landed.Entries(gen, batch)
	if n := len(entries); decided {
		c.leader.pending, c.leader.gen = entries[n-1].Self.ID, entries[n-1].Gen
	}
	if c.state.Protocol.Last == entries[0].Prev {
		_ = c.fold(entries) // a break shows to the tail as well
	}
	return entries, nil
}

// passOn gives the turn to the next one, right away: nobody may come between.
func (c *controller) passOn() {
	if c.dead || len(c.turns) == 0 {
		c.appending = false
		return
	}
	next := c.turns[0]
	c.turns = c.turns[1:]
	c.after(0, next.done)
}

// settle follows a failed append: what is in the log decides.
func (c *controller) settle(t *task, err error) {
	var refused *ledger.Refused
	if errors.As(err, &refused) {
		_ = c.reopen(t)
	}
	if errors.Is(c.catchUp(t), errBroken) {
		_ = c.reload(t)
	}
}

// compare checks that the entry we folded last is still the one the ledger has
// at its place.
func (c *controller) compare(t *task) error {
	last := c.state.Protocol.Last
	if last.IsZero() {
		return nil
	}
	same := false
	if err := c.w.redis.ask(t, 0, func(answer func()) {
		e, found := c.w.redis.at(last.ID)
		same = found && (e.Self == last || c.w.breaks(DigestUnchecked))
		answer()
	}); err != nil {
		return err
	}
	if !same {
		return errBroken
	}
	return nil
}

func (c *controller) reopen(t *task) error {
	if err := c.beginLog(t); err != nil {
		return err
	}
	return c.compare(t)
}

// beginLog opens the ledger again. One that was lost goes on from what we have
// folded.
func (c *controller) beginLog(t *task) error {
	missing, err := c.missing(t)
	if err != nil {
		return err
	}
	if missing {
		if err := c.saveSnapshot(t); err != nil && !errors.Is(err, ledger.ErrForeign) {
			return err
		}
	}
	return c.openLog(t)
}

// reload reads the ledger anew and puts the result in the place of the state.
func (c *controller) reload(t *task) error {
	for c.reloading {
		t.sleep(10 * time.Millisecond)
	}
	c.reloading = true
	defer func() { c.reloading = false }()
	if c.compare(t) == nil {
		return nil // somebody else has just done it
	}
	if err := c.beginLog(t); err != nil {
		return err
	}
	state, commands, err := c.load(t)
	if err != nil {
		return err
	}
	c.w.trace(c.name, "reloaded at %s", state.Protocol.Last.ID)
	c.state = state
	c.hear(commands)
	c.candidate.Reset()
	c.journal.restate()
	c.spoken.Doubt()
	for _, id := range c.liveIDs() {
		c.tellOffer(c.lives[id])
	}
	c.room.tellOffers()
	c.wake()
	return nil
}

// tellOffer tells a session which offer the ledger has for its contact.
func (c *controller) tellOffer(s *session) {
	rec := c.state.Contacts[s.id]
	if rec == nil {
		s.put(ledgerKnows{unknown: c.state.Protocol.Seq(string(s.id)) == 0})
		return
	}
	s.put(ledgerKnows{offer: rec.Offer, parties: rec.Parties, seq: c.state.Protocol.Seq(string(s.id))})
	if rec.GivenUp != "" {
		s.put(engine.GivenUp{Reason: rec.GivenUp, Queueing: rec.Queueings})
	}
	c.toldOfParties(s, rec)
	if cb := rec.Callback; cb != nil && !rec.Connected() {
		if cb.Place != nil {
			s.put(engine.CallbackAccepted{})
		}
		if cb.Call != "" {
			s.put(engine.TransferAccepted{Transfer: cb.Call})
		}
	}
	if rec.Offer != "" && !rec.Connected() {
		s.put(engine.OfferAccepted{
			Offer: rec.Offer, Phone: c.phoneOf(rec.Agent),
			Fact: fact.Offered{Contact: rec.ID, Agent: rec.Agent, Queue: rec.Queue, Center: rec.Center},
		})
	}
}
