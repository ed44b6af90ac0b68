package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// mailsAtHandOfA4 gives the agent a4 two mails at hand, of which he has taken the first.
func mailsAtHandOfA4(h *house) {
	h.Change(func(l *reporttest.Ledger) {
		l.Wish("a4", "login-a4", fact.LoggedIn{
			Agent: "a4", Name: "Sacha", Center: "cps_lyon", Node: "ast1", Phone: "PJSIP/a4", AllFiles: true,
			Skills: map[contact.Skill]int{"payment": 3}, Media: []contact.Medium{contact.Voice, contact.Email},
			Capacity: map[contact.Medium]int{contact.Email: 2},
		})
		for _, id := range []contact.ID{"m-1", "m-2"} {
			l.Own(id, fact.Arrived{
				Medium: contact.Email, Entry: "2014", Node: reporttest.Node, Line: "r-" + string(id), Rank: l.Now, Caller: "sealed:camille@exemple.fr",
				Mail: &fact.Mail{Topic: "avis", Department: "35", Content: `sealed:{"subject": "Mon avis", "body": "Bonjour"}`},
			})
			l.Own(id, fact.Queued{Queue: "particuliers", Topic: "avis", Rank: l.Now, Steps: reporttest.Steps, Policies: contact.DefaultPolicies()})
			offer, _ := l.Offer(id, "a4")
			l.Own(id, fact.Ringing{Offer: offer, Leg: "screen of a4"})
			if id == "m-1" {
				l.Own(id, fact.Taken{Offer: offer})
			}
		}
	})
}

func TestWhatIsAtHandIsShownBesideTheStateForCalls(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	assert.Empty(t, get[[]api.Assigned](t, h, "/api/v1/agents/a4/contacts"))
	before := get[api.Top](t, h, "/api/v1/top")
	mailsAtHandOfA4(h)
	a := get[api.Agent](t, h, "/api/v1/agents/a4")
	assert.Equal(t, acd.Ready, a.State)
	assert.Empty(t, a.Contact)
	assert.Equal(t, map[contact.Medium]int{contact.Email: 2}, a.Capacity)
	require.Len(t, a.AtHand, 2)
	assert.Equal(t, []contact.ID{"m-1", "m-2"}, []contact.ID{a.AtHand[0].Contact, a.AtHand[1].Contact})
	assert.Equal(t, []bool{true, false}, []bool{a.AtHand[0].Taken, a.AtHand[1].Taken})
	for _, c := range get[api.Top](t, h, "/api/v1/top").Centers {
		if c.Center == "cps_lyon" {
			assert.Positive(t, c.Agents[acd.Ready])
			assert.Equal(t, 2, c.AtHand)
		} else {
			assert.Zero(t, c.AtHand)
		}
	}
	for _, c := range before.Centers {
		assert.Zero(t, c.AtHand)
	}
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/a4/contact", "")
	all := get[[]api.Assigned](t, h, "/api/v1/agents/a4/contacts")
	require.Len(t, all, 2)
	assert.Equal(t, "Bonjour", all[1].Mail.Body)
	assert.Equal(t, "handling", all[0].Contact.Standing)
	assert.False(t, all[0].Mail.Until.IsZero())
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/nobody/contacts", "")
	for _, path := range []string{"/api/v1/agents", "/api/v1/agents/a4", "/api/v1/top"} {
		_, text := h.ask(t, "GET", path, "")
		assert.NotContains(t, text, "Bonjour", path)
	}
}

// Who gave a mail back gets no more mails for a while, and is ready for calls: that is shown with
// its reason, and resume ends it at once.
func TestAMediumThatIsKeptFromAnAgentIsShownAndEndedByResume(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	mailsAtHandOfA4(h)
	h.Change(func(l *reporttest.Ledger) {
		l.Own("m-1", fact.OfferFailed{Offer: l.State.Contacts["m-1"].Offer, Result: contact.Returned})
	})
	a := get[api.Agent](t, h, "/api/v1/agents/a4")
	assert.Equal(t, acd.Ready, a.State)
	require.Len(t, a.Asides, 1)
	assert.Equal(t, contact.Email, a.Asides[0].Medium)
	assert.Equal(t, "returned", a.Asides[0].Why)
	assert.Equal(t, "rendu", a.Asides[0].Label)
	assert.False(t, a.Asides[0].Until.IsZero())
	h.Change(func(l *reporttest.Ledger) { l.Wish("a4", "resume-a4", fact.Resumed{Agent: "a4"}) })
	after := get[api.Agent](t, h, "/api/v1/agents/a4")
	assert.Empty(t, after.Asides)
	assert.Len(t, after.AtHand, 1, "what he has still at hand stays")
}

func TestAnAgentWithNothingAtHandIsShownAsBefore(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	for _, path := range []string{"/api/v1/agents", "/api/v1/top"} {
		_, text := h.ask(t, "GET", path, "")
		assert.NotContains(t, text, "at_hand", path)
		assert.NotContains(t, text, "capacity", path)
	}
}
