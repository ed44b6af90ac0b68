package node_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

func TestARefoldShowsTheFloorRightBeforeAnOffer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	caller.Hangup()
	b.untilQuiet()

	entries, offers := 0, 0
	require.NoError(t, b.c.Refold(context.Background(), func(before *fold.State, e ledger.Entry) bool {
		entries++
		if e.Kind != string(fact.KindOffered) {
			return true
		}
		offers++
		assert.Equal(t, acd.Ready, before.Floor.Agents["a1001"].State, "not reserved yet")
		assert.Len(t, before.Floor.Tickets, 1)
		return false
	}))
	assert.Equal(t, 1, offers)
	whole := 0
	require.NoError(t, b.c.Replay(context.Background(), func(fold.Applied) { whole++ }))
	assert.Greater(t, whole, entries, "the refold ended where it was told to")
}
