package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/guichet/guichet/internal/phone"
)

// 300 calls at 15/s over 60 agents, who serve two queues.
func TestThreeHundredCallsOverSixtyAgents(t *testing.T) {
	const calls, perSecond, agents = 300, 15, 60
	th := raiseWith(t, phone.Options{FrameEvery: 200 * time.Millisecond}, nil)
	phones := th.login(phone.Answers(200*time.Millisecond).TalksFor(1500*time.Millisecond), agentIDs(t, th, agents, "cis_ouest", "cps_lyon", "cis_sud")...)
	th.rush(20, perSecond) // pools and caches are warm
	goroutines, memory := th.count("go_goroutines"), th.count("go_memstats_heap_alloc_bytes")
	ends, heard := th.rush(calls, perSecond)
	th.conserved(20 + calls)
	assert.Equal(t, 20+calls, th.outcome("answered"), "0 failed")
	answered := 0
	for i := range calls {
		assert.Equal(t, phone.Remote, ends[i].By)
		assert.Equal(t, 1, heard[i], "caller %d hears exactly one agent", i)
	}
	for _, p := range phones {
		assert.LessOrEqual(t, p.Peak(), 1, "%s was called twice at a time", p.User())
		answered += p.Received()
	}
	assert.Equal(t, 20+calls, answered, "each caller was offered once")
	assert.Zero(t, th.count("guichet_contacts_live"))
	th.until("goroutines to be back where they were", func() bool {
		return th.count("go_goroutines") <= goroutines+5
	})
	// The collector runs when it likes: wait for the heap to be small once.
	th.until("memory to be back where it was", func() bool {
		return th.count("go_memstats_heap_alloc_bytes") <= memory+8<<20
	})
	t.Log(th.guichet("report"))
}

// agentIDs are the first agents of some centers.
func agentIDs(t *testing.T, th *theatre, n int, centers ...string) []string {
	t.Helper()
	type agent struct{ ID string }
	var list []agent
	for _, center := range centers {
		var of []agent
		th.get("/api/v1/agents?center="+center, &of)
		list = append(list, of...)
	}
	require.GreaterOrEqual(t, len(list), n)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = list[i].ID
	}
	return ids
}

// rush lets people call at a steady pace; every third wants the other queue. It
// returns how each call ended and how many agents each caller heard.
func (th *theatre) rush(calls int, perSecond rate.Limit) (ends []phone.End, heard []int) {
	pace := rate.NewLimiter(perSecond, 1)
	var all sync.WaitGroup
	ends, heard = make([]phone.End, calls), make([]int, calls)
	for i := range calls {
		require.NoError(th.t, pace.Wait(th.ctx))
		all.Go(func() {
			c, err := th.callers.Call(th.ctx, phone.Caller{Number: fmt.Sprintf("06%08d", i)}, "2014")
			if !assert.NoError(th.t, err) || !assert.NoError(th.t, c.WaitAnswered(th.ctx)) {
				return
			}
			keys := "1" + paris
			if i%3 == 0 {
				keys = "22" + paris // direct debit: the other queue
			}
			_ = c.Press(th.ctx, keys)
			ends[i], err = c.WaitEnded(th.ctx)
			assert.NoError(th.t, err)
			heard[i] = len(c.HeardAny())
		})
	}
	all.Wait()
	return ends, heard
}
