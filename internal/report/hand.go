package report

import (
	"cmp"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
)

// What agents have at hand beside their calls is in no occupancy: they are ready, or talk,
// meanwhile. It binds them by deadlines of its own, and to no more of it than they may have.

// besideCalls reports whether a contact that the agent gets is at hand.
func (b *bound) besideCalls(l *life) bool {
	return l.medium != contact.Voice && b.capacity[l.medium] > 0
}

// holder is what the live offer of a contact binds: its agent, or one of his hands.
func (r *recount) holder(l *life) *bound {
	if l.hand != nil {
		return l.hand
	}
	return r.agent(l.offer.Agent)
}

// pickUp notes who has got the contact: at hand, or as the one that he serves.
func (r *recount) pickUp(l *life) {
	l.hand = nil
	if b := r.agent(l.offer.Agent); b.besideCalls(l) {
		l.hand = &bound{id: b.id, node: l.node, beside: true}
		if b.hands == nil {
			b.hands = map[contact.ID]*life{}
		}
		b.hands[l.id] = l
	}
}

// putDown ends that, with the offer.
func (r *recount) putDown(l *life) {
	if l.hand != nil {
		delete(r.agent(l.offer.Agent).hands, l.id)
	}
}

// atHand counts what an agent has at hand of a medium.
func (b *bound) atHand(m contact.Medium) (n int) {
	for _, l := range b.hands {
		if l.medium == m {
			n++
		}
	}
	return n
}

// checkCapacity finds an agent who got more than he may have at hand.
func (r *recount) checkCapacity(a fold.Applied, l *life, agent contact.Agent) {
	b := r.agent(agent)
	if has, may := b.atHand(l.medium), b.capacity[l.medium]; has > may {
		r.violate("I4", a.Entry.Self.ID, "agent %s got contact %s as number %d at hand, and may have %d", agent, l.id, has, may)
	}
}

// hands are those that hold something, by agent and contact.
func (r *recount) hands() (all []*bound) {
	var lives []*life
	for _, b := range r.agents {
		for _, l := range b.hands {
			lives = append(lives, l)
		}
	}
	slices.SortFunc(lives, func(a, b *life) int {
		return cmp.Or(cmp.Compare(a.offer.Agent, b.offer.Agent), cmp.Compare(a.id, b.id))
	})
	for _, l := range lives {
		all = append(all, l.hand)
	}
	return all
}
