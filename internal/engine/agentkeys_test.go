package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

var keyCodes = map[engine.Deed]string{
	engine.Hold: "*1", engine.SendTo: "*2", engine.Consult: "*3", engine.Complete: "*4", engine.Cancel: "*5", engine.Conference: "*67",
	"listen": "*70", "whisper": "*71", "barge": "*72", "take_over": "*79",
}

// keys presses keys on a phone, one second after the other, and returns what was refused
// last.
func (s *scene) keys(phone fact.OfferID, text string) (last *engine.NotDone) {
	for i := range len(text) {
		if no := s.step(engine.AgentKey{Offer: phone, Key: text[i]}); no != nil {
			last = no
		}
	}
	return last
}

func (s *scene) joins() {
	s.step(engine.PartyAccepted{Party: s.parties["a2"], Phone: "PJSIP/a2"})
	s.answers("a2")
}

func TestWhatAnAgentKeysDuringACallIsDone(t *testing.T) {
	t.Parallel()
	const hold = "*1"
	consulting := func(s *scene) { s.keys(host, "*32#"); s.joins() }
	for name, c := range map[string]struct {
		before func(*scene)
		keys   string
		stands engine.Conversation
		why    engine.WhyNot // of a refusal
	}{
		"hold":                           {nil, hold, engine.OnHold, ""},
		"hold, and back":                 {nil, hold + hold, engine.Together, ""},
		"consult":                        {nil, "*32#", engine.Asking, ""},
		"transfer":                       {nil, "*22#", engine.Sending, ""},
		"transfer to a queue":            {nil, "*281#", engine.Apart, ""},
		"consult a queue":                {nil, "*381#", engine.Together, engine.NowhereToGo},
		"conference with somebody":       {nil, "*672#", engine.Inviting, ""},
		"complete":                       {consulting, "*4", engine.Together, ""},
		"cancel":                         {consulting, "*5", engine.Together, ""},
		"conference with who is there":   {consulting, "*67", engine.Several, ""},
		"a star begins anew":             {nil, "*39*1", engine.OnHold, ""},
		"no star":                        {nil, "1#32#", engine.Together, ""},
		"no code":                        {nil, "*91", engine.Together, ""},
		"half a code":                    {nil, "*6", engine.Together, ""},
		"no number yet":                  {nil, "*32", engine.Together, ""},
		"no number at all":               {nil, "*3#", engine.Together, engine.NowhereToGo},
		"himself":                        {nil, "*31#", engine.Together, engine.ToOneself},
		"nobody to complete with":        {nil, "*4", engine.Together, engine.NobodyCalled},
		"a number longer than any":       {nil, "*3222222222222222222222#", engine.Together, ""},
		"no recording that two stars do": {nil, "**", engine.Together, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if c.before != nil {
				c.before(s)
			}
			no := s.keys(host, c.keys)
			s.settle()
			assert.Equal(t, c.stands, s.session.Record.Conversation())
			if c.why == "" {
				assert.Nil(t, no)
				assert.Empty(t, s.whispered)
				return
			}
			require.NotNil(t, no)
			assert.Equal(t, c.why, no.Why)
			assert.Equal(t, []fact.OfferID{host}, s.whispered, "he hears it, and nobody else")
		})
	}
}

func TestOnlyWhoHasTheCallIsListenedTo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.keys("another", "*1")
	assert.Equal(t, engine.Together, s.session.Record.Conversation())
	s.keys(host, "*32#")
	s.joins()
	s.keys(s.parties["a2"], "*5")
	assert.Equal(t, engine.Consulting, s.session.Record.Conversation(), "who is consulted decides nothing")
	s.keys(host, "*2") // what the one before has begun is not his
	require.Nil(t, s.step(engine.Direct{Do: engine.Complete, By: "a1"}))
	require.Equal(t, contact.Agent("a2"), s.session.Record.Agent)
	s.keys(s.parties["a2"], "3#")
	assert.Equal(t, engine.Together, s.session.Record.Conversation())
	s.keys(s.parties["a2"], "*1")
	assert.Equal(t, engine.OnHold, s.session.Record.Conversation())
}

