package node_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
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
