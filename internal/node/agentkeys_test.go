package node_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// The sample's codes, pressed on the phone of who has the call.
func TestACallIsHeldConsultedAboutAndHandedOverByKeysOfThePhone(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.agent.Press("*1")
	c.stands(engine.OnHold)
	c.hear(false, c.agent)
	c.agent.Press("*1")
	c.stands(engine.Together)
	c.hear(true, c.agent)

	c.agent.Press("*31001#") // himself
	c.agent.Press("*300442079460958#")
	c.until("the number to be counted", func() bool { return c.barred.all()["number"] == 1 })
	refusal := c.site.PromptMedia("agent_no_effect", "")
	require.NotEmpty(t, refusal)
	c.until("both refusals to be heard", func() bool {
		return slices.Equal(append(slices.Clone(refusal), refusal...), c.agent.Legs()[0].Played)
	})
	assert.NotContains(t, c.caller.Channel().Played, refusal[0])
	c.agent.Press("*31003#")
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.second.Answer()
	c.stands(engine.Consulting)
	c.hear(false, c.agent, c.second)
	c.agent.Press("*4")
	withTheColleague(c)
	assert.Len(t, c.facts(fact.KindInvited), 1)
}

func TestATransferByKeysOfThePhoneFreesTheAgentAtOnce(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.agent.Press("*21003#")
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.agentIs("a1001", acd.WrapUp)
	c.second.Answer()
	withTheColleague(c)
}

// A queue is keyed by its number, and dialled by it after the Transfer key.
func TestACallerIsSentToAQueueByKeysOfThePhone(t *testing.T) {
	t.Parallel()
	for name, sends := range map[string]func(c *conversation){
		"code": func(c *conversation) { c.agent.Press("*281#") },
		"Transfer key": func(c *conversation) {
			c.agent.Refer("81")
			c.told(ari.TransferDone)
		},
	} {
		c := talking(t, aritest.Answers(0))
		sends(c)
		c.agentIs("a1001", acd.WrapUp)
		withTheColleague(c)
		moved := c.facts(fact.KindRequeued)
		require.Len(t, moved, 1, name)
		assert.EqualValues(t, "particuliers", moved[0].Fact.(fact.Requeued).Queue)
		assert.EqualValues(t, "a1001", moved[0].Fact.(fact.Requeued).By)
	}
}
