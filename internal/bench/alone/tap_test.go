package alone_test

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"
)

// tap notes when the bytes of an event leave the fake Asterisk for the controller, and
// when those of a request arrive from it: what lies between is the controller's,
// whatever the fake itself takes.
type tap struct {
	mu    sync.Mutex
	last  time.Time // when something passed
	wants map[string]*sighting
}

// sighting is the first time that some text is seen.
type sighting struct {
	at   time.Time
	seen chan struct{}
}

func newTap() *tap { return &tap{wants: map[string]*sighting{}} }

// on is the tap on a connection of the fake.
func (w *tap) on(conn net.Conn) net.Conn { return tapped{conn, w} }

type tapped struct {
	net.Conn
	tap *tap
}

func (c tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.tap.look(b[:n])
	return n, err
}

func (c tapped) Write(b []byte) (int, error) {
	c.tap.look(b)
	return c.Conn.Write(b)
}

func (w *tap) look(piece []byte) {
	at := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = at
	for text, s := range w.wants {
		if bytes.Contains(piece, []byte(text)) {
			s.at = at
			close(s.seen)
			delete(w.wants, text)
		}
	}
}

// quiet reports whether nothing has passed for that long.
func (w *tap) quiet(d time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(w.last) >= d
}

// want looks out for a text in either direction, from now on.
func (w *tap) want(text string) *sighting {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := &sighting{seen: make(chan struct{})}
	w.wants[text] = s
	return s
}

// when is the time at which it was seen.
func (s *sighting) when(t testing.TB) time.Time {
	t.Helper()
	select {
	case <-s.seen:
	case <-time.After(patience):
		t.Fatal("something did not come over the wire")
	}
	return s.at
}
