package fold_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

func claim(n int, to string, since int64) fact.LinkClaimed {
	return fact.LinkClaimed{N: n, Channel: "sms", To: to, PerDay: 2, Since: since}
}

// linking is a site with callers in their menus.
func linking(t *testing.T) *chain {
	t.Helper()
	c := newChain(t)
	for _, id := range []string{"c1", "c2", "c3"} {
		require.Empty(t, c.own(1*second, id, arrived))
	}
	return c
}

func TestOnePersonGetsAsManyLinksInADayAsTheLedgerHasCounted(t *testing.T) {
	t.Parallel()
	c := linking(t)
	require.Empty(t, c.own(2*second, "c1", claim(1, "ann", second)))
	require.Empty(t, c.own(3*second, "c2", claim(1, "ann", second)), "another call, and perhaps another controller")
	assert.Equal(t, fold.TooManyLinks, c.own(4*second, "c3", claim(1, "ann", second)))
	assert.Equal(t, 2, c.state.LinksSince("ann", second))
	assert.Nil(t, c.state.Contacts["c3"].Link, "what is void leaves no trace")
	require.Empty(t, c.own(4*second, "c3", claim(2, "bob", second)), "another person")
	c.state = readBack(t, c.state)
	assert.Equal(t, fold.TooManyLinks, c.own(5*second, "c3", claim(3, "ann", second)), "a restart forgets nothing")
	require.Empty(t, c.own(10*second, "c3", claim(4, "ann", 9*second)), "another day")
	assert.Equal(t, 1, c.state.LinksSince("ann", 9*second))
}

func TestALinkThatWasNotSentDoesNotCount(t *testing.T) {
	t.Parallel()
	c := linking(t)
	assert.NotContains(t, c.bytes(), `"links"`)
	assert.Equal(t, "not the link of the contact", c.own(2*second, "c1", fact.LinkReleased{N: 1}))
	require.Empty(t, c.own(2*second, "c1", claim(1, "ann", 0)))
	assert.Equal(t, "not the link of the contact", c.own(3*second, "c1", fact.LinkReleased{N: 2}))
	assert.Equal(t, "not the link of the contact", c.own(3*second, "c2", fact.LinkReleased{N: 1}))
	require.Empty(t, c.own(3*second, "c1", fact.LinkReleased{N: 1}))
	assert.Equal(t, "not the link of the contact", c.own(4*second, "c1", fact.LinkReleased{N: 1}), "it is given back once")
	assert.Zero(t, c.state.LinksSince("ann", 0))
	assert.Empty(t, c.state.Links.Times)
	assert.NotContains(t, c.bytes(), `"links"`, "whoever reads it from a snapshot has the same bytes")
	require.Empty(t, c.own(5*second, "c2", claim(1, "ann", 0)))
	assert.Equal(t, 1, c.state.LinksSince("ann", 0))
}

func TestLinksThatCannotBeAreVoid(t *testing.T) {
	t.Parallel()
	c := linking(t)
	for name, bad := range map[string]fact.LinkClaimed{
		"no number": claim(0, "ann", 0), "nobody": claim(1, "", 0),
		"no bound": {N: 1, To: "ann"}, "a bound that is none": {N: 1, To: "ann", PerDay: 51},
	} {
		assert.Equal(t, "a link without a number, a person or a bound", c.own(2*second, "c1", bad), name)
	}
	require.Empty(t, c.own(2*second, "c1", claim(2, "ann", 0)))
	assert.Equal(t, "link is known already", c.own(3*second, "c1", claim(2, "ann", 0)))
	require.Empty(t, c.own(4*second, "c2", fact.Transferring{Transfer: "out-c2", Number: "+33299000001"}))
	assert.Equal(t, "contact is past its menu", c.own(5*second, "c2", claim(1, "ann", 0)))
	require.Empty(t, c.own(4*second, "c3", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InMenu}))
	assert.Equal(t, "contact is unknown or over", c.own(5*second, "c3", claim(1, "ann", 0)))
	assert.Equal(t, 1, c.state.LinksSince("ann", 0))
	text, err := json.Marshal(c.state.Links)
	require.NoError(t, err)
	assert.JSONEq(t, `{"times":{"ann":[2000000]}}`, string(text))
}
