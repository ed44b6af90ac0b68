package e2e

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// way is one of the two directions and kinds of traffic of a detour.
type way int

const (
	events   way = iota // of websockets, from Asterisk
	echo                // of websockets, to Asterisk
	requests            // REST, to Asterisk
	answers             // REST, from Asterisk
	ways
)

// detour stands between a controller and Asterisk. It lets everything through,
// until it is told to hold some of it silently (connections stay open, nothing
// moves), to cut, or to lose an answer.
type detour struct {
	address string

	asterisk string
	listener net.Listener
	serving  sync.WaitGroup
	mu       sync.Mutex
	moved    *sync.Cond // what is held or closed has changed
	held     [ways]bool
	refusing bool
	closed   bool
	open     []*route
	swallow  []string // beginnings of request lines whose answer is to be lost
	lost     []string // request lines whose answer was lost
	done     []asked  // requests that were answered 2xx
}

// route is one connection through a detour.
type route struct {
	client, asterisk net.Conn
	websocket        bool
	asked            []asked // under way, oldest first
}

// asked is a request: its line, and when the controller sent it.
type asked struct {
	line string
	at   time.Time
}

func startDetour(t *testing.T, asterisk string) *detour {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := &detour{address: listener.Addr().String(), asterisk: asterisk, listener: listener}
	d.moved = sync.NewCond(&d.mu)
	d.serving.Go(d.accept)
	t.Cleanup(d.close)
	return d
}

func (d *detour) close() {
	_ = d.listener.Close()
	d.mu.Lock()
	d.closed = true
	d.cutLocked(func(*route) bool { return true })
	d.moved.Broadcast()
	d.mu.Unlock()
	d.serving.Wait()
}

// hold lets nothing pass these ways until pass is called; what was held then
// goes on, as late as it is.
func (d *detour) hold(which ...way) {
	d.set(true, which)
}

func (d *detour) pass(which ...way) { d.set(false, which) }

func (d *detour) set(held bool, which []way) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range which {
		d.held[w] = held
	}
	d.moved.Broadcast()
}

// cut closes the websockets.
func (d *detour) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutLocked(func(r *route) bool { return r.websocket })
}

// refuse closes everything, and every new connection until it is told otherwise.
func (d *detour) refuse(refusing bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refusing = refusing
	if refusing {
		d.cutLocked(func(*route) bool { return true })
	}
}

// heal ends a link that was half-open: what was held is lost with its
// connections, and new ones are free.
func (d *detour) heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutLocked(func(*route) bool { return true })
	d.held = [ways]bool{}
	d.moved.Broadcast()
}

func (d *detour) cutLocked(which func(*route) bool) {
	for _, r := range d.open {
		if which(r) {
			_, _ = r.client.Close(), r.asterisk.Close()
		}
	}
}

// swallowNext loses the answer to the next request whose line begins so, with its
// connection: Asterisk has done it, and the controller never learns of it.
func (d *detour) swallowNext(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.swallow = append(d.swallow, line)
}

// swallowed are the requests whose answers were lost so far.
func (d *detour) swallowed() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lost)
}

// executed are the requests sent since then that changed something and were
// answered 2xx; the probe, an event of the controller to itself, is none.
func (d *detour) executed(since time.Time) (lines []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.done {
		if a.at.After(since) {
			lines = append(lines, a.line)
		}
	}
	return lines
}

func (d *detour) accept() {
	for {
		client, err := d.listener.Accept()
		if err != nil {
			return
		}
		asterisk, err := net.Dial("tcp", d.asterisk)
		if err != nil {
			_ = client.Close()
			continue
		}
		r := &route{client: client, asterisk: asterisk}
		d.mu.Lock()
		d.open = append(d.open, r)
		refused := d.refusing || d.closed
		d.mu.Unlock()
		if refused {
			_, _ = client.Close(), asterisk.Close()
			continue
		}
		d.serving.Go(func() { d.there(r) })
		d.serving.Go(func() { d.back(r) })
	}
}

// there carries what the controller says; the first line of a connection tells a
// websocket from REST.
func (d *detour) there(r *route) {
	defer r.asterisk.Close()
	from := bufio.NewReaderSize(r.client, 64<<10)
	for {
		chunk, err := next(from)
		if err != nil {
			return
		}
		d.mu.Lock()
		if line, _, found := bytes.Cut(chunk, []byte(" HTTP/1.1\r\n")); found && !r.websocket {
			r.asked = append(r.asked, asked{string(line), time.Now()})
			r.websocket = strings.HasPrefix(string(line), "GET /ari/events")
		}
		way := requests
		if r.websocket {
			way = echo
		}
		d.wait(way)
		d.mu.Unlock()
		if _, err := r.asterisk.Write(chunk); err != nil {
			return
		}
	}
}

// back carries what Asterisk says: one answer after the other, or a stream of
// events.
func (d *detour) back(r *route) {
	defer r.client.Close()
	from := bufio.NewReaderSize(r.asterisk, 64<<10)
	for {
		chunk, err := next(from)
		if err != nil {
			return
		}
		d.mu.Lock()
		lost := false
		way := events
		if !r.websocket {
			way = answers
			if bytes.HasPrefix(chunk, []byte("HTTP/1.1 ")) && len(r.asked) > 0 {
				lost = d.answered(r.asked[0], chunk)
				r.asked = r.asked[1:]
			}
		}
		d.wait(way)
		d.mu.Unlock()
		if lost {
			return
		}
		if _, err := r.client.Write(chunk); err != nil {
			return
		}
	}
}

// answered notes an answer, and reports whether it is to be lost.
func (d *detour) answered(a asked, chunk []byte) (lost bool) {
	line := a.line
	if i := slices.IndexFunc(d.swallow, func(s string) bool { return strings.HasPrefix(line, s) }); i >= 0 {
		d.swallow = slices.Delete(d.swallow, i, i+1)
		d.lost = append(d.lost, line)
		return true
	}
	if chunk[9] == '2' && !strings.HasPrefix(line, http.MethodGet) && !strings.Contains(line, "/events/user/") {
		d.done = append(d.done, a)
	}
	return false
}

// wait returns when a way is free. Called with the lock held.
func (d *detour) wait(w way) {
	for d.held[w] && !d.closed {
		d.moved.Wait()
	}
}

// next is what can be read now.
func next(from *bufio.Reader) ([]byte, error) {
	if _, err := from.Peek(1); err != nil {
		return nil, err
	}
	chunk := make([]byte, from.Buffered())
	_, err := io.ReadFull(from, chunk)
	return chunk, err
}
