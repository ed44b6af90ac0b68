package ari_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
)

// clientAt is one of an Asterisk at this host and port.
func clientAt(t *testing.T, address string) *ari.Client {
	t.Helper()
	c, err := ari.New(ari.Options{URL: "http://" + address + "/ari", Application: "app", Username: "user", Password: "secret"})
	require.NoError(t, err)
	return c
}

// closedPort is one at which nobody listens, nor will while the test lasts: it is the near
// end of a connection.
func closedPort(t *testing.T, host string) string {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().String()
}

func TestAKnockTellsWhetherAnybodyListens(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	u, err := url.Parse(s.URL())
	require.NoError(t, err)
	there := clientAt(t, u.Host)
	require.NoError(t, there.Knock(t.Context()))
	assert.WithinDuration(t, time.Now(), there.Unrefused(), time.Minute)

	gone := clientAt(t, closedPort(t, "127.0.0.1"))
	require.ErrorIs(t, gone.Knock(t.Context()), ari.ErrRefused)
	_, err = gone.Info(t.Context())
	require.ErrorContains(t, err, "connection refused")
	assert.Zero(t, gone.Unrefused(), "a refusal is no sign")
	_, port, err := net.SplitHostPort(closedPort(t, "127.0.0.1"))
	require.NoError(t, err)
	require.ErrorIs(t, clientAt(t, "localhost:"+port).Knock(t.Context()), ari.ErrRefused, "by all addresses of a name")
}

// Everything that is not a refusal may be Asterisk behind a broken network.
func TestWhatIsNoRefusalIsNoted(t *testing.T) {
	t.Parallel()
	nowhere := clientAt(t, "guichet.invalid:8088")
	err := nowhere.Knock(t.Context())
	require.Error(t, err)
	require.NotErrorIs(t, err, ari.ErrRefused)
	assert.NotZero(t, nowhere.Unrefused(), "a name that nobody knows")

	s := aritest.New(t)
	for name, fault := range map[string]aritest.Fault{
		"overloaded": aritest.Refuse(503, "Service Unavailable"), "broken off": aritest.LoseRequest(), "too late": aritest.Hang(),
	} {
		options := s.Options()
		options.RequestTimeout = 50 * time.Millisecond
		c, err := ari.New(options)
		require.NoError(t, err)
		clear := s.Inject(1, "GET /asterisk/info", fault)
		_, err = c.Info(t.Context())
		clear()
		require.Error(t, err, name)
		assert.NotZero(t, c.Unrefused(), name)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := clientAt(t, closedPort(t, "127.0.0.1"))
	_, err = c.Info(ctx)
	require.Error(t, err)
	assert.Zero(t, c.Unrefused(), "what we gave up says nothing")

	heard := make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(heard)
		<-r.Context().Done()
	}))
	defer web.Close()
	c = clientAt(t, web.Listener.Addr().String())
	ctx, cancel = context.WithCancel(t.Context())
	go func() { <-heard; cancel() }()
	_, err = c.Info(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, c.Unrefused(), "nor if it was on its way already")
}
