package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// A priority is worth some waiting and no more: who came within that time before the relay's
// caller goes after him, who waited longer goes before.
func TestWhoHasWaitedLongEnoughGoesBeforeAHigherPriority(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		rewrite(t, filepath.Join(dir, "routing.yaml"), map[string]string{`(?m)^always:`: "ageing: {level: 2s}\nalways:"})
	})
	th.watch()
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	th.guichet("agents", "pause", "a1105")
	wait := func(n int) {
		th.until("all to wait", func() bool { return th.count("guichet_queue_waiting") == n })
	}
	urgent := func() *phone.Call {
		c, err := th.callers.Call(th.ctx, phone.Caller{Number: "0699000009"}, relay)
		require.NoError(t, err)
		return c
	}
	patient := th.call("0611111111", "1"+paris)
	wait(1)
	sooner := urgent() // nine levels are 18 s, and he comes within them
	wait(2)
	th.until("the first to have waited for longer than that", func() bool { return th.count("guichet_queue_oldest_wait_seconds") > 18 })
	later := urgent()
	wait(3)

	th.guichet("agents", "resume", "a1105")
	for i, caller := range []*phone.Call{sooner, patient, later} {
		leg := th.next(agent)
		if i < 2 {
			require.NoError(t, leg.Answer(th.ctx))
			th.until("them to hear each other", func() bool { return caller.Heard(leg.Signature()) > 5 && leg.Heard(caller.Signature()) > 5 })
			require.NoError(t, leg.Hangup(th.ctx))
			th.ended(caller)
			continue
		}
		id := leg.Header("X-Guichet-Contact")
		explained := strings.Join(strings.Fields(th.guichet("explain", id)), " ")
		assert.Contains(t, explained, "It has priority 9. Priorities age: it is served as if it had come 0:18 earlier.")
		require.NoError(t, leg.Answer(th.ctx))
		th.until("them to hear each other", func() bool { return caller.Heard(leg.Signature()) > 5 })
		require.NoError(t, leg.Hangup(th.ctx))
		th.ended(caller)
	}
	th.until("all answered", func() bool { return th.outcome("answered") == 3 })
	th.conserved(3)
	th.readAll()
	th.counted()
	th.guichet("report") // which recounts the ledger
}
