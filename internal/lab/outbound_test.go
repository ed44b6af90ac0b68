package lab_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

// What the fake of aritest does by Outbound: an Asterisk that connects by itself keeps
// what it could not say, callers who came meanwhile included, and tells it in one burst.
// We never use it: nobody would hear music while no controller is there.
func TestAnAsteriskThatConnectsItselfTellsEverythingInABurst(t *testing.T) {
	t.Parallel()
	parts(t)
	c := awaitAsterisk(t)
	a := startAsterisk(t, lab.AsteriskOptions{ConfigDir: connecting(t, c.address)})
	trunk := exchange(t, a, lab.DefaultTrunk)
	link := c.next(t)
	leaves := dial(t, trunk, "0612345678", "2014")
	left := tell(t, link, "StasisStart")

	c.refuses.Store(true)
	require.NoError(t, link.CloseNow())
	require.Eventually(t, func() bool { return c.refused.Load() > 0 }, 20*time.Second, 10*time.Millisecond, "it tries to connect")
	require.NoError(t, leaves.Hangup(t.Context()))
	comes := dial(t, trunk, "0611111111", "2014")
	require.Eventually(t, func() bool { return c.refused.Load() > 3 }, 20*time.Second, 10*time.Millisecond, "and again")
	c.refuses.Store(false)

	link = c.next(t)
	assert.Equal(t, left.Channel.ID, tell(t, link, "StasisEnd").Channel.ID)
	assert.Equal(t, "+33611111111", tell(t, link, "StasisStart").Channel.Caller.Number)
	assert.False(t, comes.Talking(), "nobody answered him meanwhile")
	require.NoError(t, link.CloseNow())
}

// tell reads events until one of this type.
func tell(t *testing.T, link *websocket.Conn, kind string) (e stasisStart) {
	t.Helper()
	for e.Type != kind {
		e = stasisStart{}
		require.NoError(t, wsjson.Read(soon(t, 20*time.Second), link, &e))
	}
	return e
}

// called is a controller that Asterisk connects to.
type called struct {
	address string
	links   chan *websocket.Conn
	refuses atomic.Bool
	refused atomic.Int32
}

func awaitAsterisk(t *testing.T) *called {
	c := &called{links: make(chan *websocket.Conn, 8)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.refuses.Load() {
			c.refused.Add(1)
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		link, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"ari"}})
		if assert.NoError(t, err) {
			c.links <- link
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { c.refuses.Store(true) })
	c.address = server.Listener.Addr().(*net.TCPAddr).String()
	return c
}

func (c *called) next(t *testing.T) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	select {
	case link := <-c.links:
		t.Cleanup(func() { _ = link.CloseNow() })
		link.SetReadLimit(1 << 20)
		return link
	case <-ctx.Done():
		require.Fail(t, "Asterisk does not connect")
		return nil
	}
}

// connecting is deploy/asterisk that connects to a controller by itself.
func connecting(t *testing.T, address string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "deploy", "asterisk"))))
	for file, more := range map[string]string{
		"ari.conf": "\n[out]\ntype = outbound_websocket\nwebsocket_client_id = out\napps = guichet\nlocal_ari_user = guichet\n",
		"websocket_client.conf": fmt.Sprintf("\n[out]\ntype = websocket_client\nconnection_type = persistent\n"+
			"uri = ws://%s\nprotocols = ari\nreconnect_interval = 100\n", address),
	} {
		f, err := os.OpenFile(filepath.Join(dir, file), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString(more)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	return dir
}
