package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// mailsAtHand are mails in a queue, for an agent who may have two of them at hand.
func mailsAtHand(mails int) *reporttest.Ledger {
	l := floor("a1")
	l.Wish("a1", "capacity", fact.LoggedIn{
		Agent: "a1", Center: "cis_ouest", Node: "ast1", Phone: "PJSIP/a1",
		Skills: map[contact.Skill]int{"payment": 3},
		Media:  []contact.Medium{contact.Voice, contact.Email}, Capacity: map[contact.Medium]int{contact.Email: 2},
	})
	policies := contact.DefaultPolicies()
	policies.Ring, policies.Handle = 2*time.Minute, time.Hour
	for n := range mails {
		id := contact.ID(fmt.Sprintf("m%d", n+1))
		l.Own(id, fact.Arrived{Medium: contact.Email, Entry: "2014", Node: "ast1", Rank: int64(n + 1), Mail: &fact.Mail{Topic: "avis", Content: "sealed"}})
		l.Own(id, fact.Queued{
			Queue: "particuliers", Topic: "avis", Rank: int64(n + 1), Policies: policies, Steps: []contact.Step{{Centers: []contact.Center{"cis_ouest"}}},
		})
	}
	return l
}

func TestMailsAtHandAreInNoOccupancyAndBindNobody(t *testing.T) {
	t.Parallel()
	l := mailsAtHand(2)
	first, second := l.Ring("m1", "a1"), l.Ring("m2", "a1")
	l.Own("m1", fact.Taken{Offer: first})
	l.Arrive("c1")
	l.Enqueue("c1", "particuliers")
	call := l.Answer("c1", "a1", 2*time.Second)
	l.Pass(time.Minute)
	l.Own("m1", fact.Connected{Offer: first, ServedBy: "cis_ouest", Reply: "sealed"})
	l.Own("m1", fact.LegEnded{Offer: first, By: "agent"})
	l.Close("m1", contact.Answered, "")
	l.HangUp("c1", call)
	l.Pass(20 * time.Second)
	l.Expire("a1")
	l.Own("m2", fact.OfferFailed{Offer: second, Result: contact.Refused})
	l.Pass(10 * time.Minute)
	l.Lead("a1", fact.Expired{Agent: "a1", Version: l.State.Floor.Agents["a1"].Version, Medium: contact.Email})
	r := made(t, l)
	assert.True(t, r.Checks.OK(), "%+v", r.Checks)
	o := r.Occupancy
	assert.InDelta(t, time.Minute, o.Talk.Duration(), float64(5*time.Second), "the call")
	assert.InDelta(t, 20*time.Second, o.WrapUp.Duration(), float64(time.Second), "of the call")
	assert.Equal(t, 2, r.Summary.Outcomes[contact.Answered])
}

func TestAMailAtHandThatIsKeptTooLongIsAViolation(t *testing.T) {
	t.Parallel()
	l := mailsAtHand(1)
	offer := l.Ring("m1", "a1")
	l.Own("m1", fact.Taken{Offer: offer})
	l.Pass(61 * time.Minute)
	l.Own("m1", fact.OfferFailed{Offer: offer, Result: contact.NoAnswer})
	found := violations(t, l)
	require.Len(t, found, 1)
	assert.Equal(t, "I3", found[0].Invariant)
	assert.Contains(t, found[0].Text, "handling")

	l = mailsAtHand(1)
	l.Ring("m1", "a1")
	l.Pass(10 * time.Minute)
	require.Len(t, violations(t, l), 1, "also if nothing came of it")
}

func TestMoreAtHandThanAnAgentMayHaveIsAViolation(t *testing.T) {
	t.Parallel()
	l := mailsAtHand(3)
	l.Ring("m1", "a1")
	l.Ring("m2", "a1")
	_, third := l.Offer("m3", "a1")
	require.Equal(t, "agent has no spare capacity", third.Void)
	require.Empty(t, violations(t, l))
	l.Pretend()
	found := violations(t, l)
	require.Len(t, found, 1)
	assert.Equal(t, "I4", found[0].Invariant)
	assert.Contains(t, found[0].Text, "number 3 at hand, and may have 2")
}
