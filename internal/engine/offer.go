package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// offerAccepted dials the agent, unless our own view says that the contact does
// not wait any more: then the offer is answered all the same, by taking it back.
//
// An offer that is told twice is answered once.
func (st *step) offerAccepted(e OfferAccepted) {
	rec := &st.s.Record
	switch {
	case e.Offer == rec.Offer || slices.Contains(st.s.Settled[:], e.Offer):
		return
	case st.s.Phase != Waiting || rec.Offer != "": // or the leg of another is being hung up
		st.settled(e.Offer)
		st.write(fact.OfferVoid{Offer: e.Offer, Reason: "contact was " + string(st.s.Phase)})
		return
	}
	rec.Apply(st.at, e.Offer, e.Fact)
	st.s.Phase, st.s.Rung = Trying, e.Offer
	st.do(Ring{Offer: e.Offer, Agent: e.Fact.Agent, Phone: e.Phone, Display: st.display(), Timeout: rec.Policies.Ring})
	st.arm(RingTimer, rec.Policies.Ring+RingGrace)
}

// settled remembers an offer that needs nothing more from us.
func (st *step) settled(o fact.OfferID) {
	copy(st.s.Settled[1:], st.s.Settled[:])
	st.s.Settled[0] = o
}

// display is what the agent reads before speaking: why, from where, how far the caller
// has said who he is, how long.
func (st *step) display() string {
	rec := &st.s.Record
	parts := []string{}
	if rec.Away() {
		parts = append(parts, "rappel")
	}
	if rec.Away() && rec.Callback.Appointment != nil {
		parts[0] = "rendez-vous"
	}
	if rec.Topic != "" {
		parts = append(parts, string(rec.Topic))
	}
	if rec.Department != "" {
		parts = append(parts, string(rec.Department))
	}
	if rec.Authentication > 0 {
		parts = append(parts, fmt.Sprintf("ident. %d", rec.Authentication))
	}
	parts = append(parts, waited(st.at-rec.WaitsSince()))
	return strings.Join(parts, " · ")
}

