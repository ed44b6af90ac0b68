package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"
)

const (
	// pace is the shortest time between two snapshots of a stream.
	pace = 250 * time.Millisecond
	// heartbeat keeps proxies from closing a silent stream.
	heartbeat = 15 * time.Second
	// writePatience is how long a reader may keep a stream from being written.
	writePatience = 10 * time.Second
)

// events streams the floor: an event "top" with a whole snapshot at the
// beginning and after each change, at most four a second. A slow reader misses
// snapshots and never gets old ones.
func (s *Server) events(w http.ResponseWriter, r *http.Request) error {
	return s.stream(w, r, s.streams, "live views", func(st *stream) error {
		t := s.Top()
		same := t
		same.Now = time.Time{}
		return st.snapshot("top", t, same)
	})
}

// stream shows something as it changes, to one reader among a bounded number.
// look sends a snapshot, or an error to end the stream with.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, among chan struct{}, what string, look func(*stream) error) error {
	if v := visiting(r); v != nil {
		if !s.views.open(v.Login) {
			return &Error{Status: http.StatusServiceUnavailable, Code: "busy",
				Message: fmt.Sprintf("%s has %d live views open", v.Login, maxViewsEach), Hint: "close one"}
		}
		defer s.views.close(v.Login)
	}
	select {
	case among <- struct{}{}:
		defer func() { <-among }()
	default:
		return &Error{Status: http.StatusServiceUnavailable, Code: "busy",
			Message: fmt.Sprintf("%d %s are open", cap(among), what), Hint: "close one"}
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	changed, stop := s.Controller.Watch()
	defer stop()
	st := stream{w: w, out: http.NewResponseController(w), gone: r.Context().Done(), lives: func() bool { return true }}
	if v := visiting(r); v != nil {
		st.ended = v.session.ended
		// Whoever looks is seen, which keeps his session; his account may be gone.
		st.lives = func() bool { return s.visitor(r) != nil }
	}
	s.follow(&st, changed, look)
	return nil
}

// views are how many streams each account has open: none takes everybody's place.
type views struct {
	mu sync.Mutex
	by map[string]int
}

func (v *views) open(login string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.by[login] >= maxViewsEach {
		return false
	}
	v.by[login]++
	return true
}

func (v *views) close(login string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.by[login]--; v.by[login] == 0 {
		delete(v.by, login)
	}
}

// follow writes until the reader has gone, or signed out, or the server stops.
func (s *Server) follow(st *stream, changed <-chan struct{}, look func(*stream) error) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if !st.lives() {
			st.signedOut()
			return
		}
		if look(st) != nil {
			return
		}
		// First the pace, then a change: what changed meanwhile is in one snapshot.
		if !st.pause(pace, s.closing) {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-changed:
				waiting = false
			case <-st.again:
				waiting = false
			case <-beat.C:
				if st.write(": still here\n\n") != nil {
					return
				}
				waiting = st.ended == nil // an account may be gone, or the time of a session over
			case <-st.gone:
				return
			case <-st.ended:
				st.signedOut()
				return
			case <-s.closing:
				return
			}
		}
	}
}

// stream is one reader of server-sent events.
type stream struct {
	w    http.ResponseWriter
	out  *http.ResponseController
	sent any
	// gone and ended are closed when the reader has gone, and when his session is over;
	// again says that something else than the fold has changed.
	gone, ended, again <-chan struct{}
	// lives is false once the session is nobody's any more.
	lives func() bool
}

// signedOut tells the reader; whoever has gone need not be told.
func (st *stream) signedOut() { _ = st.write("event: signed_out\ndata: {}\n\n") }

// snapshot sends what is seen, unless it is the same as before but for the time:
// same is what is compared.
func (st *stream) snapshot(event string, seen, same any) error {
	if reflect.DeepEqual(same, st.sent) {
		return nil
	}
	data, err := json.Marshal(seen)
	if err != nil {
		return fmt.Errorf("encode a snapshot: %w", err)
	}
	st.sent = same
	return st.write(fmt.Sprintf("event: %s\ndata: %s\n\n", event, data))
}

func (st *stream) write(text string) error {
	// Not every writer has deadlines; then the server's own holds.
	_ = st.out.SetWriteDeadline(time.Now().Add(writePatience))
	if _, err := st.w.Write([]byte(text)); err != nil {
		return err
	}
	return st.out.Flush()
}

func (st *stream) pause(d time.Duration, closing <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-st.gone:
	case <-closing:
	}
	return false
}
