package acd

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Errand binds an agent to somebody else's conversation: he is called into it, or he has
// just given it away and his leg is not gone yet. It takes him out of everybody's reach as
// an offer does, but no contact waits for him by it.
type Errand struct {
	ID       fact.OfferID     `json:"id"`
	Contact  contact.ID       `json:"contact"`
	Agent    contact.Agent    `json:"agent"`
	Policies contact.Policies `json:"policies"`
	At       int64            `json:"at"`
	// ReadySince gives the agent his place back if nobody needed him after all.
	ReadySince int64 `json:"ready_since,omitempty"`
	Joined     bool  `json:"joined,omitempty"`
	// Served says that he has talked with the caller, for whom he works on afterwards.
	Served bool `json:"served,omitempty"`
	// Supervises: it is a supervisor's, who called himself.
	Supervises bool `json:"supervises,omitempty"`
}

// Invite reserves an agent for a conversation. Only somebody who is ready is called; a
// supervisor, who calls himself, may be in a pause, which goes on afterwards.
func (f *Floor) Invite(at int64, c contact.ID, i fact.Invited) Void {
	a := f.Agents[i.Agent]
	switch {
	case f.Offers[i.Party] != nil || f.Errands[i.Party] != nil:
		return "a party without a name of its own"
	case a == nil || a.State == LoggedOut:
		return "the agent called is not logged in"
	case a.State != Ready && !(a.State == Paused && i.Role.Supervises()):
		return Void("the agent called is not ready: " + string(a.State))
	}
	e := &Errand{ID: i.Party, Contact: c, Agent: a.ID, Policies: i.Policies, At: at, ReadySince: a.ReadySince, Supervises: i.Role.Supervises()}
	if a.State == Paused {
		a.PauseWanted = a.Why // goes on afterwards
	}
	f.run(at, e, Reserved)
	return Accepted
}

// ContactOf is the contact that an agent has, or is called into; "" for none.
func (f *Floor) ContactOf(agent contact.Agent) contact.ID {
	a := f.Agents[agent]
	if a == nil {
		return ""
	}
	if o := f.Offers[a.Offer]; o != nil {
		return o.Contact
	}
	if e := f.Errands[a.Offer]; e != nil {
		return e.Contact
	}
	return ""
}

// run binds the agent to an errand.
func (f *Floor) run(at int64, e *Errand, s State) {
	if f.Errands == nil {
		f.Errands = map[fact.OfferID]*Errand{}
	}
	f.Errands[e.ID] = e
	a := f.Agents[e.Agent]
	f.enter(a, s, at)
	a.Offer = e.ID
}

// Join says that the agent of an errand has answered.
func (f *Floor) Join(at int64, id fact.OfferID) {
	if e := f.Errands[id]; e != nil {
		e.Joined = true
		f.enter(f.Agents[e.Agent], Talking, at)
	}
}

// Serves notes that the agents of errands hear the caller.
func (f *Floor) Serve(id fact.OfferID) {
	if e := f.Errands[id]; e != nil {
		e.Served = true
	}
}

// EndErrand frees the agent of an errand: into wrap-up if he has talked with the caller,
// aside if he did not answer, back to where he was otherwise.
func (f *Floor) EndErrand(at int64, id fact.OfferID, result contact.RingResult) {
	e := f.Errands[id]
	if e == nil {
		return
	}
	delete(f.Errands, id)
	a := f.Agents[e.Agent]
	a.Offer = ""
	if e.Served {
		f.wrapUp(a, e.Policies, at)
		return
	}
	aside, until := setAside(e.Policies, result, at, contact.IsOutside(a.Phone))
	switch {
	case aside && !e.Supervises && !a.LeaveWanted && a.PauseWanted == "":
		f.enter(a, SetAside, at)
		a.Why = string(result)
		f.setDeadline(a, until)
	case e.Joined:
		f.release(a, at)
	default:
		f.giveBack(a, at, e.ReadySince)
	}
}

// LetGo makes an errand of the offer of an agent who gives his conversation away: he is
// bound to it until his leg is gone, and works on afterwards.
func (f *Floor) LetGo(id fact.OfferID) {
	o := f.Offers[id]
	if o == nil || o.Beside { // no conversation is at hand
		return
	}
	delete(f.Offers, id)
	if f.Errands == nil {
		f.Errands = map[fact.OfferID]*Errand{}
	}
	f.Errands[id] = &Errand{
		ID: id, Contact: o.Contact, Agent: o.Agent, Policies: o.Policies, At: o.At, ReadySince: o.ReadySince, Joined: true, Served: true,
	}
}

// TakeOver gives a conversation to the agent of an errand.
func (f *Floor) TakeOver(at int64, id fact.OfferID, q contact.Queue) {
	e := f.Errands[id]
	if e == nil {
		return
	}
	delete(f.Errands, id)
	f.Offers[id] = &Offer{
		ID: id, Contact: e.Contact, Agent: e.Agent, Center: f.Agents[e.Agent].Center, Queue: q, Policies: e.Policies,
		At: e.At, ReadySince: e.ReadySince, RungAt: e.At, Connected: true, AnsweredAt: at,
	}
}

// Requeue gives a contact a place again that was answered. Its version goes on from that
// of the queue, which no earlier decision about the contact can have seen.
func (f *Floor) Requeue(at int64, id contact.ID, m contact.Medium, q fact.Queued) Void {
	if v := f.mayEnqueue(id, q); v != Accepted {
		return v
	}
	f.Left[id] = max(f.Left[id], f.QueueVersions[q.Queue])
	return f.Enqueue(at, id, m, q)
}
