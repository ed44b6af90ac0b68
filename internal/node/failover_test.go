package node_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/internal/node"
)

// mark is the ledger as it is now, for failOver.
func (b *bench) mark() (snap ledger.Snapshot) {
	b.Helper()
	b.c.View(func(s *fold.State) {
		var err error
		snap, err = s.Snapshot()
		require.NoError(b, err)
	})
	return snap
}

// failOver takes the ledger back to the mark, as a failover of Redis does that
// loses its last writes, and waits until the owner has caught up. What is said is there
// already when he comes: others wrote it.
func (b *bench) failOver(to ledger.Snapshot, said ...ledger.Entry) {
	b.Helper()
	b.away()
	log := memory.NewLog(b.store)
	b.store.Lose()
	require.NoError(b, log.SaveSnapshot(context.Background(), to))
	head, err := log.Open(context.Background())
	require.NoError(b, err)
	if len(said) > 0 {
		_, err = log.Append(context.Background(), head.Gen, said)
		require.NoError(b, err)
	}
	b.back()
	b.until("the owner to have caught up", func() bool {
		var gen uint64
		var waiting []string
		b.c.View(func(s *fold.State) { gen, waiting = s.Protocol.Gen, s.Protocol.WaitingFor() })
		return gen == head.Gen && len(waiting) == 0
	})
}

// What a person commanded and was told was done, holds.
func TestAnAcknowledgedCommandSurvivesAFailoverThatLostIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.login("a1002", "a1003")
	b.command("a1003", fact.Paused{Agent: "a1003", Reason: "lunch"})
	before := b.mark()
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001", Reason: "lunch"})
	b.command("a1002", fact.LoggedOut{Agent: "a1002"})
	b.command("a1003", fact.Resumed{Agent: "a1003"})
	b.failOver(before)
	assert.Equal(t, []acd.State{acd.Paused, acd.LoggedOut, acd.Ready},
		[]acd.State{b.agent("a1001"), b.agent("a1002"), b.agent("a1003")})
	assert.Equal(t, "lunch", b.why("a1001"))
	assert.EqualValues(t, 4, b.live().Repairs["command_restated"])
}

// Opposite commands through two controllers, in the order of the log: when a failover
// loses both, the later one holds still, whoever writes them again first.
func TestOppositeCommandsThroughTwoControllersKeepTheirOrderOverAFailover(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.login("a1001", "a1002")
	one := b.c
	b.launch("c2")
	b.until("the second to be ready", func() bool { return len(b.c.NotReady()) == 0 })
	two := b.c
	before := b.mark()
	for _, said := range []struct {
		by *node.Controller
		f  fact.Fact
	}{
		{one, fact.Paused{Agent: "a1001", Reason: "lunch"}}, {two, fact.Resumed{Agent: "a1001"}},
		{two, fact.Resumed{Agent: "a1002"}}, {one, fact.Paused{Agent: "a1002", Reason: "lunch"}},
	} {
		b.c = said.by
		agent := contact.Agent("a1001")
		switch f := said.f.(type) {
		case fact.Paused:
			agent = f.Agent
		case fact.Resumed:
			agent = f.Agent
		}
		b.command(agent, said.f)
	}
	b.c = two
	b.failOver(before)
	for _, c := range []*node.Controller{one, two} {
		b.c = c
		b.agentIs("a1001", acd.Ready)
		b.agentIs("a1002", acd.Paused)
	}
}
