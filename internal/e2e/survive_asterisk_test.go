package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// Cases 15 and 16 of facts/faults.md: Asterisk is killed and comes back. Its calls
// are lost by physics: each is closed once, as failed unless it was answered, and
// the agents are free. Service returns by itself.
func TestAsteriskDiesWithACallerInEachPlace(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, patientSite(t))
	watcher := th.watch()
	_, rings, ringing := th.ring("a1003")
	menu := th.someone("")
	s := th.set("a1001", "a1002")
	require.True(t, menu.Talking())

	over := watcher.Outage()
	killed := time.Now()
	th.Lab.Asterisk.Kill()
	th.until("/readyz to say why", func() bool { return strings.Contains(th.whyNotReady(), "a1: ") })
	t.Logf("case 15: noticed after %d ms: %s", time.Since(killed).Milliseconds(), th.whyNotReady())
	require.NoError(t, th.Lab.Asterisk.Restart(th.ctx))
	back := time.Now()
	th.until("all five to be over", func() bool { return th.count("guichet_contacts_outcome_total") == 5 })
	t.Logf("case 16: %d ms from Asterisk's first answer until all are closed", time.Since(back).Milliseconds())
	assert.LessOrEqual(t, time.Since(back), 3*time.Second)
	assert.Equal(t, 2, th.outcome("answered"), "who had talked was answered")
	assert.Equal(t, 3, th.outcome("failed"), "nobody hung up")
	for _, agent := range []string{"a1001", "a1002", "a1003"} {
		th.until(agent+" to be free", func() bool { return th.agent(agent) == "ready" })
	}
	t.Logf("case 16: %d ms until all agents are free", time.Since(back).Milliseconds())
	// Nobody tells a phone that the other side has died; people hang up.
	for _, leg := range []*phone.Call{ringing, s.talks} {
		ctx, cancel := context.WithTimeout(th.ctx, 100*time.Millisecond)
		_ = leg.Hangup(ctx)
		cancel()
	}
	over()
	assert.Equal(t, 1, th.count("guichet_repairs_total", "kind=node_restarted"))

	// Asterisk may have lost the registrations of its last second; a phone says
	// again where it is.
	for _, p := range []*phone.Phone{s.talker, s.free, rings} {
		require.NoError(t, p.Register(th.ctx))
	}
	caller := th.someone("1" + paris)
	leg := th.served(caller, s.talker, s.free, rings)
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(6)
	th.counted()
}

// served lets whichever phone rings answer the caller.
func (th *theatre) served(caller *phone.Call, phones ...*phone.Phone) (leg *phone.Call) {
	th.t.Helper()
	th.until("a phone to ring", func() bool {
		for _, p := range phones {
			ctx, cancel := context.WithTimeout(th.ctx, 10*time.Millisecond)
			c, err := p.NextCall(ctx)
			cancel()
			if err == nil {
				leg = c
			}
		}
		return leg != nil
	})
	require.NoError(th.t, leg.Answer(th.ctx))
	th.until("the caller to hear the agent", func() bool { return caller.Heard(leg.Signature()) > 5 })
	return leg
}
