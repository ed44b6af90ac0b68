package quirks

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raw opens a TCP connection to the HTTP server.
func (w *wire) raw() net.Conn {
	w.t.Helper()
	at, err := url.Parse(w.URL())
	require.NoError(w.t, err)
	conn, err := net.DialTimeout("tcp", at.Host, patience)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

const ping = "GET /ari/asterisk/ping HTTP/1.1\r\nHost: x\r\nAuthorization: "

// tooMany: websockets count too, and the one too many gets no HTTP answer. Each is
// asked something, for Asterisk's queue of connections to be accepted is short.
func tooMany(t *testing.T, w *wire) {
	var open []net.Conn
	for n := 0; ; n++ {
		require.LessOrEqual(t, n, w.Settings().Sessions)
		conn := w.raw()
		open = append(open, conn)
		_, _ = io.WriteString(conn, ping+w.authorization()+"\r\n\r\n")
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
		if got, err := conn.Read(make([]byte, 1)); got == 0 {
			var late net.Error
			assert.False(t, errors.As(err, &late) && late.Timeout(), "it is not closed: %v", err)
			break
		}
	}
	for _, conn := range open {
		require.NoError(t, conn.Close())
	}
	w.eventually("the server to take requests again", func() bool {
		r, err := w.try(t.Context(), "GET /asterisk/info")
		return err == nil && r.status == http.StatusOK
	})
}

// idle: a request that leaves in that moment is lost without an answer.
func idle(t *testing.T, w *wire) {
	conn := w.raw()
	_, err := io.WriteString(conn, ping+w.authorization()+"\r\n\r\n")
	require.NoError(t, err)
	answered := time.Now()
	require.NoError(t, conn.SetReadDeadline(answered.Add(w.Settings().KeepAlive+patience)))
	_, err = io.ReadAll(conn) // to its end
	require.NoError(t, err)
	assert.GreaterOrEqual(t, time.Since(answered), w.Settings().KeepAlive/2)
}

// slowReader: the application is free when the write has waited long enough.
func slowReader(t *testing.T, w *wire) {
	app := w.id()
	conn := w.connect(app)
	defer func() { _ = conn.CloseNow() }()
	big := map[string]any{"variables": map[string]string{"x": strings.Repeat("x", 30_000)}}
	sent := 0
	w.eventually("the client to be cut off", func() bool {
		sent++
		return w.ask("POST /events/user/big?application="+app, big).status == http.StatusNotFound
	})
	assert.Positive(t, sent)
}
