package acd

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Offer is a live reservation of one agent for one contact, or what one agent has at hand,
// from its acceptance to the end of the agent's leg.
type Offer struct {
	ID      fact.OfferID   `json:"id"`
	Contact contact.ID     `json:"contact"`
	Agent   contact.Agent  `json:"agent"`
	Center  contact.Center `json:"center"`
	// Medium is given of one that is at hand beside the agent's calls.
	Medium contact.Medium `json:"medium,omitempty"`
	// Beside tells so: it does not change what he does.
	Beside bool `json:"beside,omitempty"`
	// LaidDown tells of one that he was busy with, and has at hand since he calls for it
	// (CallsBack), though nothing else of its medium may be.
	LaidDown bool             `json:"laid_down,omitempty"`
	Queue    contact.Queue    `json:"queue"`
	Policies contact.Policies `json:"policies"`
	At       int64            `json:"at"`
	// ReadySince gives the agent his place back when the contact left first.
	ReadySince int64 `json:"ready_since"`
	RungAt     int64 `json:"rung_at,omitempty"`
	// TakenAt is when the agent took a mail; 0 for a call.
	TakenAt    int64 `json:"taken_at,omitempty"`
	Connected  bool  `json:"connected,omitempty"`
	AnsweredAt int64 `json:"answered_at,omitempty"`
	CallerGone bool  `json:"caller_gone,omitempty"`
}

// Offer reserves the agent, or gives the contact into his hands, if nothing the decision was
// based on has changed.
func (f *Floor) Offer(at int64, id fact.OfferID, o fact.Offered) Void {
	t, a := f.Tickets[o.Contact], f.Agents[o.Agent]
	switch {
	case id == "" || f.Offers[id] != nil:
		return "offer without a name of its own"
	case t == nil:
		return "contact does not wait"
	case a == nil:
		return "agent is unknown"
	case t.Offer != "" || t.Version != o.ContactVersion || t.Queue != o.Queue:
		return "contact has changed"
	case a.State != Ready || a.Version != o.AgentVersion:
		return "agent has changed"
	case a.beside(t.Medium) && !a.room(t.Medium):
		return "agent has no spare capacity"
	case f.QueueVersions[o.Queue] != o.QueueVersion:
		return "queue has changed"
	case t.circle.first(at) != t:
		// An earlier offer of the same batch was void: its contact goes first.
		return "somebody waits before"
	}
	f.unawait(t)
	f.bind(at, &Offer{
		ID: id, Contact: t.Contact, Agent: a.ID, Center: a.Center,
		Queue: t.Queue, Policies: t.Policies, At: at, ReadySince: a.ReadySince,
	}, t, a)
	return Accepted
}

// VoidOffer takes back an offer whose leg was never dialled: the agent is as
// ready as before, the contact (if it still waits) is back at its rank.
func (f *Floor) VoidOffer(at int64, id fact.OfferID) Void {
	o := f.Offers[id]
	switch {
	case o == nil:
		return "no such offer"
	case o.RungAt != 0 || o.TakenAt != 0 || o.Connected:
		return "the phone was dialled"
	}
	f.holdBack(o, at)
	f.endOffer(o, at, func(a *Agent) { f.giveBack(a, at, o.ReadySince) })
	return Accepted
}

// Rings says that the ring was sent.
func (f *Floor) Rings(at int64, id fact.OfferID) Void {
	o := f.Offers[id]
	switch {
	case o == nil:
		return "no such offer"
	case o.RungAt != 0 || o.TakenAt != 0 || o.Connected:
		return "rings already"
	}
	o.RungAt = at
	f.does(o, Ringing, at)
	return Accepted
}

// Take says that the agent has taken a mail: he is busy with it unless he has it at hand,
// and the contact keeps its place until he has answered.
func (f *Floor) Take(at int64, id fact.OfferID) Void {
	o := f.Offers[id]
	switch {
	case o == nil:
		return "no such offer"
	case o.TakenAt != 0 || o.Connected:
		return "taken already"
	case f.Tickets[o.Contact] == nil || f.Tickets[o.Contact].interactive():
		return "only a mail is taken"
	}
	o.TakenAt = at
	f.does(o, Talking, at)
	return Accepted
}

