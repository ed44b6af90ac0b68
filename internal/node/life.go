package node

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// life is what the session of a call and the letter of a mail have in common: the
// core's state of one contact, its timers, and the mailbox through which timers,
// medium and ledger speak to the one goroutine that handles it.
type life struct {
	c     *Controller
	node  contact.Node
	id    contact.ID
	rules engine.Rules
	box   *mailbox

	state engine.Session
	seq   uint64 // of the last fact written
	// owed are the operations that were done without a fact of their own, such as hanging
	// up on a leg, whose end is written when it is seen. The facts that come next answer
	// them: whoever repeats one once its agent is free for somebody else finds the answer.
	owed []string
	// unknown: the ledger lost the contact for good.
	unknown bool
	timers  [engine.TimerKinds]*time.Timer
	first   *engine.Arrived // begins a new contact, before everything in the mailbox
	firstOp string          // the operation that this answers; empty if nobody asked for it

	cutOff  bool // we hang up on the caller, and no end of his was decided
	panics  int  // how often an event of this contact has made the program panic
	givenUp bool // for that
	ended   bool // without the core
}

// maxOwed bounds them: Asterisk may be silent for long, and somebody press a key for ever.
const maxOwed = 16

// happen runs the core and carries out what it asks for: facts first. The first
// fact answers the operation, if there is one; do carries out what is the
// medium's. An operation that is done without a fact is owed.
func (v *life) happen(e engine.Event, op string, do func(engine.Command)) *engine.NotDone {
	at := v.c.clock.now()
	next, effects := engine.Step(v.rules, v.state, at, e)
	switch {
	case op == "" || effects.Refused != nil || slices.Contains(v.owed, op):
	case len(effects.Facts) > 0:
		v.owed = slices.Insert(v.owed, 0, op)
	case len(v.owed) < maxOwed:
		v.owed = append(v.owed, op)
	}
	answered := min(len(v.owed), len(effects.Facts))
	v.c.journal.put(v.node, string(v.id), v.seq+1, at, v.owed[:answered], effects.Facts)
	if len(effects.Facts) > 0 {
		// After the commands: who is woken last runs first, and somebody's phone may wait for
		// what follows from these facts, while a request may keep a processor busy.
		defer v.c.journal.signal()
	}
	v.owed = slices.Clone(v.owed[answered:])
	v.watchEnd(&next, effects)
	v.state = next
	v.seq += uint64(len(effects.Facts))
	for _, command := range effects.Commands {
		switch command := command.(type) {
		case engine.Arm:
			v.arm(command)
		case engine.Disarm:
			v.disarm(command.Timer)
		default:
			do(command)
		}
	}
	if _, keyed := e.(engine.AgentKey); keyed && effects.Refused != nil {
		v.notByKey("what an agent keyed during a call was refused", effects.Refused)
		return nil // nobody waits for an answer
	}
	return effects.Refused
}

func (v *life) arm(a engine.Arm) {
	v.disarm(a.Timer)
	fired := engine.Fired{Timer: a.Timer, N: a.N}
	v.timers[a.Timer] = time.AfterFunc(a.After, func() { v.box.put(engineEvent{fired}) })
}

func (v *life) disarm(t engine.Timer) {
	if v.timers[t] != nil {
		v.timers[t].Stop()
		v.timers[t] = nil
	}
}

func (v *life) disarmAll() {
	for t := range v.timers {
		v.disarm(engine.Timer(t))
	}
}

// lostOffer notes what the ledger knows of the contact; the event says that it
// lost the offer on which we are.
func (v *life) lostOffer(m ledgerKnows) (gone engine.OfferGone, lost bool) {
	v.unknown = m.unknown
	mine := v.state.Record.Offer
	if mine == "" || mine == m.offer || v.state.Record.Connected() {
		return gone, false
	}
	v.c.live.repaired("lost_offer")
	return engine.OfferGone{Offer: mine}, true
}

// lostParties are those of whom the ledger knows nothing, although it has all that was
// written of them: the call of one gave way while the ledger was read anew, or was void.
func (v *life) lostParties(m ledgerKnows) (gone []engine.PartyRefused) {
	if m.seq < v.seq {
		return nil
	}
	for _, p := range v.state.Record.Parties {
		if !slices.ContainsFunc(m.parties, func(known engine.Party) bool { return known.ID == p.ID }) {
			gone = append(gone, engine.PartyRefused{Party: p.ID})
		}
	}
	return gone
}

// known reports whether the ledger has all that was written and has closed the
// contact, or will never know of it. What it did not know when we looked may have been
// on its way, and an offer may have followed it since, which somebody must answer.
func (v *life) known() bool {
	return v.c.settled(v.id, v.seq) || v.unknown && v.c.neverKnows(v.id)
}

// neverKnows reports whether the ledger knows nothing of a contact, and its first fact is
// not at hand to be written.
func (c *Controller) neverKnows(id contact.ID) bool {
	c.mu.RLock()
	nothing := c.state.Protocol.Seq(string(id)) == 0
	c.mu.RUnlock()
	return nothing && !c.journal.fills(string(id), 1)
}

// offered puts an accepted offer in the mailbox. Called with the state locked.
func (v *life) offered(a fold.Applied, f fact.Offered, phone string) {
	v.box.put(engineEvent{engine.OfferAccepted{
		Offer: fact.OfferID(a.Entry.Self.String()), Fact: f, Phone: phone,
	}})
}

// foreign puts a fact that somebody else wrote in the mailbox.
func (v *life) foreign(a fold.Applied, e engine.Event) {
	if a.Entry.Writer != v.c.instance {
		v.box.put(engineEvent{e})
	}
}

// settled reports whether the ledger knows all facts of a contact, up to seq,
// and has closed it.
func (c *Controller) settled(id contact.ID, seq uint64) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.state.Contacts[id] == nil && c.state.Protocol.Seq(string(id)) >= seq
}

// isOver reports whether the ledger had such a contact, and has closed it.
func (c *Controller) isOver(id contact.ID) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.lives[id] == nil && c.state.Contacts[id] == nil && c.state.Protocol.Seq(string(id)) > 0
}

// forget ends the registration of a life, unless another one took its place.
func (c *Controller) forget(v *life) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lives[v.id] == v {
		delete(c.lives, v.id)
	}
}
