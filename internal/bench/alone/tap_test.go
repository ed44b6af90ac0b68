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
	texts []string  // looked out for, one after the other
	seen  []time.Time
	done  chan struct{} // closed when all have been seen
}

func newTap() *tap { return &tap{} }

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
	if n := len(w.seen); n < len(w.texts) && bytes.Contains(piece, []byte(w.texts[n])) {
		if w.seen = append(w.seen, at); len(w.seen) == len(w.texts) {
			close(w.done)
		}
	}
}

// quiet reports whether nothing has passed for that long.
func (w *tap) quiet(d time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(w.last) >= d
}

// times does something, and returns when each of the texts passed in its turn: each follows
// from the one before, so that no piece has two. Nobody is woken in between: on two
// processors that would be in what is measured.
func (w *tap) times(t testing.TB, do func(), texts ...string) []time.Time {
	t.Helper()
	w.mu.Lock()
	w.texts, w.seen, w.done = texts, nil, make(chan struct{})
	done := w.done
	w.mu.Unlock()
	do()
	select {
	case <-done:
	case <-time.After(patience):
		w.mu.Lock()
		defer w.mu.Unlock()
		t.Fatal("it did not come over the wire:", texts[len(w.seen):])
	}
	return w.seen
}
