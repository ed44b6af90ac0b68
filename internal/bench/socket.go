package bench

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/lab"
)

// socket sends requests over an event websocket, which the product does not.
type socket struct {
	conn    *websocket.Conn
	reading sync.WaitGroup

	mu      sync.Mutex
	serial  int
	waiting map[string]chan int
}

func dialSocket(ctx context.Context, a *lab.Asterisk, password string) (*socket, error) {
	credentials := base64.StdEncoding.EncodeToString([]byte(a.ARIUser() + ":" + password))
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(a.ARIURL(), "http")+"/events?app=transport", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		HTTPHeader: http.Header{"Authorization": {"Basic " + credentials}},
	})
	if err != nil {
		return nil, fmt.Errorf("open a websocket for requests: %w", err)
	}
	s := &socket{conn: conn, waiting: map[string]chan int{}}
	s.reading.Go(s.read)
	return s, nil
}

func (s *socket) close() {
	_ = s.conn.CloseNow()
	s.reading.Wait()
}

// read ends with the socket; who still waits for an answer then gets status 0.
func (s *socket) read() {
	for {
		_, text, err := s.conn.Read(context.Background())
		s.mu.Lock()
		if err != nil {
			for id, answer := range s.waiting {
				answer <- 0
				delete(s.waiting, id)
			}
			s.mu.Unlock()
			return
		}
		var r rest
		if json.Unmarshal(text, &r) == nil && s.waiting[r.Request] != nil {
			s.waiting[r.Request] <- r.StatusCode
			delete(s.waiting, r.Request)
		}
		s.mu.Unlock()
	}
}

// set is a setter.
func (s *socket) set(ctx context.Context, id ari.ChannelID, name, value string) error {
	answer := make(chan int, 1)
	s.mu.Lock()
	s.serial++
	request, text := setting(s.serial, id, name, value)
	s.waiting[request] = answer
	s.mu.Unlock()
	if err := s.conn.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("set a variable over the websocket: %w", err)
	}
	select {
	case status := <-answer:
		if status != http.StatusNoContent {
			return fmt.Errorf("set a variable over the websocket: asterisk answers %d", status)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("set a variable over the websocket: %w", ctx.Err())
	}
}
