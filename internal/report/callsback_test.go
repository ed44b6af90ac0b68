package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
)

func TestACallForAMessageIsInNoRateAndItsTalkInTheOccupancy(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	message, _ := leftForQueue(l, "c1")
	offer := l.Ring(message, "a1")
	l.Own(message, fact.Taken{Offer: offer})
	for _, id := range []contact.ID{"b1", "b2"} {
		calls := fact.CallsBack{
			Message: message, Agent: "a1", Center: "cis_ouest", Offer: fact.OfferID("for-" + id), Number: "sealed", NumberHash: "number",
			Queue: "particuliers", Topic: "avis", Policies: contact.DefaultPolicies(), Ring: 30 * time.Second,
		}
		l.Own(id, fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: "ast1", Caller: "sealed", CallerHash: "hash", Rank: l.Now, CallsBack: &calls})
		l.Own(id, fact.Ringing{Offer: calls.Offer, Leg: "l"})
		l.Pass(2 * time.Second)
		l.Own(id, fact.CallingBack{Call: fact.OfferID("back-" + id), Offer: calls.Offer})
		l.Pass(8 * time.Second)
		if id == "b1" {
			l.Own(id, fact.CallbackFailed{Call: "back-b1", Result: contact.NoAnswer})
			l.Own(id, fact.LegEnded{Offer: calls.Offer, By: "caller"})
			l.Close(id, contact.Failed, "")
			continue
		}
		l.Own(id, fact.Connected{Offer: calls.Offer, ServedBy: "cis_ouest"})
		l.Pass(time.Minute)
		l.Own(id, fact.LegEnded{Offer: calls.Offer, By: "agent"})
		l.Close(id, contact.Answered, "")
	}
	r := made(t, l)
	assert.True(t, r.Checks.OK(), "%+v", r.Checks)
	s := r.Summary
	assert.Equal(t, 4, s.Offered)
	assert.Equal(t, 1, s.Outcomes[contact.Answered])
	assert.Equal(t, 1, s.Outcomes[contact.Failed])
	assert.Zero(t, s.Asked)
	assert.Equal(t, "0/0", s.AnsweredRate.String())
	assert.Zero(t, s.Attempts.Persons)
	assert.InDelta(t, 76*time.Second, r.Occupancy.Talk.Duration(), float64(2*time.Second), "while the person was called, too")
	for _, row := range r.By(report.ByCenter, 0).Rows {
		assert.Zero(t, row.Asked+row.Answered+row.Elsewhere, row.Name)
	}
}
