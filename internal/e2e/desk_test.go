package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// A pause that is asked for while the agent talks begins when the contact and its
// wrap-up are over, with its reason; the wrap-up is made longer, and ended by the agent.
// The caller who comes meanwhile waits, and is served when the pause is over.
func TestAPauseAskedForDuringACallBeginsAfterItsWrapUp(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.call("0612345678", "1"+paris)
	leg := th.talk(caller, agent)
	assert.Contains(t, th.fails("agents", "pause", "a1001", "--reason", "sieste"), "no reason for a pause")
	assert.Contains(t, th.guichet("agents", "pause", "a1001", "--reason", "dejeuner"), "then pause")
	assert.Equal(t, "talking", th.agent("a1001"))
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.until("wrap-up", func() bool { return th.agent("a1001") == "wrap_up" })
	th.guichet("agents", "extend", "a1001")
	assert.Equal(t, "wrap_up", th.agent("a1001"))
	th.guichet("agents", "finish", "a1001")
	assert.Equal(t, "paused", th.agent("a1001"))
	assert.Contains(t, th.guichet("agents", "list"), "Déjeuner")

	waiting := th.call("0687654321", "1"+paris)
	th.until("him to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	assert.Equal(t, 1, agent.Received(), "nothing rings in a pause")
	th.guichet("agents", "resume", "a1001")
	th.talk(waiting, agent)
	require.NoError(t, waiting.Hangup(th.ctx))
	th.conserved(2)
	assert.Equal(t, 2, th.outcome("answered"))
}

// fails runs a command that is refused, and returns what it says.
func (th *theatre) fails(args ...string) string {
	th.t.Helper()
	out, err := th.Guichet(th.ctx, args...).CombinedOutput()
	require.Error(th.t, err, "guichet %v: %s", args, out)
	return string(out)
}
