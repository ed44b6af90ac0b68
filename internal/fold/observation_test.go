package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// lost names an offer that a failover took from the log.
const lost fact.OfferID = "7-0/lost"

func bond(agent contact.Agent) fact.Bond {
	return fact.Bond{Agent: agent, Center: "ouest", Queue: "particuliers", Policies: contact.DefaultPolicies()}
}

func TestACallWhoseOfferWasLostIsFoldedFromWhatIsSeen(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	require.Empty(t, c.own(5*second, "c1", fact.Ringing{Offer: lost, Bond: bond("a1")}))
	assert.Equal(t, acd.Ringing, c.state.Floor.Agents["a1"].State)
	assert.Equal(t, "ringing", c.state.Contacts["c1"].Standing())
	assert.Empty(t, c.state.Floor.Propose(5*second, 1), "neither is free")
	require.Empty(t, c.own(6*second, "c1", fact.Connected{Offer: lost, ServedBy: "ouest", Bond: bond("a1")}))
	assert.Empty(t, c.state.Floor.Tickets)
	c.restart()
	require.Empty(t, c.own(66*second, "c1", fact.LegEnded{Offer: lost, By: "agent"}))
	require.Empty(t, c.own(67*second, "c1", fact.Closed{Outcome: contact.Answered}))
	assert.Equal(t, acd.WrapUp, c.state.Floor.Agents["a1"].State)
	assert.Empty(t, c.state.Contacts)
	assert.Empty(t, c.state.Offers)
	assert.Equal(t, fold.Counter{fold.Join("connected"): 1}, c.state.Tally.Offers)
	assert.Zero(t, c.state.Tally.Latency.Count, "nobody knows since when it was possible")
}

func TestABridgeAloneRestoresItsOffer(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	require.Empty(t, c.own(6*second, "c1", fact.Connected{Offer: lost, ServedBy: "ouest", Bond: bond("a1")}))
	assert.Equal(t, lost, c.state.Floor.Agents["a1"].Offer)
	assert.Equal(t, "talking", c.state.Contacts["c1"].Standing())
	assert.Equal(t, contact.Answered, c.state.Contacts["c1"].Outcome)
}

func TestAnIntentionGivesWayToWhatIsSeen(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	require.Empty(t, c.command(4*second, "a2", login("a2")))
	require.Empty(t, c.own(4*second, "c2", arrived))
	require.Empty(t, c.own(4*second, "c2", queued()))
	ofC1 := c.offer(4 * second)
	ofC2 := c.offer(4 * second)
	require.Equal(t, ofC2, c.state.Floor.Agents["a2"].Offer)

	// Yet it is a2 whose phone rings for c1.
	a := c.must(c.owner(5*second, "c1", fact.Ringing{Offer: lost, Bond: bond("a2")}), 1)
	require.Empty(t, a.Void)
	assert.Equal(t, map[contact.ID]fact.OfferID{"c1": ofC1, "c2": ofC2}, a.Displaced)
	assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State)
	assert.Equal(t, 1*second, c.state.Floor.Agents["a1"].ReadySince, "as if it had never been offered")
	assert.Equal(t, lost, c.state.Contacts["c1"].Offer)
	assert.Equal(t, "waiting", c.state.Contacts["c2"].Standing())
	assert.EqualValues(t, 2, c.state.Tally.Offers[fold.Join("void")])
	assert.Len(t, c.state.Offers, 1)
	assert.Equal(t, contact.ID("c2"), c.state.Floor.Propose(5*second, 1)[0].Contact)
	assert.Equal(t, "not the live offer of the contact", c.own(6*second, "c2", fact.OfferVoid{Offer: ofC2}))
}

func TestADisplacedOfferOfACallerWhoLeftIsTheEndOfHisContact(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	c.offer(4 * second)
	require.Empty(t, c.own(5*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InRing}))
	require.Empty(t, c.own(5*second, "c2", arrived))
	require.Empty(t, c.own(5*second, "c2", queued()))
	require.Empty(t, c.own(6*second, "c2", fact.Ringing{Offer: lost, Bond: bond("a1")}))
	assert.NotContains(t, c.state.Contacts, contact.ID("c1"))
}

func TestWhatCannotBeSeenIsVoid(t *testing.T) {
	t.Parallel()
	ring := func(agent contact.Agent) fact.Ringing { return fact.Ringing{Offer: lost, Bond: bond(agent)} }
	for why, say := range map[string]func(c *chain) string{
		"agent is unknown":                  func(c *chain) string { return c.own(9*second, "c2", ring("a9")) },
		"agent is in another conversation":  func(c *chain) string { return c.own(9*second, "c2", ring("a1")) },
		"contact does not wait":             func(c *chain) string { return c.own(9*second, "c3", ring("a2")) },
		"not the live offer of the contact": func(c *chain) string { return c.own(9*second, "c1", ring("a2")) },
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			c, _ := talking(t)
			require.Empty(t, c.command(7*second, "a2", login("a2")))
			require.Empty(t, c.own(7*second, "c2", arrived))
			require.Empty(t, c.own(7*second, "c2", queued()))
			require.Empty(t, c.own(7*second, "c3", arrived))
			before := domain(t, c.state)
			assert.Equal(t, why, say(c))
			assert.Equal(t, before, domain(t, c.state))
		})
	}
}

