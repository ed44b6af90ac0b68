package aritest

import (
	"net"
	"net/http"
	"sync"
)

// gate watches the TCP connections: Asterisk limits their number, websockets
// included, and closes one too many without a word.
type gate struct {
	mu       sync.Mutex
	limit    int
	states   map[net.Conn]http.ConnState
	sessions map[*session]bool
	turned   int
}

func (g *gate) init() {
	g.limit = 1000
	g.states = make(map[net.Conn]http.ConnState)
	g.sessions = make(map[*session]bool)
}

func (g *gate) watch(conn net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch state {
	case http.StateHijacked, http.StateClosed:
		delete(g.states, conn)
	case http.StateNew:
		if len(g.states)+len(g.sessions) >= g.limit {
			g.turned++
			_ = conn.Close()
			return
		}
		g.states[conn] = state
	default:
		g.states[conn] = state
	}
}

func (g *gate) opened(c *session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions[c] = true
}

func (g *gate) ended(c *session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.sessions, c)
}

// SetSessionLimit sets how many TCP connections are served; more are closed at
// once. 0 makes the server unreachable for new ones.
func (s *Server) SetSessionLimit(n int) {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	s.gate.limit = n
}

// TurnedAway returns how many connections the limit has closed.
func (s *Server) TurnedAway() int {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return s.gate.turned
}

// DropIdle closes the kept HTTP connections that are idle, as Asterisk does
// after 15 s, and returns how many there were.
func (s *Server) DropIdle() int {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	dropped := 0
	for conn, state := range s.gate.states {
		if state == http.StateIdle {
			_ = conn.Close()
			dropped++
		}
	}
	return dropped
}

// Connections returns the TCP connections open now, event sockets included.
func (s *Server) Connections() int {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return len(s.gate.states) + len(s.gate.sessions)
}

// cutAll breaks every event socket at once, without a closing handshake.
func (s *Server) cutAll() {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	for c := range s.gate.sessions {
		// Closing waits for the reader of the socket, never for our own lock.
		_ = c.conn.CloseNow()
	}
	for _, app := range s.apps {
		app.session = nil
		app.collect()
	}
}
