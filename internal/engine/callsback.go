package engine

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// An agent who has a recorded message has the person called who left it. That is a contact of
// its own, which begins with the agent: its arrival claims him, his phone rings once the
// ledger has accepted it, and the person is called when he has answered, as in any call back
// (callback.go). There is one attempt, and no place in a queue: what came to nothing is over,
// and the message is where it was. Once both talk it is a call like any other.
//
//	arrived ──► Promising ── accepted ──► Trying ── agent answers ──► Calling ── the person ──► Joining ──► Talking
//	               │ void                   │ he does not               │ not reached    answers
//	               ▼                        ▼                           ▼
//	              Gone, of which           Gone: failed                Gone: failed
//	              the ledger knows nothing

type (
	// CallsBackAccepted says that the ledger accepted the arrival: the agent's phone may ring.
	CallsBackAccepted struct{ Phone string }
	// CallsBackRefused says that it did not.
	CallsBackRefused struct{}
)

func (CallsBackAccepted) event() {}
func (CallsBackRefused) event()  {}

// ForMessage reports whether an agent calls the person for a message, and has not talked with
// him yet.
func (r *Record) ForMessage() bool { return r.CallsFor != "" && !r.Answered() }

// callsBack begins the record of such a call.
func (r *Record) callsBack(at int64, c fact.CallsBack) {
	r.CallsFor, r.Topic, r.Queue, r.Policies = c.Message, c.Topic, c.Queue, c.Policies
	r.routed(c.Department, c.Organisation)
	r.Callback = &Callback{
		Number: c.Number, NumberHash: c.NumberHash, Attempts: 1, Ring: c.Ring, Hours: c.Hours, ExpiresAt: lastOf(c.Hours), RequestedAt: at,
	}
	r.Offer, r.OfferedAt, r.Agent, r.Center = c.Offer, at, c.Agent, c.Center
}

// lastOf is when the last of some times ends.
func lastOf(hours []contact.Window) (end int64) {
	for _, w := range hours {
		end = max(end, w.Until)
	}
	return end
}

// callsBackAccepted rings the agent who has just asked for the call.
func (st *step) callsBackAccepted(e CallsBackAccepted) {
	rec := &st.s.Record
	if st.s.Phase != Promising || !rec.ForMessage() {
		return
	}
	st.s.Phase, st.s.Rung = Trying, rec.Offer
	st.do(Ring{Offer: rec.Offer, Agent: rec.Agent, Phone: e.Phone, Display: st.display(), Timeout: rec.Policies.Ring})
	st.arm(RingTimer, rec.Policies.Ring+RingGrace)
}

// callsBackLate gives up a call that the ledger has not accepted in time: should it do so yet,
// nobody is rung who asked long ago.
func (st *step) callsBackLate() {
	const late = "the ledger did not accept it in time"
	st.write(fact.OfferVoid{Offer: st.s.Record.Offer, Reason: late})
	st.giveUpCalling(late)
}

// callsBackRefused forgets what the ledger knows nothing of: nobody's phone has rung.
func (st *step) callsBackRefused() {
	if rec := &st.s.Record; st.s.Phase == Promising && rec.CallsFor != "" {
		rec.noOffer()
		rec.ClosedAt = st.at
		st.disarm(RingTimer)
		st.s.Phase = Gone
	}
}

// nobodyElse ends a call for a message whose agent is gone: no other has the message.
func (st *step) nobodyElse() {
	st.disarm(RingTimer)
	if st.s.Reached {
		st.s.Phase = Waiting
		st.do(Release{Cause: normalClearing})
		st.notCalled(contact.Lost, 0)
		return
	}
	st.giveUpCalling(st.nobodyElseSince())
}

// nobodyElseSince is why: when the hours end while his phone rings, we have hung up on him.
func (st *step) nobodyElseSince() string {
	if cb := st.s.Record.Callback; st.at >= cb.ExpiresAt || !permitted(cb.Hours, st.at) {
		return "people are not called any more at this hour"
	}
	return "the agent was not on the line"
}
