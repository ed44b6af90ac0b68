package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// noticed is how soon a link that is silent is known to be: no command is sent 2 s after the
// last echo of a probe, and a probe is sent each second.
const noticed = 3 * time.Second

// Cases 3, 4, 5, 6, 12, 22 and 24 of facts/faults.md, one after the other: what a
// proxy between the controller and Asterisk can do.
func TestALinkThatBreaksInEveryWay(t *testing.T) {
	t.Parallel()
	var d *detour
	th := raiseBehind(t, phone.Options{}, patientSite(t), func(l *lab.Lab) ([]string, error) {
		d = startDetour(t, hostOf(l))
		return []string{"GUICHET_ARI_URL=http://" + d.address + "/ari"}, nil
	})
	th.watch()
	agents := agentIDs(t, th, 12, "cis_ouest")
	all := 0
	for i, fault := range []struct {
		name   string
		breaks func()
		mends  func()
		silent bool // and /readyz is to say so
		limit  time.Duration
	}{
		{"case 3, the websocket is cut", d.cut, nil, false, 2 * time.Second},
		{"case 4, the link is half-open", func() { d.hold(events, echo, requests, answers) }, d.heal, true, 3 * time.Second},
		{"case 5, events are lost one way", func() { d.hold(events) }, d.heal, true, 3 * time.Second},
		{"case 6, REST is blocked while events flow", func() { d.hold(requests, answers) }, func() { d.pass(requests, answers) }, true, 3 * time.Second},
	} {
		th.within(fault.name, func(th *theatre) {
			s := th.set(agents[2*i], agents[2*i+1])
			over := th.watcher.Outage()
			if !fault.silent { // over at once: the agent is to be free just after
				th.until("the wrap-up to be nearly over", func() bool { return time.Now().After(s.freeAt.Add(-200 * time.Millisecond)) })
			}
			broken := time.Now()
			fault.breaks()
			if fault.silent {
				th.until("/readyz to say why", func() bool { return strings.Contains(th.whyNotReady(), "a1: ") })
				after := time.Since(broken)
				th.t.Logf("%s: noticed after %d ms: %s", fault.name, after.Milliseconds(), th.whyNotReady())
				assert.LessOrEqual(th.t, after, noticed)
			}
			mended := broken
			if fault.silent {
				s.outlast(broken, 0)
				mended = time.Now()
				fault.mends()
			}
			leg := s.resumes(fault.name, mended, fault.limit)
			over()
			s.plays(leg)
			s.ends()
			all += 3
		})
	}
	th.within("case 12, the answers to create and dial are lost", func(th *theatre) {
		d.swallowNext("POST /ari/channels/create")
		d.swallowNext("POST /ari/channels/guichet-leg-")
		asked := time.Now()
		caller, rings, leg := th.ring(agents[8])
		th.t.Logf("case 12: %d ms from the call to the ring; lost: %v", leg.Times().Invited.Sub(asked).Milliseconds(), d.swallowed())
		require.NoError(th.t, leg.Answer(th.ctx))
		th.until("both to hear each other", func() bool { return caller.Heard(leg.Signature()) > 5 })
		assert.Equal(th.t, 1, rings.Received(), "one leg only")
		assert.Len(th.t, d.swallowed(), 2)
		require.NoError(th.t, caller.Hangup(th.ctx))
		th.ended(leg)
		th.gone(agents[8])
		all++
	})
	th.within("case 24, an agent answers while the link is down", func(th *theatre) {
		caller, rings, leg := th.ring(agents[9])
		over := th.watcher.Outage()
		d.refuse(true)
		require.NoError(th.t, leg.Answer(th.ctx))
		th.until("the link to be down", func() bool { return th.whyNotReady() != "" })
		d.refuse(false)
		mended := time.Now()
		th.until("both to hear each other", func() bool { return caller.Heard(leg.Signature()) > 0 })
		th.t.Logf("case 24: %d ms until they hear each other", time.Since(mended).Milliseconds())
		over()
		assert.Equal(th.t, 1, rings.Received())
		require.NoError(th.t, caller.Hangup(th.ctx))
		th.ended(leg)
		th.gone(agents[9])
		all++
	})
	th.within("case 22, a caller hangs up while the link is down", func(th *theatre) {
		abandoned := max(0, th.outcome("abandoned"))
		caller, _, leg := th.ring(agents[10])
		over := th.watcher.Outage()
		d.refuse(true)
		require.NoError(th.t, caller.Hangup(th.ctx))
		th.until("the link to be down", func() bool { return th.whyNotReady() != "" })
		d.refuse(false)
		mended := time.Now()
		th.ended(leg)
		th.t.Logf("case 22: %d ms until the phone is quiet", leg.Times().Ended.Sub(mended).Milliseconds())
		over()
		th.until("one more to have abandoned", func() bool { return th.outcome("abandoned") == abandoned+1 })
		th.until("the agent to be free", func() bool { return th.agent(agents[10]) == "ready" })
		th.gone(agents[10])
		all++
	})
	th.conserved(all)
	th.counted()
}

// within plays one of several stories on the same stage.
func (th *theatre) within(name string, play func(*theatre)) {
	th.t.Helper()
	th.t.Run(name, func(t *testing.T) {
		th.t, t = t, th.t
		defer func() { th.t = t }()
		play(th)
	})
	require.False(th.t, th.t.Failed(), "what follows stands on what failed")
}

// gone logs agents out and waits for it.
func (th *theatre) gone(agents ...string) {
	th.t.Helper()
	th.guichet(append([]string{"agents", "logout"}, agents...)...)
	for _, a := range agents {
		th.until(a+" to be gone", func() bool { return th.agent(a) == "logged_out" })
	}
}

// whyNotReady is what /readyz says, nothing when all is well.
func (th *theatre) whyNotReady() string {
	answer, err := http.Get(th.URL + "/readyz")
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return ""
	}
	why, _ := io.ReadAll(answer.Body)
	return string(why)
}
