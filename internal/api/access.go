package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/contact"
)

// access says who may use a route once somebody is signed in. Who is not is a program
// of this machine, to which everything is open but what belongs to a session; at the
// door for people nobody is.
type access int

// Who may: whatever is not said otherwise below is for supervisors.
const (
	supervisors access = iota
	// himself: the agent whom the path names.
	himself
	// everyone who is signed in.
	everyone
	// cards: agents who are signed in.
	cards
	// anyone: nobody need be signed in.
	anyone
)

// open are the routes that people use before they sign in, and those that machines
// watch a controller by: none of them shows a contact or a person.
var open = []string{"GET /agent", "GET /agent/card.js", "GET /agent/card.css", "POST /api/v1/session", "GET /healthz", "GET /readyz", "GET /metrics"}

// shared are those that every person who is signed in may look at.
var shared = []string{"GET /{$}", "GET /board.js", "GET /board.css", "GET /supervise.js", "GET /api/v1/top", "GET /api/v1/events", "GET /api/v1/openapi.yaml",
	"GET /api/v1/session", "DELETE /api/v1/session", "GET /api/v1/floor"}

// ofSupervisors are about one agent and yet not his to change.
var ofSupervisors = []string{"POST /api/v1/agents/{id}/skills", "POST /api/v1/agents/{id}/supervise", "POST /api/v1/agents/{id}/takeover"}

// access is that of a route.
func (r route) access() access {
	name := r.method + " " + r.path
	switch {
	case slices.Contains(open, name):
		return anyone
	case slices.Contains(shared, name):
		return everyone
	case strings.HasPrefix(r.path, "/api/v1/card"):
		return cards
	case slices.Contains(ofSupervisors, name):
		return supervisors
	case r.path == "/api/v1/agents/{id}", strings.HasPrefix(r.path, "/api/v1/agents/{id}/"):
		return himself
	}
	return supervisors
}

// session reports whether a route makes no sense without one, even on this machine.
func (r route) session() bool {
	return r.access() == cards || r.path == "/api/v1/session" && r.method != http.MethodPost
}

// allowed lets in who may use a route, and tells the answer who it is.
func (s *Server) allowed(of route) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		at := through(r)
		if at.open && (of.session() || slices.Contains([]string{"/agent", "/api/v1/session"}, of.path)) {
			return &Error{Status: http.StatusForbidden, Code: "not_encrypted", Message: "nobody signs in here: what is sent to this address is not encrypted",
				Hint: "use the address that http.people of site.yaml names"}
		}
		v := s.visitor(r)
		if err := may(of.access(), v, r); err != nil {
			return err
		}
		if v == nil && (of.session() || at.people && of.access() != anyone) {
			return &Error{Status: http.StatusUnauthorized, Code: "not_signed_in", Message: "nobody is signed in", Hint: "sign in at /agent"}
		}
		return of.answer(w, withVisitor(r, v))
	}
}

// may judges somebody who is signed in.
func may(needs access, v *visitor, r *http.Request) error {
	if v == nil {
		return nil
	}
	agent := v.Agent()
	switch {
	case needs == anyone || needs == everyone:
		return nil
	case needs == cards && agent == "":
		return forbidden("a supervisor has no agent card", "the board is at /")
	case needs == cards:
		return nil
	case agent == "":
		return nil
	case needs == himself && contact.Agent(r.PathValue("id")) == agent:
		return nil
	case needs == himself:
		return forbidden("an agent acts for himself only", "you are "+string(agent))
	}
	return forbidden("this is for supervisors", "")
}

func forbidden(message, hint string) *Error {
	return &Error{Status: http.StatusForbidden, Code: "forbidden", Message: message, Hint: hint}
}
