package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// noting is a house whose queue requires notes, where a1 talks with c1, who has called
// before.
func noting(t *testing.T) (h *house, cookie string) {
	t.Helper()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	site.Topics = []contact.Topic{"avis", "payment"}
	queue := site.Queues["particuliers"]
	queue.CodeRequired = true
	site.Queues["particuliers"] = queue
	site.Treatment = config.Treatment{
		Acts: []config.Coded{{Name: "delai", Label: "Délai"}}, Results: []config.Coded{{Name: "repondu", Label: "Répondu"}},
		FilePage: "https://dossiers.example/?c={contact}",
	}
	h = houseOf(reporttest.NewController(reporttest.Floor(site, "a1"), site))
	h.Change(func(l *reporttest.Ledger) {
		l.Arrive("c0")
		l.Close("c0", contact.SelfServed, "")
		l.Arrive("c1")
		l.Own("c1", fact.Waiting{Node: "motif", Crossed: []string{"accueil", "motif"}, Menu: []byte(`{}`)})
		l.Enqueue("c1", "particuliers")
		offer := l.Answer("c1", "a1", time.Second)
		l.Pass(time.Minute)
		l.HangUp("c1", offer)
	})
	return h, h.signIn(t, "a1")
}

func (h *house) cardOf(t *testing.T, cookie string) (card api.Card) {
	t.Helper()
	code, text := h.ask(t, "GET", "/api/v1/card", "", "Cookie", cookie)
	require.Equal(t, http.StatusOK, code, text)
	require.NoError(t, json.Unmarshal([]byte(text), &card))
	return card
}

func TestTheCardKeepsTheCallerThroughTheWrapUp(t *testing.T) {
	t.Parallel()
	h, cookie := noting(t)
	card := h.cardOf(t, cookie)
	require.NotNil(t, card.Caller)
	assert.True(t, card.Caller.Over)
	assert.Equal(t, contact.ID("c1"), card.Caller.ID)
	assert.Equal(t, []string{"accueil", "motif"}, card.Caller.Path)
	assert.Equal(t, "0612345678", card.Caller.Number)
	assert.Equal(t, "https://dossiers.example/?c=c1", card.Caller.FilePage)
	require.Len(t, card.Caller.Earlier, 1)
	assert.Equal(t, contact.SelfServed, card.Caller.Earlier[0].Outcome)
	require.NotNil(t, card.Treatment)
	assert.True(t, card.Treatment.Required)
	assert.False(t, card.Treatment.Notes, "without a key nothing personal is kept")
	assert.Equal(t, "CIS Ouest", card.CenterLabel)
	assert.Contains(t, card.Can, "pause")
	assert.NotContains(t, card.Can, "skills")
}

func TestAnAgentIsReadyAgainOnceTheContactIsNoted(t *testing.T) {
	t.Parallel()
	h, cookie := noting(t)
	for _, verb := range []string{"resume", "finish"} {
		h.fails(t, http.StatusUnprocessableEntity, "code_required", "POST", "/api/v1/agents/a1/"+verb, "{}", "Cookie", cookie)
	}
	for body, wrong := range map[string]string{
		`{"contact":"c1"}`:                                                            "topic is missing",
		`{"contact":"c1","topic":"avis"}`:                                             "result is missing",
		`{"contact":"c1","topic":"other","result":"repondu"}`:                         "there is no topic",
		`{"contact":"c1","topic":"avis","result":"bien"}`:                             "there is no result",
		`{"contact":"c1","topic":"avis","result":"repondu","acts":["x"]}`:             "no act",
		`{"contact":"c1","topic":"avis","result":"repondu","acts":["delai","delai"]}`: "no act",
		`{"contact":"c0","topic":"avis","result":"repondu"}`:                          "not the contact",
	} {
		code, text := h.ask(t, "POST", "/api/v1/card/treated", body, "Cookie", cookie)
		assert.GreaterOrEqual(t, code, http.StatusBadRequest)
		assert.Less(t, code, http.StatusInternalServerError, text)
		assert.Contains(t, text, wrong, body)
	}
	h.fails(t, http.StatusRequestEntityTooLarge, "too_long", "POST", "/api/v1/card/treated",
		fmt.Sprintf(`{"contact":"c1","topic":"avis","result":"repondu","note":%q}`, strings.Repeat("é", 1001)), "Cookie", cookie)
	assert.Nil(t, h.cardOf(t, cookie).Treatment.Saved, "nothing was changed")

	code, text := h.ask(t, "PUT", "/api/v1/card/draft", `{"contact":"c1","note":"rappeler"}`, "Cookie", cookie)
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, "rappeler", h.cardOf(t, cookie).Treatment.Draft.Note, "a page that is loaded again has it")
	h.fails(t, http.StatusConflict, "no_effect", "PUT", "/api/v1/card/draft", `{"contact":"c0","note":"x"}`, "Cookie", cookie)

	code, text = h.ask(t, "POST", "/api/v1/card/treated", `{"contact":"c1","topic":"avis","acts":["delai"],"result":"repondu","note":"rappeler\nlundi"}`, "Cookie", cookie)
	require.Equal(t, http.StatusOK, code, text)
	treatment := h.cardOf(t, cookie).Treatment
	assert.Nil(t, treatment.Draft)
	assert.Equal(t, &api.Noted{Contact: "c1", Topic: "avis", Acts: []string{"delai"}, Result: "repondu", Note: "rappeler\nlundi"}, treatment.Saved)
	code, text = h.ask(t, "POST", "/api/v1/agents/a1/finish", "{}", "Cookie", cookie)
	require.Equal(t, http.StatusOK, code, text)
	assert.Nil(t, h.cardOf(t, cookie).Caller, "who is ready sees nobody's affairs any more")
}

