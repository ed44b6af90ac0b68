package api

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/engine"
)

// answer writes an answer, or returns an error before it wrote anything.
type answer func(w http.ResponseWriter, r *http.Request) error

// route is one method and path; the pattern is that of net/http.
type route struct {
	method, path string
	answer       answer
}

// routes are all of the API; openapi.yaml describes each of them.
func (s *Server) routes() []route {
	return []route{
		{"GET", "/{$}", s.board},
		{"GET", "/board.js", s.board},
		{"GET", "/board.css", s.board},
		{"GET", "/supervise.js", s.board},
		{"GET", "/agent", s.cardPage},
		{"GET", "/agent/card.js", s.cardPage},
		{"GET", "/agent/card.css", s.cardPage},
		{"GET", "/api/v1/session", s.signedInAs},
		{"POST", "/api/v1/session", s.signIn},
		{"DELETE", "/api/v1/session", s.signOut},
		{"GET", "/api/v1/card", s.card},
		{"GET", "/api/v1/card/events", s.cardEvents},
		{"GET", "/api/v1/card/colleagues", s.colleagues},
		{"PUT", "/api/v1/card/draft", s.draft},
		{"POST", "/api/v1/card/treated", s.treated},
		{"GET", "/healthz", s.healthz},
		{"GET", "/readyz", s.readyz},
		{"GET", "/metrics", s.metrics},
		{"GET", "/api/v1/openapi.yaml", s.openapi},
		{"GET", "/api/v1/status", s.status},
		{"GET", "/api/v1/top", s.top},
		{"GET", "/api/v1/events", s.events},
		{"GET", "/api/v1/agents", s.agents},
		{"GET", "/api/v1/agents/{id}", s.agent},
		{"GET", "/api/v1/agents/{id}/contact", s.agentContact},
		{"GET", "/api/v1/agents/{id}/contact/recording", s.agentRecording},
		{"POST", "/api/v1/agents/{id}/accept", s.ownDeed("accept")},
		{"POST", "/api/v1/agents/{id}/answer", s.ownDeed("answer")},
		{"POST", "/api/v1/agents/{id}/done", s.ownDeed("done")},
		{"POST", "/api/v1/agents/{id}/return", s.ownDeed("return")},
		{"GET", "/api/v1/agents/{id}/contacts", s.agentContacts},
		{"POST", "/api/v1/agents/{id}/call-back", s.callBackFor},
		{"POST", "/api/v1/agents/{id}/cancel-callback", s.ownCancel},
		{"POST", "/api/v1/agents/{id}/login", s.login},
		{"POST", "/api/v1/agents/{id}/logout", s.logout},
		{"POST", "/api/v1/agents/{id}/pause", s.pause},
		{"POST", "/api/v1/agents/{id}/resume", s.resume},
		{"POST", "/api/v1/agents/{id}/extend", s.extend},
		{"POST", "/api/v1/agents/{id}/finish", s.finish},
		{"GET", "/api/v1/floor", s.floor},
		{"POST", "/api/v1/agents/{id}/skills", s.skills},
		{"POST", "/api/v1/agents/{id}/hold", s.directs(engine.Hold)},
		{"POST", "/api/v1/agents/{id}/unhold", s.directs(engine.Unhold)},
		{"POST", "/api/v1/agents/{id}/identify", s.directs(engine.Identify)},
		{"POST", "/api/v1/agents/{id}/transfer", s.directs(engine.SendTo, "queue", "topic", "agent", "number")},
		{"POST", "/api/v1/agents/{id}/consult", s.directs(engine.Consult, "agent", "number")},
		{"POST", "/api/v1/agents/{id}/complete", s.directs(engine.Complete)},
		{"POST", "/api/v1/agents/{id}/cancel", s.directs(engine.Cancel)},
		{"POST", "/api/v1/agents/{id}/conference", s.directs(engine.Conference, "agent", "number")},
		{"POST", "/api/v1/agents/{id}/remove", s.directs(engine.Remove, "party")},
		{"POST", "/api/v1/agents/{id}/hangup", s.directs(engine.End)},
		{"POST", "/api/v1/agents/{id}/pause-recording", s.directs(engine.PauseRecording)},
		{"POST", "/api/v1/agents/{id}/resume-recording", s.directs(engine.ResumeRecording)},
		{"POST", "/api/v1/agents/{id}/supervise", s.directs(engine.Supervise, "supervisor", "mode")},
		{"POST", "/api/v1/agents/{id}/takeover", s.directs(engine.TakeOver, "supervisor")},
		{"POST", "/api/v1/asterisk/{node}/lost", s.declareLost},
		{"GET", "/api/v1/versions", s.versions},
		{"POST", "/api/v1/activate", s.activate},
		{"POST", "/api/v1/rollback", s.rollback},
		{"GET", "/api/v1/announcements", s.listAnnouncements},
		{"POST", "/api/v1/announcements", s.announce},
		{"POST", "/api/v1/announcements/clear", s.clearAnnouncements},
		{"GET", "/api/v1/messages", s.messages},
		{"GET", "/api/v1/messages/{id}", s.showMessage},
		{"GET", "/api/v1/messages/{id}/recording", s.recording},
		{"POST", "/api/v1/messages/{id}/done", s.messageDone},
		{"GET", "/api/v1/callbacks", s.callbacks},
		{"GET", "/api/v1/callbacks/{id}", s.showCallback},
		{"POST", "/api/v1/callbacks/{id}/cancel", s.cancelCallback},
		{"GET", "/api/v1/recordings", s.recordings},
		{"GET", "/api/v1/recordings/{id}/file", s.listen},
		{"POST", "/api/v1/recordings/{id}/delete", s.eraseRecording},
		{"GET", "/api/v1/queues", s.queues},
		{"GET", "/api/v1/queues/{name}", s.queue},
		{"GET", "/api/v1/calls", s.calls},
		{"GET", "/api/v1/calls/{id}", s.call},
		{"POST", "/api/v1/contacts", s.post},
		{"POST", "/api/v1/contacts/{id}/accept", s.acceptMail},
		{"POST", "/api/v1/contacts/{id}/answer", s.answerMail},
		{"POST", "/api/v1/contacts/{id}/done", s.doneWith},
		{"POST", "/api/v1/contacts/{id}/return", s.returnMail},
		{"GET", "/api/v1/contacts/{id}/explanation", s.explain},
		{"GET", "/api/v1/report", s.report},
		{"GET", "/api/v1/route", s.route},
	}
}

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, r := range s.routes() {
		mux.Handle(r.method+" "+r.path, s.wrap(s.allowed(r)))
		methods[r.path] = append(methods[r.path], r.method)
	}
	// Without a method a pattern is less specific: it takes what the routes
	// above leave, so that 404 and 405 are JSON like every other error.
	for path, allowed := range methods {
		allow := strings.Join(allowed, ", ")
		mux.Handle(path, s.wrap(func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Allow", allow)
			return &Error{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed",
				Message: fmt.Sprintf("%s is not possible here", r.Method), Hint: "use " + allow}
		}))
	}
	mux.Handle("/", s.wrap(func(_ http.ResponseWriter, r *http.Request) error {
		return &Error{Status: http.StatusNotFound, Code: "not_found",
			Message: "there is nothing at " + r.URL.Path, Hint: "see /api/v1/openapi.yaml for what there is"}
	}))
	return mux
}

