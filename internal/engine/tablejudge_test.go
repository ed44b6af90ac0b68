package engine_test

import (
	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// everybodyLeaves ends the call, whoever goes first.
func (c *tabled) everybodyLeaves(first person) {
	for _, p := range []person{first, caller, agent, colleague, outsider, supervisor, other, service, called} {
		if p == caller {
			c.on(engine.CallerLeft{Cause: 16})
		}
		for range 2 { // there may be two of one name
			if o := c.leg(p); o != stranger {
				c.on(engine.AgentLeft{Offer: o, Result: contact.NoAnswer})
			}
			c.settle()
		}
	}
	for range 3 { // who is to be called back until the time is over
		if c.session.Record.Away() && c.session.Phase == engine.Waiting {
			c.on(engine.Fired{Timer: engine.RouteTimer, N: c.session.Timers[engine.RouteTimer]})
		}
		c.settle()
	}
	if c.session.Phase == engine.New {
		return
	}
	assert.True(c.t, c.session.Over(), "nothing is left of it: %s", c.where())
	assert.Equal(c.t, 1, c.closed, "one outcome")
	for o, n := range c.ended {
		if !c.void[o] && c.who[o] != called {
			assert.Equal(c.t, 1, n, "the end of the leg of the %s", c.who[o])
		}
	}
}

// judge holds of every cell.
func (c *tabled) judge(before engine.Session) {
	s, rec := &c.session, &c.session.Record
	if c.refused != nil {
		assert.Empty(c.t, c.facts, "what is refused writes nothing")
		assert.Empty(c.t, c.commands, "what is refused commands nothing")
		after := *s
		after.KeyRefused, after.KeyRefusedAt = before.KeyRefused, before.KeyRefusedAt // that it was refused
		assert.Equal(c.t, before, after, "what is refused changes nothing")
	}
	own := *rec
	own.Asked, own.Topic = c.ledger.Asked, c.ledger.Topic // known to the owner at once, written with the next fact
	assert.Equal(c.t, asJSON(c.t, c.ledger), asJSON(c.t, own), "the owner holds what the ledger holds")
	if s.Phase == engine.Talking || s.Phase == engine.Gone || s.Phase == engine.Waiting && !rec.Away() {
		next := engine.Resume(*rec)
		assert.Equal(c.t, s.Phase, next.Phase, "whoever takes it up begins where it is")
		if s.Asked == "" && s.Phase == engine.Talking && s.Arranged.Ear == "" { // of which only its owner knows
			next.Arranged.Class = s.Arranged.Class
			assert.Equal(c.t, s.Arranged, next.Arranged, "and has the same hear each other")
		}
	}
	for _, p := range rec.Parties {
		silent := p.Role == fact.Listening || p.Role == fact.Whispers
		if p.Role == fact.Leaving || s.Phase != engine.Talking || silent && c.hears[p.ID] != rec.Leg() {
			assert.True(c.t, c.hung[p.ID], "the %s, who is to go, is hung up on", c.who[p.ID])
		}
	}
	if leg := rec.Leg(); s.Phase == engine.Gone && leg != "" {
		assert.True(c.t, c.hung[leg], "the %s, whose caller is gone, is hung up on", c.who[leg])
	}
	if s.Phase == engine.Waiting && !rec.Away() {
		assert.Equal(c.t, "waiting", rec.Standing(), "boards show what is so")
	}
	if s.Phase != engine.Talking {
		return
	}
	var in []fact.OfferID
	called, apart := false, rec.HeldAt != 0 || rec.Leg() == ""
	heardBy := rec.Party(s.Ear.Party)
	if byEar := s.Ear.Call != "" && heardBy.Joined(); byEar {
		assert.Equal(c.t, s.Ear.Call, s.Arranged.Ear, "who is consulted by a call of the agent's own hears him by that")
	} else if leg := rec.Leg(); leg != "" {
		assert.Empty(c.t, s.Arranged.Ear)
		in = append(in, leg)
	}
	for _, p := range rec.Parties {
		called = called || p.Role != fact.Leaving && !p.Joined()
		apart = apart || (p.Role == fact.Consulted || p.Role == fact.Target) && p.ID != s.Asked
		if p.Joined() && (p.Role == fact.Consulted || p.Role == fact.Target || p.Role == fact.Member || p.Role == fact.Barging) {
			in = append(in, p.ID)
		}
	}
	assert.ElementsMatch(c.t, in, s.Arranged.Legs, "who has answered, and is not let go, is in the bridge")
	assert.Equal(c.t, !apart, s.Arranged.Caller, "the caller is in the bridge unless he is on hold, or the agent asks somebody")
	for _, spy := range s.Arranged.Spies {
		assert.Equal(c.t, c.hears[spy.Party], spy.On, "nobody is listened to but who had the call when the supervisor came")
	}
	assert.True(c.t, !called || c.armed[engine.RingTimer], "who is called has a bound")
	assert.True(c.t, rec.Leg() != "" || called, "the caller is with somebody, or somebody is called for him")
}
