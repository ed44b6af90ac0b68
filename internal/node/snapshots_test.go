package node_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger/memory"
)

// A snapshot is made beside the state in use, from the one before it: three in a
// row must still be what the ledger says.
func TestASnapshotOfASnapshotIsTheFoldOfTheLedger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001"})
	ctx := context.Background()
	for range 3 {
		caller := b.waits()
		require.NoError(t, b.c.SnapshotBeside(ctx))
		caller.Hangup()
	}
	snap, found, err := memory.NewLog(b.store).LoadSnapshot(ctx)
	require.NoError(t, err)
	require.True(t, found)
	assert.NotEmpty(t, snap.Data)

	whole := fold.New()
	require.NoError(t, b.c.Replay(ctx, func(a fold.Applied) {
		if a.Entry.Self.ID.Compare(snap.Position.ID) <= 0 {
			whole.Apply(a.Entry)
		}
	}))
	want, err := whole.Snapshot()
	require.NoError(t, err)
	assert.Equal(t, string(want.Data), string(snap.Data))
}
