package node_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
)

// talkingAndWaiting are two callers and the one agent, who talks to the first.
func (b *bench) talkingAndWaiting() (talking, waiting *aritest.Caller, phone *aritest.Phone) {
	b.Helper()
	phone = b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	talking = b.ask()
	b.untilTalking(talking, "a1001")
	return talking, b.waits(), phone
}

// A controller that starts on an empty Redis would forget who waits; the one that
// knows is given the time to say so.
func TestALostLedgerIsLeftToTheControllerThatHasFoldedIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	talking, waiting, phone := b.talkingAndWaiting()
	first, ledgerOfFirst := *b, b.ledger
	b.away()
	b.store.Lose()
	b.lostWait = patience
	b.launch("c2")
	b.until("c2 to wait", func() bool { return b.logs.FilterMessageSnippet("there is no ledger; left to").Len() == 1 })
	ledgerOfFirst.mend()
	b.until("c2 to have folded what c1 put back", func() bool {
		gen, known := uint64(0), false
		b.c.View(func(s *fold.State) { gen, known = s.Protocol.Gen, len(s.Contacts) == 2 })
		return gen == 2 && known
	})
	first.until("c1 to have its place", func() bool { return first.c.Live().LedgerOK && first.standingOf(waiting) == "waiting" })
	entries, err := memory.NewLog(b.store).Read(context.Background(), ledger.ID{}, 1, 0)
	require.NoError(t, err)
	assert.False(t, entries[0].Prev.IsZero(), "the new ledger continues the state of c1")
	talking.Hangup()
	first.until("the next to be served", func() bool { return first.talks(waiting, phone) })
	waiting.Hangup()
	first.until("both to be counted", func() bool { return first.contacts() == 0 })
}

func TestALedgerThatNobodyPutsBackIsBegun(t *testing.T) {
	t.Parallel()
	b := raise(t, aritest.Config{})
	b.lostWait = 300 * time.Millisecond
	started := time.Now()
	b.start()
	assert.GreaterOrEqual(t, time.Since(started), b.lostWait)
	gen := uint64(0)
	b.c.View(func(s *fold.State) { gen = s.Protocol.Gen })
	assert.EqualValues(t, 1, gen)
}

// A ledger that was lost and continued can be read as far back as it goes: report
// and story do not break.
func TestALedgerThatWasContinuedCanBeFoldedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	talking, waiting, _ := b.talkingAndWaiting()
	b.away()
	b.store.Lose()
	b.back()
	b.until("the ledger to go on", func() bool {
		gen := uint64(0)
		b.c.View(func(s *fold.State) { gen = s.Protocol.Gen })
		return gen == 2 && b.standingOf(waiting) == "waiting"
	})
	waiting.Hangup()
	talking.Hangup()
	b.untilQuiet()
	seen, last := 0, fold.Applied{}
	require.NoError(t, b.c.Replay(context.Background(), func(a fold.Applied) {
		if seen++; seen == 1 {
			assert.Equal(t, ledger.KindGenesis, a.Entry.Kind)
		}
		last = a
	}))
	b.c.View(func(s *fold.State) { assert.LessOrEqual(t, last.Entry.Self.ID.Compare(s.Protocol.Last.ID), 0) })
	assert.Greater(t, seen, 1)
}
