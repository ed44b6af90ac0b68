package aritest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Request is one request received, for assertions.
type Request struct {
	At     time.Time
	Method string
	Path   string         // below /ari, decoded
	Params map[string]any // of query and body together
	Status int            // of the answer, 0 if none was given
}

// Requests returns the requests received so far, in order of arrival, without
// the probes (POST /events/user/…).
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Request, 0, len(s.requests))
	for _, r := range s.requests {
		if !strings.HasPrefix(r.Path, "/events/user/") {
			list = append(list, r)
		}
	}
	return list
}

// Count returns how many requests matched a pattern such as
// "POST /channels/*/play/*"; it has the rules of Fault.
func (s *Server) Count(pattern string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.requests {
		if matches(pattern, r.Method, r.Path) {
			n++
		}
	}
	return n
}

// call is a request being served.
type call struct {
	*http.Request
	params map[string]any
}

type repeatedIDKey struct{}

// rememberConnection gives each TCP connection the memory of sawRepeatedID.
func rememberConnection(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, repeatedIDKey{}, new(bool))
}

// sawRepeatedID is the stale error number of the connection's thread.
func (c *call) sawRepeatedID() *bool { return c.Context().Value(repeatedIDKey{}).(*bool) }

// answer is what the model says to it. If wait is set, it is sent when wait
// is closed: the channel's thread is busy.
type answer struct {
	status int
	body   any
	file   []byte // in the place of a body
	wait   <-chan struct{}
}

var done = answer{status: http.StatusNoContent}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func no(status int, message string, args ...any) answer {
	return answer{status: status, body: fields{"message": fmt.Sprintf(message, args...)}}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(*call) answer{
		"GET /ari/asterisk/info":                                   s.info,
		"GET /ari/applications/{id}":                               s.application,
		"PUT /ari/applications/{id}/eventFilter":                   s.filter,
		"POST /ari/applications/{id}/subscription":                 s.subscription(+1),
		"DELETE /ari/applications/{id}/subscription":               s.subscription(-1),
		"POST /ari/events/user/{id}":                               s.userEvent,
		"GET /ari/asterisk/config/dynamic/res_pjsip/endpoint/{id}": s.settings,
		"GET /ari/endpoints/{tech}":                                s.listEndpoints,
		"GET /ari/endpoints/{tech}/{resource}":                     s.endpoint,
		"GET /ari/channels":                                        s.listChannels,
		"POST /ari/channels/create":                                s.createChannel,
		"GET /ari/channels/{id}":                                   s.getChannel,
		"DELETE /ari/channels/{id}":                                s.hangupChannel,
		"POST /ari/channels/{id}/answer":                           s.inStasis(answerChannel),
		"POST /ari/channels/{id}/continue":                         s.inStasis(continueChannel),
		"POST /ari/channels/{id}/dial":                             s.inStasis(dialChannel),
		"POST /ari/channels/{id}/move":                             s.inStasis(moveChannel),
		"POST /ari/channels/{id}/moh":                              s.inStasis(startMusic),
		"DELETE /ari/channels/{id}/moh":                            s.inStasis(stopMusic),
		"POST /ari/channels/{id}/ring":                             s.inStasis(ringing(true)),
		"DELETE /ari/channels/{id}/ring":                           s.inStasis(ringing(false)),
		"POST /ari/channels/{id}/play/{playback}":                  s.inStasis(play),
		"GET /ari/channels/{id}/variable":                          s.getVariable,
		"POST /ari/channels/{id}/variable":                         s.inStasis(setVariable),
		"POST /ari/channels/{id}/record":                           s.inStasis(record),
		"POST /ari/channels/{id}/snoop/{snoop}":                    s.snoopChannel,
		"POST /ari/channels/{id}/transfer_progress":                s.inStasis(transferProgress),
		"GET /ari/recordings/live/{name}":                          s.liveRecording,
		"GET /ari/recordings/stored/{name}/file":                   s.recordingFile,
		"DELETE /ari/recordings/stored/{name}":                     s.deleteRecording,
		"GET /ari/playbacks/{id}":                                  s.getPlayback,
		"DELETE /ari/playbacks/{id}":                               s.stopPlayback,
		"GET /ari/bridges":                                         s.listBridges,
		"POST /ari/bridges/{id}":                                   s.createBridge,
		"GET /ari/bridges/{id}":                                    s.onBridge(func(b *bridge, _ *call) answer { return ok(b.json()) }),
		"DELETE /ari/bridges/{id}":                                 s.onBridge(s.destroyBridge),
		"POST /ari/bridges/{id}/addChannel":                        s.onBridge(s.addToBridge),
		"POST /ari/bridges/{id}/record":                            s.onBridge(s.recordBridge),
		"POST /ari/bridges/{id}/removeChannel":                     s.onBridge(s.removeFromBridge),
	} {
		mux.HandleFunc(pattern, s.serve(serve))
	}
	mux.HandleFunc("GET /ari/events", s.events)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusNotFound, "Resource not found") })
	return s.authorized(mux)
}

