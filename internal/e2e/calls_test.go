package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

func TestACallerReachesAnAgentAndTheyHearEachOther(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, wrapUpFor(t, 6*time.Second))
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.call("0612345678", "1"+paris) // pressed while the welcome is spoken

	leg := th.next(agent)
	assert.Contains(t, leg.From().Name, "declaration", "the agent reads why before speaking")
	assert.Equal(t, "+33612345678", leg.From().Number)
	id := leg.Header("X-Guichet-Contact")
	assert.NotEmpty(t, id)
	require.NoError(t, leg.Answer(th.ctx))
	th.until("the caller to hear the agent", func() bool { return caller.Heard(leg.Signature()) > 10 })
	th.until("the agent to hear the caller", func() bool { return leg.Heard(caller.Signature()) > 10 })
	th.until("the agent to talk", func() bool { return th.agent("a1001") == "talking" })

	require.NoError(t, leg.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(caller).By)
	th.until("wrap-up", func() bool { return th.agent("a1001") == "wrap_up" })
	th.until("ready again", func() bool { return th.agent("a1001") == "ready" })
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
	story := th.guichet("call", "show", id)
	for _, word := range []string{"a1001", "Particuliers", "answered"} {
		assert.Contains(t, story, word)
	}
	assert.Contains(t, th.guichet("explain", id), "Offer 1, at")
	assert.Contains(t, th.guichet("route", "--entry", "2014", "--topic", "declaration", "--department", "75"), "queue Particuliers")
	assert.NotContains(t, story, "612345678", "numbers are masked")
}

// What the README says of `make run`: any SIP phone registers and dials 2014.
func TestAnySIPPhoneMayRegisterAndCall(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	visiting, err := th.agents.Register(th.ctx, th.Account(visitor), phone.RingsForEver())
	require.NoError(t, err)
	caller, err := visiting.Call(th.ctx, "2014")
	require.NoError(t, err)
	require.NoError(t, caller.WaitAnswered(th.ctx))
	require.NoError(t, caller.Press(th.ctx, "1"+paris))
	th.talk(caller, agent)
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

func TestACallerMayHangUpAtAnyMoment(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]

	inMenu := th.call("0611111111", "")
	th.until("the menu", func() bool { return th.count("guichet_contacts_offered_total") == 1 })
	require.NoError(t, inMenu.Hangup(th.ctx))
	th.until("the abandon in the menu", func() bool { return th.count("guichet_contacts_abandoned_total", "stage=ivr") == 1 })

	ringing := th.call("0622222222", "1"+paris)
	leg := th.next(agent)
	inQueue := th.call("0633333333", "1"+paris)
	th.until("one to wait behind the one who is offered", func() bool {
		return th.count("guichet_queue_waiting", "queue=particuliers") == 2
	})
	require.NoError(t, inQueue.Hangup(th.ctx))
	th.until("the abandon in the queue", func() bool { return th.count("guichet_contacts_abandoned_total", "stage=queue") == 1 })

	require.NoError(t, ringing.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(leg).By, "the agent's phone stops ringing")
	th.until("the abandon while ringing", func() bool { return th.count("guichet_contacts_abandoned_total", "stage=ring") == 1 })
	th.until("the agent to be ready", func() bool { return th.agent("a1001") == "ready" })
	th.conserved(3)
	assert.Equal(t, 3, th.outcome("abandoned"))
}

// The caller hangs up in the same instant as the agent answers. Who wins is
// physics; that both sides and the counters tell the same story is ours.
func TestAHangUpInTheInstantOfTheAnswerIsCountedOnce(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	const rounds = 12
	for i := range rounds {
		caller := th.call("0612345678", "1"+paris)
		leg := th.next(agent)
		gone := make(chan error, 1)
		go func() { gone <- caller.Hangup(th.ctx) }()
		_ = leg.Answer(th.ctx) // fails when the CANCEL was faster
		require.NoError(t, <-gone)
		th.ended(caller)
		th.ended(leg)
		th.until("the outcome", func() bool { return th.count("guichet_contacts_outcome_total") == i+1 })
		th.until("the agent to be free", func() bool { return th.agent("a1001") == "ready" })
	}
	th.conserved(rounds)
	assert.Equal(t, rounds, th.outcome("answered")+th.outcome("abandoned"))
	assert.LessOrEqual(t, agent.Peak(), 1)
}

func TestAnUnknownNumberIsRefusedAndDisturbsNobody(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	odd, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, "2999")
	require.NoError(t, err)
	assert.Equal(t, 404, th.ended(odd).Status)

	evil, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678", Name: "a|b\x01\x7f\"<>\\;" + strings.Repeat("\x01é", 60)}, "2014")
	require.NoError(t, err)
	require.NoError(t, evil.WaitAnswered(th.ctx))
	require.NoError(t, evil.Press(th.ctx, "1"+paris))
	leg := th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	assert.NotContains(t, leg.From().Name, "|")
	th.until("both to talk", func() bool { return evil.Heard(leg.Signature()) > 0 })
	require.NoError(t, evil.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}
