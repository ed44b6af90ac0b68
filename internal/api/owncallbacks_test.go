package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

// promisedHouse is a house with three calls back of one person, one of another, and the agents a1
// and a2, neither of whom has a call.
func promisedHouse(t *testing.T) *house {
	t.Helper()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	c := reporttest.Callbacks(site)
	c.Change(func(l *reporttest.Ledger) {
		for _, id := range []contact.Agent{"a1", "a2"} {
			l.Wish(string(id), "login-"+string(id), fact.LoggedIn{
				Agent: id, Name: "Camille", Center: "cis_ouest", Node: reporttest.Node, Phone: "PJSIP/" + string(id), Skills: map[contact.Skill]int{"payment": 3},
			})
		}
		l.Own("c60", fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: reporttest.Node, Line: "line-c60", CallerHash: "another", Config: "0123", Rank: l.Now})
		l.Own("c60", fact.CallbackRequested{
			Number: "sealed for c60:+33687654321", NumberHash: "c60", Attempts: 1, ExpiresAt: l.Now + time.Hour.Microseconds(),
			Place: fact.Queued{Queue: "income", Topic: "payment", Rank: l.Now, Steps: reporttest.Steps, Callback: true},
		})
	})
	return houseOf(c)
}

func TestAnAgentSeesAndCancelsTheCallsBackOfWhomHeTalksWith(t *testing.T) {
	t.Parallel()
	h := promisedHouse(t)
	cookie := h.signIn(t, "a1")
	const cancel = "/api/v1/agents/a1/cancel-callback"
	const c41 = `{"callback": "c41", "reason": "n'en a plus besoin"}`
	h.fails(t, http.StatusConflict, "not_this_person", "POST", cancel, c41, "Cookie", cookie)

	h.Change(func(l *reporttest.Ledger) {
		l.Arrive("c50")
		l.Enqueue("c50", "income")
		l.Ring("c50", "a1")
	})
	require.Len(t, h.cardOf(t, cookie).Caller.Callbacks, 3)
	h.fails(t, http.StatusConflict, "not_this_person", "POST", cancel, c41, "Cookie", cookie) // it rings only
	h.Change(func(l *reporttest.Ledger) {
		l.Own("c50", fact.Connected{Offer: l.State.Contacts["c50"].Offer, ServedBy: "cis_ouest"})
	})
	var seen []contact.ID
	for _, cb := range h.cardOf(t, cookie).Caller.Callbacks {
		seen = append(seen, cb.Contact)
		assert.Equal(t, "•••••••••78", cb.Number)
	}
	assert.Equal(t, []contact.ID{"c41", "c43", "c42"}, seen, "by when they are due; of nobody else")
	assert.Contains(t, h.cardOf(t, cookie).Can, "cancel-callback")

	h.fails(t, http.StatusConflict, "not_this_person", "POST", cancel, `{"callback": "c60", "reason": "r"}`, "Cookie", cookie)
	h.fails(t, http.StatusForbidden, "forbidden", "POST", "/api/v1/agents/a2/cancel-callback", c41, "Cookie", cookie)
	h.fails(t, http.StatusConflict, "not_this_person", "POST", "/api/v1/agents/a2/cancel-callback", c41)
	for _, wrong := range []string{`{}`, `{"callback": "c41"}`, `{"reason": "r"}`, `{"callback": "c41", "reason": " "}`, `{"callback": "c41", "reason": "r", "by": "somebody"}`} {
		h.fails(t, http.StatusBadRequest, "bad_request", "POST", cancel, wrong, "Cookie", cookie)
	}
	assert.Empty(t, h.Cancelled)

	code, text := h.ask(t, "POST", cancel, c41, "Cookie", cookie, "Idempotency-Key", "op-1")
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, []status.Cancelling{{By: "Camille (a1)", Reason: "n'en a plus besoin", Op: "op-1"}}, h.Cancelled)
	assert.Len(t, h.cardOf(t, cookie).Caller.Callbacks, 2)
	_, story := h.ask(t, "GET", "/api/v1/calls/c41", "")
	assert.Contains(t, story, "the call back was cancelled by Camille (a1): n'en a plus besoin")
	h.Refusal = status.Refuse(status.NoCallback, "", "nobody is to be called back")
	h.fails(t, http.StatusConflict, "no_callback", "POST", cancel, c41, "Cookie", cookie)
	_, agents := h.ask(t, "GET", "/api/v1/agents", "")
	assert.NotContains(t, agents, "callbacks")
	assert.Empty(t, get[api.Agent](t, h, "/api/v1/agents/a2").Contact)
}

// Whoever withholds his number is nobody whose calls back could be found: he has none.
func TestWhoHasNoNumberHasNoCallsBack(t *testing.T) {
	t.Parallel()
	h := promisedHouse(t)
	cookie := h.signIn(t, "a1")
	h.Change(func(l *reporttest.Ledger) {
		l.Own("c51", fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: reporttest.Node, Line: "line-c51", Withheld: true, Config: "0123", Rank: l.Now})
		l.Enqueue("c51", "income")
		l.Answer("c51", "a1", time.Second)
	})
	assert.Empty(t, h.cardOf(t, cookie).Caller.Callbacks)
	h.fails(t, http.StatusConflict, "not_this_person", "POST", "/api/v1/agents/a1/cancel-callback", `{"callback": "c41", "reason": "r"}`, "Cookie", cookie)
}

// Who is only offered what a person said serves him once he has taken it.
func TestWhoHasTakenAMessageCancelsTheCallsOfItsPerson(t *testing.T) {
	t.Parallel()
	h := houseOf(reporttest.Callbacks(reporttest.Site()))
	messageOfA4(h, false)
	const cancel, c41 = "/api/v1/agents/a4/cancel-callback", `{"callback": "c41", "reason": "r"}`
	h.fails(t, http.StatusConflict, "not_this_person", "POST", cancel, c41)
	h.Change(func(l *reporttest.Ledger) {
		l.Own("vm-c24.1", fact.Taken{Offer: l.State.Contacts["vm-c24.1"].Offer})
	})
	code, text := h.ask(t, "POST", cancel, c41)
	assert.Equal(t, http.StatusOK, code, text)
}
