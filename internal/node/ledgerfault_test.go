package node_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
)

// away makes the ledger unreachable and waits until the controller has seen it.
func (b *bench) away() {
	b.Helper()
	b.ledger.break_(errAway)
	b.until("the outage to be seen", func() bool { return !b.c.Live().LedgerOK })
}

func (b *bench) back() {
	b.Helper()
	b.ledger.mend()
	b.until("the ledger to be back", func() bool { return b.c.Live().LedgerOK && b.c.Live().Journal == 0 })
}

func TestCallsGoOnWhileTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	b.away()
	// The menu answers, music plays, whoever leaves is released, a phone that
	// rang is answered and bridged.
	f.menu.Press(forCIS)
	b.until("music for who asked", func() bool { return f.menu.Channel().Music == "default" })
	f.rings.Answer()
	b.until("the bridge", func() bool { return b.talks(f.ringing, f.rings) })
	f.talks.Hangup()
	b.until("his caller's release", func() bool { return f.talking.Channel().Gone })
	f.waiting.Hangup() // before the newcomer: what follows from it is written when he is greeted
	newcomer := b.call()
	b.until("the newcomer to be greeted", func() bool { return b.played(newcomer, "menu_motif") == 1 })
	b.until("facts to wait", func() bool { return b.c.Live().Journal >= 8 })
	assert.Equal(t, 1, f.talks.Calls(), "nobody is offered meanwhile")
	end := b.c.Now()
	b.back()
	b.untilTalking(f.ringing, "a1002")
	b.untilTalking(f.menu, "a1001")
	assert.Equal(t, "menu", b.standingOf(newcomer))
	closed := b.facts(fact.KindClosed)
	require.NotEmpty(t, closed)
	for _, a := range closed {
		assert.Less(t, a.Entry.At, end, "a fact keeps its own time")
	}
	for _, caller := range []*aritest.Caller{f.menu, f.ringing, newcomer} {
		caller.Hangup()
	}
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"answered": 3, "abandoned": 2}, b.outcomes())
}

// Appends whose answers are lost are in the log: no fact comes twice.
func TestFactsWhoseAnswerWasLostAreNotWrittenTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	for range 5 {
		b.ledger.loseAnswers(5)
		caller := b.ask()
		b.untilTalking(caller, "a1001")
		b.ledger.loseAnswers(2)
		phone.Hangup()
		b.until("the end", func() bool { return caller.Channel().Gone })
		b.agentIs("a1001", acd.Ready)
	}
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, 5, phone.Calls())
	assert.Equal(t, map[string]uint64{"connected": 5}, b.offers())
}

// A failover of Redis: the log says so and nothing may be offered before the
// owner has written what is missing.
func TestAfterAHistoryTheOwnerCatchesUpBeforeAnythingIsOffered(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	var before ledger.Position
	b.c.View(func(s *fold.State) { before = s.Protocol.Last })
	b.store.Lose() // the whole log: what remains is what the controller folded
	b.until("the ledger to go on", func() bool {
		gen, waiting := uint64(0), []string{}
		b.c.View(func(s *fold.State) { gen, waiting = s.Protocol.Gen, s.Protocol.WaitingFor() })
		return gen == 2 && len(waiting) == 0
	})
	assert.Equal(t, []string{"talking", "ringing", "waiting", "menu"}, b.standings(f.talking, f.ringing, f.waiting, f.menu))
	assert.True(t, b.talks(f.talking, f.talks))
	f.rings.Answer()
	b.untilTalking(f.ringing, "a1002")
	f.talks.Hangup()
	b.untilTalking(f.waiting, "a1001")
	for _, caller := range []*aritest.Caller{f.waiting, f.ringing, f.menu} {
		caller.Hangup()
	}
	b.until("all to be counted", func() bool { return b.contacts() == 0 && b.c.Live().Contacts == 0 })
	assert.Equal(t, map[string]uint64{"answered": 3, "abandoned": 1}, b.outcomes(), "after %s", before.ID)
	assert.Empty(t, b.c.Live().Violations)
	assert.Equal(t, 1, f.rings.Peak())
}

func TestALostLedgerWhoseOutageShowedFirstGoesOnToo(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	waiting := b.waits()
	b.away()
	b.store.Lose()
	b.back()
	assert.Equal(t, []string{"talking", "waiting"}, b.standings(caller, waiting))
	phone.Hangup()
	b.untilTalking(waiting, "a1001")
	waiting.Hangup()
	b.until("all to be counted", func() bool { return b.contacts() == 0 })
	assert.Equal(t, map[string]uint64{"answered": 2}, b.outcomes())
}

func TestTheSameCommandIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.login("a1001")
	b.ledger.loseAnswers(2)
	var answers sync.Map
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			answer, err := b.c.Command(context.Background(), "a1001", fact.Paused{Agent: "a1001", Reason: "lunch"}, "the-same")
			assert.NoError(t, err)
			answers.Store(i, answer)
		})
	}
	all.Wait()
	first, _ := answers.Load(0)
	answers.Range(func(_, answer any) bool { return assert.Equal(t, first, answer) })
	b.agentIs("a1001", acd.Paused)
	assert.Len(t, b.facts(fact.KindPaused), 1)
	again, err := b.c.Command(context.Background(), "a1001", fact.Paused{Agent: "a1001"}, "the-same")
	require.NoError(t, err)
	assert.Equal(t, first, again)
}

func TestACommandWithoutEffectSaysWhy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	answer, err := b.c.Command(context.Background(), "a1001", fact.Resumed{Agent: "a1001"}, "op")
	require.NoError(t, err)
	assert.Equal(t, "agent is not logged in", answer.Void)
}

func TestACommandIsAnsweredInTimeThoughTheLedgerIsFrozen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	thaw := b.ledger.freeze()
	defer thaw()
	started := time.Now()
	_, err := b.c.Command(context.Background(), "a1001", fact.Resumed{Agent: "a1001"}, "op")
	require.Error(t, err)
	assert.Less(t, time.Since(started), patience/2)
}

// A new version writes kinds that this one cannot read: it hands over and ends.
func TestALedgerOfANewerVersionIsLeftToIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	newer := memory.NewLog(b.store)
	head, err := newer.Open(context.Background())
	require.NoError(t, err)
	_, err = newer.Append(context.Background(), head.Gen, []ledger.Entry{{
		Format: 1, Kind: "never_heard_of", Writer: "c9", Role: ledger.RoleAPI, Op: "x", At: 1,
	}})
	require.NoError(t, err)
	require.ErrorContains(t, b.ended(), "newer version")
	entries, err := newer.Read(context.Background(), ledger.ID{}, 10_000, 0)
	require.NoError(t, err)
	assert.True(t, slices.ContainsFunc(entries, func(e ledger.Entry) bool {
		return e.Kind == ledger.KindYield && e.Subject == "a1"
	}), "the node is given back")
}
