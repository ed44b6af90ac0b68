package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

func TestAMailIsCountedByItsMediumAndInNoTime(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	in := login("a1")
	in.Media = []contact.Medium{contact.Email}
	require.Empty(t, c.command(1*second, "a1", in))
	posted := arrived
	posted.Medium, posted.Mail = contact.Email, &fact.Mail{Topic: "avis", Content: "sealed"}
	require.Empty(t, c.own(2*second, "m1", posted))
	require.Empty(t, c.own(2*second, "m1", queued()))
	o := c.offer(3 * second)
	require.Empty(t, c.own(3*second, "m1", fact.Ringing{Offer: o}))
	require.Empty(t, c.own(9*second, "m1", fact.Taken{Offer: o}))
	assert.Equal(t, "not the live offer of the contact", c.own(9*second, "m1", fact.Taken{Offer: "9-9/x"}))
	rec := c.state.Contacts["m1"]
	assert.Equal(t, "handling", rec.Standing())
	assert.Equal(t, contact.StillHere, rec.Outcome)
	require.NotNil(t, rec.Mail)
	require.Empty(t, c.own(99*second, "m1", fact.Connected{Offer: o, ServedBy: "ouest", Organisation: "existant", Reply: "sealed"}))
	assert.Equal(t, contact.Answered, rec.Outcome, "an agent replied")
	require.Empty(t, c.own(99*second, "m1", fact.LegEnded{Offer: o, By: "agent"}))
	require.Empty(t, c.own(99*second, "m1", fact.Closed{Outcome: contact.Answered}))
	assert.Empty(t, c.state.Contacts)

	tally := c.state.Tally
	assert.Equal(t, fold.Counter{fold.Join("2014", "email"): 1}, tally.Offered)
	assert.Equal(t, fold.Counter{fold.Join("2014", "particuliers", "existant", "email"): 1}, tally.Asked)
	assert.Equal(t, fold.Counter{fold.Join("answered", "particuliers", "ouest", "email"): 1}, tally.Outcomes)
	assert.Equal(t, fold.Counter{fold.Join("connected"): 1}, tally.Offers)
	assert.Zero(t, tally.Talk.Count+tally.Latency.Count)
	assert.Empty(t, tally.Waits)
	assert.Zero(t, tally.Window(0).All, "no live rate is flattered by mails")
}

func TestACallCannotBeTaken(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	o := c.offer(4 * second)
	assert.Equal(t, "only a mail is taken", c.own(5*second, "c1", fact.Taken{Offer: o}))
}
