package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

const callbackTree = `
languages: [fr]
start: rappel
nodes:
  rappel:
    type: callback
    set: {topic: autre}
    prompt: code_postal
    confirm: {prompt: menu_motif}
    on_accepted: {prompt: attente_saturee, goto: hangup}
    on_refused: hangup
    on_error: hangup
`

// From the request to the bridge: the caller gives another number and hangs up, nobody
// holds a line, the agent is called first, then the person, who hears the agent, as the
// agent the person.
func TestACallerIsCalledBackAtTheNumberGiven(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(callbackTree), 0o644))
	})
	th.watch()
	played := th.listen()
	person := th.office("+33299000001", phone.RingsForEver())
	caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
	require.NoError(t, err)
	require.NoError(t, caller.WaitAnswered(th.ctx))
	require.NoError(t, caller.Press(th.ctx, "2"+"0299000001"+"1"))
	assert.Equal(t, phone.Remote, th.ended(caller).By)
	assert.Contains(t, played.sounds(), "sound:guichet/attente_saturee", "told only when it is promised")
	th.until("nobody to hold a line", func() bool { return th.channels() == 0 })
	assert.Equal(t, 1, th.count("guichet_queue_waiting"), "the place is kept")
	assert.Zero(t, max(0, th.outcome("answered")))

	agent := th.login(phone.RingsForEver(), "a1105")[0]
	leg := th.next(agent)
	assert.Contains(t, leg.From().Name, "rappel")
	id := leg.Header("X-Guichet-Contact")
	assert.Zero(t, person.Received(), "the agent first")
	require.NoError(t, leg.Answer(th.ctx))
	called := th.next(person)
	silent := leg.PacketsReceived()
	th.until("the agent to hear that it rings", func() bool { return leg.PacketsReceived() > silent+10 })
	assert.Empty(t, leg.HeardAny(), "a tone, and nobody yet")
	assert.NotContains(t, called.From().Number, "612345678")
	require.NoError(t, called.Answer(th.ctx))
	th.until("both to hear each other", func() bool { return leg.Heard(called.Signature()) > 5 && called.Heard(leg.Signature()) > 5 })
	packets, spoken := leg.PacketsReceived(), leg.Heard(called.Signature())
	th.until("the agent to hear the person, and no tone any more", func() bool {
		now := leg.PacketsReceived()
		if now < packets+10 {
			return false
		}
		said := leg.Heard(called.Signature())
		clean := said-spoken >= now-packets-1 // one may come between two looks
		packets, spoken = now, said
		return clean
	})
	th.until("the outcome", func() bool { return th.outcome("answered") == 1 })
	require.NoError(t, leg.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(called).By)
	th.conserved(1)
	assert.Equal(t, 1, th.count("guichet_contacts_asked_total"))

	story := strings.Join(strings.Fields(th.guichet("call", "show", id)), " ")
	for _, told := range []string{"a call back is promised", "the caller has hung up; waits in", "the person is called back", "closed: answered"} {
		assert.Contains(t, story, told)
	}
	assert.NotContains(t, story, "299000001")
	th.readAll()
	th.counted()
	th.guichet("report") // which recounts the ledger
}
