package e2e

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// Case 15 of facts/faults.md: Asterisk is killed and nobody starts it again. Its machine
// refuses connections, which tells that its calls are lost: each is closed once, as
// failed unless it was answered, and the agents are free for others, within 3 s of the
// kill. Once it is started, service returns by itself.
func TestAsteriskDiesAndStaysDead(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, patientSite(t))
	watcher := th.watch()
	_, rings, ringing := th.ring("a1003")
	th.someone("") // in the menu
	s := th.set("a1001", "a1002")

	over := watcher.Outage()
	killed := time.Now()
	th.Lab.Asterisk.Kill()
	th.until("all five to be over", func() bool { return th.count("guichet_contacts_outcome_total") == 5 })
	seen := time.Since(killed)
	freed := map[string]time.Duration{} // as the ledger has it, and not when this test asks
	for _, agent := range []string{"a1001", "a1002", "a1003"} {
		var a api.Agent
		th.until(agent+" to be freed", func() bool {
			th.get("/api/v1/agents/"+agent, &a)
			return slices.Contains([]acd.State{acd.Ready, acd.WrapUp}, a.State)
		})
		freed[agent] = a.Since.Sub(killed).Round(time.Millisecond)
	}
	closed := th.lastClosed().Sub(killed)
	t.Logf("case 15: all closed %d ms after the kill (seen after %d), agents freed: %v", closed.Milliseconds(), seen.Milliseconds(), freed)
	assert.LessOrEqual(t, closed, 3*time.Second)
	assert.LessOrEqual(t, freed["a1003"], 3*time.Second, "and the agents are free")
	assert.Equal(t, 2, th.outcome("answered"), "who had talked was answered")
	assert.Equal(t, 3, th.outcome("failed"), "nobody hung up")
	assert.Equal(t, 1, th.count("guichet_repairs_total", "kind=node_lost"))
	assert.Regexp(t, `a1: it refuses every connection since \S+: its process is gone, and its 4 calls were closed`, th.whyNotReady())
	list := th.guichet("report", "--from", "2h", "--cut-off")
	assert.Contains(t, list, "4 were cut off")
	assert.NotContains(t, list, "0600000")
	assert.Contains(t, th.guichet("report", "--from", "2h", "--cut-off", "--numbers"), "+33600000001")
	for _, agent := range []string{"a1001", "a1002", "a1003"} {
		th.until(agent+" to be ready", func() bool { return th.agent(agent) == "ready" })
	}
	// Nobody tells a phone that the other side has died; people hang up.
	for _, leg := range []*phone.Call{ringing, s.talks} {
		ctx, cancel := context.WithTimeout(th.ctx, 100*time.Millisecond)
		_ = leg.Hangup(ctx)
		cancel()
	}
	require.NoError(t, th.Lab.Asterisk.Restart(th.ctx))
	back := time.Now()
	th.until("guichet to be ready", func() bool { return th.fetch("/readyz") != nil })
	t.Logf("case 15: ready %d ms after Asterisk's first answer", time.Since(back).Milliseconds())
	over()
	th.until("the restart to be counted", func() bool { return th.count("guichet_repairs_total", "kind=node_restarted") == 1 })
	th.servesAgain(s.talker, s.free, rings)
	th.conserved(6)
	th.counted()
}

// lastClosed is when the ledger says that the last contact was closed.
func (th *theatre) lastClosed() (last time.Time) {
	var rep struct{ Contacts []struct{ Closed time.Time } }
	th.get("/api/v1/report?from=2h", &rep)
	for _, c := range rep.Contacts {
		if c.Closed.After(last) {
			last = c.Closed
		}
	}
	return last
}

// servesAgain: a caller is served by one of these phones. Asterisk may have lost the
// registrations of its last second; a phone says again where it is.
func (th *theatre) servesAgain(phones ...*phone.Phone) {
	th.t.Helper()
	for _, p := range phones {
		require.NoError(th.t, p.Register(th.ctx))
	}
	caller := th.someone("1" + paris)
	leg := th.served(caller, phones...)
	require.NoError(th.t, caller.Hangup(th.ctx))
	th.ended(leg)
}

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
	closed := th.lastClosed().Sub(back)
	t.Logf("case 16: %d ms from Asterisk's first answer until all are closed", closed.Milliseconds())
	assert.LessOrEqual(t, closed, 3*time.Second)
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
	th.until("the restart to be counted", func() bool { return th.count("guichet_repairs_total", "kind=node_restarted") == 1 })

	th.servesAgain(s.talker, s.free, rings)
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
