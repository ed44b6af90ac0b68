package report

import (
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// recount rebuilds everything from the facts that had an effect. Feed it with
// take, entry by entry from the beginning of the ledger.
type recount struct {
	lives   map[contact.ID]*life
	arrived []*life // in the order of their arrival facts
	numbers numbers
	agents  map[contact.Agent]*bound
	order   order
	held    []*life // out of their line for a moment, see held.go
	doubles doubles
	absence absence
	// left are the messages that were recorded.
	left map[fact.MessageID]*left
	// violations are what was found, in the order of the ledger.
	violations []Violation
	last       ledger.ID
	lastAt     int64
	since      int64 // of the oldest entry, if there was one before it
}

// Violation is one broken invariant, with its place in the ledger.
type Violation struct {
	Invariant string    `json:"invariant"`
	Position  ledger.ID `json:"position"`
	Text      string    `json:"text"`
}

func newRecount() *recount {
	return &recount{
		lives:   map[contact.ID]*life{},
		numbers: numbers{},
		left:    map[fact.MessageID]*left{},
		agents:  map[contact.Agent]*bound{},
		order:   order{},
		doubles: doubles{agents: map[contact.Agent]fact.OfferID{}, contacts: map[contact.ID]fact.OfferID{}},
		absence: absence{nodes: map[string]*presence{}},
	}
}

// take counts one entry.
func (r *recount) take(a fold.Applied) {
	if a.Verdict.Stops() {
		return
	}
	if r.last.IsZero() && !a.Entry.Prev.IsZero() {
		r.since, r.absence.since = a.Entry.At, a.Entry.At
	}
	r.last, r.lastAt = a.Entry.Self.ID, max(r.lastAt, a.Entry.At)
	r.absence.take(a)
	if !a.Effective() {
		return
	}
	if about, isAgent := agentOf(a.Fact); isAgent {
		r.agentFact(a, about)
		return
	}
	if r.messageFact(a.Fact) {
		r.contactOfMessage(a)
		return
	}
	r.contactFact(a, contact.ID(a.Entry.Subject))
}

// goesBackTo is nil for a ledger that goes back to its first entry.
func (r *recount) goesBackTo(zone *time.Location) *time.Time {
	if r.since == 0 {
		return nil
	}
	since := time.UnixMicro(r.since).In(zone)
	return &since
}

// agentOf is the agent of a fact that concerns an agent alone.
func agentOf(f fact.Fact) (contact.Agent, bool) {
	switch f := f.(type) {
	case fact.LoggedIn:
		return f.Agent, true
	case fact.LoggedOut:
		return f.Agent, true
	case fact.Paused:
		return f.Agent, true
	case fact.Resumed:
		return f.Agent, true
	case fact.Reachable:
		return f.Agent, true
	case fact.Expired:
		return f.Agent, true
	case fact.AgentRenewed:
		return f.Card.Agent, true
	case fact.AgentChanged:
		return f.Agent, true
	case fact.AgentSeated:
		return f.Card.Agent, true
	case fact.AgentWrapUp:
		return f.Agent, true
	case fact.AgentPhone:
		return f.Agent, true
	}
	return "", false
}

func (r *recount) contactFact(a fold.Applied, id contact.ID) {
	at := a.Entry.At
	if f, isArrival := a.Fact.(fact.Arrived); isArrival {
		l := &life{id: id, medium: f.Medium, entry: f.Entry, node: f.Node, caller: f.Caller, hidden: f.Withheld, hash: f.CallerHash, arrived: at, mailboxes: mailboxes{}}
		r.lives[id] = l
		r.arrived = append(r.arrived, l)
		r.numbers.add("offered", f.Entry, f.Medium)
		r.bornFor(l, f)
		if f.CallsBack != nil {
			r.callsBack(a, l, *f.CallsBack)
		}
		return
	}
	l := r.lives[id]
	if l == nil {
		return // activation of a configuration, or a contact from before the log
	}
	undecided := l.outcome == contact.StillHere
	l.links += linksIn(a.Fact)
	r.inMailbox(l, a.Fact)
	switch f := a.Fact.(type) {
	case fact.MessageDone:
		r.messageHeard(a, l)
	case fact.Waiting:
		l.authentication = f.Authentication
		if f.Asked != "" {
			l.asked, l.topic = true, f.Asked
		}
	case fact.Identified:
		l.authentication = max(l.authentication, f.Authentication)
	case fact.Queued:
		l.enqueue(at, f)
		l.held = 0
		r.opens(at, l, circleAt(f, at))
	case fact.Circle:
		r.opens(at, l, circle{step: f.Step, centers: f.Centers})
	case fact.GivenUp:
		l.held = 0
		r.order.leave(l)
	case fact.Foretold:
		if f.Until != 0 {
			l.told, l.quit = f.Until, 0
		}
	case fact.SteppedOut:
		r.stepsOut(a, l)
	case fact.Offered:
		r.offered(a, l, f)
	case fact.Ringing:
		if l.live != f.Offer {
			r.restore(a, l, f.Offer, f.Bond)
			r.holder(l).rings(at, l)
		} else {
			r.rings(at, l)
		}
	case fact.Taken:
		l.taken = at
		r.checkDeadline(a, r.holder(l))
		r.holder(l).handles(at, l)
	case fact.OfferVoid:
		r.numbers.add("offers", "void")
		l.held = at + heldBackFor
		r.offerEnds(a, l, "")
	case fact.OfferFailed:
		r.numbers.add("offers", f.Result)
		l.countLost(at, f.Result)
		r.offerEnds(a, l, f.Result)
	case fact.Connected:
		r.connected(a, l, f)
	case fact.LegEnded:
		if !r.partEnded(a, l, f.Offer) {
			r.legEnded(a, l)
		}
	case fact.Rated:
		r.rate(l, f)
	case fact.CallbackRequested:
		l.promise(f)
	case fact.CallbackWithdrawn:
		l.callback = false
	case fact.CallingBack:
		r.checkDeadline(a, r.holder(l))
		r.holder(l).talks(at)
	case fact.CallbackFailed:
		r.notCalled(at, l, f)
	case fact.Transferring:
		l.transfer(f)
		r.order.leave(l)
	case fact.Transferred:
		l.decide(at, contact.TransferredOut)
	case fact.Closed:
		l.close(at, f)
		r.order.leave(l)
	default:
		r.conversationFact(a, l)
	}
	if undecided && l.outcome != contact.StillHere {
		r.countOutcome(l)
		r.cancelled(l, a.Fact)
	}
}

func (r *recount) offered(a fold.Applied, l *life, f fact.Offered) {
	id := fact.OfferID(a.Entry.Self.String())
	r.checkDouble(a, l, f, id)
	l.offer, l.live, l.since = f, id, 0
	l.offers++
	r.order.leave(l)
	r.readmit(a.Entry.At)
	r.checkOrder(a, l)
	r.pickUp(l)
	if l.hand != nil {
		r.checkCapacity(a, l, f.Agent)
	}
	r.holder(l).reserve(a.Entry.At, l)
}

func (r *recount) rings(at int64, l *life) {
	if l.onTheLine() {
		latency := Span(max(at-l.offer.PossibleSince, 0))
		l.rung = append(l.rung, latency)
		r.numbers.observe("latency", latency)
	}
	r.holder(l).rings(at, l)
}

// offerEnds puts the contact back, if it waits still.
func (r *recount) offerEnds(a fold.Applied, l *life, result contact.RingResult) {
	r.doubles.end(l)
	r.putDown(l)
	l.live, l.taken = "", 0
	r.waitsAgain(a.Entry.At, l)
	r.checkDeadline(a, r.holder(l))
	r.holder(l).offerEnds(a.Entry.At, l, result)
}

func (r *recount) connected(a fold.Applied, l *life, f fact.Connected) {
	if l.live != f.Offer {
		r.restore(a, l, f.Offer, f.Bond)
	}
	r.numbers.add("offers", "connected")
	r.checkDeadline(a, r.holder(l))
	r.holder(l).talks(a.Entry.At)
	l.connect(a.Entry.At, f)
	r.doneBy(l)
}

func (r *recount) legEnded(a fold.Applied, l *life) {
	l.left = departure{agent: l.offer.Agent, unanswered: l.since == 0}
	if l.left.unanswered {
		r.numbers.add("offers", "caller_left")
		r.offerEnds(a, l, "")
		return
	}
	l.legGone = a.Entry.At
	if l.onTheLine() {
		talked := Span(max(a.Entry.At-l.since, 0))
		l.talked += talked
		l.left.talked = talked
		r.numbers.observe("talk", talked)
	} else {
		l.left.talked = l.talk()
	}
	l.since = 0
	r.doubles.end(l)
	r.putDown(l)
	l.live = ""
	r.holder(l).wraps(a.Entry.At, l)
}

func (r *recount) countOutcome(l *life) {
	r.numbers.add("outcome", l.outcome, l.queue, l.center, l.medium)
	switch l.outcome {
	case contact.Abandoned:
		short := "no"
		if l.short() {
			short = "yes"
		}
		r.numbers.add("abandoned", l.entry, l.queue, l.stage, short)
	case contact.Dissuaded:
		r.numbers.add("dissuaded", l.queue, l.refusal)
	}
	if l.queued != 0 && l.onTheLine() && !l.callback {
		r.numbers.observe("wait", l.wait(), l.queue, l.outcome)
	}
	if kept := l.promiseOf(); kept != "" {
		r.numbers.add("promises", l.queue, kept)
	}
	if l.countsAsAsked() {
		r.numbers.add("asked", l.entry, l.queue, l.organisation, l.medium)
	}
}

func (r *recount) violate(invariant string, at ledger.ID, format string, args ...any) {
	r.violations = append(r.violations, Violation{Invariant: invariant, Position: at, Text: fmt.Sprintf(format, args...)})
}