func (s *Server) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != s.config.Username || password != s.config.Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="Asterisk REST Interface"`)
			refuse(w, http.StatusUnauthorized, "Authentication required")
			return
		}
		plusIsSpace(r.URL)
		next.ServeHTTP(w, r)
	})
}

// plusIsSpace decodes a plus in a path as Asterisk does, unlike net/http.
func plusIsSpace(u *url.URL) {
	if escaped := u.EscapedPath(); strings.Contains(escaped, "+") {
		u.RawPath = strings.ReplaceAll(escaped, "+", "%20")
		u.Path, _ = url.PathUnescape(u.RawPath)
	}
}

// serve runs a request against the model, with the faults a test asked for.
func (s *Server) serve(handle func(*call) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, params: params(r)}
		entry, f := s.arrive(c)
		if f.lose == beforeRunning {
			sever(w)
			return
		}
		if !f.before(s, r) {
			return
		}
		a := f.refusal
		if a == nil {
			a = s.run(handle, c)
		}
		if !s.finished(a, r) {
			return
		}
		if f.lose == afterRunning {
			sever(w)
			return
		}
		s.mu.Lock()
		s.requests[entry].Status = a.status
		s.mu.Unlock()
		write(w, a)
	}
}

func (s *Server) arrive(c *call) (entry int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(c.URL.Path, "/ari")
	s.requests = append(s.requests, Request{At: time.Now(), Method: c.Method, Path: path, Params: c.params})
	return len(s.requests) - 1, s.faults.take(c.Method, path)
}

func (s *Server) run(handle func(*call) answer, c *call) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := handle(c)
	return &a
}

// finished waits for the channel's thread.
func (s *Server) finished(a *answer, r *http.Request) bool {
	if a.wait == nil {
		return true
	}
	select {
	case <-a.wait:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}

func write(w http.ResponseWriter, a *answer) {
	if a.file != nil {
		w.Header().Set("Content-Type", "audio/x-wav")
		w.WriteHeader(a.status)
		_, _ = w.Write(a.file)
		return
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

func refuse(w http.ResponseWriter, status int, message string) {
	a := no(status, "%s", message)
	write(w, &a)
}

// params joins query and body; Asterisk reads both, the body winning.
func params(r *http.Request) map[string]any {
	p := make(map[string]any)
	for name, values := range r.URL.Query() {
		p[name] = values[0]
		if len(values) > 1 {
			p[name] = toAny(values)
		}
	}
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &p) // Asterisk ignores a body it cannot read
	return p
}

func toAny(values []string) []any {
	list := make([]any, 0, len(values))
	for _, v := range values {
		list = append(list, v)
	}
	return list
}

func (c *call) text(name string) string {
	s, _ := c.params[name].(string)
	return s
}

// number reads a number, as Asterisk does, from JSON or from a query.
func (c *call) number(name string) int {
	switch v := c.params[name].(type) {
	case float64:
		return int(v)
	case string:
		n, _ := strconv.Atoi(v)
		return n
	}
	return 0
}

// list reads an array or a text separated by commas.
func (c *call) list(name string) []string {
	switch v := c.params[name].(type) {
	case string:
		return strings.Split(v, ",")
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			if text, isText := item.(string); isText {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}

func (c *call) texts(name string) map[string]string {
	object, _ := c.params[name].(map[string]any)
	texts := make(map[string]string, len(object))
	for key, value := range object {
		texts[key] = fmt.Sprint(value)
	}
	return texts
}
