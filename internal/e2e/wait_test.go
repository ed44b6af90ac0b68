package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

const waitTree = `
languages: [fr]
start: conseiller
nodes:
  conseiller:
    type: queue
    set: {topic: autre}
    way_out: {"1": {goto: rappel, label: Être rappelé}}
    on_full: hangup
  rappel:
    type: callback
    prompt: code_postal
    confirm: {prompt: menu_motif}
    on_accepted: {prompt: attente_saturee, goto: hangup}
    on_refused: conseiller
    on_error: conseiller
`

// patient is how a comfort message sounds, and comfort how long it is: long enough that an
// agent is there before its end, however busy the machine.
const (
	patient phone.Signature = 0x0b3c4d
	comfort                 = 30 * time.Second
)

// waits is a site in which those who wait are told something after five seconds.
func waits(t *testing.T) func(dir string) {
	return func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(waitTree), 0o644))
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`redial: \w+`: `redial: 5m` + "\n" + `  comfort: {first: 5s, every: 15s, position: [rang, "number:var.position"], prompt: patientez}`,
		})
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = manifest.WriteString("  rang: Vous êtes numéro.\n  patientez: {text: Patientez., file: patientez.alaw}\n")
		require.NoError(t, err)
		require.NoError(t, manifest.Close())
		require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", "patientez.alaw"), spoken(patient, int(comfort/time.Second)), 0o644))
	}
}

// asterisk#1568, freeswitch#1148: a comfort message delays no agent, who is heard as soon as
// he answers; and fusionpbx#1322: a key leads out of the wait to a call back, with the
// place kept.
func TestWhoWaitsIsToldAndNobodyIsDelayed(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, waits(t))
	th.watch()
	played := th.listen()
	person := th.office("+33299000001", phone.RingsForEver())
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	th.guichet("agents", "pause", "a1105")
	first, err := th.callers.Call(th.ctx, phone.Caller{Number: "0611111111"}, relay)
	require.NoError(t, err)
	require.NoError(t, first.WaitAnswered(th.ctx))
	th.until("the first to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	second, err := th.callers.Call(th.ctx, phone.Caller{Number: "0299000001"}, relay)
	require.NoError(t, err)
	require.NoError(t, second.WaitAnswered(th.ctx))

	// Each hears where he stands. The agent who is there now is rung while the message is
	// said, and heard while it would go on.
	th.until("the first to be told", func() bool { return first.Heard(patient) > 5 })
	said := time.Now()
	th.guichet("agents", "resume", "a1105")
	leg := th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	th.until("the caller to hear the agent", func() bool { return first.Heard(leg.Signature()) > 5 })
	heard := time.Since(said)
	t.Logf("rung %v and heard %v after the message began, which lasts %v", leg.Times().Invited.Sub(said).Round(time.Millisecond), heard.Round(time.Millisecond), comfort)
	assert.Less(t, heard, comfort-time.Second, "nobody waits for the end of the message")
	assert.Contains(t, played.sounds(), "sound:guichet/rang")
	told := first.Heard(patient)
	before := first.Heard(leg.Signature())
	th.until("him to hear more of the agent", func() bool { return first.Heard(leg.Signature()) > before+50 })
	assert.Equal(t, told, first.Heard(patient), "the message has ended")
	id := leg.Header("X-Guichet-Contact")
	assert.Contains(t, strings.Join(strings.Fields(th.guichet("call", "show", id)), " "), "was told: number 1 in the queue")

	// The second is out of the wait by a key, is promised a call, and keeps the place.
	th.until("the second to be told", func() bool { return second.Heard(patient) > 5 })
	require.NoError(t, second.Press(th.ctx, "1"))
	th.until("the number to be read back", func() bool { return slices.Contains(played.sounds(), "sound:guichet/menu_motif") })
	require.NoError(t, second.Press(th.ctx, "1"))
	assert.Equal(t, phone.Remote, th.ended(second).By)
	assert.Contains(t, played.sounds(), "sound:guichet/attente_saturee")
	th.until("the place to be kept", func() bool { return th.count("guichet_queue_waiting") == 1 })
	require.NoError(t, first.Hangup(th.ctx))
	th.ended(leg)
	leg = th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	called := th.next(person)
	require.NoError(t, called.Answer(th.ctx))
	th.until("both to hear each other", func() bool { return leg.Heard(called.Signature()) > 5 && called.Heard(leg.Signature()) > 5 })
	id = leg.Header("X-Guichet-Contact")
	require.NoError(t, called.Hangup(th.ctx))
	th.ended(leg)
	th.until("both answered", func() bool { return th.outcome("answered") == 2 })
	story := strings.Join(strings.Fields(th.guichet("call", "show", id)), " ")
	for _, text := range []string{"left the queue by the key 1", "a call back is promised", "closed: answered"} {
		assert.Contains(t, story, text)
	}
	th.conserved(2)
	th.readAll()
	th.counted()
	th.guichet("report") // which recounts the ledger
}
