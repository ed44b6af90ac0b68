package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// resumesWithin is what routing may take after Sentinel has named the new primary; the
// test prints what it took.
const resumesWithin = time.Second

// watched is a real Redis with a replica, and a sentinel that watches both.
type watched struct{ primary, replica, sentinel *ledgertest.RedisServer }

func startWatched(t *testing.T, program ledgertest.Program) watched {
	primary := program.Start(t)
	replica := primary.Replica(t)
	return watched{primary, replica, ledgertest.StartSentinel(t, "guichet", primary)}
}

// book is the ledger of a controller that asks the sentinel.
func (w watched) book(t *testing.T) func() ledger.Log {
	return func() ledger.Log {
		l, err := redis.New(redis.Options{
			Site: "dgfip", Timeout: time.Second,
			Sentinel: &redis.Sentinel{Primary: "guichet", Addresses: []string{w.sentinel.Address}},
		})
		require.NoError(t, err)
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
}

// Redis dies, and what takes over has not got the last second: a caller who came,
// one who was answered, and a pause that was acknowledged. Nothing of it is lost,
// and routing resumes.
func TestAFailoverBySentinelToAnOlderReplicaLosesNothing(t *testing.T) {
	t.Parallel()
	for _, program := range ledgertest.Programs(t) {
		t.Run(program.Name, func(t *testing.T) {
			t.Parallel()
			servers := startWatched(t, program)
			b := raise(t, aritest.Config{}, noWrapUp)
			b.book = servers.book(t)
			b.start()
			f := b.everywhere()
			resumed := b.phone("a1003", aritest.Answers(0))
			b.login("a1003")
			b.command("a1003", fact.Paused{Agent: "a1003", Reason: "lunch"})

			servers.primary.CutOff(t, servers.replica)
			b.command("a1003", fact.Resumed{Agent: "a1003"})
			b.untilTalking(f.waiting, "a1003")
			f.rings.Answer()
			b.untilTalking(f.ringing, "a1002")
			late := b.waits()
			gen := b.generation()

			servers.sentinel.MayFailOver(t, "guichet")
			servers.primary.Kill(t)
			b.until("the outage to be seen", func() bool { return !b.c.Live().LedgerOK })
			// An agent becomes free while nobody can say so.
			f.talks.Hangup()
			b.until("the caller's release", func() bool { return f.talking.Channel().Gone })
			require.Eventually(t, servers.replica.Leads, patience, 2*time.Millisecond)
			promoted := time.Now()
			require.Eventually(t, func() bool { return servers.sentinel.Names(t, "guichet", servers.replica) }, patience, 2*time.Millisecond)
			named, stood := time.Now(), ledgertest.WatchStandstill(t)
			b.until("the free agent to be rung", func() bool { return f.talks.Calls() == 2 })
			t.Logf("%s: from the promotion to the first ring %s, of which Sentinel took %s to name the new primary",
				program.Name, time.Since(promoted).Round(time.Millisecond), named.Sub(promoted).Round(time.Millisecond))
			took, lost := time.Since(named), stood.SoFar()
			assert.Less(t, took-lost, resumesWithin, "in %s, of which the machine stood still for %s", took, lost)

			b.untilTalking(late, "a1001")
			assert.Greater(t, b.generation(), gen)
			assert.Equal(t, []string{"talking", "talking", "menu"}, b.standings(f.ringing, f.waiting, f.menu))
			assert.Equal(t, []acd.State{acd.Talking, acd.Talking, acd.Talking},
				[]acd.State{b.agent("a1001"), b.agent("a1002"), b.agent("a1003")})
			assert.Equal(t, []int{1, 1}, []int{f.rings.Calls(), resumed.Calls()})
			for _, caller := range []*aritest.Caller{f.ringing, f.waiting, f.menu, late} {
				caller.Hangup()
			}
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"answered": 4, "abandoned": 1}, b.outcomes())
			assert.Empty(t, b.live().Violations)
		})
	}
}

func (b *bench) generation() (gen uint64) {
	b.c.View(func(s *fold.State) { gen = s.Protocol.Gen })
	return gen
}
