package model

import (
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// wishes is what an agent who talks wants of the conversation, now and then: hold, a
// consultation, a conference, or that a colleague has the call.
func (a *agent) wishes(id contact.ID, leg *channel, more int) {
	a.w.nature(a.w.between(200*time.Millisecond, 2*time.Second), func() {
		if leg.gone || a.w.closing {
			return
		}
		d := engine.Direct{By: a.id, Do: []engine.Deed{
			engine.Hold, engine.Unhold, engine.Consult, engine.Consult, engine.SendTo, engine.Complete, engine.Cancel, engine.Conference,
			engine.Identify,
		}[a.w.random.IntN(9)]}
		if d.Do == engine.Consult || d.Do == engine.SendTo || d.Do == engine.Conference && a.w.chance(50) {
			d.Agent = a.w.someColleague()
		}
		for _, c := range a.w.controllers {
			if s := c.lives[id]; s != nil && !c.dead && !c.frozen && a.w.holds(c, s) {
				s.put(d)
			}
		}
		if more > 0 {
			a.wishes(id, leg, more-1)
		}
	})
}

// moves is what becomes of a conversation that does not stay with who has it: the agent
// sends the caller back to the queue, or a supervisor barges in and takes it over.
func (a *agent) moves(id contact.ID, leg *channel, supervisor contact.Agent, more int) {
	a.w.nature(a.w.between(200*time.Millisecond, 2*time.Second), func() {
		if leg.gone || a.w.closing {
			return
		}
		d := []engine.Direct{
			{Do: engine.SendTo, By: a.id, Queue: "tous"},
			{Do: engine.Supervise, By: supervisor, Of: a.id, Role: fact.Barging},
			{Do: engine.Supervise, By: supervisor, Of: a.id, Role: fact.Barging},
			{Do: engine.TakeOver, By: supervisor},
			{Do: engine.Hold, By: a.id},
			{Do: engine.Unhold, By: a.id},
		}[a.w.random.IntN(6)]
		for _, c := range a.w.controllers {
			if s := c.lives[id]; s != nil && !c.dead && !c.frozen && a.w.holds(c, s) {
				s.put(d)
			}
		}
		if more > 0 {
			a.moves(id, leg, supervisor, more-1)
		}
	})
}

// everybodyConsults has all agents who talk call a colleague.
func (w *World) everybodyConsults() {
	for _, c := range w.controllers {
		if c.dead || c.frozen {
			continue
		}
		for _, id := range c.liveIDs() {
			s := c.lives[id]
			if rec := &s.state.Record; rec.Conversation() == engine.Together && w.holds(c, s) {
				s.put(engine.Direct{By: rec.Agent, Do: engine.Consult, Agent: w.someColleague()})
			}
		}
	}
}

// someColleague is an agent who may be called, if there is one.
func (w *World) someColleague() contact.Agent {
	first := w.random.IntN(len(w.agents))
	for n := range w.agents {
		id := w.agents[(first+n)%len(w.agents)].id
		if a := w.observer.state.Floor.Agents[id]; a != nil && a.State == acd.Ready {
			return id
		}
	}
	return w.agents[first].id
}

// holds reports whether a controller believes to hold the node of a session: it is the
// one to which a wish is sent.
func (w *World) holds(c *controller, s *session) bool {
	_, holds := c.candidate.Holds(c.state.Protocol, string(s.node))
	return holds
}

// together reports whether some session has put these legs together.
func (w *World) together(legs []*channel) bool {
	return slices.ContainsFunc(w.controllers, func(c *controller) bool {
		return slices.ContainsFunc(c.liveIDs(), func(id contact.ID) bool {
			rec := &c.lives[id].state.Record
			return !slices.ContainsFunc(legs, func(leg *channel) bool {
				return !slices.ContainsFunc(rec.Legs(), func(o fact.OfferID) bool { return voice.LegID(o) == leg.id })
			})
		})
	})
}

// colleague is what the floor knows of an agent.
func (c *controller) colleague(id contact.Agent) engine.Colleague {
	a := c.state.Floor.Agents[id]
	if a == nil || a.State == acd.LoggedOut {
		return engine.Colleague{}
	}
	known := engine.Colleague{Known: true, Center: a.Center, Ready: a.State == acd.Ready, Paused: a.State == acd.Paused}
	if behind := c.state.Protocol.WaitingFor(); len(behind) > 0 && !c.w.breaks(CallsWhileWaiting) {
		known.Behind = contact.Node(behind[0])
	}
	return known
}

// partyVoid tells the session of a party that the ledger did not accept.
func (s *session) partyVoid(a fold.Applied) {
	if f, is := a.Fact.(fact.Invited); is && a.Void != "" && a.Entry.Writer == s.c.name {
		s.put(engine.PartyRefused{Party: f.Party})
	}
}

// toldOfParties tells again which parties were accepted behind the session's back.
func (c *controller) toldOfParties(s *session, rec *engine.Record) {
	for _, p := range rec.Parties {
		if !p.Joined() {
			s.put(engine.PartyAccepted{Party: p.ID, Phone: c.phoneOf(p.Agent)})
		}
	}
}

// lostParties follows a ledger that has all that was written, and not all parties.
func (s *session) lostParties(m ledgerKnows) {
	if m.seq < s.seq {
		return
	}
	for _, p := range s.state.Record.Parties {
		if !slices.ContainsFunc(m.parties, func(known engine.Party) bool { return known.ID == p.ID }) {
			s.step(engine.PartyRefused{Party: p.ID})
		}
	}
}
