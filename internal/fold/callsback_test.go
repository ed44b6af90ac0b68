package fold_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/routing"
)

// forMessage is the arrival by which a1 calls who left the message that he has.
func forMessage(offer fact.OfferID) fact.Arrived {
	return fact.Arrived{
		Medium: contact.Voice, Entry: "2014", Node: node, Caller: "sealed", CallerHash: "hash", Config: "0123", Rank: 2 * second,
		CallsBack: &fact.CallsBack{
			Message: theirs, Agent: "a1", Center: "ouest", Offer: offer, Number: "sealed", NumberHash: "number", Queue: "particuliers", Topic: "avis",
			Policies: contact.DefaultPolicies(), Ring: 30 * time.Second, ByAgent: 2, InAll: 3,
		},
	}
}

// takenMessage is born with the message taken by a1, who has a capacity or serves one contact at a time.
func takenMessage(t *testing.T, capacity int) *chain {
	c := born(t)
	in := login("a1")
	in.Media = []contact.Medium{contact.Voice, contact.Voicemail}
	if capacity > 0 {
		in.Capacity = map[contact.Medium]int{contact.Voicemail: capacity}
	}
	require.Empty(t, c.command(5*second, "a1", in))
	require.Empty(t, c.own(5*second, string(theirs), fact.Ringing{Offer: "9-9/vm", Leg: "screen", Bond: bond("a1")}))
	require.Empty(t, c.own(6*second, string(theirs), fact.Taken{Offer: "9-9/vm"}))
	return c
}

func TestACallForAMessageBindsItsAgentWhoKeepsTheMessage(t *testing.T) {
	t.Parallel()
	for name, capacity := range map[string]int{"one at a time": 0, "at hand": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := takenMessage(t, capacity)
			a := c.state.Floor.Agents["a1"]
			require.Empty(t, c.own(7*second, "b1", forMessage("for-b1")))
			assert.Equal(t, acd.Reserved, a.State)
			assert.Equal(t, contact.ID("b1"), c.state.Floor.ContactOf("a1"))
			require.Len(t, c.state.Floor.AtHand("a1"), 1)
			assert.Equal(t, theirs, c.state.Floor.AtHand("a1")[0].Contact)
			assert.Equal(t, "offered", c.state.Contacts["b1"].Standing())
			require.Empty(t, c.own(8*second, "b1", fact.Ringing{Offer: "for-b1", Leg: "l"}))
			require.Empty(t, c.own(9*second, "b1", fact.CallingBack{Call: "back-b1", Offer: "for-b1"}))
			assert.Equal(t, acd.Talking, a.State)
			require.Empty(t, c.own(19*second, "b1", fact.Connected{Offer: "for-b1", ServedBy: "ouest"}))
			require.Empty(t, c.own(29*second, "b1", fact.LegEnded{Offer: "for-b1", By: "agent"}))
			require.Empty(t, c.own(29*second, "b1", fact.Closed{Outcome: contact.Answered}))
			assert.Equal(t, acd.WrapUp, a.State)
			assert.Equal(t, "handling", c.state.Contacts[theirs].Standing())
			assert.EqualValues(t, 1, c.state.Tally.Talk.Count)
			assert.EqualValues(t, 10*second, c.state.Tally.Talk.Sum)
			assert.Zero(t, c.state.CalledSince("hash", 3*second), "nobody has called since")
			require.Empty(t, c.own(30*second, string(theirs), fact.Connected{Offer: "9-9/vm", ServedBy: "ouest"}))
			require.Empty(t, c.own(30*second, string(theirs), fact.LegEnded{Offer: "9-9/vm", By: "agent"}))
			require.Empty(t, c.own(30*second, string(theirs), fact.Closed{Outcome: contact.Answered}))
			assert.Empty(t, c.state.Floor.AtHand("a1"))
			assert.Equal(t, acd.WrapUp, a.State, "of the call")
			assert.Equal(t, "a1", c.state.Messages[left].DoneBy)
			assert.Empty(t, c.state.Floor.Offers)
			assert.EqualValues(t, 3, c.state.Tally.Outcomes.Total())
			assert.EqualValues(t, 1, c.state.Tally.Asked.Total(), "by the message, not by the call for it")
		})
	}
}

func TestACallForAMessageThatIsVoidLeavesNothing(t *testing.T) {
	t.Parallel()
	change := func(does func(*fact.CallsBack)) fact.Arrived {
		f := forMessage("for-b1")
		does(f.CallsBack)
		return f
	}
	mail := forMessage("for-b1")
	mail.Medium = contact.Email
	for why, wrong := range map[string]fact.Arrived{
		"nobody is called by that medium":              mail,
		"a call without a number, a queue or an agent": change(func(c *fact.CallsBack) { c.Number = "" }),
		"the agent does not have the message":          change(func(c *fact.CallsBack) { c.Agent = "a9" }),
		"offer without a name of its own":              change(func(c *fact.CallsBack) { c.Offer = "9-9/vm" }),
	} {
		c := takenMessage(t, 2)
		before := c.state.Tally.Offered.Total()
		assert.Equal(t, why, c.own(7*second, "b1", wrong))
		assert.Nil(t, c.state.Contacts["b1"])
		assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State)
		assert.Equal(t, before, c.state.Tally.Offered.Total())
	}

	c := born(t)
	assert.Equal(t, "the agent does not have the message", c.own(7*second, "b1", forMessage("for-b1")), "nobody has")
	require.Empty(t, c.own(7*second, string(theirs), fact.Ringing{Offer: "9-9/vm", Leg: "screen", Bond: bond("a1")}))
	assert.Equal(t, "the agent has not taken the message", c.own(8*second, "b2", forMessage("for-b2")))

	c = takenMessage(t, 2)
	require.Empty(t, c.command(7*second, "a1", fact.Paused{Agent: "a1"}))
	assert.Equal(t, "the agent is not free: paused", c.own(8*second, "b1", forMessage("for-b1")))
	require.Empty(t, c.command(8*second, "a1", fact.Resumed{Agent: "a1"}))
	require.Empty(t, c.own(9*second, "b2", forMessage("for-b2")))
	assert.Equal(t, fold.AlreadyPromised, c.own(9*second, "b3", forMessage("for-b3")), "two agents do not call one person")
	other := forMessage("for-b4")
	other.CallsBack.NumberHash = "another"
	assert.Equal(t, "the agent is not free: reserved", c.own(9*second, "b4", other))
}

