package node_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

func TestACallerIsConnectedToAnAgentAndBothHangUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	assert.True(t, b.talks(caller, phone))
	shown := fmt.Sprint(phone.Legs()[0].Variables)
	assert.Contains(t, shown, "0612345678")
	assert.Contains(t, shown, "declaration")
	assert.Contains(t, shown, "X-Guichet-Contact")
	phone.Hangup()
	b.agentIs("a1001", acd.WrapUp)
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.True(t, caller.Channel().Gone)
}

// The ledger holds waits and commitments, and no step between them: neither a prompt, nor
// the music, nor a bridge leaves a fact.
func TestACallCostsEightFactsAndNoneForAPrompt(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	facts := func() (kinds []string) {
		b.asterisk.Hold() // he keys ahead of the first menu: who is slower is waited for twice
		caller := b.ask()
		b.asterisk.Release(nil)
		b.untilTalking(caller, "a1001")
		assert.NotEmpty(t, caller.Channel().Played, "and prompts were played")
		id := b.record(caller).ID
		phone.Hangup()
		b.untilQuiet()
		require.NoError(t, b.c.Replay(t.Context(), func(a fold.Applied) {
			if a.Entry.Subject == string(id) {
				kinds = append(kinds, a.Entry.Kind)
			}
		}))
		return kinds
	}
	kinds := facts()
	// A request that was given up, for the machine stood still, costs facts of its own.
	for range 5 {
		if slices.Contains(kinds, string(fact.KindOfferFailed)) {
			kinds = facts()
		}
	}
	assert.Equal(t, []string{"arrived", "waiting", "queued", "offered", "ringing", "connected", "leg_ended", "closed"}, kinds)
}

func TestTheCallerMayHangUpFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.Equal(t, acd.WrapUp, b.agent("a1001"))
}

func TestKeysPressedDuringThePromptsAreUnderstood(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.asterisk.SetMediaLength(func(string) time.Duration { return aritest.Forever })
	b.phone("a2002", aritest.Answers(0))
	b.login("a2002")
	caller := b.call()
	b.until("the first prompt", func() bool { return caller.Channel().Playing != "" })
	caller.Press(forCPS)
	b.untilTalking(caller, "a2002")
	assert.Empty(t, caller.Channel().Playing)
	assert.Zero(t, caller.Channel().HeldBehind)
	caller.Hangup()
	b.untilQuiet()
}

func TestACallerWhoLeavesInTheMenuIsCountedThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	caller := b.call()
	b.until("the menu", func() bool { return b.standingOf(caller) == "menu" })
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"ivr": 1}, b.abandoned())
}

func TestACallerWhoLeavesTheQueueIsCountedThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001", Reason: "coffee"})
	caller := b.waits()
	b.until("the music", func() bool { return caller.Channel().Music == "default" })
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"queue": 1}, b.abandoned())
}

func TestNobodysPhoneKeepsRingingWhenTheCallerLeaves(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Rings())
	b.login("a1001")
	caller := b.ask()
	b.until("the phone to ring", phone.Ringing)
	b.agentIs("a1001", acd.Ringing)
	b.until("the music to go on while the phone rings", func() bool { return caller.Channel().Music == "default" })
	caller.Hangup()
	b.until("the phone to be silent", func() bool { return len(phone.Legs()) == 0 })
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"ring": 1}, b.abandoned())
	assert.Equal(t, acd.Ready, b.agent("a1001"), "who was not to blame is as ready as before")
	assert.Equal(t, 1, phone.Calls())
}

// The two ends of a call move in the same instant, in both orders, often enough
// to meet each interleaving of events, requests and facts.
func TestCallerAndAgentMayActInTheSameInstant(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone("a1001", aritest.Rings())
	b.login("a1001")
	for i := range 40 {
		caller := b.ask()
		b.until("the phone to ring", phone.Ringing)
		first, second := caller.Hangup, phone.Answer
		if i%2 == 1 {
			first, second = second, first
		}
		if i%4 < 2 {
			first()
			second()
		} else {
			go first()
			second()
		}
		if i%2 == 1 {
			caller.Hangup()
		}
		b.until("all to be over", func() bool { return caller.Channel().Gone && len(phone.Legs()) == 0 })
		b.agentIs("a1001", acd.Ready)
	}
	b.untilQuiet()
	assert.Equal(t, 1, phone.Peak())
	assert.EqualValues(t, 40, b.outcomes()["answered"]+b.outcomes()["abandoned"])
}

