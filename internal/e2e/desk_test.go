package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/internal/phone"
)

// A pause that is asked for while the agent talks begins when the contact and its
// wrap-up are over, with its reason; the wrap-up is made longer, and ended by the agent.
// The caller who comes meanwhile waits, and is served when the pause is over.
func TestAPauseAskedForDuringACallBeginsAfterItsWrapUp(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, wrapUpFor(t, time.Minute))
	th.watch()
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.call("0612345678", "1"+paris)
	leg := th.talk(caller, agent)
	th.until("the agent to talk", func() bool { return th.agent("a1001") == "talking" })
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
	th.accounted(2)
	assert.Equal(t, 2, th.outcome("answered"))
}

// A phone that unregisters while its agent is ready: no call is even tried there, the
// reason is seen, and who waits is served as soon as the phone is back.
func TestAnAgentWhosePhoneUnregistersIsNotReadyUntilItIsBack(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.watch()
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	require.NoError(t, agent.Unregister(th.ctx))
	th.until("the agent to be set aside", func() bool { return th.agent("a1001") == "set_aside" })
	assert.Contains(t, th.guichet("agents", "list"), "unregistered")
	assert.Contains(t, th.fails("agents", "resume", "a1001"), "not registered")
	caller := th.call("0612345678", "1"+paris)
	th.until("him to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	require.NoError(t, agent.Register(th.ctx))
	th.talk(caller, agent)
	assert.Zero(t, th.count("guichet_offers_total", "result=unreachable"), "no call was tried in vain")
	require.NoError(t, caller.Hangup(th.ctx))
	th.accounted(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

// A phone that makes a call of its own: its agent is set aside with the reason, nobody is
// offered to him meanwhile, and who waits is served as soon as that call is over.
func TestAnAgentWhosePhoneMakesACallIsNotReadyUntilItIsOver(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.watch()
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	own, err := agent.Call(th.ctx, "*50") // which listens for a while to who keys nothing
	require.NoError(t, err)
	require.NoError(t, own.WaitAnswered(th.ctx))
	th.until("the agent to be set aside", func() bool { return th.agent("a1001") == "set_aside" })
	assert.Contains(t, th.guichet("agents", "list"), "own call")
	assert.Contains(t, th.fails("agents", "resume", "a1001"), "call")
	caller := th.call("0612345678", "1"+paris)
	th.until("him to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	assert.Equal(t, "set_aside", th.agent("a1001"))
	assert.Zero(t, agent.Received(), "nothing rings beside a call of the phone's own")
	select {
	case <-own.Done():
		require.FailNow(t, "the call ended by itself before the caller was there")
	default:
	}
	require.NoError(t, own.Hangup(th.ctx))
	th.talk(caller, agent)
	assert.Equal(t, 1, agent.Received())
	require.NoError(t, caller.Hangup(th.ctx))
	th.accounted(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

// Free seating: an agent logs in at a colleague's phone and is called there, under his
// own name; nobody logs in beside him, nor he at another; when he leaves, the phone is
// its owner's again.
func TestAnAgentServesFromAnotherPhoneThanHisOwn(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.watch()
	desk, err := th.agents.Register(th.ctx, th.Account("a1002"), phone.RingsForEver())
	require.NoError(t, err)
	assert.Contains(t, th.fails("agents", "login", "a1001", "--phone", "PJSIP/a1003"), "not registered")
	assert.Contains(t, th.fails("agents", "login", "a1001", "--phone", "PJSIP/trunk"), "nobody may sit")
	th.guichet("agents", "login", "a1001", "--phone", "PJSIP/a1002")
	assert.Contains(t, th.fails("agents", "login", "a1002"), "another agent is logged in at this phone")
	own, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	assert.Contains(t, th.fails("agents", "login", "a1001", "--phone", "PJSIP/a1001"), "logged in at another phone")

	caller := th.call("0612345678", "1"+paris)
	th.talk(caller, desk)
	th.until("the agent to talk", func() bool { return th.agent("a1001") == "talking" })
	assert.Zero(t, own.Received())
	require.NoError(t, caller.Hangup(th.ctx))
	th.until("the end of the wrap-up", func() bool { return th.agent("a1001") == "ready" })
	th.guichet("agents", "logout", "a1001")

	th.guichet("agents", "login", "a1002")
	caller = th.call("0687654321", "1"+paris)
	th.talk(caller, desk)
	th.until("the owner to talk", func() bool { return th.agent("a1002") == "talking" })
	require.NoError(t, caller.Hangup(th.ctx))
	th.accounted(2)
	assert.Equal(t, 2, th.outcome("answered"))
}

// Phone codes at a colleague's phone: a wrong PIN changes nothing, the right one logs the
// agent in there, he pauses and leaves by code; after five wrong ones the right one is
// not even tried, and no PIN is in the ledger.
func TestAnAgentLogsInByPhoneCodesWithAPIN(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, withPIN(t, "a1001", "471100"))
	th.watch()
	desk, err := th.agents.Register(th.ctx, th.Account("a1002"), phone.RingsForEver())
	require.NoError(t, err)
	code := func(dialled, keys string) {
		call, err := desk.Call(th.ctx, dialled)
		require.NoError(t, err)
		require.NoError(t, call.WaitAnswered(th.ctx))
		if keys != "" {
			if err := call.Press(th.ctx, keys); err != nil { // it may be over before the last key is let go
				require.ErrorIs(t, err, phone.ErrEnded)
			}
		}
		th.ended(call)
	}
	code("*50", "1001#000000#1001#471100#")
	th.until("the agent to be ready at that phone", func() bool { return th.agent("a1001") == "ready" })
	caller := th.call("0612345678", "1"+paris)
	th.talk(caller, desk)
	require.NoError(t, caller.Hangup(th.ctx))
	th.until("the end of the talk", func() bool { return th.agent("a1001") != "talking" })
	code("*521", "")
	th.until("the pause", func() bool { return th.agent("a1001") == "paused" })
	assert.Contains(t, th.guichet("agents", "list"), "Déjeuner")
	code("*51", "")
	assert.Equal(t, "logged_out", th.agent("a1001"))

	code("*50", "1001#000000#1001#000001#1001#000002#")
	code("*50", "1001#000003#1001#471100#") // the fifth from this phone: the log-in forgave none
	assert.Equal(t, "logged_out", th.agent("a1001"))
	assert.NotContains(t, th.redisFiles(), "471100")
	th.accounted(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

// withPIN gives an agent of the site a PIN.
func withPIN(t *testing.T, agent, pin string) func(dir string) {
	t.Helper()
	hash, err := password.Make(pin)
	require.NoError(t, err)
	return func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "pins"), []byte(agent+":"+hash.String()+"\n"), 0o600))
		floor, err := os.OpenFile(filepath.Join(dir, "floor.yaml"), os.O_APPEND|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = floor.WriteString("\npins: {file: pins}\n")
		require.NoError(t, errors.Join(err, floor.Close()))
	}
}

// fails runs a command that is refused, and returns what it says.
func (th *theatre) fails(args ...string) string {
	th.t.Helper()
	out, err := th.Guichet(th.ctx, args...).CombinedOutput()
	require.Error(th.t, err, "guichet %v: %s", args, out)
	return string(out)
}
