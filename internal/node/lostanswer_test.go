package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
)

// Each operation of a call fails in each way that leaves open what became of
// it. The call takes place all the same, the phone rings once, nothing remains.
func TestACallSurvivesTheLossOfAnySingleRequestOrAnswer(t *testing.T) {
	t.Parallel()
	faults := map[string]aritest.Fault{
		"answer lost":  aritest.LoseAnswer(),
		"request lost": aritest.LoseRequest(),
	}
	for name, pattern := range map[string]string{
		"answer":         "POST /channels/*/answer",
		"play":           "POST /channels/*/play/*",
		"stop play":      "DELETE /playbacks/*",
		"start music":    "POST /channels/*/moh",
		"stop music":     "DELETE /channels/*/moh",
		"create":         "POST /channels/create",
		"dial":           "POST /channels/*/dial",
		"make bridge":    "POST /bridges/*",
		"add to bridge":  "POST /bridges/*/addChannel",
		"hang up":        "DELETE /channels/*",
		"destroy bridge": "DELETE /bridges/*",
	} {
		for how, fault := range faults {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, noWrapUp, shortRing)
				phone := b.phone("a1001", aritest.Answers(0))
				b.login("a1001")
				// net/http repeats what is safe to repeat once by itself.
				b.asterisk.Inject(2, pattern, fault)
				caller := b.ask()
				b.until("the conversation", func() bool { return b.talks(caller, phone) && b.standingOf(caller) == "talking" })
				assert.Equal(t, 1, phone.Calls())
				assert.Empty(t, caller.Channel().Music)
				phone.Hangup()
				b.untilQuiet()
				b.agentIs("a1001", acd.Ready)
			})
		}
	}
}

// A dial whose fate is unknown is not sent again, for it could ring twice: the
// ring time runs out, and the caller is offered again.
var shortRing = policies(func(p *contact.Policies) { p.Ring, p.NoAnswer = time.Second, time.Millisecond })

func TestACallSurvivesServerErrors(t *testing.T) {
	t.Parallel()
	for name, pattern := range map[string]string{
		"play":           "POST /channels/*/play/*",
		"make bridge":    "POST /bridges/*",
		"add to bridge":  "POST /bridges/*/addChannel",
		"hang up":        "DELETE /channels/*",
		"destroy bridge": "DELETE /bridges/*",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp)
			phone := b.phone("a1001", aritest.Answers(0))
			b.login("a1001")
			b.asterisk.Inject(2, pattern, aritest.Refuse(500, "Internal server error"))
			caller := b.ask()
			b.until("the conversation", func() bool { return b.talks(caller, phone) && b.standingOf(caller) == "talking" })
			phone.Hangup()
			b.untilQuiet()
			b.agentIs("a1001", acd.Ready)
		})
	}
}

// A ring that nobody waits for any more is ended, however often its hang-up is
// lost.
func TestNobodysPhoneKeepsRingingWhenTheHangUpIsLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Rings())
	b.login("a1001")
	caller := b.ask()
	b.agentIs("a1001", acd.Ringing)
	clear := b.asterisk.Inject(0, "DELETE /channels/*", aritest.LoseRequest())
	asked := b.asterisk.Count("DELETE /channels/*")
	caller.Hangup()
	b.until("some attempts", func() bool { return b.asterisk.Count("DELETE /channels/*") > asked+3 })
	assert.True(t, phone.Ringing())
	clear()
	b.untilQuiet()
	assert.Equal(t, acd.Ready, b.agent("a1001"))
}

// A leg that nobody expects is ended, however often its hang-up fails.
func TestAnOrphanLegIsEndedHoweverOftenItsHangUpFails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clear := b.asterisk.Inject(0, "DELETE /channels/*", aritest.Refuse(500, "Internal server error"))
	orphan := b.asterisk.Call("x", "y", "leg", "z")
	b.until("some attempts", func() bool { return b.asterisk.Count("DELETE /channels/*") > 3 })
	assert.False(t, orphan.Channel().Gone)
	clear()
	b.untilQuiet()
	assert.EqualValues(t, 1, b.c.Live().Stray["channel"])
}

// The link is open but has not proved itself: what is to be said then is said
// as soon as it has, and not skipped.
func TestACallerWhoComesBeforeTheFirstEchoHearsEverything(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.sessions()
	clear := b.asterisk.Inject(0, "POST /events/user/*", aritest.Slow(300*time.Millisecond))
	b.asterisk.Cut()
	b.until("the new socket", func() bool { return b.sessions() > before })
	caller := b.call()
	b.until("the call to be taken", func() bool { return caller.Channel().InStasis || caller.Retry("entry", "2014") })
	b.until("the menu", func() bool { return b.played(caller, "menu_motif") == 1 })
	assert.Equal(t, 1, b.played(caller, "bienvenue"))
	clear()
	caller.Hangup()
	b.untilQuiet()
}
