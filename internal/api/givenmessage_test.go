package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

func messageOfA4(h *house, withheld bool) { messageOf(h, "a4", withheld) }

// messageOf gives an agent the message c24.1, which lies on his screen.
func messageOf(h *house, agent contact.Agent, withheld bool) {
	h.Change(func(l *reporttest.Ledger) {
		l.Wish(string(agent), "login for messages", fact.LoggedIn{
			Agent: agent, Name: "Sacha", Center: "cps_lyon", Node: "ast1", Phone: "PJSIP/" + string(agent), AllFiles: true,
			Skills: map[contact.Skill]int{"payment": 3}, Media: []contact.Medium{contact.Voicemail},
		})
		goes := fact.ForQueue{Queue: "particuliers", Department: "35", Within: 48 * time.Hour}
		l.Own("c24", fact.Arrived{
			Medium: contact.Voice, Entry: "2014", Node: reporttest.Node, Line: "line-c24", Caller: "sealed:0612345678", CallerHash: "h", Withheld: withheld, Config: "0123", Rank: l.Now,
		})
		l.Own("c24", fact.MessageLeft{Message: "c24.1", Mailbox: "accueil", Lasts: 7 * time.Second, Spoken: 5 * time.Second, Retention: time.Hour, Topic: "payment", For: &goes, Menu: []byte(`{}`)})
		at := l.Now
		l.Own("c24", fact.Closed{Outcome: contact.Message})
		l.Own("vm-c24.1", fact.Arrived{
			Medium: contact.Voicemail, Entry: "2014", Node: reporttest.Node, Line: "c24.1", Caller: "sealed:0612345678", CallerHash: "h", Withheld: withheld, Rank: at,
			Voicemail: &fact.Voicemail{Message: "c24.1", Mailbox: "accueil", LeftBy: "c24", LeftAt: at, Lasts: 7 * time.Second, Topic: "payment", For: goes},
		})
		l.Own("vm-c24.1", fact.Queued{
			Queue: "particuliers", Topic: "payment", Department: "35", Rank: at, Steps: []contact.Step{{Centers: []contact.Center{"cps_lyon"}}}, Policies: contact.DefaultPolicies(),
		})
		offer, _ := l.Offer("vm-c24.1", agent)
		l.Own("vm-c24.1", fact.Ringing{Offer: offer, Leg: "screen of " + string(agent)})
	})
}

func TestAnAgentSeesAndHearsTheMessageHeHas(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.InfoLevel)
	c := reporttest.Messages(reporttest.Site())
	o := options(c)
	o.Log = zap.New(core)
	h := &house{c, api.New(o).Handler()}
	h.Recordings["c24.1"] = []byte("RIFF of c24")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/a4/contact/recording", "")
	messageOfA4(h, false)
	has := get[api.Assigned](t, h, "/api/v1/agents/a4/contact")
	require.NotNil(t, has.Message)
	assert.Equal(t, contact.Voicemail, has.Contact.Medium)
	m := has.Message
	assert.Equal(t, []string{"c24.1", "accueil", "0612345678", "payment", "35"}, []string{string(m.ID), m.Mailbox, m.Caller, string(m.Topic), string(m.Department)})
	assert.InDelta(t, 7, m.Seconds, 0.01)
	assert.Equal(t, m.At.Add(48*time.Hour), m.Due)
	assert.True(t, m.Until.After(m.At), "when it is taken away")
	assert.EqualValues(t, "vm-c24.1", m.ServedAs)
	assert.Equal(t, []string{"offered", "a4"}, []string{m.Standing, string(m.Agent)})

	code, text := h.ask(t, "GET", "/api/v1/agents/a4/contact/recording", "")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "RIFF of c24", text)
	entry := logs.FilterMessage("recording fetched").All()
	require.Len(t, entry, 1)
	assert.Equal(t, "a4", entry[0].ContextMap()["by"])
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/a1/contact/recording", "")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/nobody/contact/recording", "")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/a4/contact/recording?contact=vm-c23.1", "")
	code, _ = h.ask(t, "GET", "/api/v1/agents/a4/contact/recording?contact=vm-c24.1", "")
	assert.Equal(t, http.StatusOK, code)
	for _, path := range []string{"/api/v1/calls", "/api/v1/top", "/api/v1/messages", "/api/v1/queues/particuliers"} {
		_, text := h.ask(t, "GET", path, "")
		assert.NotContains(t, text, "0612345678", path)
	}
	line := get[api.QueueLine](t, h, "/api/v1/queues/particuliers").Line
	assert.Equal(t, "the message lies on the screen of agent a4", line[len(line)-1].Next)
}

func TestANumberThatWasWithheldIsNotShownWithItsMessage(t *testing.T) {
	t.Parallel()
	h := messagesHouse()
	messageOfA4(h, true)
	_, text := h.ask(t, "GET", "/api/v1/agents/a4/contact", "")
	assert.NotContains(t, text, "0612345678")
}

func TestAnAgentDoesWhatHeDoesWithTheContactHeSees(t *testing.T) {
	t.Parallel()
	h := messagesHouse()
	for _, act := range []string{"accept", "done", "return"} {
		code, text := h.ask(t, "POST", "/api/v1/agents/a1/"+act, `{"contact": "vm-c24.1"}`, "Idempotency-Key", "op-"+act)
		require.Equal(t, http.StatusOK, code, text)
	}
	code, text := h.ask(t, "POST", "/api/v1/agents/a1/answer", `{"contact": "m-1", "text": "Voici."}`)
	require.Equal(t, http.StatusOK, code, text)
	code, text = h.ask(t, "POST", "/api/v1/contacts/vm-c24.1/done", `{"agent": "a1"}`)
	require.Equal(t, http.StatusOK, code, text)
	require.Len(t, h.Deeds, 5)
	assert.Equal(t, status.Deed{Act: "done", Agent: "a1", Op: "op-done"}, h.Deeds[1])
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/done", `{}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/done", `{"contact": "x", "text": "x"}`)
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/agents/nobody/done", `{"contact": "x"}`)
}

func TestTheCardShowsTheMessageThatLiesThere(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	c := reporttest.Messages(site)
	c.Recordings["c24.1"] = []byte("RIFF of c24")
	h := houseOf(c)
	cookie := h.signIn(t, "a1")
	messageOf(h, "a1", false)
	card := h.cardOf(t, cookie)
	require.NotNil(t, card.Caller)
	assert.Equal(t, []string{"voicemail", "offered", "0612345678"}, []string{string(card.Caller.Medium), card.Caller.Standing, card.Caller.Number})
	require.NotNil(t, card.Caller.Message)
	assert.InDelta(t, 7, card.Caller.Message.Seconds, 0.01)
	assert.False(t, card.Caller.Message.Due.IsZero())
	for _, verb := range []string{"accept", "answer", "done", "return"} {
		assert.Contains(t, card.Can, verb)
	}
	code, text := h.ask(t, "GET", "/api/v1/agents/a1/contact/recording?contact=vm-c24.1", "", "Cookie", cookie)
	assert.Equal(t, http.StatusOK, code, text)
	h.fails(t, http.StatusForbidden, "forbidden", "GET", "/api/v1/agents/a2/contact/recording", "", "Cookie", cookie)
	h.fails(t, http.StatusForbidden, "forbidden", "GET", "/api/v1/messages/c24.1/recording", "", "Cookie", cookie)
}
