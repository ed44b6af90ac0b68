package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// No fact is known that makes the fold panic (see FuzzCorruptEntry). Should there
// be one, it is void at every controller alike, its contact can still be closed
// and counted, and nobody else notices. Here the state is spoilt by hand.
func TestAFactThatPanicsIsVoidAndStopsNobodyElse(t *testing.T) {
	t.Parallel()
	var bytes [2]string
	for i := range bytes {
		c := waiting(t)
		o := c.offer(4 * second)
		require.Empty(t, c.command(4*second, "a0", login("a0")), "is on the floor when it happens")
		delete(c.state.Floor.Agents, "a1")
		before := c.state.Protocol.Seq("c1")

		assert.Equal(t, "panic", c.own(5*second, "c1", fact.OfferFailed{Offer: o, Result: contact.Busy}), "no text that differs between builds")
		assert.EqualValues(t, 1, c.state.Protocol.Voids["offer_failed"])
		assert.Equal(t, before+1, c.state.Protocol.Seq("c1"), "its seq is used up: what follows is no hole")

		require.Empty(t, c.own(6*second, "c1", fact.Closed{Outcome: contact.Failed, Asked: true}))
		assert.EqualValues(t, 1, c.state.Tally.Outcomes.Total())
		require.Empty(t, c.command(7*second, "a2", login("a2")))
		require.Empty(t, c.own(7*second, "c2", arrived))
		require.Empty(t, c.own(7*second, "c2", queued()))
		next := c.state.Floor.Propose(8*second, 1)[0]
		assert.Equal(t, contact.ID("c2"), next.Contact)
		assert.Equal(t, contact.Agent("a0"), next.Agent, "whoever was on the floor is there still")
		conserved(t, c.state)
		c.restart()
		bytes[i] = c.bytes()
	}
	assert.Equal(t, bytes[0], bytes[1])
}
