package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

func TestWhoIsToBeCalledBackIsListedByTimeAndItsNumberShownOnlyOfOne(t *testing.T) {
	t.Parallel()
	h := houseOf(reporttest.Callbacks(reporttest.Site()))
	all := get[[]api.Callback](t, h, "/api/v1/callbacks")
	require.Len(t, all, 3)
	var ids []contact.ID
	for _, cb := range all {
		ids = append(ids, cb.Contact)
		assert.Equal(t, "•••••••••78", cb.Number)
		assert.Equal(t, []any{contact.Queue("income"), contact.Topic("payment"), 0, 3}, []any{cb.Queue, cb.Topic, cb.Attempts, cb.MaxAttempts})
	}
	assert.Equal(t, []contact.ID{"c41", "c43", "c42"}, ids, "the time that was chosen, or asked at")
	assert.Equal(t, []string{"callback", "promised", "callback"}, []string{all[0].Standing, all[1].Standing, all[2].Standing})
	assert.Equal(t, contact.Center("ouest"), all[2].Center)
	assert.Equal(t, 15*time.Minute, all[2].Until.Sub(all[2].From))
	assert.Zero(t, all[0].From)
	assert.Empty(t, get[[]api.Callback](t, h, "/api/v1/callbacks?queue=payment"))
	assert.Equal(t, "+33612345678", get[api.Callback](t, h, "/api/v1/callbacks/c42").Number)
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/callbacks/c99", "")
}

func TestACallBackIsCancelledOnceBySomebodyForAReason(t *testing.T) {
	t.Parallel()
	h := houseOf(reporttest.Callbacks(reporttest.Site()))
	const cancel = "/api/v1/callbacks/c41/cancel"
	for _, wrong := range []string{
		`{}`, `{"by": "marie"}`, `{"reason": "a rappelé"}`, `{"by": "marie", "reason": " "}`, `{"by": "marie", "reason": "a\u001brappelé"}`,
		`{"by": "marie", "reason": "` + strings.Repeat("x", 129) + `"}`, `{"by": "` + strings.Repeat("x", 65) + `", "reason": "r"}`, `{"par": "marie"}`,
	} {
		h.fails(t, http.StatusBadRequest, "bad_request", "POST", cancel, wrong)
	}
	assert.Empty(t, h.Cancelled)
	code, text := h.ask(t, "POST", cancel, `{"by": "marie", "reason": " a rappelé "}`, "Idempotency-Key", "op-1")
	require.Equal(t, http.StatusOK, code, text)
	var done api.CallbackCancelled
	require.NoError(t, json.Unmarshal([]byte(text), &done))
	assert.Equal(t, api.CallbackCancelled{Contact: "c41", By: "marie", Reason: "a rappelé", Operation: "op-1"}, done)
	assert.Equal(t, []status.Cancelling{{By: "marie", Reason: "a rappelé", Op: "op-1"}}, h.Cancelled)
	assert.Len(t, get[[]api.Callback](t, h, "/api/v1/callbacks"), 2)
	_, metrics := h.ask(t, "GET", "/metrics", "")
	assert.Contains(t, metrics, `guichet_callbacks_cancelled_total{queue="income"} 1`)
	_, story := h.ask(t, "GET", "/api/v1/calls/c41", "")
	assert.Contains(t, story, "the call back was cancelled by marie: a rappelé")
	for why, want := range map[status.Why]int{status.NoCallback: 409, status.OnTheLine: 409, status.BeingCalled: 409, status.NotHolder: 503, status.OlderBeside: 503} {
		h.Refusal = status.Refuse(why, "do this", "it is so")
		h.fails(t, want, string(why), "POST", cancel, `{"by": "marie", "reason": "r"}`)
	}
}

// Agents cancel nobody's call, and see no numbers of those who wait for one; who is signed in is
// named by that.
func TestASupervisorWhoIsSignedInCancelsInHisOwnName(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	h := houseOf(reporttest.Callbacks(site))
	agent, supervisor := h.signIn(t, "a1"), h.signIn(t, "cheffe")
	for _, path := range []string{"/api/v1/callbacks", "/api/v1/callbacks/c41"} {
		h.fails(t, http.StatusForbidden, "forbidden", "GET", path, "", "Cookie", agent)
	}
	h.fails(t, http.StatusForbidden, "forbidden", "POST", "/api/v1/callbacks/c41/cancel", `{"reason": "r"}`, "Cookie", agent)
	code, text := h.ask(t, "POST", "/api/v1/callbacks/c41/cancel", `{"by": "somebody", "reason": "r"}`, "Cookie", supervisor)
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, "cheffe", h.Cancelled[0].By)
}

// The figures of the floor tell those who hold a line from those who are to be called back.
func TestWhoIsToBeCalledBackIsCountedBesideWhoHoldsALine(t *testing.T) {
	t.Parallel()
	h := houseOf(reporttest.Callbacks(reporttest.Site()))
	h.Change(func(l *reporttest.Ledger) {
		l.Arrive("c44")
		l.Enqueue("c44", "income")
	})
	for _, q := range get[[]api.Queue](t, h, "/api/v1/queues") {
		if q.Name == "income" {
			assert.Equal(t, []int{2, 1}, []int{q.Waiting, q.Callbacks}, "one on the line, one to be called; the appointment has not come")
		}
	}
	_, metrics := h.ask(t, "GET", "/metrics", "")
	assert.Contains(t, metrics, `guichet_queue_waiting{queue="income"} 2`)
	assert.Contains(t, metrics, `guichet_callbacks_waiting{queue="income"} 1`)
	assert.Equal(t, map[string]int{"callback": 2, "menu": 1, "waiting": 1}, get[api.Top](t, h, "/api/v1/top").Calls)
}
