package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// All that an agent does with a call by the keys of his phone, which sends them as telephone
// events: hold, a consultation that is cancelled, one that becomes a conference and one that
// is completed, a transfer to a colleague and one to a queue. Who hears whom is read from
// the sound of each leg.
func TestAnAgentDoesAllWithACallByTheKeysOfHisPhone(t *testing.T) {
	t.Parallel()
	th, agent, caller, leg := talking(t)
	colleague := th.login(phone.RingsForEver(), "a1002")[0]
	keys := func(on *phone.Call, text string) { require.NoError(t, on.Press(th.ctx, text)) }
	last := func(on *phone.Call, text string) { _ = on.Press(th.ctx, text) } // it ends before the last key is let go
	consults := func() *phone.Call {
		th.until("the colleague to be ready", func() bool { return th.agent("a1002") == "ready" })
		keys(leg, "*31002#")
		second := th.next(colleague)
		assert.Contains(t, second.From().Name, "consultation")
		th.music(caller, leg)
		require.NoError(t, second.Answer(th.ctx))
		th.bothHear(leg, second)
		return second
	}

	keys(leg, "*1")
	th.music(caller, leg)
	keys(leg, "*1")
	th.bothHear(caller, leg)

	before := leg.PacketsReceived()
	keys(leg, "*4") // nobody is consulted: he hears so, and goes on
	th.until("the refusal to be heard", func() bool { return leg.PacketsReceived() > before+25 })
	th.bothHear(caller, leg)

	second := consults()
	th.deaf(caller, leg, second)
	th.deaf(caller, second, leg)
	keys(leg, "*5")
	th.ended(second)
	th.bothHear(caller, leg)

	second = consults()
	keys(leg, "*6")
	for _, speaker := range []*phone.Call{caller, leg, second} {
		for _, listener := range []*phone.Call{caller, leg, second} {
			if speaker != listener {
				th.hears(listener, speaker)
			}
		}
	}
	require.NoError(t, second.Hangup(th.ctx))
	th.bothHear(caller, leg)

	second = consults()
	last(leg, "*4")
	th.ended(leg)
	th.bothHear(caller, second)

	th.until("the first agent to be ready", func() bool { return th.agent("a1001") == "ready" })
	last(second, "*21001#")
	leg = th.next(agent)
	assert.Contains(t, leg.From().Name, "transfert")
	th.ended(second)
	th.music(caller)
	require.NoError(t, leg.Answer(th.ctx))
	th.bothHear(caller, leg)

	th.until("the colleague to be ready", func() bool { return th.agent("a1002") == "ready" })
	last(leg, "*281#")
	th.ended(leg)
	second = th.next(colleague)
	require.NoError(t, second.Answer(th.ctx))
	th.bothHear(caller, second)
	require.NoError(t, second.Hangup(th.ctx))
	th.ended(caller)
	th.accounted(1)
	assert.Equal(t, 1, th.outcome("answered"))
}
