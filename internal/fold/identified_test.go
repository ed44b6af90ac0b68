package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/fact"
)

func TestACallerIsIdentifiedWhileHeIsAsked(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	asks, said := fact.Identifying{By: "a1"}, fact.Identified{Authentication: 1}
	assert.Equal(t, "caller is not being asked", c.own(7*second, "c1", said))
	require.Empty(t, c.own(7*second, "c1", fact.Held{By: "a1"}))
	assert.Equal(t, "held already", c.own(7*second, "c1", asks))
	require.Empty(t, c.own(7*second, "c1", fact.Retrieved{By: "a1"}))
	require.Empty(t, c.own(8*second, "c1", asks))
	assert.True(t, readBack(t, c.state).Contacts["c1"].Identifying)
	assert.Equal(t, "held already", c.own(8*second, "c1", asks))
	assert.Equal(t, "no such authentication", c.own(9*second, "c1", fact.Identified{Authentication: 3}))
	require.Empty(t, c.own(9*second, "c1", said))
	rec := readBack(t, c.state).Contacts["c1"]
	assert.Equal(t, 1, rec.Authentication)
	assert.Zero(t, rec.HeldAt)

	require.Empty(t, c.own(10*second, "c1", asks))
	require.Empty(t, c.own(10*second, "c1", fact.Identified{}), "who does not say it keeps what he had")
	assert.Equal(t, 1, c.state.Contacts["c1"].Authentication)
	require.Empty(t, c.own(11*second, "c1", asks))
	require.Empty(t, c.own(11*second, "c1", fact.Retrieved{By: "a1"}))
	assert.False(t, c.state.Contacts["c1"].Identifying)
	require.Empty(t, c.own(12*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	assert.Equal(t, "contact is in no conversation with an agent", c.own(12*second, "c1", asks))
}
