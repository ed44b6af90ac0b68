package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// appointed is a promise to call by ouest from second 100 to 200, when it calls two people.
func appointed(hash string) fact.CallbackRequested {
	f := asksForCallback()
	f.NumberHash = hash
	f.Appointment = &fact.Appointment{Center: "ouest", From: 100 * second, Until: 200 * second, PerSlot: 2}
	f.Hours = []contact.Window{{From: 100 * second, Until: 200 * second}}
	f.ExpiresAt, f.Place.Hours = 200*second, contact.Hours{"ouest": f.Hours}
	return f
}

// Of those who want the last place the ledger's order decides, and a place is free again when
// its call is over.
func TestASlotHasSoManyPlaces(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for _, id := range []string{"c1", "c2", "c3", "c4"} {
		require.Empty(t, c.own(2*second, id, arrived))
	}
	require.Empty(t, c.own(3*second, "c1", appointed("h1")))
	require.Empty(t, c.own(3*second, "c2", appointed("h2")))
	assert.Equal(t, fold.SlotTaken, c.own(3*second, "c3", appointed("h3")))
	assert.Nil(t, c.state.Contacts["c3"].Callback)
	first := contact.Window{From: 100 * second, Until: 200 * second}
	assert.Equal(t, []contact.Window{first, first}, c.state.Booked("ouest"))
	assert.Empty(t, c.state.Booked("sud"))
	other := appointed("h3")
	other.Appointment = &fact.Appointment{Center: "ouest", From: 200 * second, Until: 300 * second, PerSlot: 1}
	require.Empty(t, c.own(3*second, "c3", other))

	require.Empty(t, c.own(4*second, "c1", fact.CallbackWithdrawn{Reason: "late"}))
	require.Empty(t, c.own(5*second, "c4", appointed("h4")), "a place is free")
	require.Empty(t, c.own(6*second, "c4", appointed("h4").Place))
	require.Empty(t, c.own(7*second, "c4", fact.Closed{Outcome: contact.Failed}))
	assert.ElementsMatch(t, []contact.Window{first, {From: 200 * second, Until: 300 * second}}, readBack(t, c.state).Booked("ouest"))
	for name, bad := range map[string]fact.Appointment{
		"no center": {From: 1, Until: 2, PerSlot: 1}, "no place": {Center: "ouest", From: 1, Until: 2}, "no time": {Center: "ouest", From: 2, Until: 2, PerSlot: 1},
	} {
		require.Empty(t, c.own(8*second, name, arrived))
		f := appointed("h5")
		f.Appointment = &bad
		assert.NotEmpty(t, c.own(8*second, name, f), name)
	}
}

// The floor offers nobody before the slot, nor to an agent of another center, and in it who
// chose it goes first.
func TestWhoChoseASlotIsOfferedInIt(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.command(1*second, "a1", login("a1")))
	require.Empty(t, c.own(2*second, "c1", arrived))
	require.Empty(t, c.own(3*second, "c1", appointed("h1")))
	require.Empty(t, c.own(4*second, "c1", appointed("h1").Place))
	assert.Equal(t, "callback", c.state.Contacts["c1"].Standing())
	for at := 4 * second; at < 100*second; at += 10 * second {
		for _, ch := range c.state.Floor.Changes(at, 10) {
			require.Empty(t, c.lead(at, string(ch.Contact), ch.Fact))
		}
		require.Empty(t, c.state.Floor.Propose(at, 1), "at %d", at/second)
		require.NotNil(t, c.state.Floor.Tickets["c1"], "not given up either")
	}
	late := arrived
	late.Rank = 90 * second
	require.Empty(t, c.own(90*second, "c2", late))
	for _, ch := range c.state.Floor.Changes(100*second, 10) {
		require.Empty(t, c.lead(100*second, string(ch.Contact), ch.Fact))
	}
	q := queued()
	q.Rank = 90 * second
	require.Empty(t, c.own(100*second, "c2", q))
	proposals := c.state.Floor.Propose(100*second, 1)
	require.Len(t, proposals, 1)
	assert.Equal(t, contact.ID("c1"), proposals[0].Contact)
}
