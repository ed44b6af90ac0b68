package ledgertest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

// awaited is the result of a Read in another goroutine.
type awaited struct {
	entries []ledger.Entry
	err     error
}

func readLater(ctx context.Context, l ledger.Log, after ledger.ID, wait time.Duration) <-chan awaited {
	result := make(chan awaited, 1)
	go func() {
		entries, err := l.Read(ctx, after, 10, wait)
		result <- awaited{entries, err}
	}()
	return result
}

func receive(t testing.TB, from <-chan awaited) awaited {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		require.Fail(t, "the read did not return")
		return awaited{}
	}
}

func tailWakes(t *testing.T, b Backend) {
	reader, writer := b.Log(t), b.Log(t)
	head := open(t, reader)
	after := head.Last.ID
	// Several rounds: in some of them the read waits before the append comes.
	for range 20 {
		read := readLater(within(t), reader, after, 5*time.Minute)
		landed := appendAll(t, writer, head.Gen, facts(3))
		got := receive(t, read)
		require.NoError(t, got.err)
		require.Equal(t, landed.Entries(head.Gen, facts(3)), got.entries)
		after = landed.Positions[2].ID
	}
}

func tailEnds(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	begun := time.Now()
	entries, err := l.Read(within(t), head.Last.ID, 10, 30*time.Millisecond)
	require.NoError(t, err)
	assert.Empty(t, entries)
	assert.GreaterOrEqual(t, time.Since(begun), 25*time.Millisecond)
	appendAll(t, l, head.Gen, facts(1))
	entries, err = l.Read(within(t), head.Last.ID, 10, 0)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "the ledger is usable afterwards")
}

func tailCancel(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	for range 5 {
		ctx, cancel := context.WithCancel(context.Background())
		read := readLater(ctx, l, head.Last.ID, 5*time.Minute)
		// Let the read reach its wait, most of the time: either way it must end.
		_, err := l.Now(within(t))
		require.NoError(t, err)
		cancel()
		require.ErrorIs(t, receive(t, read).err, context.Canceled)
	}
	landed := appendAll(t, l, head.Gen, facts(1))
	got := receive(t, readLater(within(t), l, head.Last.ID, patience))
	require.NoError(t, got.err)
	require.Len(t, got.entries, 1, "the ledger is usable afterwards")
	assert.Equal(t, landed.Positions[0], got.entries[0].Self)
}

func readInPieces(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	landed := appendAll(t, l, head.Gen, facts(10))
	for _, wait := range []time.Duration{0, time.Second} {
		entries, err := l.Read(within(t), landed.Positions[2].ID, 4, wait)
		require.NoError(t, err)
		require.Len(t, entries, 4)
		assert.Equal(t, landed.Positions[3], entries[0].Self)
		assert.Equal(t, landed.Positions[6], entries[3].Self)
	}
	entries, err := l.Read(within(t), landed.Positions[9].ID, 4, 0)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func readByAnother(t *testing.T, b Backend) {
	first := b.Log(t)
	head := open(t, first)
	appendAll(t, first, head.Gen, facts(5))
	written := readAll(t, first)
	require.NoError(t, first.Close())

	restarted := b.Log(t)
	assert.Equal(t, written[5].Self, open(t, restarted).Last)
	assert.Equal(t, written, readAll(t, restarted))
	appendAll(t, restarted, head.Gen, facts(1))
}

func entryAt(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	landed := appendAll(t, l, head.Gen, facts(3))
	e, found, err := l.At(within(t), landed.Positions[1].ID)
	require.NoError(t, err)
	require.True(t, found)
	assert.Equal(t, landed.Entries(head.Gen, facts(3))[1], e)
	for _, id := range []ledger.ID{{}, {Ms: 1}, {Ms: landed.Positions[2].ID.Ms, Seq: landed.Positions[2].ID.Seq + 1}} {
		_, found, err := l.At(within(t), id)
		require.NoError(t, err)
		assert.False(t, found, "%s", id)
	}
}

func storeTime(t *testing.T, b Backend) {
	l := b.Log(t)
	now, err := l.Now(within(t))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), now, patience)
}

func closedAndCancelled(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := l.Append(cancelled, head.Gen, facts(1))
	require.ErrorIs(t, err, context.Canceled)
	_, err = l.Open(cancelled)
	require.ErrorIs(t, err, context.Canceled)
	_, err = l.Read(cancelled, ledger.ID{}, 1, time.Second)
	require.ErrorIs(t, err, context.Canceled)

	read := readLater(context.Background(), l, head.Last.ID, 5*time.Minute)
	_, err = l.Now(within(t))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Error(t, receive(t, read).err)
	_, err = l.Append(within(t), head.Gen, facts(1))
	require.Error(t, err)
}
