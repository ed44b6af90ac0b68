package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// mayUse is who may use what, route by route: what is written here is the decision, and
// how access comes to it is not repeated.
var mayUse = map[access][]string{
	anyone: {
		"GET /agent",
		"GET /agent/card.js",
		"GET /agent/card.css",
		"POST /api/v1/session",
		"GET /healthz",
		"GET /readyz",
		"GET /metrics",
	},
	everyone: {
		"GET /{$}",
		"GET /board.js",
		"GET /board.css",
		"GET /supervise.js",
		"GET /api/v1/session",
		"DELETE /api/v1/session",
		"GET /api/v1/openapi.yaml",
		"GET /api/v1/top",
		"GET /api/v1/events",
		"GET /api/v1/floor",
	},
	cards: {
		"GET /api/v1/card",
		"GET /api/v1/card/events",
		"GET /api/v1/card/colleagues",
		"PUT /api/v1/card/draft",
		"POST /api/v1/card/treated",
	},
	himself: {
		"GET /api/v1/agents/{id}",
		"GET /api/v1/agents/{id}/contact",
		"GET /api/v1/agents/{id}/contact/recording",
		"POST /api/v1/agents/{id}/accept",
		"POST /api/v1/agents/{id}/answer",
		"POST /api/v1/agents/{id}/done",
		"POST /api/v1/agents/{id}/return",
		"GET /api/v1/agents/{id}/contacts",
		"POST /api/v1/agents/{id}/call-back",
		"POST /api/v1/agents/{id}/cancel-callback",
		"POST /api/v1/agents/{id}/login",
		"POST /api/v1/agents/{id}/logout",
		"POST /api/v1/agents/{id}/pause",
		"POST /api/v1/agents/{id}/resume",
		"POST /api/v1/agents/{id}/extend",
		"POST /api/v1/agents/{id}/finish",
		"POST /api/v1/agents/{id}/hold",
		"POST /api/v1/agents/{id}/unhold", "POST /api/v1/agents/{id}/identify",
		"POST /api/v1/agents/{id}/transfer",
		"POST /api/v1/agents/{id}/consult",
		"POST /api/v1/agents/{id}/complete",
		"POST /api/v1/agents/{id}/cancel",
		"POST /api/v1/agents/{id}/conference",
		"POST /api/v1/agents/{id}/remove",
		"POST /api/v1/agents/{id}/hangup",
		"POST /api/v1/agents/{id}/pause-recording",
		"POST /api/v1/agents/{id}/resume-recording",
	},
	supervisors: {
		"GET /api/v1/status",
		"GET /api/v1/agents",
		"POST /api/v1/agents/{id}/skills",
		"POST /api/v1/agents/{id}/supervise",
		"POST /api/v1/agents/{id}/takeover",
		"POST /api/v1/asterisk/{node}/lost",
		"GET /api/v1/versions",
		"POST /api/v1/activate",
		"POST /api/v1/rollback",
		"GET /api/v1/announcements",
		"POST /api/v1/announcements",
		"POST /api/v1/announcements/clear",
		"GET /api/v1/messages",
		"GET /api/v1/messages/{id}",
		"GET /api/v1/messages/{id}/recording",
		"POST /api/v1/messages/{id}/done",
		"GET /api/v1/recordings",
		"GET /api/v1/recordings/{id}/file",
		"POST /api/v1/recordings/{id}/delete",
		"GET /api/v1/callbacks", "GET /api/v1/callbacks/{id}", "POST /api/v1/callbacks/{id}/cancel",
		"GET /api/v1/queues",
		"GET /api/v1/queues/{name}",
		"GET /api/v1/calls",
		"GET /api/v1/calls/{id}",
		"POST /api/v1/contacts",
		"POST /api/v1/contacts/{id}/accept",
		"POST /api/v1/contacts/{id}/answer",
		"POST /api/v1/contacts/{id}/done",
		"POST /api/v1/contacts/{id}/return",
		"GET /api/v1/contacts/{id}/explanation",
		"GET /api/v1/report",
		"GET /api/v1/route",
	},
}

func TestEachRouteIsForThoseWhoAreWrittenHere(t *testing.T) {
	t.Parallel()
	is := map[access][]string{}
	for _, r := range New(Options{}).routes() {
		is[r.access()] = append(is[r.access()], r.method+" "+r.path)
		if r.access() == anyone {
			assert.False(t, strings.HasPrefix(r.path, "/api/") && r.method != http.MethodPost, "%s shows something to anyone", r.path)
		}
	}
	for _, who := range []access{supervisors, himself, everyone, cards, anyone} {
		assert.ElementsMatch(t, mayUse[who], is[who], "access %d", who)
	}
	assert.Equal(t, supervisors, route{method: "POST", path: "/api/v1/anything"}.access(), "a route that is added later, unless somebody says otherwise")
}

// A name that is misspelt in a list would open or close nothing.
func TestTheListsOfAccessNameRoutes(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range New(Options{}).routes() {
		known[r.method+" "+r.path] = true
	}
	for _, list := range [][]string{open, shared, ofSupervisors} {
		for _, name := range list {
			assert.True(t, known[name], "%s is no route", name)
		}
	}
}
