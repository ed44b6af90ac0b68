package node_test

import (
	"io"
	"net"
	"net/url"
	"sync"

	"github.com/stretchr/testify/require"
)

// wire is the network between one controller and the fake Asterisk.
type wire struct {
	url string
	to  string

	mu       sync.Mutex
	listener net.Listener // nil while it refuses
	down     bool
	hushed   chan struct{} // nil while everything comes through
	conns    map[net.Conn]bool
	done     sync.WaitGroup
}

// newWire listens for a controller and passes everything on to the server at
// this URL.
func newWire(b *bench, server string) *wire {
	u, err := url.Parse(server)
	require.NoError(b, err)
	w := &wire{to: u.Host, conns: map[net.Conn]bool{}}
	u.Host = w.listen(b, "127.0.0.1:0")
	w.url = u.String()
	b.Cleanup(func() {
		w.refuse()
		w.done.Wait()
	})
	return w
}

// listen lets connections be made at this address.
func (w *wire) listen(b *bench, address string) string {
	listener, err := net.Listen("tcp", address)
	require.NoError(b, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listener, w.down = listener, false
	w.done.Go(func() { w.accept(listener) })
	return listener.Addr().String()
}

// refuse breaks every connection, and nobody listens any more: the machine refuses new
// ones, as it does when the process that listened is gone.
func (w *wire) refuse() {
	w.cut(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listener != nil {
		_ = w.listener.Close()
		w.listener = nil
	}
}

// listenAgain ends that.
func (w *wire) listenAgain(b *bench) {
	b.Helper()
	u, err := url.Parse(w.url)
	require.NoError(b, err)
	w.listen(b, u.Host)
}

func (w *wire) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if err != nil || !w.keep(conn, far) {
			_ = conn.Close()
			continue
		}
		w.done.Go(func() { w.pass(conn, far) })
		w.done.Go(func() { w.pass(far, conn) })
	}
}

func (w *wire) keep(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		if w.down {
			_ = c.Close()
			continue
		}
		w.conns[c] = true
	}
	return !w.down
}

func (w *wire) pass(from, to net.Conn) {
	_, _ = io.Copy(writing{w, to}, from)
	_ = from.Close()
	_ = to.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, from)
}

// hush lets nothing through, in either direction, until cut: connections can be made and
// are kept, as those of a machine that hangs. One that is off looks alike.
func (w *wire) hush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hushed = make(chan struct{})
}

// writing is one direction of a connection.
type writing struct {
	w  *wire
	to io.Writer
}

func (d writing) Write(b []byte) (int, error) {
	d.w.mu.Lock()
	hushed := d.w.hushed
	d.w.mu.Unlock()
	if hushed != nil {
		<-hushed
	}
	return d.to.Write(b)
}

// cut breaks every connection; down keeps new ones from being made.
func (w *wire) cut(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
	for c := range w.conns {
		_ = c.Close()
	}
	if w.hushed != nil { // what was held back is lost with its connection
		close(w.hushed)
		w.hushed = nil
	}
}

// mend lets connections through again.
func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = false
}
