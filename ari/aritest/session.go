package aritest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
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

// events is GET /events: it registers the application, before the client has its
// answer as Asterisk does (ari_websockets.c, websocket_attempted_cb), and writes its
// events until the socket ends.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("app")
	if name == "" {
		refuse(w, http.StatusBadRequest, "HTTP request is missing param: [app]")
		return
	}
	s.work.Add(1)
	defer s.work.Done()
	c := &session{wake: make(chan struct{}, 1)}
	s.mu.Lock()
	app := s.register(name, r.URL.Query().Get("subscribeAll") == "true", c)
	s.mu.Unlock()
	defer s.leave(app, c)

	var err error
	if c.conn, err = websocket.Accept(w, r, nil); err != nil {
		return
	}
	c.conn.SetReadLimit(64 << 10) // as in Asterisk
	s.mu.Lock()
	s.gate.opened(c)
	s.mu.Unlock()
	closed, end := context.WithCancel(context.Background())
	var reading sync.WaitGroup
	reading.Go(func() {
		defer end()
		s.serveSocket(app, c, r)
	})
	c.write(closed, s)
	s.leave(app, c) // first, so that who sees the socket end finds the application free
	_ = c.conn.CloseNow()
	reading.Wait()
}

// leave takes a client's socket away; a second time changes nothing.
func (s *Server) leave(app *application, c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	app.deactivate(c)
	s.gate.ended(c)
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

// serveSocket reads what the client sends: requests, served one after the other as
// Asterisk does, so that one that waits for a channel's thread stops them all.
func (s *Server) serveSocket(app *application, c *session, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	for {
		_, text, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		var asked struct {
			Type        string `json:"type"`
			Transaction string `json:"transaction_id"`
			ID          string `json:"request_id"`
			Method      string `json:"method"`
			URI         string `json:"uri"`
			Body        string `json:"message_body"`
		}
		if json.Unmarshal(text, &asked) != nil || asked.Type != "RESTRequest" {
			continue
		}
		request, err := http.NewRequestWithContext(ctx, asked.Method, "/ari/"+asked.URI, strings.NewReader(asked.Body))
		if err != nil {
			continue
		}
		request.SetBasicAuth(s.config.Username, s.config.Password)
		answered := httptest.NewRecorder()
		s.http.Config.Handler.ServeHTTP(answered, request)
		s.mu.Lock()
		if app.session == c {
			s.emit(app, "RESTResponse", fields{
				"transaction_id": asked.Transaction, "request_id": asked.ID, "status_code": answered.Code,
				"reason_phrase": http.StatusText(answered.Code), "uri": asked.URI, "message_body": answered.Body.String(),
			})
		}
		s.mu.Unlock()
	}
}
