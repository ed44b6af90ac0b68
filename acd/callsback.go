package acd

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// CallsBack binds the agent of an offer, by which he has a message, to the call that he makes
// for it: he is ready and has it at hand, or is busy with nothing else. Whoever has no capacity
// for messages has this one at hand from then on, as it stays his.
func (f *Floor) CallsBack(at int64, id contact.ID, message fact.OfferID, c fact.CallsBack) Void {
	a, o := f.Agents[c.Agent], f.Offers[message]
	switch {
	case c.Offer == "" || f.Offers[c.Offer] != nil || f.Errands[c.Offer] != nil:
		return "offer without a name of its own"
	case a == nil || o == nil || o.Agent != a.ID || o.TakenAt == 0 || o.Connected:
		return "the agent has not taken the message"
	case o.Beside && a.State != Ready, !o.Beside && a.Offer != o.ID:
		return Void("the agent is not free: " + string(a.State))
	case a.Trouble != "":
		return inTroubleFor[a.Trouble]
	}
	readySince := a.ReadySince
	if !o.Beside {
		readySince = o.ReadySince
		f.layDown(a, o, at)
	}
	f.Offers[c.Offer] = &Offer{
		ID: c.Offer, Contact: id, Agent: a.ID, Center: a.Center, Queue: c.Queue, Policies: c.Policies, At: at, ReadySince: readySince,
	}
	f.enter(a, Reserved, at)
	a.Offer = c.Offer
	return Accepted
}

// layDown puts into the agent's hands what he was busy with.
func (f *Floor) layDown(a *Agent, o *Offer, at int64) {
	o.Beside, o.LaidDown, o.Medium, o.ReadySince = true, true, f.Tickets[o.Contact].Medium, 0
	a.Offer = ""
	f.pickUp(a, o, at)
}
