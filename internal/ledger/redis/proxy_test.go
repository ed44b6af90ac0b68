package redis_test

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between a client and Redis and can lose a reply: the command has
// run, and the client never learns of it.
type proxy struct {
	address string
	lost    atomic.Int64 // replies lost

	server  string
	armed   atomic.Bool
	serving sync.WaitGroup
	mu      sync.Mutex
	closed  bool
	open    []net.Conn
}

func startProxy(t testing.TB, server string) *proxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{address: listener.Addr().String(), server: server}
	p.serving.Go(func() { p.accept(listener) })
	t.Cleanup(func() {
		listener.Close()
		p.closeAll()
		p.serving.Wait()
	})
	return p
}

// loseNextReply lets the next command through and drops what comes back, with
// the connection.
func (p *proxy) loseNextReply() { p.armed.Store(true) }

func (p *proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			client.Close()
			continue
		}
		p.keep(client, server)
		p.serving.Go(func() { p.forward(server, client) })
		p.serving.Go(func() { p.answer(client, server) })
	}
}

func (p *proxy) keep(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, conns...)
	if p.closed {
		for _, conn := range conns {
			conn.Close()
		}
	}
}

func (p *proxy) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, conn := range p.open {
		conn.Close()
	}
}

func (p *proxy) forward(server, client net.Conn) {
	_, _ = io.Copy(server, client)
	server.Close()
}

func (p *proxy) answer(client, server net.Conn) {
	defer client.Close()
	reply := make([]byte, 64<<10)
	for {
		n, err := server.Read(reply)
		if err != nil {
			return
		}
		if p.armed.CompareAndSwap(true, false) {
			p.lost.Add(1)
			return
		}
		if _, err := client.Write(reply[:n]); err != nil {
			return
		}
	}
}