// FailOffer ends an offer whose leg is over without an answer: the contact is
// back at its own rank, the agent is set aside as the policy says.
func (f *Floor) FailOffer(at int64, r fact.OfferFailed) Void {
	o := f.Offers[r.Offer]
	switch {
	case o == nil:
		return "no such offer"
	case o.Connected:
		return "the offer was connected"
	}
	f.countLost(o, at, r.Result == contact.Lost)
	aside, until := setAside(o.Policies, r.Result, at, contact.IsOutside(f.Agents[o.Agent].Phone))
	if o.Beside {
		f.failBeside(o, at, r.Result, aside, until)
		return Accepted
	}
	f.endOffer(o, at, func(a *Agent) {
		if !aside || a.LeaveWanted || a.PauseWanted != "" {
			f.release(a, at)
			return
		}
		f.keepAside(a, at, until, r.Result)
	})
	return Accepted
}

// failBeside ends one that is at hand: more of its medium is kept from the agent. From one who has
// no capacity for it, and had only laid it down, nothing is kept so: he is set aside, or the same
// would be offered to him again at once.
func (f *Floor) failBeside(o *Offer, at int64, result contact.RingResult, aside bool, until int64) {
	a := f.Agents[o.Agent]
	if !o.LaidDown || a.beside(o.Medium) {
		f.endBeside(o, at, until, string(result))
		return
	}
	f.endBeside(o, at, 0, "")
	if aside && a.State == Ready {
		f.keepAside(a, at, until, result)
	}
}

func (f *Floor) keepAside(a *Agent, at, until int64, why contact.RingResult) {
	f.enter(a, SetAside, at)
	a.Why = string(why)
	f.setDeadline(a, until)
}

// heldBackFor is the pause in µs after an offer that came to nothing for no
// fault of the agent. Whatever made it fail may be so still, and leader and
// owner would answer each other as fast as the ledger goes.
const heldBackFor int64 = 1_000_000

// holdBack keeps the contact of an offer that is about to end out of the line
// for a while, or for as long as its person is not to be called anyway.
func (f *Floor) holdBack(o *Offer, at int64) {
	if t := f.Tickets[o.Contact]; t != nil && t.Offer == o.ID {
		t.NotBefore = max(t.NotBefore, at+heldBackFor)
	}
}

// countLost holds a contact back whose offers are lost again and again. The
// first time it keeps its turn: a link that came back costs nobody his place.
func (f *Floor) countLost(o *Offer, at int64, lost bool) {
	t := f.Tickets[o.Contact]
	switch {
	case t == nil || t.Offer != o.ID:
	case !lost:
		t.Lost = 0
	default:
		if t.Lost++; t.Lost > 1 {
			f.holdBack(o, at)
		}
	}
}

// setAside says whether and until when a ring result keeps an agent from
// offers; until 0 is without a deadline. A number outside never registers: unless
// the queue says for how long, one that cannot be reached is as one that does not answer.
func setAside(p contact.Policies, result contact.RingResult, at int64, outside bool) (aside bool, until int64) {
	if outside && result == contact.Unreachable && p.Unreachable == 0 {
		result = contact.NoAnswer
	}
	switch result {
	case contact.NoAnswer:
		return true, at + p.NoAnswer.Microseconds()
	case contact.Busy:
		return true, at + p.Busy.Microseconds()
	case contact.Refused, contact.Returned:
		return true, at + p.Refused.Microseconds()
	case contact.Unreachable:
		if p.Unreachable != 0 {
			return true, at + p.Unreachable.Microseconds()
		}
		return true, 0
	}
	return false, 0
}

// Connect says that both sides are bridged.
func (f *Floor) Connect(at int64, id fact.OfferID) Void {
	o := f.Offers[id]
	switch {
	case o == nil:
		return "no such offer"
	case o.Connected:
		return "connected already"
	}
	o.Connected, o.AnsweredAt = true, at
	if t := f.Tickets[o.Contact]; t != nil && t.Offer == id {
		f.discard(t)
	}
	f.does(o, Talking, at)
	return Accepted
}

