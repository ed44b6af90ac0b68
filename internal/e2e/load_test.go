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

// 300 calls at 15/s over 60 agents of two centers.
func TestThreeHundredCallsOverSixtyAgents(t *testing.T) {
	const calls, perSecond, agents = 300, 15, 60
	th := raiseWith(t, phone.Options{FrameEvery: 200 * time.Millisecond}, nil)
	phones := th.login(phone.Answers(200*time.Millisecond).TalksFor(1500*time.Millisecond), agentIDs(t, th, agents)...)
	var before struct{ Goroutines int }
	before.Goroutines = th.count("go_goroutines")
	heap := th.count("go_memstats_heap_inuse_bytes")

	pace := rate.NewLimiter(perSecond, 1)
	var all sync.WaitGroup
	ends := make([]phone.End, calls)
	heard := make([]int, calls)
	for i := range calls {
		require.NoError(t, pace.Wait(th.ctx))
		all.Go(func() {
			c, err := th.callers.Call(th.ctx, phone.Caller{Number: fmt.Sprintf("06%08d", i)}, "2014")
			if !assert.NoError(t, err) {
				return
			}
			if assert.NoError(t, c.WaitAnswered(th.ctx)) {
				keys := "1"
				if i%3 == 0 {
					keys = "23" // difficulties to pay: the other center
				}
				_ = c.Press(th.ctx, keys)
			}
			ends[i], err = c.WaitEnded(th.ctx)
			assert.NoError(t, err)
			heard[i] = len(c.HeardAny())
		})
	}
	all.Wait()
	th.conserved(calls)
	assert.Equal(t, calls, th.outcome("answered"), "0 failed")
	answered := 0
	for i := range calls {
		assert.Equal(t, phone.Remote, ends[i].By)
		assert.Equal(t, 1, heard[i], "caller %d hears exactly one agent", i)
	}
	for _, p := range phones {
		assert.LessOrEqual(t, p.Peak(), 1, "%s was called twice at a time", p.User())
		answered += p.Received()
	}
	assert.Equal(t, calls, answered, "each caller was offered once")
	th.until("goroutines to be back where they were", func() bool {
		return th.count("go_goroutines") <= before.Goroutines+5
	})
	assert.Less(t, th.count("go_memstats_heap_inuse_bytes"), heap+64<<20)
	t.Log(th.guichet("report"))
}

func agentIDs(t *testing.T, th *theatre, n int) []string {
	t.Helper()
	var list []struct{ ID string }
	th.get("/api/v1/agents", &list)
	require.GreaterOrEqual(t, len(list), n)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = list[i].ID
	}
	return ids
}
