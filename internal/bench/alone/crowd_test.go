package alone_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// BenchmarkCrowd is part (e): 50,000 people wait, and a controller starts; then
// 10,000 agents come out of their pause. The contacts are at a node that somebody
// else holds: what is measured is the leader, its fold and its ledger.
func BenchmarkCrowd(b *testing.B) {
	const agents, waiting, tail = 10_000, 50_000, 24_000
	p := newPast(b)
	s := site(b, agents, unreachable(b))
	b.Run("cold_start", func(b *testing.B) {
		m := p.coldStart(b, s, agents, waiting, tail)
		b.ReportMetric(ms(m.whole), "whole-ledger-ms")
		b.ReportMetric(ms(m.restart), "snapshot-and-tail-ms")
		b.ReportMetric(ms(m.cpu), "own-cpu-ms")
		b.ReportMetric(ms(m.floor), "floor-snapshot-bytes-ms")
		b.ReportMetric(float64(m.heap)/float64(waiting), "controller-B/contact")
		b.ReportMetric(float64(m.stream)/float64(waiting), "redis-ledger-B/contact")
		b.ReportMetric(float64(m.snapshot)/float64(waiting), "redis-snapshot-B/contact")
		gate("cold start with 50,000 waiting, from the start of the controller to its first decision accepted",
			m.restart, 2*time.Second, m.floor)
	})
	b.Run("burst", func(b *testing.B) {
		m := p.burst(b, s, agents)
		b.ReportMetric(ms(m.allReady), "all-ready-ms")
		b.ReportMetric(ms(m.fromFirst), "from-first-ready-ms")
		b.ReportMetric(ms(m.fromLast), "from-last-ready-ms")
		b.ReportMetric(ms(m.cpu), "own-cpu-ms")
		b.ReportMetric(ms(m.floorRedis), "floor-redis-ms")
		b.ReportMetric(ms(m.floorFold), "floor-fold-ms")
		b.ReportMetric(float64(agents)/m.floorRedis.Seconds(), "durable-facts/s")
		m.waits.report(b, "ready-to-offer")
		gate("10,000 agents ready within a second, 50,000 waiting: the last decision accepted, after the last agent was ready",
			m.fromLast, 500*time.Millisecond, m.floorRedis)
	})
}

func TestACrowdIsFoundAgainAndEachReadyAgentGetsOneContact(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	s := site(t, 300, unreachable(t))
	m := p.coldStart(t, s, 300, 1500, 100)
	require.Positive(t, m.snapshot)
	p.burst(t, s, 300)
}

// cold is what starts took.
type cold struct {
	whole   time.Duration // of one that finds no snapshot
	restart time.Duration // with the snapshot of the one before, and a tail
	cpu     time.Duration // of this process for the latter, garbage collection included
	floor   time.Duration // to read the bytes of that snapshot
	// Bytes: of the controller's heap for all contacts, without the agents, and in Redis.
	heap, stream, snapshot int64
}

// coldStart fills the ledger, and starts a controller on it twice.
func (p *past) coldStart(t testing.TB, s *config.Site, agents, waiting, tail int) (m cold) {
	t.Helper()
	p.staff(agents)
	bare := heap()
	folded := p.folded()
	staffed := heap() - bare // of what is measured below, the agents' part
	runtime.KeepAlive(folded)
	empty := p.usedMemory()
	p.crowd(waiting)
	m.stream = p.usedMemory() - empty

	started := time.Now()
	r := start(t, s, p.open())
	r.until(t, "the lead", func(s *fold.State) bool { return leads(s) && s.Config != "" && len(s.Contacts) == waiting })
	m.whole = time.Since(started)
	full := p.usedMemory()
	p.snapshot(r)
	m.snapshot = p.usedMemory() - full
	r.end()

	for i := range tail { // ordinary traffic, of agents
		a := agent(1 + i/2%(agents-1)).Agent
		if i%2 == 0 {
			p.write(p.command(a, fact.Resumed{Agent: a}))
		} else {
			p.write(p.command(a, fact.Paused{Agent: a, Reason: "repas"}))
		}
	}
	p.flush()
	first := agent(0).Agent
	p.append([]ledger.Entry{p.command(first, fact.Resumed{Agent: first})})

	before := heap()
	worked := cpu(t)
	started = time.Now()
	r = start(t, s, p.open())
	r.until(t, "an offer", func(s *fold.State) bool { return len(s.Floor.Offers) == 1 })
	m.restart, m.cpu = time.Since(started), cpu(t)-worked
	m.heap = heap() - before - staffed
	runtime.KeepAlive(r)
	r.end()

	started = time.Now()
	_, found, err := p.log.LoadSnapshot(p.Context())
	m.floor = time.Since(started)
	require.NoError(t, err)
	require.True(t, found)
	return m
}

// folded is the state of the ledger so far.
func (p *past) folded() *fold.State {
	state := fold.New()
	for {
		entries, err := p.log.Read(p.Context(), state.Protocol.Last.ID, ledger.MaxBatch, 0)
		require.NoError(p, err)
		if len(entries) == 0 {
			return state
		}
		for _, e := range entries {
			require.False(p, state.Apply(e).Verdict.Stops())
		}
	}
}

// snapshot saves the state of a controller, whatever time that takes.
func (p *past) snapshot(r *run) {
	var snap ledger.Snapshot
	var err error
	r.View(func(s *fold.State) { snap, err = s.Snapshot() })
	require.NoError(p, err)
	require.NoError(p, p.log.SaveSnapshot(p.Context(), snap))
}

// heap is what is reachable.
func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first found to be finalised is gone
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