func TestAsManyNumbersAreCalledForMessagesAsAnAgentMayCallOutside(t *testing.T) {
	t.Parallel()
	c := takenMessage(t, 2)
	for i, id := range []string{"b1", "b2", "b3"} {
		offer := fact.OfferID("for-" + id)
		at := int64(10+i) * second
		void := c.own(at, id, forMessage(offer))
		if i == 2 {
			assert.Equal(t, fold.TooManyByAgent, void)
			break
		}
		require.Empty(t, void)
		require.Empty(t, c.own(at, id, fact.OfferVoid{Offer: offer, Reason: "not needed"}))
		require.Empty(t, c.own(at, id, fact.Closed{Outcome: contact.Failed}))
	}
	assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State)
	assert.Zero(t, c.state.Tally.Asked.Total(), "who is called for a message has asked for nothing")
}

// The phone of an agent may be in a call of its own just because he keys by it that he is there.
func TestWhatKeepsAMediumFromAnAgentIsEndedThoughHisPhoneIsInACall(t *testing.T) {
	t.Parallel()
	c := takenMessage(t, 2)
	a := c.state.Floor.Agents["a1"]
	require.Empty(t, c.own(7*second, string(theirs), fact.OfferFailed{Offer: "9-9/vm", Result: contact.Returned}))
	require.Empty(t, c.own(8*second, "a1", fact.AgentPhone{Agent: "a1", Phone: a.Phone, Trouble: contact.OnOwnCall}))
	require.True(t, a.Kept())
	assert.Equal(t, string(acd.PhoneOnOwnCall), c.command(9*second, "a1", fact.Resumed{Agent: "a1"}), "as an older controller says it")
	assert.True(t, a.Kept())
	require.Empty(t, c.command(9*second, "a1", fact.Resumed{Agent: "a1", Hands: true}))
	assert.False(t, a.Kept())
	assert.Equal(t, acd.SetAside, a.State, "his phone cannot ring")
	assert.Equal(t, string(acd.PhoneOnOwnCall), c.command(10*second, "a1", fact.Resumed{Agent: "a1", Hands: true}), "nothing more is kept")
}

// Nothing of the medium is kept from who has no capacity for it: he would get the same again.
func TestWhoHadLaidAMessageDownAndGivesItBackIsSetAside(t *testing.T) {
	t.Parallel()
	givesBack := func(capacity int, result contact.RingResult) *acd.Agent {
		c := takenMessage(t, capacity)
		require.Empty(t, c.own(7*second, "b1", forMessage("for-b1")))
		require.Empty(t, c.own(8*second, "b1", fact.OfferVoid{Offer: "for-b1", Reason: "not needed"}))
		require.Empty(t, c.own(8*second, "b1", fact.Closed{Outcome: contact.Failed}))
		a := c.state.Floor.Agents["a1"]
		require.Equal(t, acd.Ready, a.State)
		require.Empty(t, c.own(9*second, string(theirs), fact.OfferFailed{Offer: "9-9/vm", Result: result}))
		assert.Empty(t, c.state.Floor.AtHand("a1"))
		return a
	}
	refused := contact.DefaultPolicies().Refused.Microseconds()
	a := givesBack(0, contact.Returned)
	assert.Equal(t, acd.SetAside, a.State)
	assert.Equal(t, string(contact.Returned), a.Why)
	assert.Equal(t, 9*second+refused, a.Until)
	assert.False(t, a.Kept())
	assert.Equal(t, acd.SetAside, givesBack(0, contact.NoAnswer).State, "his time for it is over")
	assert.Equal(t, acd.Ready, givesBack(0, contact.Lost).State, "no fault of his")

	a = givesBack(2, contact.Returned)
	assert.Equal(t, acd.Ready, a.State, "only messages are kept from who has a capacity")
	assert.True(t, a.Kept())

	c := takenMessage(t, 0)
	require.Empty(t, c.own(7*second, "b1", forMessage("for-b1")))
	require.Empty(t, c.own(8*second, string(theirs), fact.OfferFailed{Offer: "9-9/vm", Result: contact.NoAnswer}))
	assert.Equal(t, acd.Reserved, c.state.Floor.Agents["a1"].State, "the call goes on")
}

func TestACallForAMessageTakesNoPlaceOfThoseWhoArePromisedACall(t *testing.T) {
	t.Parallel()
	c := takenMessage(t, 2)
	ask := engine.FloorQuery{Contact: "c2", Medium: contact.Voice, Topic: "avis", At: 8 * second, Callback: "number", Decision: routing.Decision{Queue: "particuliers"}}
	before := c.state.View(ask).Callbacks
	require.Empty(t, c.own(7*second, "b1", forMessage("for-b1")))
	view := c.state.View(ask)
	assert.Equal(t, before, view.Callbacks, "of max_open")
	assert.True(t, view.Promised, "the person is being called all the same")
}
