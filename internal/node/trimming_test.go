package node_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
)

// entries are all that the ledger has.
func (b *bench) entries() []ledger.Entry {
	b.Helper()
	entries, err := memory.NewLog(b.store).Read(context.Background(), ledger.ID{}, 100_000, 0)
	require.NoError(b, err)
	return entries
}

func TestALedgerInLittleMemoryIsTrimmedAndEverythingGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	talking, waiting, phone := b.talkingAndWaiting()
	before := b.entries()
	ctx := context.WithValue(t.Context(), hearer{}, true)

	b.ledger.says(29)
	require.NoError(t, b.c.MakeRoom(ctx))
	b.ledger.says(59)
	require.NoError(t, b.c.MakeRoom(ctx))
	assert.Equal(t, before[0], b.entries()[0], "below 60 % nothing is trimmed")
	assert.EqualValues(t, 59, b.live().LedgerPercent)

	b.ledger.says(60, 20)
	require.NoError(t, b.c.MakeRoom(ctx))
	left := b.entries()
	assert.False(t, left[0].Prev.IsZero())
	assert.Positive(t, left[0].Self.ID.Compare(before[len(before)-1].Self.ID))
	assert.Equal(t, uint64(1), b.live().LedgerTrims)
	var gap ledger.HistoryGap
	for _, e := range left {
		if e.Kind == ledger.KindHistoryGap {
			require.NoError(t, ledger.Decode(e.Data, &gap))
		}
	}
	assert.Equal(t, ledger.HistoryGap{From: before[0].Self.ID, To: left[0].Prev.ID}, gap, "the ledger says what is gone")

	// What is left is folded again, whole, by whoever asks and whoever starts.
	seen, last := 0, ledger.ID{}
	require.NoError(t, b.c.Replay(ctx, func(a fold.Applied) { seen, last = seen+1, a.Entry.Self.ID }))
	assert.GreaterOrEqual(t, seen, len(left))
	assert.Positive(t, last.Compare(gap.To))
	b.stop()
	b.start()
	assert.Equal(t, []string{"talking", "waiting"}, b.standings(talking, waiting))
	talking.Hangup()
	b.until("the next to be served", func() bool { return b.talks(waiting, phone) })
	waiting.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 2}, b.outcomes())
}

// A snapshot that is not usable costs no start: the base is there.
func TestATrimmedLedgerCanBeReadWithoutItsSnapshot(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.login("a1001")
	b.ledger.says(60, 20)
	require.NoError(t, b.c.MakeRoom(context.WithValue(t.Context(), hearer{}, true)))
	b.stop()
	b.noSnapshot = true
	b.start()
	assert.NotEmpty(t, b.agent("a1001"))
}

func TestNothingIsTrimmedByWhoDoesNotLead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.entries()[0]
	b.stop()
	b.launch("c2")
	b.until("the controller to lead", func() bool { return b.leads("c2") })
	b.cancel()
	require.NoError(t, b.ended())
	b.ledger.says(90)
	require.ErrorContains(t, b.c.MakeRoom(context.WithValue(t.Context(), hearer{}, true)), "another controller leads")
	assert.Equal(t, first, b.entries()[0])
}
