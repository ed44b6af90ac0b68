package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// An agent who cannot or will not answer: the caller is offered to the next one
// at once, at the same rank, and the first phone is left alone for a while.
func TestACallerGoesToTheNextAgentWhenTheFirstDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		phone  phone.Behaviour
		result string
	}{
		{"no answer", phone.RingsForEver(), "no_answer"},
		{"busy", phone.Refuses(486, 0), "busy"},
		{"refuses", phone.Refuses(603, 50*time.Millisecond), "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			th := raiseWith(t, phone.Options{}, ringOnce(t, 12*time.Second))
			first := th.login(c.phone, "a1001")[0]
			caller := th.call("0612345678", "1"+paris)
			leg := th.next(first)
			// A second caller comes later: he must not overtake the first.
			later := th.call("0687654321", "1"+paris)
			th.until("the later one to wait", func() bool { return th.count("guichet_queue_waiting") == 2 })
			second := th.login(phone.RingsForEver(), "a1002")[0]
			if c.result != "no_answer" {
				th.ended(leg)
			}
			// While the first phone rings, the second agent serves the later
			// caller; otherwise the first caller comes first, by rank.
			got := th.next(second)
			require.NoError(t, got.Answer(th.ctx))
			if c.result == "no_answer" {
				th.until("the later caller to hear the second agent", func() bool { return later.Heard(got.Signature()) > 5 })
				require.NoError(t, got.Hangup(th.ctx))
				got = th.next(second)
				require.NoError(t, got.Answer(th.ctx))
			}
			th.until("the first caller to hear the second agent", func() bool { return caller.Heard(got.Signature()) > 5 })
			end := th.ended(leg)
			assert.False(t, leg.Talking(), "nobody's phone keeps ringing: %v", end)
			assert.Positive(t, th.count("guichet_offers_total", "result="+c.result))
			require.NoError(t, caller.Hangup(th.ctx))
			_ = later.Hangup(th.ctx)
			th.conserved(2)
		})
	}
}

// An agent whose phone is not there: the caller goes to the next one at once.
func TestACallerGoesToTheNextAgentWhenTheFirstCannotBeReached(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.guichet("agents", "login", "a1001") // ready the longest, but no phone is registered
	second := th.login(phone.RingsForEver(), "a1002")[0]
	caller := th.call("0612345678", "1"+paris)
	th.talk(caller, second)
	// He was tried in vain, or seen to have no phone before; what cannot be asked is -1.
	assert.Contains(t, []int{0, 1}, th.count("guichet_offers_total", "result=unreachable"))
	assert.Equal(t, "set_aside", th.agent("a1001"))
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
}

// A phone that is gone without a word is registered still: the agent is rung once, in
// vain, and the caller goes on to the next one.
func TestACallerGoesOnFromAPhoneThatIsGoneWithoutAWord(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.login(phone.RingsForEver(), "a1001")[0].Unplug() // ready the longest
	second := th.login(phone.RingsForEver(), "a1002")[0]
	caller := th.call("0612345678", "1"+paris)
	th.talk(caller, second)
	assert.Equal(t, 1, th.count("guichet_offers_total", "result=unreachable"))
	assert.Equal(t, "set_aside", th.agent("a1001"))
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

func TestAnAgentWithoutAPhoneIsSetAsideUntilItRegisters(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.guichet("agents", "login", "a1001") // no phone is registered
	caller := th.call("0612345678", "1"+paris)
	th.until("the agent to be set aside", func() bool { return th.agent("a1001") == "set_aside" })
	assert.Contains(t, []int{0, 1}, th.count("guichet_offers_total", "result=unreachable"))
	p, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	th.talk(caller, p)
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

// The agent answers in the very millisecond of the ring deadline: joined, or
// hung up, never both and never silence.
func TestAnAnswerAtTheRingDeadlineIsTakenOrEndedButNotBoth(t *testing.T) {
	t.Parallel()
	const ring = 3 * time.Second
	th := raiseWith(t, phone.Options{}, ringFor(t, ring))
	agents := th.login(phone.RingsForEver(), "a1001", "a1002", "a1003", "a1004")
	for i, p := range agents {
		p.SetBehaviour(phone.Answers(ring + time.Duration(i-2)*4*time.Millisecond))
	}
	var callers []*phone.Call
	for i := range agents {
		callers = append(callers, th.call("061234567"+string(rune('0'+i)), "1"+paris))
	}
	for _, p := range agents {
		leg := th.next(p)
		th.until("the leg to be joined or over", func() bool {
			_, over := leg.End()
			return over || leg.Talking() && heardAny(callers, leg)
		})
		p.SetBehaviour(phone.Answers(0))
	}
	for _, c := range callers {
		th.until("each caller to hear an agent in the end", func() bool { return len(c.HeardAny()) > 0 })
		require.NoError(t, c.Hangup(th.ctx))
	}
	th.conserved(len(callers))
	assert.Equal(t, len(callers), th.outcome("answered"))
	for _, p := range agents {
		assert.LessOrEqual(t, p.Peak(), 1)
	}
}

func heardAny(callers []*phone.Call, leg *phone.Call) bool {
	for _, c := range callers {
		if c.Heard(leg.Signature()) > 0 {
			return true
		}
	}
	return false
}