// calledIn is talking, with a2 called into the conversation, and with c2 waiting: a failover
// has lost that a2 talks with c2.
func calledIn(t *testing.T, role fact.Role) *chain {
	t.Helper()
	c, _ := talking(t)
	require.Empty(t, c.command(7*second, "a2", login("a2")))
	require.Empty(t, c.own(7*second, "c2", arrived))
	require.Empty(t, c.own(7*second, "c2", queued()))
	require.Empty(t, c.own(8*second, "c1", fact.Invited{Party: "with", Role: role, Agent: "a2", By: "a1", Policies: contact.DefaultPolicies()}))
	return c
}

func TestWhoIsCalledIntoAConversationIsBelievedToTalkElsewhere(t *testing.T) {
	t.Parallel()
	for name, seen := range map[string]fact.Fact{
		"a ring":   fact.Ringing{Offer: lost, Bond: bond("a2")},
		"a bridge": fact.Connected{Offer: lost, ServedBy: "ouest", Bond: bond("a2")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := calledIn(t, fact.Consulted)
			a := c.must(c.owner(9*second, "c2", seen), 1)
			require.Empty(t, a.Void)
			require.NotNil(t, a.Uncalled)
			assert.Equal(t, acd.Errand{
				ID: "with", Contact: "c1", Agent: "a2", Policies: contact.DefaultPolicies(), At: 8 * second, ReadySince: 7 * second,
			}, *a.Uncalled)
			assert.Empty(t, a.Displaced)
			assert.Empty(t, c.state.Floor.Errands)
			assert.Equal(t, lost, c.state.Floor.Agents["a2"].Offer)
			assert.Equal(t, lost, c.state.Contacts["c2"].Offer)
			assert.Equal(t, "talking", c.state.Contacts["c1"].Standing())
			assert.Empty(t, c.state.Contacts["c1"].Parties)
			assert.Equal(t, "no such party is called", c.own(9*second, "c1", fact.PartyJoined{Party: "with"}))
			assert.Equal(t, "no such party", c.own(9*second, "c1", fact.PartyLeft{Party: "with", Result: contact.Busy}))
			require.Empty(t, c.own(9*second, "c2", fact.LegEnded{Offer: lost, By: "caller"}))
			c.restart()
		})
	}
}

func TestWhoHasAnsweredInAConversationIsBelievedNowhereElse(t *testing.T) {
	t.Parallel()
	c := calledIn(t, fact.Consulted)
	require.Empty(t, c.own(9*second, "c1", fact.PartyJoined{Party: "with"}))
	seen := fact.Connected{Offer: lost, ServedBy: "ouest", Bond: bond("a2")}
	before := domain(t, c.state)
	assert.Equal(t, "agent is in another conversation", c.own(10*second, "c2", seen))
	assert.Equal(t, before, domain(t, c.state))

	// Nor is a1, who has given the call away, and whose leg is not gone.
	require.Empty(t, c.own(10*second, "c1", fact.HandedOver{Party: "with"}))
	seen.Bond = bond("a1")
	before = domain(t, c.state)
	assert.Equal(t, "agent is in another conversation", c.own(11*second, "c2", seen))
	assert.Equal(t, before, domain(t, c.state))
}

// The caller who was sent to him is with nobody then: whoever takes him up gives him his
// place again.
func TestACallerSentToWhoIsSeenElsewhereIsOwedAPlace(t *testing.T) {
	t.Parallel()
	c := calledIn(t, fact.Target)
	had := c.state.Contacts["c1"].Offer
	require.Empty(t, c.own(8*second, "c1", fact.PartyMoved{Party: had, Role: fact.Leaving}))
	require.Empty(t, c.own(9*second, "c2", fact.Connected{Offer: lost, ServedBy: "ouest", Bond: bond("a2")}))
	c.restart()
	rec := c.state.Contacts["c1"]
	assert.True(t, rec.Unsent)
	assert.Equal(t, engine.Talking, engine.Resume(*rec).Phase, "he is not let go")
	require.Empty(t, c.own(10*second, "c1", fact.Requeued{Queued: queued()}))
	assert.False(t, c.state.Contacts["c1"].Unsent)
	assert.Equal(t, "waiting", c.state.Contacts["c1"].Standing())
}

func TestAPauseGivenMeanwhileHoldsAfterTheRestoredContact(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		command fact.Fact
		after   acd.State
	}{
		"pause":   {fact.Paused{Agent: "a1", Reason: "repas"}, acd.Paused},
		"log-out": {fact.LoggedOut{Agent: "a1"}, acd.LoggedOut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := waiting(t)
			require.Empty(t, c.command(4*second, "a1", tc.command))
			require.Empty(t, c.own(5*second, "c1", fact.Ringing{Offer: lost, Bond: bond("a1")}))
			require.Equal(t, acd.Ringing, c.state.Floor.Agents["a1"].State)
			require.Empty(t, c.own(6*second, "c1", fact.OfferFailed{Offer: lost, Result: contact.NoAnswer}))
			assert.Equal(t, tc.after, c.state.Floor.Agents["a1"].State)
		})
	}
}
