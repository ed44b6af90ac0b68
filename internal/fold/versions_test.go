package fold_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

func proposed(from, hash string) fact.ConfigProposed {
	return fact.ConfigProposed{Hash: hash, From: from, Cause: fact.Cause{By: "marie", Source: fact.ByAPI}}
}

func TestAProposedVersionIsActivatedOnceByTheLeader(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.lead(1*second, "", fact.ConfigActivated{Hash: "v1", Cause: fact.Cause{Source: fact.AtStart}}))
	require.Empty(t, c.command(2*second, "", proposed("v1", "v2")))
	assert.Equal(t, "v1", c.state.Config, "not before the leader says so")
	assert.Equal(t, "another version is just being activated", c.command(3*second, "", proposed("v1", "v3")))

	op := c.state.Proposal.Op
	assert.Equal(t, "nobody asks for this any more", c.lead(3*second, "", fact.ConfigActivated{Hash: "v3", Op: op}))
	require.Empty(t, c.lead(4*second, "", fact.ConfigActivated{Hash: "v2", Cause: c.state.Proposal.Cause, Op: op}))
	assert.Equal(t, "nobody asks for this any more", c.lead(4*second, "", fact.ConfigActivated{Hash: "v2", Op: op}), "once")
	assert.Equal(t, "another version was activated meanwhile", c.command(5*second, "", proposed("v1", "v3")))

	assert.Equal(t, "v2", c.state.Config)
	assert.Nil(t, c.state.Proposal)
	require.Len(t, c.state.Activations, 2)
	latest := c.state.Activations[0]
	assert.Equal(t, []string{"v2", "v1", "marie"}, []string{latest.Hash, latest.From, latest.By})
	assert.Equal(t, 4*second, latest.At)
	c.restart()
	assert.Equal(t, latest, c.state.Activations[0])
}

func TestARefusedProposalLeavesTheVersionAndGivesTheReason(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.command(1*second, "", proposed("", "v1")))
	refusal := fact.ConfigRefused{Op: c.state.Proposal.Op, Reason: "its content is missing"}
	assert.Equal(t, "nobody asks for this any more", c.lead(2*second, "", fact.ConfigRefused{Op: "other"}))
	require.Empty(t, c.lead(2*second, "", refusal))
	assert.Equal(t, &refusal, c.state.Refusal)
	assert.Empty(t, c.state.Config)
	require.Empty(t, c.command(3*second, "", proposed("", "v2")), "the next may be tried")
}

func TestTheLatestTwentyActivationsAreRemembered(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for i := range 25 {
		require.Empty(t, c.lead(int64(i)*second, "", fact.ConfigActivated{Hash: fmt.Sprint("v", i)}))
	}
	require.Len(t, c.state.Activations, 20)
	assert.Equal(t, "v24", c.state.Activations[0].Hash)
	assert.Equal(t, "v5", c.state.Activations[19].Hash)
}

func renewed(c *chain, id contact.Agent, change func(*fact.LoggedIn)) fact.AgentRenewed {
	card := login(id)
	change(&card)
	return fact.AgentRenewed{Card: card, Version: c.state.Floor.Agents[id].Version}
}

func TestARenewedCardActsAtOnceAndDisturbsNoTalk(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	since := c.state.Floor.Agents["a1"].Since
	r := renewed(c, "a1", func(in *fact.LoggedIn) { in.Center = "sud" })
	require.Empty(t, c.lead(7*second, "a1", r))
	a := c.state.Floor.Agents["a1"]
	assert.Equal(t, acd.Talking, a.State)
	assert.Equal(t, since, a.Since)
	assert.EqualValues(t, "sud", a.Center)
	assert.True(t, c.state.Floor.Knows("a1", r.Card))
	assert.Equal(t, "agent is not on the floor at that version", c.lead(8*second, "a1", r), "decided on an older one")
	require.Empty(t, c.own(9*second, "c1", fact.LegEnded{Offer: o, By: "caller"}))
}

func TestNobodyWhoHasJustLoggedOutIsBroughtBackByARenewal(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	r := renewed(c, "a1", func(in *fact.LoggedIn) { in.Center = "sud" })
	require.Empty(t, c.command(4*second, "a1", fact.LoggedOut{Agent: "a1"}))
	assert.NotEmpty(t, c.lead(5*second, "a1", r))
	assert.Equal(t, acd.LoggedOut, c.state.Floor.Agents["a1"].State)
}

func TestWhatWasChangedByHandLiesOverARenewedCard(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	require.Empty(t, c.command(4*second, "a1", fact.AgentChanged{Agent: "a1", Skills: map[contact.Skill]int{"paiement": 4}}))
	r := renewed(c, "a1", func(in *fact.LoggedIn) { in.Skills = map[contact.Skill]int{"paiement": 1, "delai": 2} })
	require.Empty(t, c.lead(5*second, "a1", r))
	assert.Equal(t, map[contact.Skill]int{"paiement": 4, "delai": 2}, c.state.Floor.Agents["a1"].Skills)
	assert.True(t, c.state.Floor.Knows("a1", r.Card), "the overlay is no difference")
	require.Empty(t, c.command(6*second, "a1", fact.AgentChanged{Agent: "a1", Reset: true}))
	assert.Equal(t, map[contact.Skill]int{"paiement": 1, "delai": 2}, c.state.Floor.Agents["a1"].Skills)
}

func TestAnAgentWhomTheSiteNoLongerHasLeavesAfterTheContact(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	require.Empty(t, c.lead(7*second, "a1", fact.LoggedOut{Agent: "a1"}))
	assert.Equal(t, acd.Talking, c.state.Floor.Agents["a1"].State)
	require.Empty(t, c.own(8*second, "c1", fact.LegEnded{Offer: o, By: "caller"}))
	due, _ := c.state.Floor.Expiries(60 * second)
	require.Len(t, due, 1, "the wrap-up is theirs")
	require.Empty(t, c.lead(60*second, "a1", due[0]))
	assert.Equal(t, acd.LoggedOut, c.state.Floor.Agents["a1"].State)
}
