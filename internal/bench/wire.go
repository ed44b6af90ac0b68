package bench

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"sync"
	"time"
)

// wire is the connection to an Asterisk, with an ear on it. It notes when the event of
// a key passes, and when the next prompt is asked for on the same channel: what lies
// between is the controller's.
type wire struct {
	listener net.Listener
	to       string // Asterisk's ARI, host:port
	done     sync.WaitGroup

	mu      sync.Mutex
	pressed map[string]time.Time // by channel
	answers sample
	conns   map[net.Conn]bool // nil: closed
}

// openWire listens on a port of its own, and leads to the ARI of an Asterisk.
func openWire(ari string) (*wire, error) {
	u, err := url.Parse(ari)
	if err != nil {
		return nil, fmt.Errorf("listen on the wire: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on the wire: %w", err)
	}
	w := &wire{listener: l, to: u.Host, pressed: map[string]time.Time{}, conns: map[net.Conn]bool{}}
	w.done.Go(w.accept)
	return w, nil
}

// url is the ARI at this end of the wire.
func (w *wire) url() string { return "http://" + w.listener.Addr().String() + "/ari" }

func (w *wire) close() {
	_ = w.listener.Close()
	w.mu.Lock()
	for c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
	w.mu.Unlock()
	w.done.Wait()
}

// taken returns what was measured so far, and begins anew.
func (w *wire) taken() sample {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.answers
	w.answers = nil
	return s
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		if !w.open(near, far) {
			return
		}
		w.done.Go(func() { w.pass(far, near, w.event) })
		w.done.Go(func() { w.pass(near, far, w.request) })
	}
}

func (w *wire) open(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		if w.conns == nil {
			_ = c.Close()
			continue
		}
		w.conns[c] = true
	}
	return w.conns != nil
}

// longest bounds what is kept of a text that is not whole yet: an event of a key has
// about 800 bytes.
const longest = 4096

// pass carries bytes, and shows what came to look, which says how much of it is done with.
func (w *wire) pass(from, to net.Conn, look func(text []byte, at time.Time) int) {
	defer func() {
		_ = from.Close()
		_ = to.Close()
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.conns, from)
		delete(w.conns, to)
	}()
	piece := make([]byte, 64<<10)
	var text []byte
	for {
		n, err := from.Read(piece)
		if n > 0 {
			text = append(text, piece[:n]...)
			text = text[look(text, time.Now()):]
			text = text[max(0, len(text)-longest):]
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return // its end, or somebody closed it: the other side is told by the closing
		}
	}
}

var (
	keyEvent = regexp.MustCompile(`"type":"ChannelDtmfReceived"[^{]*"channel":\{"id":"([^"]+)"`)
	playing  = regexp.MustCompile(`POST /ari/channels/([^/ ]+)/play`)
)

// event notes when a key went to the controller.
func (w *wire) event(text []byte, at time.Time) (done int) {
	return w.each(keyEvent, text, func(channel string) { w.pressed[channel] = at })
}

// request notes when the prompt after a key was asked for.
func (w *wire) request(text []byte, at time.Time) (done int) {
	return w.each(playing, text, func(channel string) {
		if began, waits := w.pressed[channel]; waits {
			w.answers = append(w.answers, at.Sub(began))
			delete(w.pressed, channel)
		}
	})
}

func (w *wire) each(of *regexp.Regexp, text []byte, do func(channel string)) (done int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range of.FindAllSubmatchIndex(text, -1) {
		channel, err := url.PathUnescape(string(text[m[2]:m[3]]))
		if err == nil {
			do(channel)
		}
		done = m[1]
	}
	return done
}
