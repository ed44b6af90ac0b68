// Package acd is the floor: the agents, the contacts that wait for them, and
// the match between both.
//
// A Floor changes only by accepted facts: each method that takes a fact
// validates it first and then applies it, or returns the reason why it is void
// and changes nothing. Propose reads a floor and says which offers should be
// made now; making them is the ledger's business. Nothing here knows a clock,
// a telephone or a configuration: times are µs of site time that come with the
// facts.
//
// An agent's states and what moves them:
//
//	logged_out ──login──► ready ──offered──► reserved ──dialled──► ringing
//	    ▲                  ▲  ▲                  │                    │  │
//	    │                  │  └──void, caller────┴──── left ──────────┘  │
//	    │                  │                                             │
//	    │     expired or   ├── set_aside ◄── no answer, busy, refused, ──┤
//	    │     resumed      │                 unreachable                 │
//	    │                  │                                             ▼
//	    └──logout──────────┴── wrap_up ◄──── leg ended ────────────── talking
//
// Who would be ready and whose phone is in trouble (it is not registered, or in a call
// of its own) is set aside instead, until that is over.
//
// A mail is offered as a call is; reserved and ringing, it lies on the agent's
// screen. When he takes it he counts as talking, and as long as he has not
// answered he may still give it back: the contact keeps its place. Who has a capacity for
// mails has them at hand instead, and is as ready for calls as before (hand.go).
//
// An agent who is called into somebody else's conversation is bound as well, by an errand:
// ready ──► reserved ──► talking, and back to ready; or into wrap_up, if he has talked with
// the caller. So is who gives his conversation away, until his leg is gone (errand.go).
//
// A pause or a log-out asked for during a contact takes effect when the
// contact's leg and the wrap-up are over. Only the end of the agent's leg, or a
// void offer, frees an agent.
//
// Read Floor, Agent and Propose first.
package acd

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Floor is the whole of the real-time queue of a site. The zero value is not
// usable; call New. It is JSON-able; after decoding call Reindex.
type Floor struct {
	Agents  map[contact.Agent]*Agent `json:"agents"`
	Tickets map[contact.ID]*Ticket   `json:"tickets"`
	Offers  map[fact.OfferID]*Offer  `json:"offers"`
	// Errands bind agents to conversations that are not, or no longer, their own.
	Errands map[fact.OfferID]*Errand `json:"errands,omitempty"`
	// QueueVersions is raised at each queueing or requeueing in a queue, so
	// that an offer decided without having seen it is void.
	QueueVersions map[contact.Queue]uint64 `json:"queue_versions"`
	// Left are the versions of the places that contacts gave up. Who queues again
	// goes on from there: a decision about the old place must not fit the new one.
	Left map[contact.ID]uint64 `json:"left,omitempty"`

	// Overlays are what was changed by hand over what the site says of an agent.
	Overlays map[contact.Agent]*Overlay `json:"overlays,omitempty"`

	// Seats are the phones at which somebody sits whose own they are not.
	Seats map[string]contact.Agent `json:"seats,omitempty"`

	// Estimate says how long somebody has still to wait; nil if nobody can. It is no part
	// of the state: whoever decides has it.
	Estimate Estimate `json:"-"`

	// circles and rounds are the same, by key and in no order; crews too.
	circles map[circleKey]*circle
	rounds  []*circle
	crewOf  map[string]*crew
	crews   []*crew
	// ready are the crews of whom somebody is, in no order.
	ready   []*crew
	reaches map[string]*reach
	// idleCircles and idleReaches count those in which nobody waits.
	idleCircles, idleReaches int
	// keepIdle bounds each of both.
	keepIdle int
	// turned are the reaches that got or lost somebody for a step, until the
	// contacts of them are told: within the same fact.
	turned []*reach
	// lineups are who holds a place, by queue.
	lineups map[contact.Queue]*lineup
	// deadlines are the agents who have one, the soonest first.
	deadlines []*Agent
	// asides are the media kept from agents until a time, the soonest first.
	asides []aside
	// heldBack are the waiting contacts that were, the soonest to return first.
	heldBack []*Ticket
	// due are the waiting contacts for whom time alone may change who serves
	// them.
	due agenda
	// pressed are the waiting contacts for whom a step may open before its time, in their
	// order.
	pressed []*Ticket
}

// New returns an empty floor.
func New() *Floor {
	return &Floor{
		Agents:        map[contact.Agent]*Agent{},
		Tickets:       map[contact.ID]*Ticket{},
		Offers:        map[fact.OfferID]*Offer{},
		QueueVersions: map[contact.Queue]uint64{},
		Left:          map[contact.ID]uint64{},
		Overlays:      map[contact.Agent]*Overlay{},
		Seats:         map[string]contact.Agent{},
		keepIdle:      keepIdle,
		circles:       map[circleKey]*circle{},
		reaches:       map[string]*reach{},
		crewOf:        map[string]*crew{},
		lineups:       map[contact.Queue]*lineup{},
	}
}

// Reindex rebuilds what is not part of the state: call it after decoding.
func (f *Floor) Reindex() { f.reindex(Aside{}) }

// reindex does so for all but some, who are in no line then.
func (f *Floor) reindex(aside Aside) {
	f.circles, f.rounds, f.reaches = map[circleKey]*circle{}, nil, map[string]*reach{}
	f.crewOf, f.crews, f.ready = map[string]*crew{}, nil, nil
	f.idleCircles, f.idleReaches = 0, 0
	f.lineups = map[contact.Queue]*lineup{}
	f.pressed = nil
	f.deadlines, f.asides, f.heldBack, f.due, f.turned = nil, nil, nil, nil, nil
	f.disperse() // the floor may have been in use: what a panic left of it is not believed
	for id, a := range f.Agents {
		if aside.Agents[id] {
			continue
		}
		f.present(a)
		if a.State == Ready {
			f.insertReady(a)
		}
		f.setDeadline(a, a.Until)
		for m := range a.Hands {
			f.keepFrom(a, m)
		}
	}
	for _, id := range f.inOrder() {
		if aside.Contacts[id] {
			continue
		}
		t := f.Tickets[id]
		f.joinQueue(t)
		if t.Offer == "" {
			f.await(t)
		}
	}
}

// inOrder are the contacts in the order in which each is the last of his lines: among
// 50,000 the place of one in the middle is made by moving those behind.
func (f *Floor) inOrder() (ids []contact.ID) {
	var whole []*Ticket
	for id, t := range f.Tickets {
		if t == nil || t.Contact != id { // spoilt; whoever puts it in a line finds that out
			ids = append(ids, id)
			continue
		}
		whole = append(whole, t)
	}
	slices.SortFunc(whole, (*Ticket).before)
	for _, t := range whole {
		ids = append(ids, t.Contact)
	}
	return ids
}

// disperse takes everybody out of crew and line.
func (f *Floor) disperse() {
	for _, a := range f.Agents {
		if a != nil {
			a.crew = nil
		}
	}
	for _, t := range f.Tickets {
		if t != nil {
			t.circle, t.reach, t.dueAt = nil, nil, 0
		}
	}
}

// Void says why a fact was without effect; the empty value means accepted.
type Void string

// Accepted is the verdict on a fact that was applied.
const Accepted Void = ""