func TestTheAgentMayHangUpAsSoonAsHeAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, policies(func(p *contact.Policies) { p.Refused = time.Millisecond }))
	phone := b.phone("a1001", aritest.Rings())
	b.login("a1001")
	for range 20 {
		caller := b.ask()
		b.until("the phone to ring", phone.Ringing)
		phone.Answer()
		phone.Hangup()
		b.until("the caller to ring again or to be gone", func() bool {
			return caller.Channel().Gone || phone.Ringing()
		})
		caller.Hangup()
		b.until("all to be over", func() bool { return len(phone.Legs()) == 0 })
		b.agentIs("a1001", acd.Ready)
	}
	b.untilQuiet()
	assert.Equal(t, 1, phone.Peak())
}

func TestCallersAreServedInTheOrderTheyCame(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001"})
	for range 5 {
		b.waits()
	}
	b.command("a1001", fact.Resumed{Agent: "a1001"})
	for i := range 5 {
		b.until(fmt.Sprintf("conversation %d", i), phone.Talking)
		b.agentIs("a1001", acd.Talking)
		phone.Hangup()
		b.until("its end", func() bool { return b.outcomes()["answered"] == uint64(i+1) && !phone.Talking() || phone.Calls() > i+1 })
	}
	b.untilQuiet()
	ranks := b.servedRanks()
	require.Len(t, ranks, 5)
	assert.True(t, sortedByRank(ranks), ranks)
}

func TestWrapUpEndsByItsDeadlineAndTheNextCallerIsServed(t *testing.T) {
	t.Parallel()
	const wrapUp = 300 * time.Millisecond
	b := newBench(t, policies(func(p *contact.Policies) { p.WrapUp = wrapUp }))
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	first := b.ask()
	b.untilTalking(first, "a1001")
	second := b.waits()
	first.Hangup()
	b.untilTalking(second, "a1001")
	ended, offered := b.facts(fact.KindLegEnded)[0], b.facts(fact.KindOffered)[1]
	assert.GreaterOrEqual(t, offered.Entry.At-ended.Entry.At, wrapUp.Microseconds(), "wrap-up is respected")
	assert.Equal(t, 1, phone.Peak())
	second.Hangup()
	b.untilQuiet()
}

func TestPauseAndLogOutDuringACallTakeEffectAfterIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, policies(func(p *contact.Policies) { p.WrapUp = 50 * time.Millisecond }))
	for _, a := range []contact.Agent{"a1001", "a1002"} {
		b.phone(a, aritest.Answers(0))
		b.login(a)
	}
	first, second := b.ask(), b.ask()
	b.agentIs("a1001", acd.Talking)
	b.agentIs("a1002", acd.Talking)
	b.command("a1001", fact.Paused{Agent: "a1001", Reason: "lunch"})
	b.command("a1002", fact.LoggedOut{Agent: "a1002"})
	assert.Equal(t, []string{"talking", "talking"}, b.standings(first, second))
	first.Hangup()
	second.Hangup()
	b.agentIs("a1001", acd.Paused)
	b.agentIs("a1002", acd.LoggedOut)
	assert.Equal(t, "lunch", b.why("a1001"))
	b.untilQuiet()
}

// An offer is on its way to the ledger while the caller leaves the queue: it
// lands before the closing fact, and is answered all the same.
func TestACallerMayLeaveTheQueueWhileAnOfferIsOnItsWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Rings())
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001"})
	caller := b.waits()
	b.until("the music", func() bool { return caller.Channel().Music == "default" })
	left := sync.OnceFunc(func() {
		caller.Hangup()
		for b.c.Live().Journal == 0 { // until the closing fact waits behind the offer
			runtime.Gosched()
		}
	})
	b.ledger.look(func(batch []ledger.Entry) {
		if slices.ContainsFunc(batch, func(e ledger.Entry) bool { return e.Kind == string(fact.KindOffered) }) {
			left()
		}
	})
	b.command("a1001", fact.Resumed{Agent: "a1001"})
	b.untilQuiet()
	assert.EqualValues(t, 1, b.offers()["void"])
	assert.Equal(t, acd.Ready, b.agent("a1001"))
	assert.Zero(t, phone.Calls())
}