// wrap turns the error of an answer into its JSON, and a panic into a 500 that
// concerns one request only.
func (s *Server) wrap(a answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // a sentinel that net/http compares too
				panic(p)
			}
			s.Log.Error("http answer panicked", zap.Any("panic", p), zap.String("path", r.URL.Path), zap.ByteString("stack", debug.Stack()))
			s.fail(w, &Error{Status: http.StatusInternalServerError, Code: "internal",
				Message: "the answer could not be made", Hint: "the controller's log has the reason"})
		}()
		if err := a(w, r); err != nil {
			s.fail(w, err)
		}
	})
}

// maxBody bounds a body in bytes, maxMailBytes one that carries a mail or a note.
const maxBody = 4 << 10

func bodyLimit(r *http.Request) int64 {
	if strings.HasPrefix(r.URL.Path, "/api/v1/contacts") || strings.HasPrefix(r.URL.Path, "/api/v1/agents/") && strings.HasSuffix(r.URL.Path, "/answer") || strings.HasPrefix(r.URL.Path, "/api/v1/card/") {
		return maxMailBytes
	}
	return maxBody
}

// guarded is what every request passes: a bounded body, and no command from a
// page of another origin. There is no CORS: only pages from here may read.
func (s *Server) guarded(next http.Handler) http.Handler {
	bounded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(r))
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(s.wrap(func(http.ResponseWriter, *http.Request) error {
		return &Error{Status: http.StatusForbidden, Code: "cross_origin",
			Message: "a page of another origin may not give commands", Hint: "call from a program, or from a page of this address"}
	}))
	return protection.Handler(bounded)
}
