package ledgertest

import (
	"bytes"
	"sync"
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

func foreignSnapshot(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	landed := appendAll(t, l, head.Gen, facts(2))
	mine := ledger.Snapshot{Position: landed.Positions[0], Gen: head.Gen, Format: 1, Data: []byte("mine")}
	save(t, l, mine)

	otherDigest := ledger.Position{ID: landed.Positions[0].ID, Digest: landed.Positions[1].Digest}
	otherPlace := ledger.Position{ID: ledger.ID{Ms: 1}, Digest: landed.Positions[1].Digest}
	for _, position := range []ledger.Position{otherDigest, otherPlace} {
		foreign := ledger.Snapshot{Position: position, Gen: head.Gen, Format: 1, Data: []byte("x")}
		require.ErrorIs(t, l.SaveSnapshot(within(t), foreign), ledger.ErrForeign, "%s", position)
		require.ErrorIs(t, l.Trim(within(t), foreign), ledger.ErrForeign, "%s", position)
		got, found := load(t, l)
		require.True(t, found)
		assert.Equal(t, mine, got, "the one before stays")
	}
	require.Len(t, readAll(t, l), 3, "and so do the entries")
}

// snapshotOfLostLog has a controller save its snapshot, late, over a log that was
// lost and begun again by another meanwhile.
func snapshotOfLostLog(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	b.Lose(t)
	other := b.Log(t)
	save(t, other, ledger.Snapshot{Position: ledger.Position{ID: ledger.ID{Ms: 1}}, Gen: head.Gen, Format: 1, Data: []byte("other")})
	open(t, other)
	require.ErrorIs(t, l.SaveSnapshot(within(t), ledger.Snapshot{Position: head.Last, Gen: head.Gen, Format: 1}), ledger.ErrForeign)
	got, found := load(t, l)
	require.True(t, found)
	assert.Equal(t, "other", string(got.Data))
}

// folded is a fold of the whole log.
func folded(t testing.TB, l ledger.Log) *ledger.Fold {
	t.Helper()
	f := &ledger.Fold{}
	f.Know(Kinds)
	follow(t, l, f)
	return f
}

func follow(t testing.TB, l ledger.Log, f *ledger.Fold) {
	t.Helper()
	entries, err := l.Read(within(t), f.Last.ID, 1000, 0)
	require.NoError(t, err)
	for _, e := range entries {
		v := f.Accept(e)
		require.False(t, v.Stops(), "%s", v)
	}
}

func snapshotOf(t testing.TB, f *ledger.Fold) ledger.Snapshot {
	t.Helper()
	data, err := ledger.Canonical(f)
	require.NoError(t, err)
	return ledger.Snapshot{Position: f.Last, Gen: f.Gen, Format: 1, Data: data}
}

// restored folds the log from a snapshot to its head.
func restored(t testing.TB, l ledger.Log, s ledger.Snapshot) *ledger.Fold {
	t.Helper()
	f := &ledger.Fold{}
	require.NoError(t, f.UnmarshalJSON(s.Data))
	f.Know(Kinds)
	follow(t, l, f)
	return f
}

// lostLogOfTwo has two controllers put their folds, one behind the other, in the
// place of the same lost log at once. Whoever begins it, everybody can fold it.
func lostLogOfTwo(t *testing.T, b Backend) {
	for range 10 {
		ahead, behind := b.Log(t), b.Log(t)
		gen := open(t, ahead).Gen
		slow := folded(t, behind)
		appendAll(t, ahead, gen, facts(2))
		quick := folded(t, ahead)
		b.Lose(t)

		var beginning sync.WaitGroup
		for l, f := range map[ledger.Log]*ledger.Fold{ahead: quick, behind: slow} {
			snapshot := snapshotOf(t, f)
			beginning.Go(func() {
				if err := l.SaveSnapshot(within(t), snapshot); err != nil {
					assert.ErrorIs(t, err, ledger.ErrForeign, "the other was first")
				}
				_, err := l.Open(within(t))
				assert.NoError(t, err)
			})
		}
		beginning.Wait()
		for _, l := range []ledger.Log{ahead, b.Log(t)} {
			snapshot, found := load(t, l)
			require.True(t, found)
			f := restored(t, l, snapshot)
			assert.Greater(t, f.Gen, gen)
			assert.Equal(t, open(t, l).Last, f.Last)
		}
		b.Lose(t)
		// The next round begins from nothing that is kept.
		save(t, ahead, ledger.Snapshot{Gen: gen + 1, Format: 1, Data: snapshotOf(t, &ledger.Fold{}).Data})
	}
}

// lostUnderway deletes the log under a controller that reads and one that writes.
func lostUnderway(t *testing.T, b Backend) {
	reader, writer := b.Log(t), b.Log(t)
	head := open(t, reader)
	last := appendAll(t, writer, head.Gen, facts(1)).Positions[0]
	read := readLater(within(t), reader, last.ID, 100*time.Millisecond)
	b.Lose(t)

	_, err := writer.Append(within(t), head.Gen, facts(1))
	var refused *ledger.Refused
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, ledger.NoStream, refused.Reason)
	after := open(t, writer)
	appendAll(t, writer, after.Gen, facts(1))

	got := receive(t, read)
	require.NoError(t, got.err)
	if len(got.entries) > 0 {
		assert.NotEqual(t, last, got.entries[0].Prev, "nothing goes on from a place that is gone")
	}
	e, found, err := reader.At(within(t), last.ID)
	require.NoError(t, err)
	assert.False(t, found && e.Self == last, "who compares digests finds out")
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
	assert.Greater(t, after.Gen, before.Gen)
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
	assert.Greater(t, after.Gen, head.Gen)

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
	assert.Greater(t, after.Gen, uint64(5))
	appendAll(t, l, after.Gen, facts(2))
	_, found := load(t, l)
	require.True(t, found)
	entries, err := l.Read(within(t), ahead.ID, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 3, "genesis and all that follows come behind the snapshot")
	assert.Equal(t, ahead, entries[0].Prev)
	requireChain(t, entries)
}
