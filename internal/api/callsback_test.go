package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

func TestAnAgentCallsBackWhoLeftTheMessageThatHeSees(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	h := houseOf(reporttest.Messages(site))
	cookie := h.signIn(t, "a1")
	const call, message = "/api/v1/agents/a1/call-back", `{"contact": "vm-c24.1"}`
	for _, wrong := range []string{`{}`, `{"message": "vm-c24.1"}`} {
		h.fails(t, http.StatusBadRequest, "bad_request", "POST", call, wrong, "Cookie", cookie)
	}
	h.fails(t, http.StatusForbidden, "forbidden", "POST", "/api/v1/agents/a2/call-back", message, "Cookie", cookie)
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/agents/nobody/call-back", message)
	assert.Empty(t, h.CalledBack)
	code, text := h.ask(t, "POST", call, message, "Cookie", cookie, "Idempotency-Key", "op-1")
	require.Equal(t, http.StatusOK, code, text)
	assert.JSONEq(t, `{"agent": "a1", "message": "vm-c24.1", "contact": "call-of-vm-c24.1", "operation": "op-1"}`, text)
	assert.Equal(t, []status.CallsBack{{Message: "vm-c24.1", Agent: "a1", Op: "op-1"}}, h.CalledBack)
	assert.Contains(t, h.cardOf(t, cookie).Can, "call-back")
	for why, want := range map[status.Why]int{
		status.NoNumber: 409, status.NotFree: 409, status.OutsideHours: 409, status.CalledAlready: 409, status.NoEffect: 409,
		status.NumberRefused: 403, status.TooManyCalls: 403, status.NoTrunk: 409, status.NotHolder: 503, status.OlderBeside: 503, status.CatchingUp: 503,
	} {
		h.Refusal = status.Refuse(why, "do this", "it is so")
		h.fails(t, want, string(why), "POST", call, message, "Cookie", cookie)
	}
}
