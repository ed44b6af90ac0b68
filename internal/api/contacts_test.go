package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

// mailHouse is a house whose site knows a topic.
func mailHouse() *house {
	site := reporttest.Site()
	site.Topics = []contact.Topic{"avis"}
	return houseOf(reporttest.NewController(reporttest.Afternoon(site), site))
}

// handedIn is a good mail as JSON, with these values instead.
func handedIn(values map[string]string) string {
	mail := map[string]string{
		"medium": "email", "entry": "2014", "topic": "avis", "department": "35", "language": "fr",
		"from": "camille@exemple.fr", "subject": "Mon avis", "body": "Bonjour", "reference": "r-1",
	}
	for name, value := range values {
		mail[name] = value
	}
	text, _ := json.Marshal(mail)
	return string(text)
}

func TestAMailIsHandedInAndNamed(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	for i, code := range []int{http.StatusCreated, http.StatusOK} {
		got, text := h.ask(t, "POST", "/api/v1/contacts", handedIn(nil))
		require.Equal(t, code, got, text)
		var accepted api.Accepted
		require.NoError(t, json.Unmarshal([]byte(text), &accepted))
		assert.Equal(t, api.Accepted{Contact: "m-r-1", Reference: "r-1", Repeated: i == 1}, accepted)
	}
	require.Len(t, h.Posts, 2)
	assert.Equal(t, status.Mail{
		Entry: "2014", Topic: "avis", Department: "35", Language: "fr", From: "camille@exemple.fr", Reference: "r-1",
		Letter: status.Letter{Subject: "Mon avis", Body: "Bonjour"},
	}, h.Posts[0])
	long := handedIn(map[string]string{"reference": "r-2", "body": strings.Repeat("é", 4096), "subject": strings.Repeat("é", 200)})
	code, text := h.ask(t, "POST", "/api/v1/contacts", long)
	assert.Equal(t, http.StatusCreated, code, text)
}

func TestAWrongMailIsRefusedBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	for name, value := range map[string]string{
		"medium": "voice", "entry": "3333", "topic": "météo", "department": "99", "postal_code": "35000", "language": "français",
		"from": "nobody", "reference": "", "subject": strings.Repeat("x", 201), "body": strings.Repeat("é", 4097), "colour": "blue",
	} {
		code, text := h.ask(t, "POST", "/api/v1/contacts", handedIn(map[string]string{name: value}))
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, code, "%s: %s", name, text)
	}
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/contacts", handedIn(map[string]string{"department": ""}))
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/contacts", handedIn(map[string]string{"subject": " ", "body": " "}))
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/contacts", handedIn(map[string]string{"department": "", "postal_code": "35"}))
	h.fails(t, http.StatusRequestEntityTooLarge, "too_long", "POST", "/api/v1/contacts", handedIn(map[string]string{"body": strings.Repeat("x", 70_000)}))
	assert.Empty(t, h.Posts)
}

