package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

const lost = "/api/v1/asterisk/ast1/lost"

func TestAnAsteriskIsDeclaredLostBySomebodyWhoIsSure(t *testing.T) {
	t.Parallel()
	h := newHouse()
	for _, wrong := range []string{
		`{"machine_is_off": true}`, `{"machine_is_off": true, "by": "marie"}`, `{"machine_is_off": true, "reason": "coupure"}`,
		`{"machine_is_off": true, "by": "marie", "reason": " "}`, `{"machine_is_off": true, "by": "marie", "reason": "a\u001b"}`,
		`{"machine_is_off": true, "by": "marie", "reason": "` + strings.Repeat("x", 129) + `"}`, `{"machine_is_off": "yes"}`, `{"off": true}`,
	} {
		h.fails(t, http.StatusBadRequest, "bad_request", "POST", lost, wrong)
	}
	for _, unsure := range []string{``, `{}`, `{"by": "marie", "reason": "coupure"}`, `{"machine_is_off": false}`} {
		said := h.fails(t, http.StatusBadRequest, "not_confirmed", "POST", lost, unsure)
		assert.Contains(t, said.Message, "3 calls would be closed")
	}
	assert.Empty(t, h.Losses)
	code, text := h.ask(t, "POST", lost, `{"machine_is_off": true, "by": "marie", "reason": " coupure "}`)
	require.Equal(t, http.StatusOK, code, text)
	var done api.DeclaredLost
	require.NoError(t, json.Unmarshal([]byte(text), &done))
	assert.False(t, done.At.IsZero())
	assert.Equal(t, []any{"ast1", "marie", "coupure", 3, 0}, []any{string(done.Node), done.By, done.Reason, done.Calls, done.Open})
	assert.Equal(t, []status.Loss{{Node: "ast1", By: "marie", Reason: "coupure", MachineIsOff: true}}, h.Losses)
	for why, want := range map[status.Why]int{
		status.UnknownNode: 404, status.NodeAnswers: 409, status.HeldElsewhere: 409, status.NotConfirmed: 400, status.NotHolder: 503, status.LedgerAway: 503,
	} {
		h.Refusal = status.Refuse(why, "do this", "it is so")
		h.fails(t, want, string(why), "POST", lost, `{"machine_is_off": true, "by": "marie", "reason": "r"}`)
	}
}

// Agents declare nothing; who is signed in is named by that.
func TestASupervisorWhoIsSignedInDeclaresInHisOwnName(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	h := houseOf(reporttest.NewController(reporttest.Afternoon(site), site))
	agent, supervisor := h.signIn(t, "a1"), h.signIn(t, "cheffe")
	h.fails(t, http.StatusForbidden, "forbidden", "POST", lost, `{"machine_is_off": true, "reason": "r"}`, "Cookie", agent)
	assert.Empty(t, h.Losses)
	code, text := h.ask(t, "POST", lost, `{"machine_is_off": true, "by": "somebody", "reason": "r"}`, "Cookie", supervisor)
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, "cheffe", h.Losses[0].By)
}
