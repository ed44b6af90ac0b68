package node_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/status"
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

// A phone that hangs up without waiting for the answer, and that is no: the caller, who
// was to be sent on, waits again at his rank.
func TestARefusedTransferByKeyOfAPhoneThatHasHungUpLosesNobody(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Answers(0))
	c.agent.Refer("9999")
	c.agent.Hangup()
	c.agentIs("a1001", acd.WrapUp)
	withTheColleague(c)
	assert.Len(t, c.facts(fact.KindRequeued), 1)
}

// Whatever key or page it is asked by, and whoever has the call meanwhile.
func TestACallIsPassedOnToColleaguesAsOftenAsTheSiteSays(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Answers(0), noWrapUp, func(s *config.Site) { s.MaxTransfers = 1 })
	c.agent.Press("*21003#")
	c.hear(true, c.second)
	c.agentIs("a1001", acd.Ready)

	back := func(w *status.Wish) { w.Agent = "a1001" }
	c.refusedAs(status.PassedTooOften, c.wish("a1003", engine.SendTo, back))
	c.second.Refer("1001")
	c.until("the phone to be told", func() bool { return slices.Equal(c.second.Told(), []ari.TransferState{ari.TransferDeclined}) })
	c.second.Press("*21001#")
	c.until("the code to be counted", func() bool { return c.circling.all()[string(status.PassedTooOften)] == 3 })
	c.done("a1003", engine.Consult, back)
	c.stands(engine.Consulting)
	c.refusedAs(status.PassedTooOften, c.wish("a1003", engine.Complete))
	c.second.Press("*4")
	c.until("the code to be counted", func() bool { return c.circling.all()[string(status.PassedTooOften)] == 5 })
	c.stands(engine.Consulting)
	c.done("a1003", engine.Cancel)
	c.hear(true, c.second)
	c.again()
	c.hear(true, c.second)
	c.until("the successor to say so too", func() bool {
		var refused *status.Refused
		return errors.As(c.wish("a1003", engine.SendTo, back), &refused) && refused.Why == status.PassedTooOften
	})
	assert.Len(t, c.facts(fact.KindHandedOver), 1)
	c.second.Hangup()
	c.over()
}

// A code that an agent dials has no caller to send.
func TestTheTransferKeyOfACodeIsRefused(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	own := c.asterisk.CallBy("PJSIP/a1001", "a1001", "*50", "agent", "*50")
	c.until("the code to be served", func() bool { return own.Channel().State == "Up" })
	own.Refer("1003")
	c.until("it to be told", func() bool { return slices.Equal(own.Told(), []ari.TransferState{ari.TransferDeclined}) })
	own.Hangup()
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

// dials has the agent's phone make a call of its own, with the caller on hold.
func (c *conversation) dials(number string) *aritest.Caller {
	c.Helper()
	c.agent.Hold(true)
	c.stands(engine.OnHold)
	return c.asterisk.CallBy("PJSIP/a1001", "a1001", number, "agent", number)
}

// speaksBy waits until the colleague has answered, and both speak by the agent's own call.
func (c *conversation) speaksBy(own *aritest.Caller) {
	c.Helper()
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.until("the agent to hear that", func() bool { return own.Channel().Ringing })
	c.second.Answer()
	c.stands(engine.Consulting)
	c.until("him to be in the place of his leg", func() bool { return own.Channel().Bridge != "" && own.Channel().State == "Up" })
	c.hear(false, c.second)
}

func TestACallOfTheAgentsPhoneConsultsWhomItDials(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	own := c.dials("1003")
	c.speaksBy(own)
	own.Hangup()
	c.until("the colleague's line to be free", func() bool { return len(c.second.Legs()) == 0 })
	c.stands(engine.OnHold)
	c.agent.Hold(false)
	backToTheAgent(c)
}

func TestTheTransferKeyOfAPhoneCompletesTheConsultation(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	own := c.dials("1003")
	c.speaksBy(own)
	c.agent.ReferToCall("1003", own.ID())
	c.told(ari.TransferDone)
	c.until("his own call to be ended", func() bool { return own.Channel().Gone })
	withTheColleague(c)
}

func TestTheTransferKeyMayComeBeforeTheOtherAnswers(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	own := c.dials("1003")
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.agent.ReferToCall("1003", own.ID())
	c.told(ari.TransferBegun)
	own.Hangup()
	c.second.Answer()
	c.told(ari.TransferBegun, ari.TransferDone)
	withTheColleague(c)
}

func TestACallOfTheAgentsPhoneEndsWithWhatItWasFor(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		does, then func(*conversation)
	}{
		"the colleague hangs up": {func(c *conversation) { c.second.Hangup() }, func(c *conversation) { c.stands(engine.OnHold); c.agent.Hold(false); backToTheAgent(c) }},
		"the caller hangs up":    {func(c *conversation) { c.caller.Hangup() }, (*conversation).over},
		"the agent ends his leg": {func(c *conversation) { c.agent.Hangup() }, withTheColleague},
		"the controller dies": {func(c *conversation) { c.again() }, func(c *conversation) {
			c.hear(false, c.agent, c.second)
			c.done("a1001", engine.Complete)
			withTheColleague(c)
		}},
		"it is completed elsewhere": {func(c *conversation) { c.done("a1001", engine.Complete) }, withTheColleague},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := talking(t, aritest.Rings())
			own := c.dials("1003")
			c.speaksBy(own)
			end.does(c)
			c.until("his own call to be ended", func() bool { return own.Channel().Gone })
			end.then(c)
		})
	}
}

// Nobody is called whom the agent may not have called, nor by a phone whose agent talks
// with nobody.
func TestACallOfTheAgentsPhoneIsRefused(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	for _, to := range []string{"1001", "9999", "00442079460958", "2014"} {
		own := c.asterisk.CallBy("PJSIP/a1001", "a1001", to, "agent", to)
		c.until("it to be ended", func() bool { return own.Channel().Gone })
	}
	idle := c.asterisk.CallBy("PJSIP/a1003", "a1003", "1001", "agent", "1001")
	c.until("it to be ended", func() bool { return idle.Channel().Gone })
	assert.Empty(t, c.facts(fact.KindInvited))
	backToTheAgent(c)
}
