package e2e

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// kill -9 of the controller with a talking and two waiting callers: talking goes
// on untouched, and those who wait get agents in the order in which they came.
func TestCallersSurviveTheDeathOfTheController(t *testing.T) {
	t.Parallel()
	th := raise(t)
	first := th.login(phone.RingsForEver(), "a1001")[0]
	talking := th.call("0611111111", "1"+paris)
	leg := th.talk(talking, first)
	one := th.call("0622222222", "1"+paris)
	th.until("one to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	two := th.call("0633333333", "1"+paris)
	th.until("two to wait", func() bool { return th.count("guichet_queue_waiting") == 2 })

	th.Controller.Kill()
	heard := talking.Heard(leg.Signature())
	th.until("the talk to go on without a controller", func() bool { return talking.Heard(leg.Signature()) > heard+25 })
	require.NoError(t, th.Controller.Restart(th.ctx))
	assert.True(t, talking.Talking())
	assert.True(t, one.Talking())

	second := th.login(phone.RingsForEver(), "a1002")[0]
	next := th.talk(one, second)
	assert.Zero(t, two.Heard(next.Signature()))
	require.NoError(t, leg.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(talking).By)
	th.talk(two, first)
	require.NoError(t, one.Hangup(th.ctx))
	require.NoError(t, two.Hangup(th.ctx))
	th.conserved(3)
	assert.Equal(t, 3, th.outcome("answered"))
}

// Controller and ledger are lost together. The one that starts leaves the ledger
// for a while to those that may have it; there is none, and the next call works.
func TestAControllerThatAloneLostItsLedgerBeginsAnew(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	th.Controller.Kill()
	th.Lab.Redis.Kill()
	require.NoError(t, os.RemoveAll(th.appended()))
	require.NoError(t, th.Lab.Redis.Restart(th.ctx))
	began := time.Now()
	require.NoError(t, th.Controller.Restart(th.ctx))
	assert.GreaterOrEqual(t, time.Since(began), 4*time.Second, "another might still have it")
	assert.Equal(t, "logged_out", th.agent("a1001"), "nobody remembers")
	th.guichet("agents", "login", "a1001")
	caller := th.call("0611111111", "1"+paris)
	th.talk(caller, agent)
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
}
