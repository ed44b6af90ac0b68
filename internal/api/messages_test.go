package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func messagesHouse() *house { return houseOf(reporttest.Messages(reporttest.Site())) }

func idsOf(all []api.Message) (ids []fact.MessageID) {
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestMessagesAreListedOldestFirstUntilSomebodyHasDealtWithThem(t *testing.T) {
	t.Parallel()
	h := messagesHouse()
	list := func(query string) []fact.MessageID {
		return idsOf(get[[]api.Message](t, h, "/api/v1/messages"+query))
	}
	assert.Equal(t, []fact.MessageID{"c21.1", "c22.1", "c23.1"}, list(""))
	assert.Equal(t, []fact.MessageID{"c23.1"}, list("?mailbox=recours"))
	assert.Empty(t, list("?mailbox=autre"))
	waiting := get[[]api.Message](t, h, "/api/v1/messages")
	assert.Equal(t, waiting[0].At.Add(48*time.Hour), waiting[0].Due)
	assert.Zero(t, waiting[2].Due, "no deadline there")

	code, text := h.ask(t, "POST", "/api/v1/messages/c21.1/done", `{"by": " marie\u001b "}`)
	require.Equal(t, http.StatusOK, code, text)
	var done api.Message
	require.NoError(t, json.Unmarshal([]byte(text), &done))
	assert.Equal(t, "marie", done.DoneBy)
	assert.Zero(t, done.Due)
	require.NotNil(t, done.Until)
	assert.Equal(t, 30*24*time.Hour, done.Until.Sub(*done.DoneAt))
	assert.Equal(t, []fact.MessageID{"c22.1", "c23.1"}, list(""))
	assert.Equal(t, []fact.MessageID{"c21.1", "c22.1"}, list("?all=true&mailbox=accueil"))
}

func TestWhoeverAnswersAMessageSeesTheNumberAndNobodyElse(t *testing.T) {
	t.Parallel()
	h := messagesHouse()
	_, text := h.ask(t, "GET", "/api/v1/messages?all=true", "")
	for _, number := range []string{"0612345678", "0698765432"} {
		assert.NotContains(t, text, number)
	}
	m := get[api.Message](t, h, "/api/v1/messages/c21.1")
	assert.Equal(t, "0612345678", m.Caller)
	assert.InDelta(t, 83, m.Seconds, 0)
	assert.Equal(t, []any{"accueil", "2014", "payment", "fr", "ast1"}, []any{m.Mailbox, string(m.Entry), string(m.Topic), m.Language, string(m.Node)})
	assert.Nil(t, m.DoneAt)
	assert.NotContains(t, get[api.Message](t, h, "/api/v1/messages/c22.1").Caller, "0698765432", "it is withheld")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/messages/c99.1", "")
}

func TestARecordingIsSentOnceSomebodyIsNotedToListen(t *testing.T) {
	t.Parallel()
	c := reporttest.Messages(reporttest.Site())
	core, logs := observer.New(zap.InfoLevel)
	o := options(c)
	o.Log = zap.New(core)
	h := &house{c, api.New(o).Handler()}
	code, text, header := h.exchange(t, "GET", "/api/v1/messages/c21.1/recording?by=marie", "")
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, "RIFF of c21", text)
	assert.Equal(t, []string{"audio/wav", "no-store"}, []string{header.Get("Content-Type"), header.Get("Cache-Control")})
	noted := logs.FilterMessage("recording fetched").All()
	require.Len(t, noted, 1)
	assert.Equal(t, "marie", noted[0].ContextMap()["by"])
	assert.Equal(t, "c21.1", noted[0].ContextMap()["message"])

	e := h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/messages/c22.1/recording", "")
	assert.Contains(t, e.Message, "not at its Asterisk any more")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/messages/c99.1/recording", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/messages/c21.1/recording?by="+strings.Repeat("x", 65), "")
	c.Away = true
	h.fails(t, http.StatusServiceUnavailable, "busy", "GET", "/api/v1/messages/c21.1/recording", "")
	assert.Equal(t, 1, logs.FilterMessage("recording fetched").Len(), "nobody heard anything else")
}

func TestAMessageIsDoneOnceAndBySomebody(t *testing.T) {
	t.Parallel()
	h := messagesHouse()
	const done = "/api/v1/messages/c21.1/done"
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", done, `{}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", done, `{"by": " "}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", done, `{"by": "`+strings.Repeat("x", 65)+`"}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", done, `{"par": "marie"}`)
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/messages/c99.1/done", `{"by": "marie"}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", done, `{"by": "marie"}`, "Idempotency-Key", strings.Repeat("x", 200))
	h.Away = true
	e := h.fails(t, http.StatusServiceUnavailable, "ledger_unavailable", "POST", done, `{"by": "marie"}`, "Idempotency-Key", "op-1")
	assert.Contains(t, e.Hint, "op-1")
	h.Away = false
	for range 2 { // sent again, it takes effect once
		code, text := h.ask(t, "POST", done, `{"by": "marie"}`, "Idempotency-Key", "op-1")
		require.Equal(t, http.StatusOK, code, text)
	}
	e = h.fails(t, http.StatusConflict, "no_effect", "POST", done, `{"by": "paul"}`)
	assert.Equal(t, "message c21.1: it is done already", e.Message)
	assert.Equal(t, "marie", get[api.Message](t, h, "/api/v1/messages/c21.1").DoneBy)
}
