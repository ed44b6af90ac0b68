package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// talking is a story up to a caller's conversation with agent a1, into which a2 can be
// called.
func talking(t *testing.T, more ...string) *story {
	t.Helper()
	s := newStory(t)
	s.rules.Queue = func(contact.Queue) bool { return true }
	s.rules.Colleague = func(contact.Agent) engine.Colleague {
		return engine.Colleague{Known: true, Ready: true, Center: "cis_ouest"}
	}
	s.comfort = comfortOf(10)
	for _, l := range append([]string{"1 arrived", "2 key 1", "3 key 3", "4 key 5", "10 offered o1", "10.1 rings o1"},
		append(more, "14 answers o1", "14.1 bridged o1")...) {
		s.line(l)
	}
	require.Equal(t, engine.Talking, s.session.Phase)
	return s
}

func TestAKeyBeforeTheAnswerTakesNobodyOutOfALaterQueue(t *testing.T) {
	t.Parallel()
	s := talking(t, "12 key 9")
	assert.Empty(t, s.session.WantsOut)
	s.step(600e6, engine.Direct{Do: engine.SendTo, By: "a1", Queue: "particuliers"})
	s.step(601e6, engine.AgentLeft{Offer: "o1"})
	s.line("700 offered o2")
	s.line("700.1 rings o2")
	told := s.step(718e6, engine.AgentLeft{Offer: "o2", Result: contact.NoAnswer})
	assert.NotContains(t, told, "stepped_out")
	assert.Equal(t, engine.Waiting, s.session.Phase)
}

func TestWhoIsSentBackToAQueueIsToldWhatOthersAre(t *testing.T) {
	t.Parallel()
	s := talking(t)
	assert.Contains(t, s.step(600e6, engine.Direct{Do: engine.SendTo, By: "a1", Queue: "particuliers"}), "Arm{Timer:comfort")
}

// The process that sent the caller back was lost before it sent a request: all of them
// are in the bridge when another takes the call up.
func TestNobodyOfAConferenceHearsTheNextAgent(t *testing.T) {
	t.Parallel()
	s := talking(t)
	s.step(20e6, engine.Direct{Do: engine.Conference, By: "a1", Agent: "a2"})
	member := s.session.Record.Parties[0].ID
	s.step(21e6, engine.PartyAccepted{Party: member, Phone: "PJSIP/2"})
	s.step(22e6, engine.AgentAnswered{Offer: member})
	s.step(30e6, engine.Direct{Do: engine.SendTo, By: "a1", Queue: "particuliers"})
	s.session = engine.Resume(s.session.Record)
	told := s.step(31e6, engine.Restarted{})
	assert.Contains(t, told, "do DropLeg{Offer:"+string(member)+"}")
	assert.Contains(t, told, "do Arrange{Caller:false")
	assert.NotContains(t, told, "StartMusic")
	s.step(32e6, engine.AgentLeft{Offer: member})
	s.step(33e6, engine.AgentLeft{Offer: "o1"})
	for _, l := range []string{"40 offered o2", "40.1 rings o2", "41 answers o2", "41.1 bridged o2"} {
		s.line(l)
	}
	assert.Equal(t, []fact.OfferID{"o2"}, s.session.Arranged.Legs)
}
