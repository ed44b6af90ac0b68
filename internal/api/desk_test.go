package api_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
)

// atDesk is a house with the agents' day of a site.
func atDesk() *house {
	h := newHouse()
	h.Site().Floor = config.Floor{
		Pauses: []config.Pause{{Name: "dejeuner", Label: "Déjeuner"}, {Name: "formation", Label: "Formation"}},
		Extend: time.Minute, Longest: 10 * time.Minute,
	}
	return h
}

func commanded(t *testing.T, h *house, path, body string) api.Agent {
	t.Helper()
	code, text := h.ask(t, "POST", path, body)
	require.Equal(t, http.StatusOK, code, text)
	var done api.Commanded
	require.NoError(t, json.Unmarshal([]byte(text), &done))
	return done.Agent
}

func TestAPauseIsForAReasonOfTheList(t *testing.T) {
	t.Parallel()
	h := atDesk()
	f := get[api.Floor](t, h, "/api/v1/floor")
	assert.Equal(t, []api.Pause{{Name: "dejeuner", Label: "Déjeuner"}, {Name: "formation", Label: "Formation"}}, f.Pauses)
	e := h.fails(t, http.StatusBadRequest, "unknown_reason", "POST", "/api/v1/agents/a1/pause", `{"reason": "sieste"}`)
	assert.Contains(t, e.Hint, "dejeuner, formation")
	assert.Empty(t, get[api.Agent](t, h, "/api/v1/agents/a1").Next, "nothing has changed")
	a := commanded(t, h, "/api/v1/agents/a1/pause", `{"reason": "formation"}`)
	assert.Equal(t, "pause", a.Next, "a1 talks: after this contact")
	assert.Equal(t, "formation", a.NextWhy)
	commanded(t, h, "/api/v1/agents/a2/resume", "")
	a = commanded(t, h, "/api/v1/agents/a2/pause", `{"reason": "dejeuner"}`)
	assert.Equal(t, acd.Paused, a.State)
	assert.Equal(t, "Déjeuner", a.Label)
}

func TestOnlyARunningWrapUpIsMadeLongerOrEnded(t *testing.T) {
	t.Parallel()
	h := atDesk()
	h.fails(t, http.StatusConflict, "no_wrap_up", "POST", "/api/v1/agents/a1/extend", "")
	h.fails(t, http.StatusConflict, "no_wrap_up", "POST", "/api/v1/agents/a3/finish", "")
	h.fails(t, http.StatusConflict, "not_logged_in", "POST", "/api/v1/agents/a4/finish", "")
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/agents/nobody/finish", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/extend", `{"seconds": 601}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/extend", `{"seconds": -1}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/extend", `{"reason": "x"}`)
	h.Site().Floor.Longest = 0
	h.fails(t, http.StatusConflict, "no_effect", "POST", "/api/v1/agents/a1/extend", "")
}

func TestAnAgentLogsInAtAnotherPhoneOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := atDesk()
	login := "/api/v1/agents/a4/login"
	h.fails(t, http.StatusBadRequest, "unknown_phone", "POST", login, `{"phone": "PJSIP/trunk"}`)
	h.fails(t, http.StatusBadRequest, "unknown_phone", "POST", login, `{"phone": "Local/1@from-trunk"}`)
	h.fails(t, http.StatusConflict, "phone_taken", "POST", login, `{"phone": "PJSIP/a1"}`)
	h.fails(t, http.StatusForbidden, "wrong_pin", "POST", login, `{"pin": "0000"}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", login, `{"reason": "x"}`)
	assert.Equal(t, acd.LoggedOut, get[api.Agent](t, h, "/api/v1/agents/a4").State)
	commanded(t, h, "/api/v1/agents/a3/logout", "")
	a := commanded(t, h, login, `{"phone": "PJSIP/a3", "pin": "1234"}`)
	assert.Equal(t, acd.Ready, a.State)
	assert.Equal(t, "PJSIP/a3", a.Phone)
	assert.Equal(t, "PJSIP/a4", a.Home)
	h.fails(t, http.StatusConflict, "already_logged_in", "POST", login, `{"phone": "PJSIP/a4"}`)
	h.fails(t, http.StatusConflict, "phone_taken", "POST", "/api/v1/agents/a3/login", "")
	commanded(t, h, "/api/v1/agents/a4/logout", "")
	assert.Equal(t, "PJSIP/a4", get[api.Agent](t, h, "/api/v1/agents/a4").Phone)
}
