package fold_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// conversing is a site whose agent a1 talks with c1, who has called from a number before.
func conversing(t *testing.T) *chain {
	t.Helper()
	c := newChain(t)
	require.Empty(t, c.command(0, "a1", login("a1")))
	require.Empty(t, c.command(0, "a2", login("a2")))
	from := arrived
	from.CallerHash = "ann"
	require.Empty(t, c.own(1*second, "c0", from))
	require.Empty(t, c.own(2*second, "c0", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InMenu}))
	require.Empty(t, c.own(3*second, "c1", from))
	require.Empty(t, c.own(4*second, "c1", fact.Waiting{Node: "motif", Crossed: []string{"accueil", "motif"}, Menu: []byte(`{}`)}))
	q := queued()
	q.Topic, q.Crossed = "avis", []string{"file"}
	require.Empty(t, c.own(5*second, "c1", q))
	require.Empty(t, c.own(6*second, "c1", fact.Connected{Offer: "9-9/c1", ServedBy: "ouest", Bond: bond("a1")}))
	return c
}

func TestAnAgentNotesTheContactThatHeAnsweredLast(t *testing.T) {
	t.Parallel()
	c := conversing(t)
	noted := fact.Treated{Agent: "a1", Topic: "paiement", Acts: []string{"delai"}, Result: "repondu", Note: "sealed"}
	for name, bad := range map[string]fact.Treated{
		"another's": {Agent: "a2", Result: "repondu"}, "nobody's": {Agent: "a9", Result: "repondu"}, "nothing": {Agent: "a1"},
		"a long name": {Agent: "a1", Result: strings.Repeat("x", 65)}, "an act without a name": {Agent: "a1", Acts: []string{""}},
		"too many acts": {Agent: "a1", Acts: strings.Split(strings.Repeat("x,", 21), ",")[:21]}, "a long note": {Agent: "a1", Note: strings.Repeat("x", 8193)},
	} {
		assert.NotEmpty(t, c.command(7*second, "c1", bad), name)
	}
	assert.NotEmpty(t, c.command(7*second, "c0", noted), "that one he never answered")
	assert.Nil(t, c.state.Served["a1"].Treated, "what is void leaves no trace")

	require.Empty(t, c.command(7*second, "c1", noted))
	require.Empty(t, c.own(8*second, "c1", fact.LegEnded{Offer: "9-9/c1", By: "caller"}))
	require.Empty(t, c.own(8*second, "c1", fact.Closed{Outcome: contact.Answered}))
	require.Nil(t, c.state.Contacts["c1"], "the contact is over")
	served := c.state.Served["a1"]
	assert.Equal(t, []string{"accueil", "motif", "file"}, served.Path)
	assert.Equal(t, contact.Topic("avis"), served.Topic, "what was asked for stays beside what it was")
	c.restart()
	noted.Result = "transmis"
	require.Empty(t, c.command(9*second, "c1", noted))
	assert.Equal(t, &noted, c.state.Served["a1"].Treated)
	assert.Equal(t, int64(9*second), c.state.Served["a1"].TreatedAt)
}

func TestEarlierContactsOfAPersonAreKnownWithWhatWasNoted(t *testing.T) {
	t.Parallel()
	c := conversing(t)
	require.Empty(t, c.command(7*second, "c1", fact.Treated{Agent: "a1", Result: "repondu"}))
	past := c.state.Earlier("ann", "c1")
	require.Len(t, past, 1)
	assert.Equal(t, contact.Abandoned, past[0].Outcome)
	past = c.state.Earlier("ann", "c0")
	require.Len(t, past, 1)
	assert.Equal(t, contact.Agent("a1"), past[0].Agent)
	assert.Equal(t, "repondu", past[0].Treated.Result)
	assert.Empty(t, c.state.Earlier("", ""), "who withholds a number has no history")

	from := arrived
	from.CallerHash = "ann"
	for i := range 8 {
		id := fmt.Sprint("n", i)
		require.Empty(t, c.own(20*second, id, from))
		require.Empty(t, c.own(20*second, id, fact.Closed{Outcome: contact.SelfServed}))
	}
	assert.Len(t, c.state.Earlier("ann", ""), 5, "the last of many")
	from.CallerHash = "bob"
	const later = 31 * 24 * hour
	require.Empty(t, c.own(later, "b1", from))
	require.Empty(t, c.own(later, "b1", fact.Closed{Outcome: contact.SelfServed}))
	assert.Empty(t, c.state.Earlier("ann", ""), "after thirty days it is forgotten")
	assert.Equal(t, 1, c.state.History.Contacts)
}

func TestWhoWasCalledInAndTalkedWithTheCallerNotesTheContactToo(t *testing.T) {
	t.Parallel()
	c := conversing(t)
	noted := fact.Treated{Agent: "a2", Result: "repondu"}
	invited := func(at int64, party fact.OfferID, role fact.Role) {
		require.Empty(t, c.own(at, "c1", fact.Invited{Party: party, Role: role, Agent: "a2", Center: "ouest", By: "a1", Ring: 30e9, Policies: contact.DefaultPolicies()}))
	}
	invited(7*second, "with-c1.0", fact.Consulted)
	require.Empty(t, c.own(8*second, "c1", fact.PartyJoined{Party: "with-c1.0"}))
	assert.NotEmpty(t, c.command(8*second, "c1", noted), "the caller has not heard him")
	_, works := c.state.Unnoted("a2")
	assert.False(t, works)
	require.Empty(t, c.own(9*second, "c1", fact.PartyMoved{Party: "with-c1.0", Role: fact.Member, By: "a1"}))
	require.Empty(t, c.command(9*second, "c1", noted))
	require.Empty(t, c.own(10*second, "c1", fact.PartyLeft{Party: "with-c1.0", By: "a1"}))
	assert.Equal(t, &noted, c.state.Served["a2"].Treated)
	require.Empty(t, c.command(11*second, "a2", fact.Resumed{Agent: "a2"}))

	invited(12*second, "with-c1.1", fact.Target)
	require.Empty(t, c.own(13*second, "c1", fact.PartyJoined{Party: "with-c1.1"}))
	require.Empty(t, c.own(13*second, "c1", fact.HandedOver{Party: "with-c1.1"}))
	assert.Equal(t, &noted, c.state.Served["a2"].Treated, "it is the same contact, and noted already")
	require.Empty(t, c.own(14*second, "c1", fact.LegEnded{Offer: "9-9/c1", By: "agent"}))
	queue, works := c.state.Unnoted("a1")
	assert.True(t, works, "who gave it away notes it as well")
	assert.Equal(t, c.state.Served["a1"].Queue, queue)
}