func TestWhatIsKeyedIsForgottenAfterAWhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first string
		pause time.Duration
		then  string
		as    engine.Conversation
	}{
		"a code in time":     {"*", 4 * time.Second, "1", engine.OnHold},
		"a code too late":    {"*", 5 * time.Second, "1", engine.Together},
		"a number in time":   {"*3", 15 * time.Second, "2#", engine.Asking},
		"a number too late":  {"*3", 16 * time.Second, "2#", engine.Together},
		"a star comes again": {"*", 5 * time.Second, "*1", engine.OnHold},
	} {
		s := newScene(t)
		s.keys(host, c.first)
		s.at += (c.pause - time.Second).Microseconds() // a step is one
		s.keys(host, c.then)
		assert.Equal(t, c.as, s.session.Record.Conversation(), name)
	}
}

// Agent and supervisor key at the same time, and neither forgets what he has begun.
func TestAgentAndSupervisorKeyAtTheSameMoment(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	require.Nil(t, s.step(engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: fact.Listening}))
	s.step(engine.PartyAccepted{Party: s.parties["s1"], Phone: "PJSIP/s1"})
	s.answers("s1")
	leg := s.parties["s1"]
	s.keys(host, "*")
	s.keys(leg, "*7")
	s.keys(host, "1")
	assert.Equal(t, engine.OnHold, s.session.Record.Conversation())
	s.keys(host, "*1")
	assert.Equal(t, engine.Together, s.session.Record.Conversation())
	s.keys(leg, "1")
	assert.Equal(t, fact.Whispers, s.session.Record.Parties[0].Role)
	s.keys(leg, "*")
	s.keys(host, "*")
	s.at += (5 * time.Second).Microseconds()
	s.keys(leg, "70")
	s.keys(host, "1")
	assert.Equal(t, fact.Whispers, s.session.Record.Parties[0].Role, "too late")
	assert.Equal(t, engine.Together, s.session.Record.Conversation())
	assert.Empty(t, s.session.AgentKeyed, "nothing is kept for long")
}

// A supervisor who is in the conversation says by keys how he takes part, and has the call;
// he has none of the agent's codes, nor the agent his.
func TestASupervisorTakesPartByTheKeysOfHisPhone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	require.Nil(t, s.step(engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: fact.Listening}))
	s.step(engine.PartyAccepted{Party: s.parties["s1"], Phone: "PJSIP/s1"})
	s.keys(s.parties["s1"], "*71")
	assert.Equal(t, fact.Listening, s.session.Record.Parties[0].Role, "his phone only rings")
	s.answers("s1")
	leg := s.parties["s1"]
	for _, c := range []struct {
		keys string
		role fact.Role
		why  engine.WhyNot
	}{
		{"*71", fact.Whispers, ""}, {"*71", fact.Whispers, engine.OthersCalled}, {"*72", fact.Barging, ""}, {"*70", fact.Listening, ""},
		{"*1", fact.Listening, ""}, {"**", fact.Listening, ""}, {"*78", fact.Listening, ""},
	} {
		no := s.keys(leg, c.keys)
		assert.Equal(t, c.role, s.session.Record.Parties[0].Role, c.keys)
		if c.why == "" {
			assert.Nil(t, no, c.keys)
			continue
		}
		require.NotNil(t, no, c.keys)
		assert.Equal(t, c.why, no.Why, c.keys)
	}
	assert.Equal(t, []fact.OfferID{leg}, s.whispered, "what was refused, to him alone")
	assert.Equal(t, engine.Together, s.session.Record.Conversation())
	assert.Nil(t, s.keys(host, "*79"), "of no agent")
	require.Equal(t, contact.Agent("a1"), s.session.Record.Agent)
	require.Nil(t, s.keys(leg, "*79"))
	assert.Equal(t, contact.Agent("s1"), s.session.Record.Agent)
	s.keys(leg, "*1")
	assert.Equal(t, engine.OnHold, s.session.Record.Conversation(), "he has the call, and its codes")
}
