package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/status"
)

func TestWhatIsWantedOfAConversationIsPassedOn(t *testing.T) {
	t.Parallel()
	h := mailHouse()
	code, text := h.ask(t, "POST", "/api/v1/agents/a1/transfer", `{"queue": "avis"}`, "Idempotency-Key", "op-1")
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, []status.Wish{{Of: "a1", By: "a1", Do: "transfer", Queue: "avis", Op: "op-1"}}, h.Wishes)
	for path, body := range map[string]string{
		"hold": `{"agent": "a1"}`, "consult": `{"queue": "avis"}`, "supervise": `{"mode": "listening"}`, "transfer": `{"number": "02\u000099"}`,
		"conference": `{"topic": "avis"}`,
	} {
		h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/"+path, body)
	}
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/agents/nobody/hold", "")
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/agents/a1/supervise", `{"supervisor": "nobody", "mode": "barging"}`)
	for _, mode := range []string{"", "shouting", "member", "leaving"} {
		h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/supervise", `{"supervisor": "a3", "mode": "`+mode+`"}`)
	}
	assert.Len(t, h.Wishes, 1)
	for _, mode := range []fact.Role{fact.Listening, fact.Whispers, fact.Barging} {
		code, text = h.ask(t, "POST", "/api/v1/agents/a1/supervise", fmt.Sprintf(`{"supervisor": "a3", "mode": %q}`, mode), "Idempotency-Key", "op")
		require.Equal(t, http.StatusOK, code, text)
		assert.Equal(t, status.Wish{Of: "a1", By: "a3", Do: "supervise", Role: mode, Op: "op"}, h.Wishes[len(h.Wishes)-1])
	}
	for why, want := range map[status.Why]int{
		status.NoConversation: 409, status.NotReady: 409, status.Nowhere: 422, status.Oneself: 422, status.NumberRefused: 403, status.OlderBeside: 503,
	} {
		h.Refusal = status.Refuse(why, "do this", "it is so")
		h.fails(t, want, string(why), "POST", "/api/v1/agents/a1/hold", "")
	}
}

// Whoever signs in as an agent has nothing done with a call that is not his, and listens
// to nobody, not even by his own phone.
func TestASignedInAgentCommandsNobodyElse(t *testing.T) {
	t.Parallel()
	h, _ := staffed(t)
	agent, supervisor := h.signIn(t, "a1"), h.signIn(t, "cheffe")
	for path, body := range map[string]string{
		"hold": "{}", "unhold": "{}", "transfer": `{"agent": "a1"}`, "consult": `{"agent": "a1"}`, "complete": "{}", "cancel": "{}",
		"conference": `{"agent": "a1"}`, "remove": `{"party": "p"}`, "hangup": "{}",
		"supervise": `{"supervisor": "a1", "mode": "listening"}`, "takeover": `{"supervisor": "a1"}`,
	} {
		h.fails(t, http.StatusForbidden, "forbidden", "POST", "/api/v1/agents/a3/"+path, body, "Cookie", agent)
	}
	h.fails(t, http.StatusForbidden, "forbidden", "POST", "/api/v1/agents/a1/supervise", `{"supervisor": "a3", "mode": "listening"}`, "Cookie", agent)
	h.fails(t, http.StatusForbidden, "forbidden", "POST", "/api/v1/agents/a1/takeover", `{"supervisor": "a3"}`, "Cookie", agent)
	assert.Empty(t, h.Wishes)
	code, text := h.ask(t, "POST", "/api/v1/agents/a3/supervise", `{"supervisor": "a1", "mode": "listening"}`, "Cookie", supervisor)
	require.Equal(t, http.StatusOK, code, text)
	code, text = h.ask(t, "POST", "/api/v1/agents/a1/hold", "{}", "Cookie", agent)
	require.Equal(t, http.StatusOK, code, text)
	assert.Len(t, h.Wishes, 2)
}
