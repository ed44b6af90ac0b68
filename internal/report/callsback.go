package report

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// callsBack begins the contact by which an agent calls back who left the message that he has. The
// message stays at hand, whatever his capacity says.
func (r *recount) callsBack(a fold.Applied, l *life, c fact.CallsBack) {
	at := a.Entry.At
	if m := r.lives[c.Message]; m != nil && m.hand == nil {
		r.layDown(at, m)
	}
	l.forMessage, l.callback, l.topic, l.queue, l.policies = true, true, c.Topic, c.Queue, c.Policies
	l.routed(c.Department, c.Organisation)
	offered := fact.Offered{Contact: l.id, Agent: c.Agent, Center: c.Center, Queue: c.Queue, PossibleSince: at}
	r.checkDouble(a, l, offered, c.Offer)
	l.offer, l.live = offered, c.Offer
	l.offers++
	r.holder(l).reserve(at, l)
}

// layDown has a message at hand with which its agent was busy.
func (r *recount) layDown(at int64, m *life) {
	b := r.agent(m.offer.Agent)
	if r.doubles.agents[b.id] == m.live {
		delete(r.doubles.agents, b.id)
	}
	m.hand = &bound{id: b.id, node: m.node, beside: true}
	m.hand.enter(b.state, b.since, b.deadline)
	if b.hands == nil {
		b.hands = map[contact.ID]*life{}
	}
	b.hands[m.id] = m
	b.enter("", at, 0)
}

// callsBackInWords tells it.
func (s speaker) callsBackInWords(f fact.Arrived) string {
	c := f.CallsBack
	return fmt.Sprintf("agent %s of %s calls back who left the message of contact %s, for %s, on %s; his phone is called first",
		s.naming.agent(c.Agent), s.center(c.Center), c.Message, s.queue(c.Queue), f.Node)
}