// waited writes a wait in µs the way a phone's small screen can show it.
func waited(us int64) string {
	d := time.Duration(max(us, 0)) * time.Microsecond
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02d", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dmin%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// offerGone follows the ledger, which lost the offer or took it back without
// us. A phone that rings and a conversation go on all the same: the ledger
// follows what is in Asterisk, and learns it from the facts that told it.
func (st *step) offerGone(e OfferGone) {
	rec := &st.s.Record
	if e.Offer == "" || rec.Offer != e.Offer || rec.RungAt != 0 || st.s.Phase == Talking {
		return
	}
	st.do(DropLeg{Offer: e.Offer})
	st.settled(e.Offer)
	if rec.ForMessage() {
		// It is ours, and comes back with the arrival if a failover has lost that: then it is over.
		st.write(fact.OfferVoid{Offer: e.Offer, Reason: "the ledger lost it"})
	}
	rec.noOffer()
	switch st.s.Phase {
	case Promising:
		if rec.ForMessage() {
			st.nobodyElse()
		}
	case Trying, Joining:
		st.waitAgain()
	case Calling:
		st.agentLeftFirst()
		st.waitAgain()
	}
}

// waitAgain lets the caller wait on at his own rank; the music goes on.
func (st *step) waitAgain() {
	st.disarm(RingTimer)
	if st.s.Phase == Gone {
		return // that was the last attempt to call back
	}
	if st.s.Record.ForMessage() {
		st.nobodyElse()
		return
	}
	if st.s.Phase == Joining && st.interactive() && st.onLine() {
		st.do(st.music())
	}
	st.s.Phase = Waiting
	st.armRoute()
	st.stepsOut()
}

func (st *step) agentRings(e AgentRings) {
	rec := &st.s.Record
	if e.Offer != "" && rec.Offer == e.Offer && rec.RungAt == 0 && !rec.Connected() {
		st.write(fact.Ringing{Offer: e.Offer, Leg: e.Leg, Bond: rec.bond()})
	}
}

// agentAnswered joins both sides. An answer that comes when nobody waits for it
// any more (the caller left, the ring was given up) only ends the leg.
func (st *step) agentAnswered(e AgentAnswered) {
	if p := st.s.Record.Party(e.Offer); p != nil {
		st.partyAnswered(p)
		return
	}
	switch {
	case st.s.Record.callsBy(e.Offer):
		st.personAnswered()
	case st.s.Record.Leg() != e.Offer:
		st.do(DropLeg{Offer: e.Offer})
	case !st.interactive():
		st.taken()
	case st.s.Phase == Calling: // told again: the person is being called
	case st.s.Phase == Trying && st.whispers(e.Offer):
	case st.s.Phase == Trying:
		st.meet(e.Offer)
	case st.s.Phase == Talking && !st.plain(): // told again: what is arranged anew has it
	case st.s.Phase == Joining || st.s.Phase == Talking:
		// Told again after a gap: the leg is up but not in the bridge.
		st.silence()
		st.do(Join{Offer: e.Offer})
		if st.s.Phase == Joining {
			st.arm(RingTimer, JoinTime)
		}
	default:
		st.do(DropLeg{Offer: e.Offer})
	}
}

// meet joins the caller and who has answered, or calls the person who is to be called back.
func (st *step) meet(o fact.OfferID) {
	if st.s.Record.Away() && !st.s.Reached {
		st.callBack()
		return
	}
	st.s.Phase = Joining
	st.silence()
	st.do(Join{Offer: o})
	st.arm(RingTimer, JoinTime)
}

// connected is the moment at which the contact is answered, or transferred.
func (st *step) connected(o fact.OfferID, reply string) {
	rec := &st.s.Record
	if rec.Leg() != o || (st.s.Phase != Joining && st.s.Phase != Trying) {
		return
	}
	st.disarm(RingTimer)
	st.disarmComfort()
	if st.s.Phase == Trying && st.s.Reached {
		st.silence() // a person found on the line after a gap, where both were bridged
	}
	st.s.Phase, st.s.WantsOut = Talking, "" // who has an agent no longer wants out
	if rec.Transfer != nil {
		st.write(fact.Transferred{Transfer: rec.Transfer.ID})
	} else {
		st.write(fact.Connected{
			Offer: o, Organisation: rec.Organisation, ServedBy: rec.Center, Reply: reply, Bond: rec.bond(),
		})
	}
	st.s.Arranged = rec.arrangement("") // as Join has it
}

// agentLeft is defined for every phase: only the end of the leg frees the
// agent, so each way here writes exactly one fact that does.
func (st *step) agentLeft(e AgentLeft) {
	switch rec := &st.s.Record; {
	case rec.Party(e.Offer) != nil:
		st.settled(e.Offer)
		st.partyGone(rec.Party(e.Offer), e)
		return
	case rec.callsBy(e.Offer):
		st.notCalled(e.Result, e.Cause)
		return
	case e.Offer == "" || rec.Leg() != e.Offer:
		return
	case rec.Transfer != nil:
		st.serviceLeft(e)
		return
	}
	st.settled(e.Offer)
	switch st.s.Phase {
	case Talking:
		st.write(fact.LegEnded{Offer: e.Offer, By: "agent"})
		st.hostLeft(e.Offer)
	case Trying, Joining, Calling:
		st.unanswered(e)
	default:
		st.write(fact.LegEnded{Offer: e.Offer, By: "caller"})
		switch waits := st.s.Phase == Waiting; {
		case (waits || st.s.Phase == Promising) && st.s.Record.ForMessage():
			st.nobodyElse() // perhaps for the hours in which people are called are just over
		case waits:
			st.armRoute() // the person was not reached, and time may have run out meanwhile
			st.stepsOut()
		}
	}
}

// unanswered puts the caller back at his own rank; the music goes on.
func (st *step) unanswered(e AgentLeft) {
	result := e.Result
	if result == "" {
		result = contact.Lost
	}
	if st.s.Phase == Calling {
		st.agentLeftFirst()
	}
	st.write(fact.OfferFailed{Offer: e.Offer, Result: result, Cause: e.Cause})
	st.waitAgain()
}

// Resume takes a contact up from its record: after a restart, or at another
// controller. The medium then reports what it finds, beginning with Restarted.
func Resume(rec Record) Session {
	s := Session{Record: rec}
	if json.Unmarshal(rec.Menu, &s.Menu) != nil {
		s.Menu = ivr.State{} // begins again
	}
	s.Menu.Authentication = max(s.Menu.Authentication, rec.Authentication) // in the middle of a conversation, perhaps
	if why := s.Menu.Refused; why != "" && rec.Queueings == 0 && (rec.Transfer != nil || rec.Unreached != "") {
		s.Refused = &Refusal{Reason: why} // by a queue whose menu then sent the caller outside
	}
	switch {
	case rec.ClosedAt != 0:
		s.Phase = Gone
	case rec.Met() && (rec.Leg() != "" || rec.second() != nil || rec.Unsent):
		s.Phase, s.Arranged, s.ByKey = Talking, rec.arrangement(""), rec.byKey()
	case rec.Met():
		s.Phase = Leaving
	case rec.Callback != nil && rec.Callback.Call != "" && !rec.Returned:
		s.Phase, s.Called = Waiting, rec.Callback.Call
		switch {
		case rec.AgentWaits():
			s.Phase = Calling
		case rec.Offer != "":
			s.Phase = Trying // the next agent; the person waits since the first one left
		}
	case rec.Offer != "" && rec.TakenAt != 0:
		s.Phase = Joining
	case rec.Leg() != "":
		s.Phase = Trying
	case rec.waits() || !rec.Medium.Interactive():
		s.Phase = Waiting
	default:
		s.Phase = InMenu
	}
	return s
}

// Unwritten says that the latest facts of the contact that was just taken up are our
// own, and that the ledger holds only the given record so far. The caller is not told
// of a promise before it is accepted.
func (s *Session) Unwritten(ledger Record) {
	if cb := s.Record.Callback; s.Phase == InMenu && cb != nil && ledger.Callback == nil {
		s.Phase = Promising
	}
}

// talkingAs are the words for a conversation. Somebody who is called to join changes
// nothing for those who talk.
var talkingAs = map[Conversation]string{
	Together: "talking", Inviting: "talking", OnHold: "held", Asking: "consulting", Consulting: "consulting",
	Sending: "sent on", Several: "conference",
}

// Standing says in one word where a contact is, for boards.
func (r *Record) Standing() string {
	switch {
	case r.ClosedAt != 0:
		return "closed"
	case r.Connected() && r.Conversation() == Apart:
		return "leaving"
	case r.Connected():
		return talkingAs[r.Conversation()]
	case r.Transfer != nil && r.TransferredAt == 0:
		return "transferring"
	case r.Transfer != nil:
		return "transferred"
	case r.TransferredAt != 0:
		return "leaving"
	case r.Callback != nil && r.Callback.Call != "" && !r.Returned:
		return "calling back"
	case r.TakenAt != 0:
		return "handling"
	case r.RungAt != 0 && r.Medium.Interactive():
		return "ringing"
	case r.Offer != "":
		return "offered"
	case r.Away():
		return "callback"
	case r.waits():
		return "waiting"
	}
	return "menu"
}

// StageOf says how far a contact without an outcome has come.
func (r *Record) StageOf() contact.Stage {
	switch {
	case r.Leg() != "":
		return contact.InRing
	case r.waits():
		return contact.InQueue
	}
	return contact.InMenu
}
