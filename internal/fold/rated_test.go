package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

func TestWhatIsAnsweredAfterTheCallIsCountedOnce(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	rated := fact.Rated{Key: "4", Queue: "particuliers", Center: "ouest"}
	assert.Equal(t, "contact is in a conversation", c.own(7*second, "c1", rated))
	require.Empty(t, c.own(8*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	assert.Equal(t, acd.WrapUp, c.state.Floor.Agents["a1"].State, "his wrap-up waits for nobody's answer")
	for name, bad := range map[string]fact.Rated{
		"two keys": {Key: "12", Queue: "particuliers", Center: "ouest"}, "no digit": {Key: "*", Queue: "particuliers", Center: "ouest"},
		"no queue": {Key: "1", Center: "ouest"}, "no center": {Key: "1", Queue: "particuliers"},
	} {
		assert.Equal(t, "an answer is one key, given in a queue and of a center", c.own(9*second, "c1", bad), name)
	}
	assert.Empty(t, c.state.Tally.Ratings)
	require.Empty(t, c.own(9*second, "c1", rated))
	assert.Equal(t, "rated already", c.own(9*second, "c1", rated))
	assert.Equal(t, "4", readBack(t, c.state).Contacts["c1"].Rating)
	require.Empty(t, c.own(10*second, "c1", fact.Closed{Outcome: contact.Answered}))
	assert.Empty(t, c.state.Contacts)
	assert.Equal(t, "contact is unknown or over", c.own(11*second, "c1", rated))
	assert.Equal(t, fold.Counter{fold.Join("particuliers", "ouest", "existant", "4"): 1}, c.state.Tally.Ratings)
}

func TestNobodyRatesWhoWasNotAnsweredOrWaitsAgain(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	none := fact.Rated{Queue: "particuliers", Center: "ouest"}
	assert.Equal(t, "contact was not answered, or is closed", c.own(4*second, "c1", none))
	c, o := talking(t)
	require.Empty(t, c.own(7*second, "c1", fact.Requeued{Queued: queued(), By: "a1"}))
	require.Empty(t, c.own(8*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	assert.Equal(t, "contact was not answered, or is closed", c.own(9*second, "c1", none))

	c, o = talking(t)
	require.Empty(t, c.own(8*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	require.Empty(t, c.own(9*second, "c1", none), "he was asked, and gave no answer")
	assert.Equal(t, fold.Counter{fold.Join("particuliers", "ouest", "existant", fold.Unrated): 1}, c.state.Tally.Ratings)
}
