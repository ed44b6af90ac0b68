package aritest

import (
	"context"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// session is one event socket. Events wait in a queue without bound, so that
// the model never waits for a client.
type session struct {
	conn *websocket.Conn

	mu      sync.Mutex
	waiting []Frame
	wake    chan struct{} // holds one token while waiting is not empty
}

func (c *session) send(f Frame) {
	c.mu.Lock()
	c.waiting = append(c.waiting, f)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *session) take() []Frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames := c.waiting
	c.waiting = nil
	return frames
}

// events is GET /events: it registers the application and writes its events
// until the socket ends.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("app")
	if name == "" {
		refuse(w, http.StatusBadRequest, "HTTP request is missing param: [app]")
		return
	}
	s.work.Add(1)
	defer s.work.Done()
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	c := &session{conn: conn, wake: make(chan struct{}, 1)}
	closed := conn.CloseRead(context.Background()) // answers pings, ends with the socket

	s.mu.Lock()
	app := s.register(name, c)
	s.gate.opened(c)
	s.mu.Unlock()

	c.write(closed, s)

	s.mu.Lock()
	app.deactivate(c)
	s.gate.ended(c)
	s.mu.Unlock()
	_ = conn.CloseNow()
	<-closed.Done()
}

func (c *session) write(closed context.Context, s *Server) {
	for {
		select {
		case <-closed.Done():
			return
		case <-s.closed:
			return
		case <-c.wake:
		}
		for _, f := range c.take() {
			if c.writeOne(closed, f, s) != nil {
				return
			}
		}
	}
}

// writeOne gives up on a client that does not read, as Asterisk does.
func (c *session) writeOne(ctx context.Context, f Frame, s *Server) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.WriteTimeout)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageText, []byte(f.Text))
}