func TestASupervisorFreesAnAgentWhoOwesANote(t *testing.T) {
	t.Parallel()
	h, _ := noting(t)
	code, text := h.ask(t, "POST", "/api/v1/agents/a1/resume", "{}", "Cookie", h.signIn(t, "cheffe"))
	require.Equal(t, http.StatusOK, code, text)
}

func TestTheCardOfWhoIsCalledInShowsTheCallerAndWhatHeIsThere(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	h := houseOf(reporttest.NewController(reporttest.Floor(site, "a1", "a3"), site))
	h.Change(func(l *reporttest.Ledger) {
		l.Arrive("c1")
		l.Enqueue("c1", "particuliers")
		l.Answer("c1", "a3", time.Second)
		l.Own("c1", fact.Invited{Party: "with-c1.0", Role: fact.Consulted, Agent: "a1", Center: "cis_ouest", By: "a3", Ring: 30e9, Policies: contact.DefaultPolicies()})
	})
	cookie := h.signIn(t, "a1")
	card := h.cardOf(t, cookie)
	require.NotNil(t, card.Caller, "his phone rings")
	assert.Equal(t, contact.ID("c1"), card.Caller.ID)
	assert.Equal(t, "0612345678", card.Caller.Number)
	assert.Equal(t, fact.Consulted, card.Caller.Role)
	assert.NotEmpty(t, card.Caller.By)
	assert.Nil(t, card.Treatment, "he has not talked with the caller")
	h.Change(func(l *reporttest.Ledger) {
		l.Own("c1", fact.PartyJoined{Party: "with-c1.0"})
		l.Own("c1", fact.PartyMoved{Party: "with-c1.0", Role: fact.Member, By: "a3"})
	})
	card = h.cardOf(t, cookie)
	assert.Equal(t, fact.Member, card.Caller.Role)
	require.NotNil(t, card.Treatment)
	assert.Equal(t, contact.ID("c1"), card.Treatment.Contact)

	code, text := h.ask(t, "GET", "/api/v1/card/colleagues", "", "Cookie", cookie)
	require.Equal(t, http.StatusOK, code, text)
	var others []api.Colleague
	require.NoError(t, json.Unmarshal([]byte(text), &others))
	require.Len(t, others, 1, "not himself")
	assert.Equal(t, contact.Agent("a3"), others[0].ID)
}

func TestTheCardShowsWhomToCallBackAndThroughWhom(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	entry := site.Entries["2014"]
	entry.Relay = "+33800112114"
	site.Entries["2014"] = entry
	h := houseOf(reporttest.NewController(reporttest.Floor(site, "a1"), site))
	h.Change(func(l *reporttest.Ledger) {
		l.Arrive("c1")
		place := fact.Queued{
			Queue: "particuliers", Rank: l.Now, Policies: contact.DefaultPolicies(), Callback: true,
			Steps: []contact.Step{{Centers: []contact.Center{"cis_ouest", "cis_sud"}}},
		}
		require.Empty(t, l.Own("c1", fact.CallbackRequested{
			Number: "sealed for c1:+33699000009", NumberHash: "h", Attempts: 1, Ring: time.Minute, ExpiresAt: l.Now + 3600e6, Place: place,
		}).Void)
		require.Empty(t, l.Own("c1", place).Void)
		require.NotEmpty(t, l.Ring("c1", "a1"))
	})
	caller := h.cardOf(t, h.signIn(t, "a1")).Caller
	require.NotNil(t, caller)
	assert.Equal(t, "+33699000009", caller.CalledBack)
	assert.Equal(t, "+33800112114", caller.Relay)
	_, text := h.ask(t, "GET", "/api/v1/contacts/c1", "")
	assert.NotContains(t, text, "699000009", "it is for the agent who has the contact")
}
