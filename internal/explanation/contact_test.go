package explanation_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/explanation"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// rush is an hour of three callers and three agents: "answered" is refused by
// the first and answered by the second, "first" and "waits" wait in one line,
// and "relay" comes before both.
func rush(t *testing.T) *reporttest.Controller {
	t.Helper()
	site := fixture(t)
	l := reporttest.Floor(site, "ouest1", "ouest2", "sud1", "lyon1")
	queue := func(id contact.ID, q fact.Queued) {
		t.Helper()
		l.Arrive(id)
		q.Queue, q.Topic, q.Department, q.Rank = "particuliers", "paiement", "35", l.Now
		q.Policies, q.Closing = contact.DefaultPolicies(), contact.DefaultClosing()
		hours := []contact.Window{{From: l.Now - 3600_000_000, Until: l.Now + 2*3600_000_000}}
		q.Hours = contact.Hours{"cis_ouest": hours, "cis_sud": hours}
		require.Empty(t, l.Own(id, q).Void)
		l.Pass(10 * time.Second)
	}
	narrow := fact.Queued{Steps: []contact.Step{
		{Centers: []contact.Center{"cis_ouest"}, Need: contact.Need{{Skill: "paiement", Level: 2}}, Files: true},
		{After: 4 * time.Minute, Centers: []contact.Center{"cis_ouest", "cis_sud"}, Need: contact.Need{{Skill: "paiement", Level: 1}}},
	}}
	wide := fact.Queued{Steps: []contact.Step{{Centers: []contact.Center{"cis_sud", "cis_ouest"}, Need: contact.Need{{Skill: "paiement", Level: 2}}}}}
	queue("answered", wide)
	offer := l.Ring("answered", "ouest1")
	l.Own("answered", fact.OfferFailed{Offer: offer, Result: contact.Refused})
	offer = l.Answer("answered", "sud1", 5*time.Second)
	require.NotEmpty(t, offer)
	queue("first", narrow)
	queue("waits", narrow)
	urgent := narrow
	urgent.Priority = 9
	queue("relay", urgent)
	return reporttest.NewController(l, site)
}

func TestAWaitingContactLearnsWhoComesFirstAndWhatComesNext(t *testing.T) {
	t.Parallel()
	e, err := explanation.Of(t.Context(), rush(t), "waits")
	require.NoError(t, err)
	require.NotNil(t, e.Waiting)
	assert.Equal(t, 3, e.Waiting.Place.Position)
	assert.Equal(t, 2, e.Waiting.Place.Ahead)
	assert.Equal(t, 1, e.Waiting.Place.ByPriority)
	assert.Empty(t, e.Offers)
	golden(t, "contact-waits.txt", e.Text)
}

func TestEachOfferIsExplainedByTheFloorItWasMadeOn(t *testing.T) {
	t.Parallel()
	c := rush(t)
	e, err := explanation.Of(t.Context(), c, "ans")
	require.NoError(t, err)
	assert.Nil(t, e.Waiting)
	assert.Equal(t, contact.Answered, e.Outcome)
	require.Len(t, e.Offers, 2)
	assert.Equal(t, contact.Agent("ouest1"), e.Offers[0].Agent)
	assert.Equal(t, contact.Agent("ouest1"), e.Offers[0].Floor.Steps[0].Able[0].People[0].Agent, "ready, as he was then")
	assert.Equal(t, contact.Agent("sud1"), e.Offers[1].Floor.Steps[0].Able[0].People[0].Agent)
	golden(t, "contact-answered.txt", e.Text)

	first, err := json.Marshal(e)
	require.NoError(t, err)
	again, err := explanation.Of(t.Context(), c, "answered")
	require.NoError(t, err)
	second, err := json.Marshal(again)
	require.NoError(t, err)
	assert.JSONEq(t, string(first), string(second))
}

func TestAnUnknownContactIsNotExplained(t *testing.T) {
	t.Parallel()
	_, err := explanation.Of(t.Context(), rush(t), "nobody")
	require.ErrorIs(t, err, report.ErrUnknown)
}
