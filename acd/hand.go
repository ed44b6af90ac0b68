package acd

import (
	"cmp"
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// An agent may have some contacts at hand beside his calls, as many of a medium as his
// capacity for it says (docs/decisions/0014): mails that lie on his screen, or that he has
// taken. They are offered to him while he is ready and has room, bind him by offers of their
// own, and leave everything else as it is: his state is what it is for calls, and his turn
// for them is not lost. Without a capacity he serves one contact at a time, whatever its
// medium.

// Hand is what an agent has at hand of one medium.
type Hand struct {
	// Offers are the live ones, in the order in which they were made.
	Offers []fact.OfferID `json:"offers,omitempty"`
	// Since is when it became what it is, in µs of site time.
	Since int64 `json:"since"`
	// Until is until when nothing more of the medium is offered to him, in µs, after
	// something that he left or gave back, and Why that was; 0 is no such time.
	Until int64  `json:"until,omitempty"`
	Why   string `json:"why,omitempty"`
}

// beside reports whether contacts of a medium are at hand, beside the agent's calls. Only
// one person can be talked with at a time.
func (c *Card) beside(m contact.Medium) bool { return m != contact.Voice && c.Capacity[m] > 0 }

// media are those of which the agents of the crew have contacts at hand, in order.
func (c *crew) media() []contact.Medium {
	if len(c.card.Capacity) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.card.Capacity)), func(m contact.Medium) bool { return !c.card.beside(m) })
}

// load is how many contacts of a medium the agent has at hand.
func (a *Agent) load(m contact.Medium) int { return len(a.Hands[m].Offers) }

// room reports whether the agent may be offered one more, as far as his hands go.
func (a *Agent) room(m contact.Medium) bool {
	return a.Hands[m].Until == 0 && a.load(m) < a.Capacity[m]
}

// byLoad orders those who have room: the fewest at hand, then the longest ready.
func byLoad(m contact.Medium) func(a, b *Agent) int {
	return func(a, b *Agent) int { return cmp.Or(cmp.Compare(a.load(m), b.load(m)), byReadiness(a, b)) }
}

// byTurnFor orders the ready as the match does for a contact of a medium.
func byTurnFor(m contact.Medium) func(a, b *Agent) int {
	of := func(a *Agent) int {
		if a.beside(m) {
			return a.load(m)
		}
		return 0
	}
	return func(a, b *Agent) int { return cmp.Or(cmp.Compare(of(a), of(b)), byReadiness(a, b)) }
}

// AtHand are the offers that an agent has at hand, by medium and in the order in which they
// were made.
func (f *Floor) AtHand(agent contact.Agent) (all []*Offer) {
	a := f.Agents[agent]
	if a == nil {
		return nil
	}
	for _, m := range slices.Sorted(maps.Keys(a.Hands)) {
		for _, id := range a.Hands[m].Offers {
			if o := f.Offers[id]; o != nil {
				all = append(all, o)
			}
		}
	}
	return all
}

// handle changes what an agent has at hand of a medium. It is the only place where that
// changes.
func (f *Floor) handle(a *Agent, m contact.Medium, at int64, change func(*Hand)) {
	f.dropSpare(a)
	f.stopKeeping(a, m)
	h := a.Hands[m]
	h.Offers = slices.Clone(h.Offers)
	change(&h)
	h.Since = at
	hands := maps.Clone(a.Hands)
	if hands == nil {
		hands = map[contact.Medium]Hand{}
	}
	if hands[m] = h; len(h.Offers) == 0 && a.State == LoggedOut {
		delete(hands, m)
	}
	if a.Hands = hands; len(hands) == 0 {
		a.Hands = nil
	}
	a.Version++
	f.keepFrom(a, m)
	f.insertSpare(a)
}

// pickUp puts what is offered into the agent's hands.
func (f *Floor) pickUp(a *Agent, o *Offer, at int64) {
	f.handle(a, o.Medium, at, func(h *Hand) { h.Offers = append(h.Offers, o.ID) })
}

// putDown takes what was offered out of the agent's hands, and keeps more of it from him
// until a time, 0 for not at all. Nothing is kept from who is not there.
func (f *Floor) putDown(a *Agent, o *Offer, at, until int64, why string) {
	f.handle(a, o.Medium, at, func(h *Hand) {
		h.Offers = slices.DeleteFunc(h.Offers, func(id fact.OfferID) bool { return id == o.ID })
		if until > h.Until && a.State != LoggedOut {
			h.Until, h.Why = until, why
		}
	})
}

// freeHands ends what keeps more from an agent, by his own will or because he leaves. Who
// leaves has still at hand what he had, until its owner has it back.
func (f *Floor) freeHands(a *Agent, at int64) {
	for _, m := range slices.Sorted(maps.Keys(a.Hands)) {
		if h := a.Hands[m]; h.Until != 0 || len(h.Offers) == 0 && a.State == LoggedOut {
			f.handle(a, m, at, func(h *Hand) { h.Until, h.Why = 0, "" })
		}
	}
}

// Kept reports whether more of some medium is kept from the agent.
func (a *Agent) Kept() bool {
	for _, h := range a.Hands {
		if h.Until != 0 {
			return true
		}
	}
	return false
}

// expireHand ends a set-aside of one medium whose deadline has passed.
func (f *Floor) expireHand(at int64, e fact.Expired) Void {
	a := f.Agents[e.Agent]
	if a == nil || a.Version != e.Version || a.Hands[e.Medium].Until == 0 {
		return "nothing of that version to expire"
	}
	f.handle(a, e.Medium, at, func(h *Hand) { h.Until, h.Why = 0, "" })
	return Accepted
}

// insertSpare and dropSpare give and take a ready agent's places among those of his crew
// who have room.
func (f *Floor) insertSpare(a *Agent) {
	if a.State != Ready || a.crew == nil {
		return
	}
	for _, m := range a.crew.media() {
		if a.room(m) {
			if a.crew.spare == nil {
				a.crew.spare = map[contact.Medium][]*Agent{}
			}
			a.crew.spare[m] = inserted(a.crew.spare[m], a, byLoad(m))
		}
	}
}

func (f *Floor) dropSpare(a *Agent) {
	if a.State != Ready || a.crew == nil {
		return
	}
	for m, line := range a.crew.spare {
		a.crew.spare[m] = removed(line, a, byLoad(m))
	}
}

// forMedium are the ready of a crew who may get a contact of a medium now, the best first.
func (c *crew) forMedium(m contact.Medium) []*Agent {
	if c.card.beside(m) {
		return c.spare[m]
	}
	return c.ready
}

// roomSince is since when an agent of a line of those who may get a contact of a medium may
// get one.
func (a *Agent) roomSince(m contact.Medium) int64 {
	if !a.beside(m) {
		return a.Since
	}
	return max(a.Since, a.Hands[m].Since)
}
