package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/phone"
)

// aboutTheCall is how the word for the topic sounds that agents hear.
const aboutTheCall phone.Signature = 0x0d3e4f

// whispers is a site whose agents are told topic, department and wait; the word for the
// topic lasts so many seconds. Agents who do not answer or refuse are set aside for long.
func whispers(t *testing.T, seconds int) func(dir string) {
	return func(dir string) {
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`label: Particuliers\n`: "label: Particuliers\n" +
				`    whisper: {topic: {declaration: une_declaration}, department: [departement_de, "number:var.department"], wait: [attend_depuis, "wait:var.wait"]}` + "\n",
			`ring: \w+`: "ring: 60s", `refused: \w+`: "refused: 10m",
		})
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = manifest.WriteString("  une_declaration: {text: Une déclaration., file: une_declaration.alaw}\n  departement_de: De.\n  attend_depuis: Depuis.\n")
		require.NoError(t, err)
		require.NoError(t, manifest.Close())
		require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", "une_declaration.alaw"), spoken(aboutTheCall, seconds), 0o644))
	}
}

// told answers the agent's next call, and waits until he hears what it is about; the caller
// hears music, and neither hears the other.
func (th *theatre) told(caller *phone.Call, agent *phone.Phone) (leg *phone.Call) {
	th.t.Helper()
	leg = th.next(agent)
	music := caller.PacketsReceived()
	require.NoError(th.t, leg.Answer(th.ctx))
	var spoke, listened, overheard int // by the time of the same look
	th.until("the agent to be told", func() bool {
		spoke, listened, overheard = caller.Heard(leg.Signature()), leg.Heard(caller.Signature()), caller.Heard(aboutTheCall)
		return leg.Heard(aboutTheCall) > 25
	})
	assert.Zero(th.t, spoke, "the caller does not hear him yet")
	assert.Zero(th.t, listened)
	assert.Zero(th.t, overheard, "what is said is for the agent")
	th.until("the caller to hear music meanwhile", func() bool { return caller.PacketsReceived() > music+25 })
	return leg
}

// The agent hears topic, department and wait, in this order, and then the caller. Whoever
// hangs up meanwhile, nobody is lost.
func TestAnAgentIsToldWhatTheCallIsAboutBeforeTheCallerHearsHim(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, whispers(t, 3))
	th.watch()
	played := th.listen()
	agents := th.login(phone.RingsForEver(), "a1001")
	caller := th.call("0612345678", "1"+paris)
	leg := th.told(caller, agents[0])
	answered := time.Now()
	assert.Equal(t, "ringing", th.agent("a1001"))
	th.bothHeard(caller, leg)
	t.Logf("joined %v after the agent began to be told, of words that last some 6 s", time.Since(answered).Round(time.Millisecond))
	sounds := played.sounds()
	var order []int
	for _, sound := range []string{"une_declaration", "departement_de", "word-fr-soixante", "word-fr-quinze", "attend_depuis", "word-fr-moins_d_une_minute"} {
		at := slices.Index(sounds, "sound:guichet/"+sound)
		require.GreaterOrEqual(t, at, 0, "%s is not said: %v", sound, sounds)
		order = append(order, at)
	}
	assert.True(t, slices.IsSorted(order), "%v", sounds)
	heard := leg.Heard(aboutTheCall)
	assert.InDelta(t, 150, heard, 20, "three seconds")
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.until("the agent to be ready", func() bool { return th.agent("a1001") == "ready" })

	// The caller hangs up while the agent is told: nobody is left behind.
	caller = th.call("0612345678", "1"+paris)
	leg = th.told(caller, agents[0])
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.until("the agent to be free", func() bool { return th.agent("a1001") == "ready" })

	// The agent hangs up: the caller keeps the place, and the next one is told the same.
	caller = th.call("0612345678", "1"+paris)
	leg = th.told(caller, agents[0])
	require.NoError(t, leg.Hangup(th.ctx))
	th.until("him to be set aside", func() bool { return th.agent("a1001") == "set_aside" })
	assert.True(t, caller.Talking())
	next := th.login(phone.RingsForEver(), "a1002")[0]
	leg = th.told(caller, next)
	th.bothHeard(caller, leg)
	require.NoError(t, leg.Hangup(th.ctx))
	th.ended(caller)
	th.conserved(3)
	assert.Equal(t, 2, th.outcome("answered"))
	assert.Equal(t, 1, th.outcome("abandoned"))
	assert.Equal(t, 1, th.count("guichet_offers_total", "result=refused"))
	th.readAll()
	th.counted()
}

// Whatever is to be said, the caller waits for it eight seconds at most; and when the
// controller is killed meanwhile, its successor joins both at once.
func TestNoWhisperDelaysACallerForLong(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, whispers(t, 60))
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.call("0612345678", "1"+paris)
	leg := th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	th.bothHeard(caller, leg)
	took := th.written(contact.ID(leg.Header("X-Guichet-Contact")), "connected").Sub(leg.Times().Answered)
	t.Logf("words of a minute, joined after %v", took.Round(time.Millisecond))
	assert.Greater(t, took, engine.WhisperTime-time.Second)
	assert.Less(t, took, engine.WhisperTime+3*time.Second)
	before := leg.Heard(aboutTheCall)
	talks := leg.Heard(caller.Signature())
	th.until("more talk", func() bool { return leg.Heard(caller.Signature()) > talks+50 })
	assert.Equal(t, before, leg.Heard(aboutTheCall), "it is over")
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.until("the agent to be ready", func() bool { return th.agent("a1001") == "ready" })

	caller = th.call("0612345678", "1"+paris)
	leg = th.told(caller, agent)
	th.Controller.Kill()
	require.NoError(t, th.Controller.Restart(th.ctx))
	again := time.Now()
	th.bothHeard(caller, leg)
	t.Logf("killed in mid-sentence, joined %v after the restart", time.Since(again).Round(time.Millisecond))
	assert.Equal(t, 2, agent.Received(), "no phone rings again")
	require.NoError(t, leg.Hangup(th.ctx))
	th.ended(caller)
	th.conserved(2)
	assert.Equal(t, 2, th.outcome("answered"))
}
