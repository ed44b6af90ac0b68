package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// posted is a mail in a queue, for an agent who serves mails.
func posted(l *reporttest.Ledger) {
	l.Wish("a1", "media", fact.LoggedIn{
		Agent: "a1", Center: "cis_ouest", Node: "ast1", Phone: "PJSIP/a1", Media: []contact.Medium{contact.Email},
	})
	l.Own("m1", fact.Arrived{
		Medium: contact.Email, Entry: "2014", Node: "ast1", Rank: 1, Mail: &fact.Mail{Topic: "avis", Content: "sealed"},
	})
	policies := contact.DefaultPolicies()
	policies.Ring, policies.Handle = 2*time.Minute, time.Hour
	l.Own("m1", fact.Queued{
		Queue: "particuliers", Topic: "avis", Rank: 1, Policies: policies,
		Steps: []contact.Step{{Centers: []contact.Center{"cis_ouest"}}},
	})
}

func TestAMailIsRecountedByItsMediumAndInNoRate(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	posted(l)
	offer := l.Ring("m1", "a1")
	l.Pass(time.Minute)
	l.Own("m1", fact.Taken{Offer: offer})
	l.Pass(50 * time.Minute)
	l.Own("m1", fact.Connected{Offer: offer, ServedBy: "cis_ouest", Reply: "sealed"})
	l.Own("m1", fact.LegEnded{Offer: offer, By: "agent"})
	l.Close("m1", contact.Answered, "")
	l.Pass(20 * time.Second)
	l.Expire("a1")
	r := made(t, l)
	assert.True(t, r.Checks.OK(), "%+v", r.Checks)
	require.Len(t, r.Contacts, 1)
	assert.Equal(t, contact.Email, r.Contacts[0].Medium)
	assert.InDelta(t, 50*time.Minute, r.Contacts[0].Talk.Duration(), float64(time.Second), "from taking it to the answer")
	assert.Equal(t, 1, r.Summary.Asked)
	assert.Equal(t, 1, r.Summary.Outcomes[contact.Answered])
	assert.Zero(t, r.Summary.AnsweredRate.Denominator, "a rate is about people on the line")
	assert.Zero(t, r.Summary.WaitAnswered.Count+r.Summary.Talk.Count+r.Summary.OfferLatency.Count)
}

func TestAMailThatIsKeptLongerThanItMayIsAViolation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		taken   bool
		kept    time.Duration
		broken  int
		between string
	}{
		"not taken, in time":    {false, 2 * time.Minute, 0, ""},
		"not taken, too late":   {false, 3 * time.Minute, 1, "ringing"},
		"not answered, in time": {true, time.Hour, 0, ""},
		"not answered, late":    {true, 61 * time.Minute, 1, "handling"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := floor("a1")
			posted(l)
			offer := l.Ring("m1", "a1")
			if c.taken {
				l.Own("m1", fact.Taken{Offer: offer})
			}
			l.Pass(c.kept)
			l.Own("m1", fact.OfferFailed{Offer: offer, Result: contact.NoAnswer})
			found := violations(t, l)
			require.Len(t, found, c.broken)
			for _, v := range found {
				assert.Equal(t, "I3", v.Invariant)
				assert.Contains(t, v.Text, c.between)
			}
		})
	}
}
