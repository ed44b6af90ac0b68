package redis_test

import (
	"bytes"
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
	ahead   atomic.Pointer[interruption]
	armed   atomic.Bool
	serving sync.WaitGroup
	mu      sync.Mutex
	closed  bool
	open    []net.Conn
}

// interruption is what happens right before a command reaches the server.
type interruption struct {
	word string // of the command
	act  func()
}

// before has act done, once, when a command with this word is on its way.
func (p *proxy) before(word string, act func()) { p.ahead.Store(&interruption{word, act}) }

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
	defer server.Close()
	command := make([]byte, 64<<10)
	for {
		n, err := client.Read(command)
		if err != nil {
			return
		}
		if i := p.ahead.Load(); i != nil && bytes.Contains(command[:n], []byte("\r\n"+i.word+"\r\n")) && p.ahead.CompareAndSwap(i, nil) {
			i.act()
		}
		if _, err := server.Write(command[:n]); err != nil {
			return
		}
	}
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