// Restore makes an offer anew that the ledger lost with a failover, from what
// the contact's owner sees in Asterisk now: the phone rings, or both are
// bridged. Rings or Connect follows. What is seen overrides what was intended:
// it returns the offers, at most one of the agent and one of the contact, that
// gave way, and the errand of the agent if he was called into a conversation and
// has not answered. Only another conversation of the agent does not.
func (f *Floor) Restore(at int64, id fact.OfferID, c contact.ID, b fact.Bond) (gone []*Offer, called *Errand, v Void) {
	t, a := f.Tickets[c], f.Agents[b.Agent]
	switch {
	case id == "" || f.Offers[id] != nil:
		return nil, nil, "offer without a name of its own"
	case t == nil:
		return nil, nil, "contact does not wait"
	case a == nil:
		return nil, nil, "agent is unknown"
	case !a.beside(t.Medium) && a.State == Talking && f.inConversation(a):
		return nil, nil, "agent is in another conversation"
	}
	readySince := at
	switch o := f.Offers[a.Offer]; {
	case a.beside(t.Medium): // as he is
	case o != nil:
		readySince = o.ReadySince
		f.endOffer(o, at, func(*Agent) {}) // bound again at once
		gone = append(gone, o)
	case f.Errands[a.Offer] != nil:
		called = f.Errands[a.Offer]
		readySince = called.ReadySince
		delete(f.Errands, called.ID) // bound again at once
	case a.State == Ready:
		readySince = a.ReadySince
	case a.State == Paused: // goes on afterwards
		a.PauseWanted = a.Why
	case a.State == LoggedOut:
		a.LeaveWanted = true
	}
	if o := f.Offers[t.Offer]; o != nil {
		f.endOffer(o, at, func(other *Agent) { f.giveBack(other, at, o.ReadySince) })
		gone = append(gone, o)
	}
	f.unawait(t)
	f.bind(at, &Offer{
		ID: id, Contact: c, Agent: a.ID, Center: b.Center, Queue: b.Queue, Policies: b.Policies,
		At: at, ReadySince: readySince,
	}, t, a)
	return gone, called, Accepted
}

// inConversation tells a conversation, also one the agent was called into and has
// answered, or has given away and not left, from work on a mail, which gives way.
func (f *Floor) inConversation(a *Agent) bool {
	o := f.Offers[a.Offer]
	return o == nil || o.Connected
}

// bind reserves the agent for a contact that is out of the line already, or gives it into
// his hands.
func (f *Floor) bind(at int64, o *Offer, t *Ticket, a *Agent) {
	t.Offer, t.NotBefore = o.ID, 0
	f.Offers[o.ID] = o
	if a.beside(t.Medium) {
		o.Medium, o.Beside, o.ReadySince = t.Medium, true, 0
		f.pickUp(a, o, at)
		return
	}
	f.enter(a, Reserved, at)
	a.Offer = o.ID
}

// EndLeg frees the agent: into wrap-up after a conversation, otherwise (the
// caller left first) straight back.
func (f *Floor) EndLeg(at int64, id fact.OfferID) Void {
	o := f.Offers[id]
	if o == nil {
		return "no such offer"
	}
	f.endOffer(o, at, func(a *Agent) {
		if !o.Connected {
			f.giveBack(a, at, o.ReadySince)
			return
		}
		f.wrapUp(a, o.Policies, at)
	})
	return Accepted
}

// wrapUp lets an agent work on after a conversation, for as long as he or the queue says.
func (f *Floor) wrapUp(a *Agent, p contact.Policies, at int64) {
	lasts := a.wrapUpAfter(p)
	if lasts <= 0 {
		f.release(a, at)
		return
	}
	f.enter(a, WrapUp, at)
	f.setDeadline(a, at+lasts.Microseconds())
}

// wrapUpAfter is how long the agent works on after a conversation.
func (a *Agent) wrapUpAfter(p contact.Policies) time.Duration {
	if a.WrapUp != nil {
		return *a.WrapUp
	}
	return p.WrapUp
}

// does changes what the agent of an offer does, unless he has it at hand.
func (f *Floor) does(o *Offer, s State, at int64) {
	if !o.Beside {
		f.enter(f.Agents[o.Agent], s, at)
	}
}

// endBeside forgets an offer that is at hand; until and why are as for putDown.
func (f *Floor) endBeside(o *Offer, at, until int64, why string) {
	delete(f.Offers, o.ID)
	if t := f.Tickets[o.Contact]; t != nil && t.Offer == o.ID {
		f.requeue(t, at)
	}
	f.putDown(f.Agents[o.Agent], o, at, until, why)
}

// endOffer forgets the offer, gives the contact its place back if it waits
// still, and lets free say what becomes of an agent who was bound.
func (f *Floor) endOffer(o *Offer, at int64, free func(*Agent)) {
	if o.Beside {
		f.endBeside(o, at, 0, "")
		return
	}
	delete(f.Offers, o.ID)
	if t := f.Tickets[o.Contact]; t != nil && t.Offer == o.ID {
		f.requeue(t, at)
	}
	a := f.Agents[o.Agent]
	a.Offer = ""
	free(a)
}
