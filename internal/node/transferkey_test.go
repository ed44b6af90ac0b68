package node_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// told waits until the agent's phone was told that of its transfers.
func (c *conversation) told(states ...ari.TransferState) {
	c.Helper()
	c.until("the phone to be told", func() bool { return len(c.agent.Told()) >= len(states) })
	assert.Equal(c, states, c.agent.Told())
}

// presses presses the agent's Transfer key, and waits until the colleague's phone rings.
func (c *conversation) presses() {
	c.Helper()
	c.agent.Refer("1003")
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.hear(false, c.agent)
	c.told(ari.TransferBegun)
}

func TestTheTransferKeyOfAPhoneSendsTheCallerToAColleague(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.presses()
	c.stands(engine.Sending)
	c.agentIs("a1001", acd.Talking)
	c.second.Answer()
	c.told(ari.TransferBegun, ari.TransferDone)
	withTheColleague(c)
	assert.Len(t, c.facts(fact.KindHandedOver), 1)
}

func TestATransferByKeyOfWhichNothingComesLeavesTheCallWithTheAgent(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.presses()
	c.second.Refuse()
	c.told(ari.TransferBegun, ari.TransferUnavailable)
	backToTheAgent(c)
}

func TestATransferByKeyGoesOnWhenThePhoneHangsUpAtOnce(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.presses()
	c.agent.Hangup()
	c.agentIs("a1001", acd.WrapUp)
	c.second.Answer()
	withTheColleague(c)
}

func TestATransferByKeyThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	for n, to := range []string{"1001", "9999", "", "00442079460958", "2014"} {
		c.agent.Refer(to)
		c.until("the phone to be told", func() bool { return len(c.agent.Told()) == n+1 })
	}
	leg := c.agent.Legs()[0].ID
	c.agent.ReferToCall("1003", leg)
	c.until("the phone to be told", func() bool { return len(c.agent.Told()) == 6 })
	for _, state := range c.agent.Told() {
		assert.Equal(t, ari.TransferDeclined, state)
	}
	assert.Empty(t, c.facts(fact.KindInvited))
	assert.Zero(t, c.second.Calls())
	c.hear(true, c.agent)
	backToTheAgent(c)
}

// A controller dies while the other's phone rings: the next one tells the phone.
func TestAnUnansweredTransferByKeyIsAnsweredByTheSuccessor(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.presses()
	c.again()
	c.hear(false, c.agent)
	c.second.Answer()
	c.told(ari.TransferBegun, ari.TransferDone)
	withTheColleague(c)

	c = talking(t, aritest.Rings())
	c.presses()
	c.again()
	c.second.Refuse()
	c.told(ari.TransferBegun, ari.TransferUnavailable)
	backToTheAgent(c)
}

// The hold key of the phone is a hold as any other.
func TestTheHoldKeyOfAPhoneHoldsTheCaller(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.agent.Hold(true)
	c.stands(engine.OnHold)
	c.hear(false, c.agent)
	c.presses()
	c.second.Refuse()
	c.stands(engine.OnHold)
	c.agent.Hold(false)
	backToTheAgent(c)
	assert.Len(t, c.facts(fact.KindHeld), 1)
}
