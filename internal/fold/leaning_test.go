package fold_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// leansTo is a fold in whose trials these deeds happen most of the time: those of a rule
// that needs several of them in a row, and that no trial finds in which everything happens
// equally often.
func (v variant) leansTo(deeds ...func(*trial, *controller)) variant {
	v.leaning = func(tr *trial, c *controller) { deeds[tr.pick(len(deeds), "leaning to")](tr, c) }
	return v
}

// speakOfALink claims a link for somebody, or releases it.
func (tr *trial) speakOfALink(c *controller) {
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(anybody)) > 0 })
	if rec := tr.contactOf(c, anybody); rec != nil {
		tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), tr.aboutALink(rec)))
	}
}

// speakOfAWrapUp commands something about an agent's wrap-up, and brings one about if
// nobody is in one.
func (tr *trial) speakOfAWrapUp(c *controller) {
	for _, id := range trialAgents {
		if a := c.state.Floor.Agents[id]; a != nil && a.State == acd.WrapUp {
			tr.say(c, tr.command(c, tr.wrapUp(c, id)))
			return
		}
	}
	tr.serve(c)
}

// anyNote has some agent note what a contact was.
func (tr *trial) anyNote(c *controller) {
	tr.note(c, trialAgents[tr.pick(len(trialAgents), "who notes")])
}

// serveTwo goes one step towards two conversations, one after the other.
func (tr *trial) serveTwo(c *controller) {
	bound := 0
	for _, c := range tr.controllers {
		for _, rec := range c.contacts(func(r *engine.Record) bool { return r.Offer != "" && r.ClosedAt == 0 }) {
			bound++
			if o := c.state.Floor.Offers[rec.Offer]; o != nil && !o.Connected {
				tr.ofLeg(c, rec, nextOf(o), o.Agent)
				return
			}
		}
	}
	unqueued := func(r *engine.Record) bool { return r.Queue == "" && r.ClosedAt == 0 }
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(unqueued)) > 0 })
	switch rec := tr.contactOf(c, unqueued); {
	case bound > 1:
		tr.callWhoIsLost(c)
	case len(tr.state.Floor.Tickets) > 0 && tr.oneIn(2, "decide"):
		tr.decide(c)
	case rec != nil:
		tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), tr.queueing(rec)))
	case tr.oneIn(2, "command"):
		tr.commandAny(c)
	default:
		tr.arrive(tr.whoever(c, func(c *controller) bool { return len(c.owned()) > 0 }))
	}
}

// nextOf is what an owner sees next of an offer that is not connected.
func nextOf(o *acd.Offer) fact.Fact {
	bond := fact.Bond{Agent: o.Agent, Center: o.Center, Queue: o.Queue, Policies: o.Policies}
	if o.RungAt == 0 {
		return fact.Ringing{Offer: o.ID, Leg: "l", Bond: bond}
	}
	return fact.Connected{Offer: o.ID, ServedBy: o.Center, Bond: bond}
}

// callWhoIsLost loses an offer with a failover, and has its agent called into another
// conversation before everybody restates what he saw.
func (tr *trial) callWhoIsLost(c *controller) {
	at, agent := tr.lastSeen()
	if at == 0 {
		tr.failOver(c)
		return
	}
	lost := contact.ID(tr.log[at].entry.Subject)
	tr.cut(at)
	tr.begin(ledger.KindHistory)
	for _, c := range tr.controllers {
		tr.catchUp(c)
		rec := tr.contactOf(c, func(r *engine.Record) bool { return r.ID != lost && r.Connected() && r.ClosedAt == 0 })
		if rec == nil {
			continue
		}
		party := fact.OfferID(fmt.Sprintf("p-%s-%d", rec.ID, tr.pick(3, "which party")))
		calls := []*said{tr.own(c, string(rec.Node), string(rec.ID), fact.Invited{
			Party: party, Role: fact.Roles[tr.pick(len(fact.Roles), "role")], Agent: agent, Center: "ouest", Ring: 20 * time.Second, Policies: trialPolicies,
		})}
		if tr.oneIn(3, "he answers") {
			calls = append(calls, tr.own(c, string(rec.Node), string(rec.ID), fact.PartyJoined{Party: party}))
		}
		tr.append(c, calls...)
	}
	tr.recover()
}

// lastSeen is where the latest offer is in the log of which an owner saw the phone ring or
// the bridge, and its agent; 0 if there is none.
func (tr *trial) lastSeen() (at int, agent contact.Agent) {
	for at := len(tr.log) - 1; at > tr.readable; at-- {
		f, is := tr.log[at].said.fact.(fact.Offered)
		if !is || !tr.log[at].applied.Effective() {
			continue
		}
		o := fact.OfferID(tr.log[at].entry.Self.String())
		if slices.ContainsFunc(tr.log[at:], func(r *record) bool {
			return r.said.bond.Agent != "" && r.said.offer() == o && r.applied.Effective()
		}) {
			return at, f.Agent
		}
	}
	return 0, ""
}

// serve goes one step towards a conversation and its end.
func (tr *trial) serve(c *controller) {
	for _, id := range trialAgents {
		switch a := c.state.Floor.Agents[id]; {
		case a == nil || a.State == acd.LoggedOut:
			tr.say(c, tr.command(c, tr.login(id)))
			return
		case a.State == acd.Paused:
			tr.say(c, tr.command(c, fact.Resumed{Agent: id}))
			return
		}
	}
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(anybody)) > 0 })
	unqueued := func(r *engine.Record) bool { return r.Queue == "" && r.ClosedAt == 0 }
	switch rec := tr.contactOf(c, unqueued); {
	case len(c.contacts(func(r *engine.Record) bool { return r.Offer != "" })) > 0:
		tr.aboutAnOffer(c)
	case rec != nil:
		tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), tr.queueing(rec)))
	case tr.pick(2, "decide") == 0:
		tr.decide(c)
	default:
		tr.arrive(c)
	}
}
