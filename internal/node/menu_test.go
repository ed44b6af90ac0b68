package node_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// played counts how often a caller heard a prompt of the sample site.
func (b *bench) played(caller *aritest.Caller, prompt string) (n int) {
	for _, medium := range caller.Channel().Played {
		for _, m := range b.site.PromptMedia(ivr.Prompt(prompt), "fr") {
			if m == medium {
				n++
			}
		}
	}
	return n
}

func TestACallerWhoSaysNothingIsSentToAnAgentInTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t, menusWait(20*time.Millisecond))
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.call()
	b.untilTalking(caller, "a1001")
	assert.Equal(t, 2, b.played(caller, "pas_de_choix"))
	assert.Equal(t, 1, b.played(caller, "mise_en_relation"))
	assert.Equal(t, contact.Topic("autre"), b.record(caller).Topic)
	caller.Hangup()
	b.untilQuiet()
}

func TestWrongKeysUseTheAttemptsUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.call()
	for i := range 3 {
		b.until("the menu", func() bool { return b.played(caller, "menu_motif") == i+1 })
		caller.Press("8")
	}
	b.untilTalking(caller, "a1001")
	assert.Equal(t, 2, b.played(caller, "choix_inconnu"))
	caller.Hangup()
	b.untilQuiet()
}

func TestAFloodOfKeysDisturbsNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	noisy := b.call()
	for range 20 {
		noisy.Press(strings.Repeat("7", 100))
	}
	noisy.Hangup()
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	caller.Hangup()
	b.untilQuiet()
	assert.EqualValues(t, 2, b.outcomes()["answered"]+b.outcomes()["abandoned"])
}

func TestOutOfHoursACallerIsToldAndNotCountedAsAsking(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(s *config.Site) {
		never, err := calendar.New("never", calendar.Rules{Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		s.Calendars["never"] = never
		e := s.Entries["2014"]
		e.Calendar = "never"
		s.Entries["2014"] = e
	})
	caller := b.call()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "ferme"))
	assert.Equal(t, map[string]uint64{"closed": 1}, b.dissuaded())
	assert.True(t, caller.Channel().Gone)
}

func TestACallerIsToldWhenNobodyIsLoggedIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	caller := b.ask()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "aucun_conseiller"))
	assert.Equal(t, map[string]uint64{"no_agent": 1}, b.dissuaded())
}

func TestAFullQueueTurnsTheNextCallerAway(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(s *config.Site) {
		q := s.Queues["particuliers"]
		q.Full = 2
		s.Queues["particuliers"] = q
	})
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001"})
	first, second := b.waits(), b.waits()
	third := b.ask()
	b.until("the third to be turned away", func() bool { return third.Channel().Gone })
	assert.Equal(t, 1, b.played(third, "attente_saturee"))
	assert.Equal(t, []string{"waiting", "waiting"}, b.standings(first, second))
	b.until("the count", func() bool { return b.dissuaded()["full"] == 1 })
	first.Hangup()
	second.Hangup()
	b.untilQuiet()
}

func TestAnUnknownEntryIsRefusedCountedAndToldOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range 5 {
		caller := b.asterisk.Call("0612345678", "9999", "entry", fmt.Sprint("9999", i, "|\x00\n", strings.Repeat("x", 500)))
		b.until("the refusal", func() bool { return caller.Channel().Gone })
		assert.Equal(t, 1, caller.Channel().Cause, "unallocated")
	}
	b.untilQuiet()
	assert.EqualValues(t, 5, b.c.Live().Stray["unknown_entry"])
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("call refused").Len())
	assert.Empty(t, b.outcomes())
}

func TestAChannelThatNoEntrySentIsEnded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agents := b.asterisk.Call("a1001", "0123456789", "agent")
	bare := b.asterisk.Call("x", "y")
	b.until("both to be gone", func() bool { return agents.Channel().Gone && bare.Channel().Gone })
	assert.EqualValues(t, 1, b.c.Live().Stray["agent_call"])
	assert.EqualValues(t, 1, b.c.Live().Stray["channel"])
}

func TestACallersNameWithOddCharactersIsHarmless(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.asterisk.Call("06\x00|12\"<>,\n", "2014", "entry", "2014")
	caller.Press(forCIS)
	b.untilTalking(caller, "a1001")
	assert.Contains(t, fmt.Sprint(phone.Legs()[0].Variables), "anonymous")
	assert.Empty(t, b.record(caller).Caller)
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, acd.WrapUp, b.agent("a1001"))
}
