package aritest

import (
	"net/http"
	"path"
	"slices"
	"time"
)

// Fault is what goes wrong with a request. Make one with Refuse, LoseRequest,
// LoseAnswer, Hang or Slow and arm it with Server.Inject.
type Fault struct {
	refusal *answer
	pause   time.Duration
	hang    <-chan struct{}
	lose    when
}

type when int

const (
	never when = iota
	beforeRunning
	afterRunning
)

// Refuse answers with a status and Asterisk's message, and does nothing.
func Refuse(status int, message string) Fault {
	a := no(status, "%s", message)
	return Fault{refusal: &a}
}

// LoseRequest closes the connection instead of doing anything.
func LoseRequest() Fault { return Fault{lose: beforeRunning} }

// LoseAnswer does what was asked and closes the connection without an answer.
func LoseAnswer() Fault { return Fault{lose: afterRunning} }

// Hang keeps the request waiting until the fault is cleared, then does it.
func Hang() Fault { return Fault{hang: make(chan struct{})} }

// Slow waits before doing what was asked.
func Slow(d time.Duration) Fault { return Fault{pause: d} }

type armed struct {
	pattern string
	left    int // 0 for ever
	fault   Fault
	cleared bool
}

type faults struct{ armed []*armed }

// Inject arms a fault for the next requests that match the pattern: "METHOD
// /path" below /ari, where * stands for one segment, such as "POST
// /channels/*/play/*", or "*" for every request, probes included. It works
// times times, or until cleared if times is 0. The first fault armed wins.
func (s *Server) Inject(times int, pattern string, f Fault) (clear func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	release := make(chan struct{})
	if f.hang != nil {
		f.hang = release
	}
	a := &armed{pattern: pattern, left: times, fault: f}
	s.faults.armed = append(s.faults.armed, a)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !a.cleared {
			a.cleared = true
			close(release)
			s.faults.remove(a)
		}
	}
}

// Freeze makes every request hang until thaw is called; the sockets stay open
// and events flow.
func (s *Server) Freeze() (thaw func()) { return s.Inject(0, "*", Hang()) }

func (f *faults) take(method, requested string) Fault {
	for _, a := range f.armed {
		if !matches(a.pattern, method, requested) {
			continue
		}
		if a.left == 1 {
			f.remove(a)
		} else if a.left > 1 {
			a.left--
		}
		return a.fault
	}
	return Fault{}
}

func (f *faults) remove(a *armed) {
	f.armed = slices.DeleteFunc(f.armed, func(other *armed) bool { return other == a })
}

func matches(pattern, method, requested string) bool {
	if pattern == "*" {
		return true
	}
	fits, err := path.Match(pattern, method+" "+requested)
	return err == nil && fits
}

// before waits as the fault demands and reports whether the request is to be
// done.
func (f Fault) before(s *Server, r *http.Request) bool {
	if f.hang == nil && f.pause == 0 {
		return true
	}
	var passed <-chan time.Time
	if f.hang == nil {
		timer := time.NewTimer(f.pause)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-f.hang:
	case <-passed:
	case <-r.Context().Done(): // the client gave up; Asterisk would still do it
	case <-s.closed:
		return false
	}
	return true
}

// sever closes the TCP connection under a request.
func sever(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// Cut breaks every event socket without a closing handshake. Calls go on and
// what happens until the client is back is lost.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cutAll()
}

// Mute swallows every event while the socket stays open and REST works: a
// half-open link.
func (s *Server) Mute(muted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muted = muted
}

// DeafenNext makes the next registration one on paper only: the socket opens
// and no event ever comes. Asterisk can do this when a client registers while
// the one before is closing.
func (s *Server) DeafenNext() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deafenNext = true
}

// ForgetNext makes the next registration one of nothing: the socket opens, and
// the application does not exist. It is the commoner end of the same race.
func (s *Server) ForgetNext() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetNext = true
}

// Outbound is an Asterisk that connects to the client by itself
// (websocket_client.conf): what it could not say while the link was down waits
// without bound and comes in one burst, and callers go on entering Stasis.
func (s *Server) Outbound(outbound bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outbound = outbound
}

// Hold keeps events back until Release.
func (s *Server) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = &[]Frame{}
	}
}

// Release sends the events held back, as changed by rearrange (nil for as they
// were): duplicated, dropped, in another order.
func (s *Server) Release(rearrange func([]Frame) []Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return
	}
	frames := *s.held
	s.held = nil
	if rearrange != nil {
		frames = rearrange(frames)
	}
	for _, f := range frames {
		s.sendRaw(f)
	}
}

// SendRaw sends a frame of any content to the client of the application.
func (s *Server) SendRaw(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sendRaw(Frame{Text: text})
}

func (s *Server) sendRaw(f Frame) {
	if app := s.apps[s.config.Application]; app != nil && app.session != nil {
		app.session.send(f)
	}
}
