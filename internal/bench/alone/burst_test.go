package alone_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// burst is what a burst took.
type burst struct {
	allReady            time.Duration // from the first agent's fact to the last's
	fromFirst, fromLast time.Duration // of those, to the last offer accepted
	waits               sample        // of each agent, by the clock of Redis
	cpu                 time.Duration // of this process meanwhile, the writer of the agents' facts included
	// The same offers once more, for comparison: to Redis with no fold behind it,
	// and to the fold with no Redis before it.
	floorRedis, floorFold time.Duration
}

// burst lets every agent come out of his pause, as fast as Redis takes their facts:
// the shift that begins while people wait.
func (p *past) burst(t testing.TB, site *config.Site, agents int) (m burst) {
	t.Helper()
	r := start(t, site, p.open())
	busy := 0
	r.until(t, "the lead", leads)
	r.View(func(s *fold.State) { busy = len(s.Floor.Offers) })
	var ready []ledger.Entry
	for i := busy; i < agents; i++ { // the first have a contact already
		a := agent(i).Agent
		ready = append(ready, p.command(a, fact.Resumed{Agent: a}))
	}
	runtime.GC() // what went before is not of this

	first, worked := time.Now(), cpu(t)
	for _, e := range ready {
		p.write(e)
	}
	p.flush()
	last := time.Now()
	r.until(t, "an offer for every agent", func(s *fold.State) bool { return len(s.Floor.Offers) == agents })
	end := time.Now()
	m.allReady, m.fromFirst, m.fromLast, m.cpu = last.Sub(first), end.Sub(first), max(0, end.Sub(last)), cpu(t)-worked
	r.end()
	m.check(t, p, agents)
	return m
}

// cpu is the processor time of this process so far.
func cpu(t testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// check reads the ledger anew: each agent has got one contact, none twice.
func (m *burst) check(t testing.TB, p *past, agents int) {
	t.Helper()
	state, ready, served, offers := fold.New(), map[contact.Agent]int64{}, map[contact.ID]bool{}, []ledger.Entry(nil)
	p.read(func(e ledger.Entry) {
		started := time.Now()
		a := state.Apply(e)
		took := time.Since(started)
		require.False(t, a.Verdict.Stops(), a.Verdict)
		switch f := a.Fact.(type) {
		case fact.Resumed:
			ready[f.Agent] = int64(e.Self.ID.Ms)
		case fact.Offered:
			m.floorFold += took
			offers = append(offers, e)
			if !a.Effective() {
				return
			}
			m.waits = append(m.waits, time.Duration(int64(e.Self.ID.Ms)-ready[f.Agent])*time.Millisecond)
			delete(ready, f.Agent)
			assert.False(t, served[f.Contact], "%s was offered twice", f.Contact)
			served[f.Contact] = true
		}
	})
	assert.Empty(t, ready, "some got nobody")
	assert.Len(t, served, agents)
	m.floorRedis = p.again(offers)
}

// read shows every entry of the ledger.
func (p *past) read(visit func(ledger.Entry)) {
	for after := (ledger.ID{}); ; {
		entries, err := p.log.Read(p.Context(), after, 1000, 0)
		require.NoError(p, err)
		if len(entries) == 0 {
			return
		}
		for _, e := range entries {
			visit(e)
		}
		after = entries[len(entries)-1].Self.ID
	}
}

// again appends entries once more, and tells how long that takes.
func (p *past) again(entries []ledger.Entry) time.Duration {
	started := time.Now()
	for len(entries) > 0 {
		n := min(ledger.MaxBatch, len(entries))
		p.append(entries[:n])
		entries = entries[n:]
	}
	return time.Since(started)
}
