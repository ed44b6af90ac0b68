package ledgertest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func trim(t testing.TB, l ledger.Log, base ledger.Snapshot) {
	t.Helper()
	require.NoError(t, l.Trim(within(t), base))
}

func base(t testing.TB, l ledger.Log) (ledger.Snapshot, bool) {
	t.Helper()
	s, found, err := l.LoadBase(within(t))
	require.NoError(t, err)
	return s, found
}

func trimmedLog(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	_, found := base(t, l)
	require.False(t, found, "a log that goes back to its first entry needs none")
	appendAll(t, l, head.Gen, facts(250))
	early := folded(t, l)
	cut := snapshotOf(t, early)
	appendAll(t, l, head.Gen, facts(10))
	late := folded(t, l)

	trim(t, l, cut)
	left := readAll(t, l)
	require.Len(t, left, 10, "exactly what came up to the base is gone")
	assert.Equal(t, cut.Position, left[0].Prev)
	for _, l := range []ledger.Log{l, b.Log(t)} {
		got, found := base(t, l)
		require.True(t, found)
		assert.Equal(t, cut, got)
		assert.Equal(t, late.Last, restored(t, l, got).Last)
	}
	assert.Equal(t, late.Last, open(t, l).Last, "the log goes on where it stood")
	appendAll(t, l, head.Gen, facts(1))
}

func trimmedAgain(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	var cuts []ledger.Snapshot
	for range 3 {
		appendAll(t, l, head.Gen, facts(150))
		cuts = append(cuts, snapshotOf(t, folded(t, l)))
	}
	appendAll(t, l, head.Gen, facts(5))
	save(t, l, cuts[2])
	for i, cut := range cuts[:2] {
		trim(t, l, cut)
		got, found := base(t, l)
		require.True(t, found)
		assert.Equal(t, cut, got)
		assert.Len(t, readAll(t, l), 150*(2-i)+5)
	}
	require.ErrorIs(t, l.Trim(within(t), cuts[0]), ledger.ErrForeign, "what is gone is no base")
	assert.Len(t, readAll(t, l), 155)
	got, found := load(t, l)
	require.True(t, found, "and the snapshot is still usable")
	assert.Equal(t, cuts[2], got)
}

// baseOfLostLog is the snapshot that a new log continues: whatever later ones
// come, the log is folded from it.
func baseOfLostLog(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	appendAll(t, l, head.Gen, facts(3))
	cut := snapshotOf(t, folded(t, l))
	b.Lose(t)
	save(t, l, cut)
	after := open(t, l)
	for range 2 {
		got, found := base(t, l)
		require.True(t, found)
		require.Equal(t, cut, got)
		f := restored(t, l, got)
		assert.Equal(t, after.Gen, f.Gen)
		save(t, l, snapshotOf(t, f))
		appendAll(t, l, after.Gen, facts(1))
	}
}
