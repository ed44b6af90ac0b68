package engine

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// A call that the agent's phone makes itself, while he has a caller, is a consultation of
// whom he has dialled: it is his ear and mouth for that in the place of his leg, which his
// phone has on hold meanwhile. The ledger knows nothing of it, and whoever takes the call up
// ends it: the consultation goes on by his leg.
//
//	talking ─ dials ─► it rings ─ answers ─► they talk by it
//	   ▲                  │                     │
//	   └── he ends it, or the other does ◄──────┘   the consultation is cancelled
//	       the Transfer key, or he ends his leg      it is completed

type (
	// OwnCall says that the phone of an agent calls somebody.
	OwnCall struct {
		Call string // the medium's name of it
		By   contact.Agent
		To   string // as it was dialled
	}
	// OwnCallEnded says that it is over.
	OwnCallEnded struct{ Call string }

	// RingEar lets it hear that the other's phone rings, and EndEar ends it.
	RingEar struct{ Call string }
	EndEar  struct{ Call string }
)

func (OwnCall) event()      {}
func (OwnCallEnded) event() {}
func (RingEar) command()    {}
func (EndEar) command()     {}

// Ear is a call of the agent's own by which he speaks with whom he consults.
type Ear struct {
	Call string
	// Host is his leg, Party the other.
	Host, Party fact.OfferID
}

// ownCall consults whom the agent's phone calls.
func (st *step) ownCall(e OwnCall) {
	d := Direct{Do: Consult, By: e.By}
	st.means(&d, e.To)
	if no := st.refuses(d); no != nil {
		st.out.Refused = no
		return
	}
	st.invite(d, fact.Consulted)
	st.s.Ear = Ear{Call: e.Call, Host: st.s.Record.Offer, Party: st.s.Asked}
}

// ownCallEnded cancels the consultation that it was for.
func (st *step) ownCallEnded(e OwnCallEnded) {
	ear := st.s.Ear
	if ear.Call != e.Call || e.Call == "" {
		return
	}
	st.s.Ear = Ear{}
	if p := st.s.Record.Party(ear.Party); p != nil && p.Role == fact.Consulted {
		st.dropParty(p, "agent")
	}
}

// endEar ends a call of the agent's own when it is of no use any more: the other is gone,
// or has the call, or the agent has it no more.
func (st *step) endEar() {
	ear, rec := st.s.Ear, &st.s.Record
	if ear.Call == "" || st.s.Phase == Talking && rec.Offer == ear.Host && rec.Party(ear.Party) != nil {
		return
	}
	st.s.Ear = Ear{}
	st.do(EndEar{Call: ear.Call})
}

// byEar puts the call of the agent's own in the place of his leg, once there is somebody
// to speak with.
func (st *step) byEar(a *Arrange) {
	ear := st.s.Ear
	if p := st.s.Record.Party(ear.Party); ear.Call != "" && p != nil && p.Joined() {
		a.Ear = ear.Call
		a.Legs = slices.DeleteFunc(a.Legs, func(o fact.OfferID) bool { return o == ear.Host })
	}
}

// completesByKey gives the call to whom the agent speaks with by a call of his own: at
// once, or, if his phone rings yet, as soon as he answers.
func (st *step) completesByKey() {
	rec := &st.s.Record
	if no := st.refuses(Direct{Do: Complete, By: rec.Agent}); no != nil {
		st.out.Refused = no
		return
	}
	p := rec.second()
	st.s.ByKey = p.ID
	if p.Joined() {
		st.handOver(p.ID)
		return
	}
	st.write(fact.PartyMoved{Party: p.ID, Role: fact.Target, By: rec.Agent})
	if st.s.Asked != st.s.ByKey {
		st.do(TellPhone{Offer: rec.Leg(), News: TransferBegun})
	}
}
