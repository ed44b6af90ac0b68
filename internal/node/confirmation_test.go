package node_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// a1001 works at home: the phone is a number outside.
const (
	home      = "PJSIP/+33611112222@trunk"
	pressOne  = "sound:guichet/agent_confirmation"
	longGreet = 30 * time.Millisecond
)

func worksAtHome(s *config.Site) {
	s.Asterisk[0].Trunk = "PJSIP/{number}@trunk"
	a := s.Agents["a1001"]
	a.Phone = "+33611112222"
	s.Agents = maps.Clone(s.Agents)
	s.Agents["a1001"] = a
	s.Prompts = maps.Clone(s.Prompts)
	s.Prompts[config.ConfirmationPrompt] = config.Prompt{Name: config.ConfirmationPrompt, Sound: config.Sound{Media: []string{pressOne}}}
}

// atHome is a bench with the phone at home, whose prompts last a moment.
func atHome(t *testing.T, conf aritest.Config, does aritest.Behaviour, change ...func(*config.Site)) (*bench, *aritest.Phone) {
	b := newBenchWith(t, conf, append([]func(*config.Site){worksAtHome, noWrapUp}, change...)...)
	b.asterisk.SetMediaLength(func(string) time.Duration { return longGreet })
	return b, b.asterisk.Phone(home, does)
}

// asked waits until the phone at home is asked for the key.
func (b *bench) asked(phone *aritest.Phone) {
	b.Helper()
	b.until("the agent to be asked for the key", func() bool {
		legs := phone.Legs()
		return len(legs) == 1 && (legs[0].Playing == pressOne || len(legs[0].Played) > 0)
	})
}

