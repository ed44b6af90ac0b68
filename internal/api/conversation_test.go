package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/supervise", `{"supervisor": "a2", "mode": "listening"}`)
	assert.Len(t, h.Wishes, 1)
	for why, want := range map[status.Why]int{
		status.NoConversation: 409, status.NotReady: 409, status.Nowhere: 422, status.Oneself: 422, status.NumberRefused: 403, status.OlderBeside: 503,
	} {
		h.Refusal = status.Refuse(why, "do this", "it is so")
		h.fails(t, want, string(why), "POST", "/api/v1/agents/a1/hold", "")
	}
}
