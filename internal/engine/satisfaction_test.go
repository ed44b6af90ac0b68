package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// asks is a story up to a conversation in a queue that asks after the call.
func asks(t *testing.T) *story {
	t.Helper()
	s := talking(t)
	s.rules.Outside = anyTarget{}
	s.asks = asksOf(100)
	return s
}

// anyTarget lets agents have any number called.
type anyTarget struct{}

func (anyTarget) Target(written string) (string, string)      { return written, "" }
func (anyTarget) Seal(_ contact.ID, n string) (sealed string) { return "sealed " + n }
func (anyTarget) Caps() (agent, all int)                      { return 0, 0 }

// callsOutside has a1 call a number outside into the conversation, which answers.
func callsOutside(s *story, do engine.Deed) fact.OfferID {
	s.step(20e6, engine.Direct{Do: do, By: "a1", Number: "0299000001"})
	outside := s.session.Record.Parties[0].ID
	s.step(21e6, engine.PartyAccepted{Party: outside})
	s.step(22e6, engine.AgentAnswered{Offer: outside})
	return outside
}

// Who was giving a number by keys when his agent hung up has answered nothing by them.
func TestWhatACallerKeysInWhileTheAgentHangsUpIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := asks(t)
	s.step(60e6, engine.AgentLeft{Offer: "o1"})
	for _, at := range []int64{60_400_000, 61_100_000, 61_900_000} {
		assert.NotContains(t, s.step(at, engine.Key{Key: '4'}), "rated")
	}
	assert.Contains(t, s.step(64e6, engine.Key{Key: '4'}), `fact rated {"key":"4"`)
}

const question = "do Play{N:3 Prompts:[satisfaction] Language:fr}"

func TestWhoeverIsLeftByTheLastAgentIsAsked(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before func(*story)
		asked  bool
		center string
	}{
		"while he was on hold": {func(s *story) { s.step(20e6, engine.Direct{Do: engine.Hold, By: "a1"}) }, true, "cis_ouest"},
		"who ends the call by his card": {func(s *story) {
			require.Contains(t, s.step(20e6, engine.Direct{Do: engine.End, By: "a1"}), "do DropLeg{Offer:o1}")
		}, true, "cis_ouest"},
		"while somebody listened": {func(s *story) {
			s.rules.Colleague = func(contact.Agent) engine.Colleague {
				return engine.Colleague{Known: true, Ready: true, Center: "plateau"}
			}
			s.step(20e6, engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: fact.Listening})
			s.step(21e6, engine.PartyAccepted{Party: s.session.Record.Parties[0].ID})
			s.step(22e6, engine.AgentAnswered{Offer: s.session.Record.Parties[0].ID})
		}, true, "cis_ouest"},
		"who was consulted, and has the call": {func(s *story) {
			s.rules.Colleague = func(contact.Agent) engine.Colleague {
				return engine.Colleague{Known: true, Ready: true, Center: "plateau"}
			}
			s.step(20e6, engine.Direct{Do: engine.Consult, By: "a1", Agent: "a2"})
			second := s.session.Record.Parties[0].ID
			s.step(21e6, engine.PartyAccepted{Party: second})
			s.step(22e6, engine.AgentAnswered{Offer: second})
			s.step(23e6, engine.Direct{Do: engine.Complete, By: "a1"})
			s.step(24e6, engine.AgentLeft{Offer: "o1"})
		}, true, "plateau"},
		"and then by a number outside": {func(s *story) {
			s.step(20e6, engine.Direct{Do: engine.SendTo, By: "a1", Number: "0299000001"})
			outside := s.session.Record.Parties[0].ID
			s.step(21e6, engine.PartyAccepted{Party: outside})
			s.step(22e6, engine.AgentLeft{Offer: "o1"})
			s.step(23e6, engine.AgentAnswered{Offer: outside})
		}, false, ""},
		"in a conference with a number outside, which stays": {func(s *story) {
			outside := callsOutside(s, engine.Conference)
			s.step(23e6, engine.AgentLeft{Offer: "o1"})
			require.Equal(t, outside, s.session.Record.Leg())
		}, false, ""},
		"while he consulted a number outside, which stays": {func(s *story) {
			outside := callsOutside(s, engine.Consult)
			s.step(23e6, engine.AgentLeft{Offer: "o1"})
			require.Equal(t, outside, s.session.Record.Leg())
		}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := asks(t)
			tc.before(s)
			told := s.step(60e6, engine.AgentLeft{Offer: s.session.Record.Leg()})
			if !tc.asked {
				assert.Contains(t, told, "do Release{Cause:16}")
				return
			}
			assert.Contains(t, told, question)
			assert.Contains(t, told, "Quiet:true")
			assert.Equal(t, engine.Rating, s.session.Phase)
			told = s.step(63e6, engine.Key{Key: '2'})
			assert.Contains(t, told, fmt.Sprintf(`fact rated {"key":"2","queue":"particuliers","center":%q}`, tc.center))
			for _, p := range s.session.Record.Parties {
				s.step(64e6, engine.AgentLeft{Offer: p.ID})
			}
			s.line("65 played")
			assert.Equal(t, engine.Leaving, s.session.Phase)
			s.line("66 caller-left")
			assert.True(t, s.session.Over())
		})
	}
}

// Which calls are asked about follows from their ids: a tenth of them is a tenth.
func TestAShareOfTheCallsIsAskedAbout(t *testing.T) {
	t.Parallel()
	s := asks(t)
	s.asks.Share = 10
	asked, before := 0, s.session
	for i := range 2000 {
		s.session = before
		s.session.Record.ID = contact.ID(fmt.Sprintf("%d.%d", 1_700_000_000+i*7, i))
		next, _ := engine.Step(s.rules, s.session, 60e6, engine.AgentLeft{Offer: "o1"})
		if next.Phase == engine.Rating {
			asked++
		}
	}
	assert.InDelta(t, 200, asked, 60)
}
