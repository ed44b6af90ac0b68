package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// home is the private number of a1001, who works there.
const home = "+33698001001"

func worksAtHome(t *testing.T) func(site string) {
	return func(site string) {
		rewrite(t, filepath.Join(site, "agents", "cis_ouest.yaml"), map[string]string{`phone: PJSIP/a1001`: `phone: "06 98 00 10 01"`})
		prompts, err := os.OpenFile(filepath.Join(site, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = prompts.WriteString("  agent_confirmation: Tapez 1.\n")
		require.NoError(t, err)
		require.NoError(t, prompts.Close())
	}
}

// prompted waits until the leg is said something more, which is no caller's voice.
func (th *theatre) prompted(leg, caller *phone.Call) {
	th.t.Helper()
	before := leg.PacketsReceived()
	th.until("the prompt", func() bool { return leg.PacketsReceived() > before+10 })
	assert.Zero(th.t, leg.Heard(caller.Signature()))
	assert.Zero(th.t, caller.Heard(leg.Signature()))
}

func (th *theatre) bothHeard(caller, leg *phone.Call) {
	th.t.Helper()
	th.until("the caller to hear the agent", func() bool { return caller.Heard(leg.Signature()) > 5 })
	th.until("the agent to hear the caller", func() bool { return leg.Heard(caller.Signature()) > 5 })
}

func TestAnAgentAtHomePressesOneAndTalks(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, worksAtHome(t))
	away := th.office(home, phone.RingsForEver())
	th.guichet("agents", "login", "a1001")
	caller := th.call("0612345678", "1"+paris)
	leg := th.next(away)
	for _, header := range []string{"From", "P-Asserted-Identity", "X-Guichet-Contact"} {
		assert.NotContains(t, leg.Header(header), "12345678", "the caller's number stays in the house")
		assert.NotContains(t, leg.Header(header), "declaration", "and so does what he wants")
	}
	assert.Contains(t, leg.Header("From"), "anonymous", "the trunk of the lab has no identity of its own")
	assert.Empty(t, leg.Header("X-Guichet-Contact"))
	require.NoError(t, leg.Answer(th.ctx))
	th.prompted(leg, caller)
	require.NoError(t, leg.Press(th.ctx, "2"))
	th.prompted(leg, caller)
	assert.Equal(t, "ringing", th.agent("a1001"))
	require.NoError(t, leg.Press(th.ctx, "1"))
	th.bothHeard(caller, leg)
	th.until("the outcome", func() bool { return th.outcome("answered") == 1 })
	require.NoError(t, leg.Hangup(th.ctx))
	th.ended(caller)
	th.conserved(1)
	assert.Equal(t, 1, away.Received())
}

func TestAVoicemailIsNeverBridgedAndTheNextAgentGetsTheCaller(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(site string) {
		ringOnce(t, 6*time.Second)(site)
		worksAtHome(t)(site)
	})
	voicemail := th.office(home, phone.Answers(50*time.Millisecond))
	th.guichet("agents", "login", "a1001")
	first := th.call("0611111111", "1"+paris)
	recording := th.next(voicemail)
	th.prompted(recording, first)
	second := th.call("0622222222", "1"+paris)
	th.until("the second to wait behind", func() bool { return th.count("guichet_queue_waiting") == 2 })
	th.ended(recording)
	assert.Zero(t, first.Heard(recording.Signature()))
	assert.Zero(t, recording.Heard(first.Signature()))
	assert.Zero(t, max(0, th.outcome("answered")))
	th.until("him to have missed it", func() bool { return th.count("guichet_offers_total", "result=no_answer") == 1 })
	assert.True(t, first.Talking(), "the caller keeps the line")

	th.guichet("agents", "logout", "a1001")
	agent := th.login(phone.RingsForEver(), "a1002")[0]
	leg := th.talk(first, agent)
	assert.Zero(t, second.Heard(leg.Signature()), "and the place")
	require.NoError(t, first.Hangup(th.ctx))
	th.ended(leg)
	leg = th.talk(second, agent)
	require.NoError(t, second.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(2)
	assert.Equal(t, 2, th.outcome("answered"))
}

// kill -9 of the controller between the pick-up and the key: the key pressed
// meanwhile is lost, so it is asked for again.
func TestTheKeyIsAskedForAgainAfterTheDeathOfTheController(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, worksAtHome(t))
	away := th.office(home, phone.RingsForEver())
	th.guichet("agents", "login", "a1001")
	caller := th.call("0612345678", "1"+paris)
	leg := th.next(away)
	require.NoError(t, leg.Answer(th.ctx))
	th.prompted(leg, caller)

	th.Controller.Kill()
	require.NoError(t, leg.Press(th.ctx, "1"))
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.prompted(leg, caller)
	th.prompted(leg, caller)
	assert.Equal(t, "ringing", th.agent("a1001"))
	require.NoError(t, leg.Press(th.ctx, "1"))
	th.bothHeard(caller, leg)

	// Who has confirmed goes on talking through the next death.
	th.Controller.Kill()
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.until("the agent to be known as talking", func() bool { return th.agent("a1001") == "talking" })
	th.bothHeard(caller, leg)
	assert.Equal(t, 1, away.Received())
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}
