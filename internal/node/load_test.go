package node_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/node"
)

// Not parallel: it compares the goroutines of the process.
func TestTwoHundredCallersOverThirtyAgents(t *testing.T) {
	const callers, agents = 200, 30
	b := newBench(t, noWrapUp)
	var phones []*aritest.Phone
	for i := range agents {
		id := contact.Agent(fmt.Sprintf("a12%02d", i+1)) // a group of 24
		if i >= 24 {
			id = contact.Agent(fmt.Sprintf("a10%02d", i-23))
		}
		card, known := b.c.Card(id)
		require.True(t, known, id)
		phones = append(phones, b.asterisk.Phone(card.Phone, aritest.Answers(time.Duration(i)*time.Millisecond)))
		b.login(id)
	}
	quiet := runtime.NumGoroutine()
	talk := make(chan struct{})
	hangUp := make(chan struct{})
	go func() { // whoever talks hangs up at the next look
		defer close(hangUp)
		for {
			select {
			case <-talk:
				return
			case <-time.After(5 * time.Millisecond):
			}
			for _, p := range phones {
				for _, leg := range p.Legs() {
					if len(leg.BridgedTo) > 0 {
						p.Hangup()
					}
				}
			}
		}
	}()
	for i := range callers {
		caller := b.ask()
		if !caller.Channel().InStasis { // the link was taken for dead: the dialplan tries again
			b.until("the call to be taken", func() bool { return caller.Retry("entry", "2014") })
			caller.Press(forCIS)
		}
		if i%10 == 9 {
			caller.Hangup()
		}
	}
	b.until("all to be counted", func() bool {
		o := b.outcomes()
		return o["answered"]+o["abandoned"] == callers
	})
	b.untilQuiet() // who talks still is counted already, and hangs up yet
	close(talk)
	<-hangUp
	for _, p := range phones {
		assert.LessOrEqual(t, p.Peak(), 1, p.Endpoint())
	}
	b.c.View(func(s *fold.State) {
		for _, a := range s.Floor.Agents {
			assert.Equal(t, acd.Ready, a.State, a.ID)
		}
		assert.Empty(t, s.Floor.Offers)
		assert.Empty(t, s.Offers)
	})
	b.sameAfterReplay()
	b.until("the goroutines to be back", func() bool {
		b.asterisk.DropIdle() // kept connections have some, too
		return runtime.NumGoroutine() <= quiet+node.MaxIdleCouriers
	})
}

// A crowd for which Asterisk takes its time: requests wait for their turn, and none
// is given up for having waited.
func TestNoCommandIsGivenUpForHavingWaited(t *testing.T) {
	t.Parallel()
	const callers = 300
	b := newBench(t, noWrapUp)
	stood := ledgertest.WatchStandstill(t)
	done := b.asterisk.Inject(callers, "POST /channels/*/answer", aritest.Slow(600*time.Millisecond))
	defer done()
	var crowd []*aritest.Caller
	for range callers {
		crowd = append(crowd, b.call())
	}
	answered := func() (n int) {
		for _, c := range crowd {
			if c.Channel().State == "Up" {
				n++
			}
		}
		return n
	}
	require.Eventually(t, func() bool { return answered() == callers }, patience, 10*time.Millisecond)
	// Those under way while the machine stands still for as long as a request may take are given
	// up, and a few may meet one that has much else to do.
	if longest := stood.Longest(); longest < time.Second {
		assert.Less(t, b.c.Links()[0].Counters["ambiguous"], uint64(callers/10), "the machine stood still for %s at once", longest)
	} else {
		t.Logf("not judged: the machine stood still for %s at once", longest)
	}
	for _, c := range crowd {
		c.Hangup()
	}
	b.untilQuiet()
}

// sameAfterReplay asserts that a fold of the whole ledger counts what was
// counted live, to the last figure.
func (b *bench) sameAfterReplay() {
	b.Helper()
	var live, again string
	b.until("a recount up to the same place", func() (same bool) {
		live, again, same = b.recount()
		return same
	})
	assert.JSONEq(b, live, again)
}
