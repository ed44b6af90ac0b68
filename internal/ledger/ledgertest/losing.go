package ledgertest

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func save(t testing.TB, l ledger.Log, s ledger.Snapshot) {
	t.Helper()
	require.NoError(t, l.SaveSnapshot(within(t), s))
}

func load(t testing.TB, l ledger.Log) (ledger.Snapshot, bool) {
	t.Helper()
	s, found, err := l.LoadSnapshot(within(t))
	require.NoError(t, err)
	return s, found
}

func snapshotRoundTrip(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	_, found := load(t, l)
	require.False(t, found)

	empty := ledger.Snapshot{Position: head.Last, Gen: head.Gen, Format: 1}
	save(t, l, empty)
	got, found := load(t, l)
	require.True(t, found)
	assert.Empty(t, got.Data)
	assert.Equal(t, head.Last, got.Position)

	landed := appendAll(t, l, head.Gen, facts(2))
	large := ledger.Snapshot{
		Position: landed.Positions[1], Gen: head.Gen, Format: 2,
		Data: bytes.Repeat([]byte("0123456789\x00\xff"), 20_000), // 240 kB, four chunks
	}
	save(t, l, large)
	got, found = load(t, b.Log(t))
	require.True(t, found)
	assert.Equal(t, large, got)
}

func snapshotOfAnotherHistory(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	landed := appendAll(t, l, head.Gen, facts(2))

	otherDigest := ledger.Position{ID: landed.Positions[0].ID, Digest: landed.Positions[1].Digest}
	otherPlace := ledger.Position{ID: ledger.ID{Ms: 1}, Digest: landed.Positions[1].Digest}
	for _, position := range []ledger.Position{otherDigest, otherPlace} {
		save(t, l, ledger.Snapshot{Position: position, Gen: head.Gen, Format: 1, Data: []byte("x")})
		_, found := load(t, l)
		assert.False(t, found, "%s", position)
	}
	save(t, l, ledger.Snapshot{Position: landed.Positions[0], Gen: head.Gen, Format: 1, Data: []byte("x")})
	_, found := load(t, l)
	assert.True(t, found)
}

func lostLog(t *testing.T, b Backend) {
	l := b.Log(t)
	before := open(t, l)
	appendAll(t, l, before.Gen, facts(3))
	b.Lose(t)

	_, err := l.Append(within(t), before.Gen, facts(1))
	var refused *ledger.Refused
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, ledger.NoStream, refused.Reason)
	require.Empty(t, readAll(t, l))

	after := open(t, l)
	assert.Equal(t, before.Gen+1, after.Gen)
	assert.NotEqual(t, before.Last, after.Last)
	_, err = l.Append(within(t), before.Gen, facts(1))
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, ledger.OtherGeneration, refused.Reason)

	appendAll(t, l, after.Gen, facts(1))
	all := readAll(t, l)
	require.Len(t, all, 2)
	assert.True(t, all[0].Prev.IsZero(), "without a snapshot nothing is continued")
}

func lostLogContinues(t *testing.T, b Backend) {
	l := b.Log(t)
	var fold ledger.Fold
	fold.Know(Kinds)
	head := open(t, l)
	appendAll(t, l, head.Gen, facts(3))
	for _, e := range readAll(t, l) {
		require.True(t, fold.Accept(e).Accepted())
	}
	b.Lose(t)

	data, err := ledger.Canonical(&fold)
	require.NoError(t, err)
	save(t, l, ledger.Snapshot{Position: fold.Last, Gen: fold.Gen, Format: 1, Data: data})
	restarted := b.Log(t) // knows no generation: the snapshot does
	after := open(t, restarted)
	assert.Equal(t, head.Gen+1, after.Gen)

	snapshot, found := load(t, restarted)
	require.True(t, found, "genesis names it")
	var restored ledger.Fold
	restored.Know(Kinds)
	require.NoError(t, restored.UnmarshalJSON(snapshot.Data))
	entries, err := restarted.Read(within(t), snapshot.Position.ID, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 1, "the new log goes on behind the snapshot")
	assert.Equal(t, "accepted", restored.Accept(entries[0]).String())
	assert.Equal(t, after.Last, restored.Last)
	_, known := restored.Answer("op-2")
	assert.True(t, known, "what was folded before the loss is still known")
}

func lostLogSlowClock(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	b.Lose(t)
	// The snapshot comes from a server whose clock was an hour ahead.
	ahead := ledger.Position{ID: head.Last.ID, Digest: head.Last.Digest}
	ahead.ID.Ms += uint64(time.Hour / time.Millisecond)
	save(t, l, ledger.Snapshot{Position: ahead, Gen: 5, Format: 1, Data: []byte("x")})

	after := open(t, l)
	assert.EqualValues(t, 6, after.Gen)
	appendAll(t, l, after.Gen, facts(2))
	_, found := load(t, l)
	require.True(t, found)
	entries, err := l.Read(within(t), ahead.ID, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 3, "genesis and all that follows come behind the snapshot")
	assert.Equal(t, ahead, entries[0].Prev)
	requireChain(t, entries)
}
