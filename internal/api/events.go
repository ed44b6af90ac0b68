package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
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
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return &Error{Status: http.StatusServiceUnavailable, Code: "busy",
			Message: fmt.Sprintf("%d live views are open", maxStreams), Hint: "close one"}
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	changed, stop := s.Controller.Watch()
	defer stop()
	st := stream{w: w, out: http.NewResponseController(w)}
	s.follow(&st, r.Context().Done(), changed)
	return nil
}

// follow writes until the reader has gone or the server stops.
func (s *Server) follow(st *stream, gone <-chan struct{}, changed <-chan struct{}) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if st.snapshot(s.Top()) != nil {
			return
		}
		// First the pace, then a change: what changed meanwhile is in one snapshot.
		if !st.pause(pace, gone, s.closing) {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-changed:
				waiting = false
			case <-beat.C:
				if st.write(": still here\n\n") != nil {
					return
				}
			case <-gone:
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
	sent Top
}

// snapshot sends a look at the floor, unless only the time has changed.
func (st *stream) snapshot(t Top) error {
	same := t
	same.Now = st.sent.Now
	if reflect.DeepEqual(same, st.sent) {
		return nil
	}
	data, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode a snapshot: %w", err)
	}
	st.sent = t
	return st.write(fmt.Sprintf("event: top\ndata: %s\n\n", data))
}

func (st *stream) write(text string) error {
	// Not every writer has deadlines; then the server's own holds.
	_ = st.out.SetWriteDeadline(time.Now().Add(writePatience))
	if _, err := st.w.Write([]byte(text)); err != nil {
		return err
	}
	return st.out.Flush()
}

func (st *stream) pause(d time.Duration, gone, closing <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-gone:
	case <-closing:
	}
	return false
}