func TestAnAgentOutsideTalksAfterKeyOneOnly(t *testing.T) {
	t.Parallel()
	b, phone := atHome(t, aritest.Config{}, aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.asked(phone)
	assert.Equal(t, "ringing", b.standingOf(caller))
	b.until("the caller, who knows nothing of it, to hear music", func() bool { return caller.Channel().Music == "default" })
	assert.Empty(t, phone.Legs()[0].Variables, "nothing of the call goes outside")
	phone.Press("2")
	b.whileUntil("the prompt to be said again", func() bool { return b.standingOf(caller) == "ringing" },
		func() bool { return len(phone.Legs()[0].Played) > 1 })
	phone.Press("1")
	b.untilTalking(caller, "a1001")
	assert.True(t, b.talks(caller, phone))
	phone.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.Equal(t, 1, phone.Calls())
}

func TestAVoicemailNeverCountsAsAnsweredAndTheNextAgentGetsTheCaller(t *testing.T) {
	t.Parallel()
	b, voicemail := atHome(t, aritest.Config{}, aritest.Answers(0), policies(func(p *contact.Policies) { p.Ring = time.Second }))
	b.login("a1001")
	caller := b.ask()
	b.until("the call to have been taken by the voicemail, in vain", func() bool { return b.agent("a1001") == acd.SetAside })
	assert.Contains(t, voicemail.Last().Played, pressOne)
	rank := b.record(caller).Rank
	b.phone("a1002", aritest.Answers(0))
	b.login("a1002")
	b.untilTalking(caller, "a1002")
	assert.Equal(t, rank, b.record(caller).Rank)
	assert.Equal(t, acd.SetAside, b.agent("a1001"))
	assert.Equal(t, string(contact.NoAnswer), b.why("a1001"))
	assert.Empty(t, voicemail.Legs())
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.EqualValues(t, 1, b.offers()["no_answer"])
	assert.Len(t, b.facts(fact.KindConnected), 1)
}

func TestWhoHangsUpInsteadOfPressingTheKeyHasRefused(t *testing.T) {
	t.Parallel()
	b, phone := atHome(t, aritest.Config{}, aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.asked(phone)
	phone.Hangup()
	b.agentIs("a1001", acd.SetAside)
	assert.Equal(t, string(contact.Refused), b.why("a1001"))
	assert.Equal(t, "waiting", b.standingOf(caller))
	caller.Hangup()
	b.untilQuiet()
}

func TestACallerWhoLeavesBeforeTheKeyEndsTheLegAtOnce(t *testing.T) {
	t.Parallel()
	b, phone := atHome(t, aritest.Config{}, aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.asked(phone)
	caller.Hangup()
	b.until("the leg to be gone", func() bool { return len(phone.Legs()) == 0 })
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"ring": 1}, b.abandoned())
	assert.Equal(t, acd.Ready, b.agent("a1001"))
}

func TestANumberThatCannotBeReachedIsTriedAgainAfterAWhile(t *testing.T) {
	t.Parallel()
	b, phone := atHome(t, aritest.Config{}, aritest.Fails(34, 503), policies(func(p *contact.Policies) { p.NoAnswer = 300 * time.Millisecond }))
	b.login("a1001")
	caller := b.ask()
	b.agentIs("a1001", acd.SetAside)
	b.asterisk.Phone(home, aritest.Answers(0))
	b.asked(phone)
	phone.Press("1")
	b.untilTalking(caller, "a1001")
	require.Equal(t, contact.Unreachable, b.facts(fact.KindOfferFailed)[0].Fact.(fact.OfferFailed).Result)
	assert.Empty(t, b.facts(fact.KindReachable), "nothing registers there")
	caller.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
}

// One caller talks to the agent at home, or the agent is being asked for the key;
// the controller ends, and the next one finds both.
func TestTheNextControllerAsksForTheKeyAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*bench)
		next string
	}{
		"stopped":                    {(*bench).stop, "c1"},
		"killed":                     {(*bench).kill, "c1"},
		"killed, another takes over": {(*bench).kill, "c2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, phone := atHome(t, aritest.Config{}, aritest.Answers(0), policies(func(p *contact.Policies) { p.Ring = time.Minute }))
			b.login("a1001")
			caller := b.ask()
			b.asked(phone)
			b.until("the ring to be told", func() bool { return b.standingOf(caller) == "ringing" })
			c.end(b)
			phone.Press("1") // nobody hears it
			before := len(phone.Legs()[0].Played)
			b.launch(c.next)
			b.until("the link to be up", b.ready)
			b.whileUntil("the prompt to be said again", func() bool { return b.standingOf(caller) == "ringing" },
				func() bool { return len(phone.Legs()[0].Played) > before+1 })
			assert.False(t, b.talks(caller, phone))
			phone.Press("1")
			b.untilTalking(caller, "a1001")

			c.end(b)
			b.launch(c.next)
			b.until("the link to be up", b.ready)
			b.until("the talk to be taken up", func() bool { return b.c.Live().Repairs["adopted"] == 1 })
			b.untilTalking(caller, "a1001")
			assert.True(t, b.talks(caller, phone))
			assert.Equal(t, 1, phone.Calls())
			phone.Hangup()
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
		})
	}
}

func TestAKeyIsAskedForAgainWhenTheSocketBroke(t *testing.T) {
	t.Parallel()
	b, phone := atHome(t, aritest.Config{}, aritest.Rings(), policies(func(p *contact.Policies) { p.Ring = time.Minute }))
	b.login("a1001")
	caller := b.ask()
	b.until("the phone to ring", phone.Ringing)
	up := b.upSince()
	b.wire.cut(true)
	b.until("the link to be down", func() bool { return !b.ready() })
	phone.Answer()
	phone.Press("1") // nobody hears it
	b.wire.mend()
	b.untilBack(up)
	b.asked(phone)
	assert.Equal(t, "ringing", b.standingOf(caller))
	phone.Press("1")
	b.untilTalking(caller, "a1001")
	up = b.upSince()
	b.asterisk.Cut()
	b.untilBack(up)
	assert.True(t, b.talks(caller, phone))
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}
