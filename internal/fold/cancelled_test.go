package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

var calledOff = fact.Closed{
	Outcome: contact.Failed, Asked: true, Reason: "cancelled", Cancelled: &fact.Cancelled{By: "marie", Reason: "a rappelé"},
}

// Who is not called back after all has one outcome, waits nowhere, and takes no place of a time
// any more; the same person may be promised another call.
func TestACallBackThatIsCancelledHasFailedAndLeavesItsPlace(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.command(1*second, "a1", login("a1")))
	for _, id := range []string{"c1", "c2", "c3"} {
		require.Empty(t, c.own(2*second, id, arrived))
	}
	first := appointed("h1")
	first.Once = true
	require.Empty(t, c.own(3*second, "c1", first))
	require.Empty(t, c.own(3*second, "c1", first.Place))
	require.Empty(t, c.own(3*second, "c2", appointed("h2")))
	assert.Equal(t, fold.SlotTaken, c.own(3*second, "c3", appointed("h3")))
	again := first
	again.Appointment = nil
	assert.Equal(t, fold.AlreadyPromised, c.own(4*second, "c3", again))

	require.Empty(t, c.own(5*second, "c1", calledOff))
	assert.NotContains(t, c.state.Contacts, contact.ID("c1"))
	assert.NotContains(t, c.state.Floor.Tickets, contact.ID("c1"), "it waits nowhere")
	assert.Equal(t, []contact.Window{{From: 100 * second, Until: 200 * second}}, c.state.Booked("ouest"))
	assert.Equal(t, fold.Counter{fold.Join("failed", "particuliers", "", "voice"): 1}, c.state.Tally.Outcomes)
	assert.Equal(t, fold.Counter{"particuliers": 1}, c.state.Tally.Cancelled)
	assert.Equal(t, fold.Counter{"particuliers": 1}, readBack(t, c.state).Tally.Cancelled)
	assert.NotEmpty(t, c.own(6*second, "c1", calledOff), "once")
	require.Empty(t, c.own(6*second, "c3", appointed("h1")), "the place is free, and so is the person")
}

// Whoever has been answered has that outcome, whatever is written later.
func TestWhoWasAnsweredIsNotCountedAsCancelled(t *testing.T) {
	t.Parallel()
	c, o := calling(t)
	require.Empty(t, c.own(9*second, "c1", fact.Connected{Offer: o, ServedBy: "ouest"}))
	require.Empty(t, c.own(10*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	require.Empty(t, c.own(11*second, "c1", calledOff))
	assert.Empty(t, c.state.Tally.Cancelled)
	for _, wrong := range []fact.Closed{
		{Outcome: contact.Failed, Cancelled: &fact.Cancelled{By: "marie"}}, {Outcome: contact.Failed, Cancelled: &fact.Cancelled{Reason: "r"}},
		{Outcome: contact.Abandoned, Cancelled: &fact.Cancelled{By: "marie", Reason: "r"}},
	} {
		c := away(t)
		assert.NotEmpty(t, c.own(9*second, "c1", wrong))
		assert.Empty(t, c.state.Tally.Outcomes)
	}
}
