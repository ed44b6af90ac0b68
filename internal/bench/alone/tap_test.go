package alone_test

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tap is the wire between a controller and the fake Asterisk. It notes when the
// bytes of an event go to the controller and when those of a request come from it:
// what lies between is the controller's, whatever the fake itself takes.
type tap struct {
	url, to string

	mu    sync.Mutex
	wants map[string]*sighting
	conns map[net.Conn]bool
	done  sync.WaitGroup
}

// sighting is the first time that some text is seen.
type sighting struct {
	at   time.Time
	seen chan struct{}
}

func newTap(t testing.TB, server string) *tap {
	u, err := url.Parse(server)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &tap{to: u.Host, wants: map[string]*sighting{}, conns: map[net.Conn]bool{}}
	u.Host = listener.Addr().String()
	w.url = u.String()
	w.done.Go(func() { w.accept(listener) })
	t.Cleanup(func() {
		_ = listener.Close()
		w.mu.Lock()
		for c := range w.conns {
			_ = c.Close()
		}
		w.mu.Unlock()
		w.done.Wait()
	})
	return w
}

func (w *tap) accept(listener net.Listener) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.mu.Lock()
		w.conns[near], w.conns[far] = true, true
		w.mu.Unlock()
		w.done.Go(func() { w.pass(near, far) })
		w.done.Go(func() { w.pass(far, near) })
	}
}

func (w *tap) pass(from, to net.Conn) {
	defer func() {
		_ = from.Close()
		_ = to.Close()
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.conns, from)
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			w.look(buffer[:n])
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (w *tap) look(piece []byte) {
	at := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for text, s := range w.wants {
		if bytes.Contains(piece, []byte(text)) {
			s.at = at
			close(s.seen)
			delete(w.wants, text)
		}
	}
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