func TestADeedIsDoneForAKnownAgent(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	for _, d := range []struct{ act, body string }{
		{"accept", `{"agent": "a1"}`}, {"return", `{"agent": "a1"}`}, {"answer", `{"agent": "a1", "text": "Voici."}`},
	} {
		code, text := h.ask(t, "POST", "/api/v1/contacts/m-1/"+d.act, d.body, "Idempotency-Key", "op-"+d.act)
		require.Equal(t, http.StatusOK, code, text)
		var done api.Done
		require.NoError(t, json.Unmarshal([]byte(text), &done))
		assert.Equal(t, api.Done{Contact: "m-1", Agent: "a1", Act: d.act, Operation: "op-" + d.act}, done)
	}
	assert.Equal(t, status.Deed{Act: "answer", Agent: "a1", Text: "Voici.", Op: "op-answer"}, h.Deeds[2])
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/contacts/m-1/accept", `{"agent": "nobody"}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/contacts/m-1/answer", `{"agent": "a1"}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/contacts/m-1/return", `{"agent": "a1", "text": "x"}`)
	h.fails(t, http.StatusRequestEntityTooLarge, "too_long", "POST", "/api/v1/contacts/m-1/answer", fmt.Sprintf(`{"agent": "a1", "text": %q}`, strings.Repeat("x", 8193)))
	assert.Len(t, h.Deeds, 3)
}

func TestWhatTheControllerRefusesKeepsItsReason(t *testing.T) {
	t.Parallel()
	for why, want := range map[status.Why]int{
		status.NoKey: 409, status.NotHolder: 503, status.NoQueue: 422, status.ReferenceUsed: 409,
		status.TooManyMails: 503, status.UnknownMail: 404, status.NoEffect: 409, status.LedgerAway: 503,
	} {
		h := mailHouse()
		h.Refusal = status.Refuse(why, "do this", "it is so")
		code := string(why)
		if why == status.UnknownMail {
			code = "not_found"
		}
		h.fails(t, want, code, "POST", "/api/v1/contacts", handedIn(nil))
		e := h.fails(t, want, code, "POST", "/api/v1/contacts/m-1/accept", `{"agent": "a1"}`)
		assert.Equal(t, "it is so; do this", e.Error())
	}
}

// mailOfA4 gives the agent a4 a mail, taken or not.
func mailOfA4(h *house, taken bool) {
	h.Change(func(l *reporttest.Ledger) {
		l.Wish("a4", "login-a4", fact.LoggedIn{
			Agent: "a4", Name: "Sacha", Center: "cps_lyon", Node: "ast1", Phone: "PJSIP/a4", AllFiles: true,
			Skills: map[contact.Skill]int{"payment": 3}, Media: []contact.Medium{contact.Email},
		})
		l.Own("m-1", fact.Arrived{
			Medium: contact.Email, Entry: "2014", Node: reporttest.Node, Line: "r-1", Rank: l.Now, Caller: "sealed:camille@exemple.fr",
			Mail: &fact.Mail{Topic: "avis", Department: "35", Content: `sealed:{"subject": "Mon avis", "body": "Bonjour"}`},
		})
		l.Own("m-1", fact.Queued{Queue: "particuliers", Topic: "avis", Rank: l.Now, Steps: reporttest.Steps, Policies: contact.DefaultPolicies()})
		offer, _ := l.Offer("m-1", "a4")
		l.Own("m-1", fact.Ringing{Offer: offer, Leg: "screen of a4"})
		if taken {
			l.Own("m-1", fact.Taken{Offer: offer})
		}
	})
}

func TestAnAgentReadsTheMailHeHasAndNobodyElseDoes(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/a4/contact", "")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/nobody/contact", "")
	mailOfA4(h, true)
	has := get[api.Assigned](t, h, "/api/v1/agents/a4/contact")
	require.NotNil(t, has.Mail)
	assert.Equal(t, "handling", has.Contact.Standing)
	assert.Equal(t, []string{"camille@exemple.fr", "Mon avis", "Bonjour", "r-1"}, []string{has.Mail.From, has.Mail.Subject, has.Mail.Body, has.Mail.Reference})
	for _, path := range []string{"/api/v1/calls", "/api/v1/calls/m-1", "/api/v1/agents/a1/contact", "/api/v1/top"} {
		_, text := h.ask(t, "GET", path, "")
		assert.NotContains(t, text, "camille", path)
		assert.NotContains(t, text, "Bonjour", path)
	}
	assert.Nil(t, get[api.Assigned](t, h, "/api/v1/agents/a1/contact").Mail, "a call has no text")
}

// Who waits on the line and what waits on a desk are never one number.
func TestMailsAreCountedBesideTheCallers(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	before, lines := get[api.Top](t, h, "/api/v1/top"), get[[]api.Queue](t, h, "/api/v1/queues")
	mailOfA4(h, false)
	after := get[api.Top](t, h, "/api/v1/top")
	assert.Equal(t, before.Calls, after.Calls)
	assert.Equal(t, map[string]int{"offered": 1}, after.Mails)
	assert.Equal(t, before.Longest, after.Longest)
	assert.Equal(t, before.StillHere+1, after.StillHere, "offered = outcomes + still here, of all media")
	queues := get[[]api.Queue](t, h, "/api/v1/queues")
	assert.Equal(t, 1, queues[0].Mails)
	queues[0].Mails = 0
	assert.Equal(t, lines, queues)
	line := get[api.QueueLine](t, h, "/api/v1/queues/particuliers").Line
	last := line[len(line)-1]
	assert.Equal(t, "the mail lies on the screen of agent a4", last.Next)
	assert.Equal(t, contact.Email, last.Medium)
}
