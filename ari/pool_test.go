package ari

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// web is a server at the level of connections: serve has each of them, numbered from 1.
type web struct {
	*pool
	address string

	mu     sync.Mutex
	opened int
	heard  []string // method and number of connection of each request
}

func newWeb(t *testing.T, maxConns int, serve func(w *web, n int, c *talk)) *web {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &web{address: listener.Addr().String(), pool: newPool(maxConns, (&net.Dialer{}).DialContext)}
	var served sync.WaitGroup
	served.Go(func() {
		for n := 1; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			w.mu.Lock()
			w.opened = n
			w.mu.Unlock()
			served.Go(func() {
				defer conn.Close()
				serve(w, n, &talk{conn: conn, in: bufio.NewReader(conn), w: w, n: n})
			})
		}
	})
	t.Cleanup(func() {
		w.CloseIdleConnections()
		assert.NoError(t, listener.Close())
		served.Wait()
	})
	return w
}

// talk is one connection, at the server.
type talk struct {
	conn net.Conn
	in   *bufio.Reader
	w    *web
	n    int
}

// hear reads a request; it is false at the end of the connection.
func (c *talk) hear() bool {
	r, err := http.ReadRequest(c.in)
	if err != nil {
		return false
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return false
	}
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.w.heard = append(c.w.heard, fmt.Sprintf("%s%s %d", r.Method, text, c.n))
	return true
}

func (c *talk) say(text string) {
	_, _ = fmt.Fprintf(c.conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
}

// answerAll says the number of the connection to each request.
func answerAll(_ *web, n int, c *talk) {
	for c.hear() {
		c.say(fmt.Sprint(n))
	}
}

// slow is a server that answers nothing before release is closed, and then as answerAll does.
func slow(t *testing.T, maxConns int) (w *web, release chan struct{}) {
	t.Helper()
	release = make(chan struct{})
	return newWeb(t, maxConns, func(_ *web, n int, c *talk) {
		for c.hear() {
			<-release
			c.say(fmt.Sprint(n))
		}
	}), release
}

// waits sends a request that waits for its answer, the connection's number; it returns once
// the server has it. The test has to wait for what it returns.
func (w *web) waits(t *testing.T) (answered *sync.WaitGroup) {
	t.Helper()
	answered = &sync.WaitGroup{}
	answered.Go(func() { assert.Equal(t, "1", w.get(t)) })
	require.Eventually(t, func() bool { return len(w.requests()) == 1 }, 10*time.Second, time.Millisecond)
	return answered
}

// besides sends a request while another one waits for its answer, and has that one answered as
// soon as this one dials: ended is called when its dial is given up for the connection of that one.
func (w *web) besides(t *testing.T, release chan struct{}, ended func() (net.Conn, error), send func()) {
	t.Helper()
	first := w.waits(t)
	dialled := make(chan struct{})
	w.dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		close(dialled)
		<-ctx.Done()
		return ended()
	}
	var second sync.WaitGroup
	second.Go(send)
	<-dialled
	close(release)
	first.Wait()
	second.Wait()
}

func (w *web) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heard
}

// ask sends a request and returns its answer; reached says whether it had a connection.
func (w *web) ask(ctx context.Context, method, text string) (answer string, reached bool, err error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { reached = true }})
	r, err := http.NewRequestWithContext(ctx, method, "http://"+w.address+"/x", strings.NewReader(text))
	if err != nil {
		return "", false, err
	}
	response, err := w.RoundTrip(r)
	if err != nil {
		return "", reached, err
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	return string(all), reached, err
}

func (w *web) get(t *testing.T) string {
	t.Helper()
	answer, _, err := w.ask(t.Context(), http.MethodGet, "")
	require.NoError(t, err)
	return answer
}

func (w *web) idles() int {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	return len(w.idle)
}

func TestAConnectionIsKeptForTheNextRequest(t *testing.T) {
	t.Parallel()
	w := newWeb(t, 2, answerAll)
	for range 3 {
		assert.Equal(t, "1", w.get(t))
	}
	assert.Equal(t, 1, w.idles())
	w.CloseIdleConnections()
	assert.Equal(t, "2", w.get(t))
}

func TestAnEmptyAnswerGivesTheConnectionBackUnread(t *testing.T) {
	t.Parallel()
	w := newWeb(t, 1, func(_ *web, _ int, c *talk) {
		for c.hear() {
			_, _ = io.WriteString(c.conn, "HTTP/1.1 204 No Content\r\n\r\n")
		}
	})
	for range 2 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "http://"+w.address, http.NoBody)
		require.NoError(t, err)
		answer, err := w.RoundTrip(r)
		require.NoError(t, err)
		assert.Equal(t, http.StatusNoContent, answer.StatusCode)
		assert.Equal(t, 1, w.idles(), "before anybody has read or closed it")
		require.NoError(t, answer.Body.Close())
	}
	assert.Equal(t, []string{"DELETE 1", "DELETE 1"}, w.requests())
}

// Asterisk closes what is idle: that is seen before anything is written.
func TestAKeptConnectionThatWasClosedMeanwhileIsNotUsed(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 1)
	w := newWeb(t, 1, func(_ *web, n int, c *talk) {
		if c.hear() {
			c.say(fmt.Sprint(n))
			_ = c.conn.Close()
			closed <- struct{}{}
		}
	})
	assert.Equal(t, "1", w.get(t))
	<-closed
	require.Eventually(t, func() bool { // the end has to cross the loopback
		w.pool.mu.Lock()
		defer w.pool.mu.Unlock()
		return !w.idle[0].alive()
	}, 10*time.Second, time.Millisecond)
	answer, _, err := w.ask(t.Context(), http.MethodPost, "once")
	require.NoError(t, err)
	assert.Equal(t, "2", answer)
	assert.Equal(t, []string{"GET 1", "POSTonce 2"}, w.requests())
}

// A connection may break just when a request is on it: only what may be done twice is.
func TestARequestThatMayHaveBeenHeardIsRepeatedOnlyIfThatDoesNoHarm(t *testing.T) {
	t.Parallel()
	breaks := func(_ *web, n int, c *talk) {
		if c.hear() {
			c.say(fmt.Sprint(n))
		}
		if c.hear() && n > 1 { // the first one breaks off after its second request
			c.say(fmt.Sprint(n))
		}
	}
	t.Run("a GET", func(t *testing.T) {
		t.Parallel()
		w := newWeb(t, 1, breaks)
		assert.Equal(t, "1", w.get(t))
		assert.Equal(t, "2", w.get(t))
		assert.Equal(t, []string{"GET 1", "GET 1", "GET 2"}, w.requests())
	})
	t.Run("a POST", func(t *testing.T) {
		t.Parallel()
		w := newWeb(t, 1, breaks)
		assert.Equal(t, "1", w.get(t))
		_, reached, err := w.ask(t.Context(), http.MethodPost, "b")
		require.Error(t, err)
		assert.True(t, reached)
		assert.Equal(t, []string{"GET 1", "POSTb 1"}, w.requests())
		assert.Equal(t, "2", w.get(t), "its turn is over")
	})
	t.Run("a POST that may", func(t *testing.T) {
		t.Parallel()
		w := newWeb(t, 1, breaks)
		assert.Equal(t, "1", w.get(t))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.address, strings.NewReader("b"))
		require.NoError(t, err)
		r.Header["Idempotency-Key"] = nil
		answer, err := w.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, []string{"GET 1", "POSTb 1", "POSTb 2"}, w.requests())
	})
	t.Run("nothing on a new connection", func(t *testing.T) {
		t.Parallel()
		w := newWeb(t, 1, func(_ *web, _ int, c *talk) { c.hear() })
		_, _, err := w.ask(t.Context(), http.MethodGet, "")
		require.Error(t, err)
		assert.Equal(t, []string{"GET 1"}, w.requests())
	})
}

// An answer that comes after its request was given up is nobody's.
func TestALateAnswerIsNotTheNextOnes(t *testing.T) {
	t.Parallel()
	heard, late := make(chan struct{}), make(chan struct{})
	w := newWeb(t, 1, func(_ *web, n int, c *talk) {
		for c.hear() {
			if n == 1 {
				close(heard)
				<-late
			}
			c.say(fmt.Sprint(n))
		}
	})
	why := errors.New("given up")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-heard; cancel(why) }()
	_, reached, err := w.ask(ctx, http.MethodGet, "")
	require.ErrorIs(t, err, why)
	assert.True(t, reached)
	close(late)
	assert.Equal(t, "2", w.get(t))
}

func TestAnAnswerThatIsNotReadToItsEndTakesItsConnectionAlong(t *testing.T) {
	t.Parallel()
	w := newWeb(t, 1, answerAll)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.address, http.NoBody)
	require.NoError(t, err)
	answer, err := w.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Zero(t, w.idles())
	assert.Equal(t, "2", w.get(t))
}

func TestWhatNobodyAskedForEndsAConnection(t *testing.T) {
	t.Parallel()
	w := newWeb(t, 1, func(_ *web, n int, c *talk) {
		for c.hear() {
			c.say(fmt.Sprint(n))
			_, _ = io.WriteString(c.conn, "more")
		}
	})
	assert.Equal(t, "1", w.get(t))
	require.Eventually(t, func() bool {
		w.pool.mu.Lock()
		defer w.pool.mu.Unlock()
		return len(w.idle) == 0 || !w.idle[0].alive()
	}, 10*time.Second, time.Millisecond)
	assert.Equal(t, "2", w.get(t))
}

func TestNoMoreConnectionsThanAllowed(t *testing.T) {
	t.Parallel()
	w, release := slow(t, 2)
	var asked sync.WaitGroup
	for range 6 {
		asked.Go(func() {
			_, _, err := w.ask(t.Context(), http.MethodGet, "")
			assert.NoError(t, err)
		})
	}
	require.Eventually(t, func() bool { return len(w.requests()) == 2 }, 10*time.Second, time.Millisecond)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, reached, err := w.ask(ctx, http.MethodPost, "")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.False(t, reached, "it had no connection, so Asterisk heard nothing of it")
	close(release)
	asked.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	assert.Equal(t, 2, w.opened)
	assert.Len(t, w.heard, 6)
}

func TestAConnectionThatIsNotNeededForLongIsClosed(t *testing.T) {
	t.Parallel()
	w := newWeb(t, 2, answerAll)
	w.get(t)
	w.closeOld()
	require.Equal(t, 1, w.idles(), "not before its time")
	w.pool.mu.Lock()
	w.idle[0].since = time.Now().Add(-idleTimeout)
	w.pool.mu.Unlock()
	w.closeOld()
	assert.Zero(t, w.idles())
	assert.Equal(t, "2", w.get(t))
}

func TestWhoRefusesIsTold(t *testing.T) {
	t.Parallel()
	w := newWeb(t, 1, answerAll)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w.address = listener.Addr().String()
	require.NoError(t, listener.Close())
	for range 2 {
		_, reached, err := w.ask(t.Context(), http.MethodGet, "")
		require.ErrorContains(t, err, "connection refused")
		assert.False(t, reached)
	}
}

// While Asterisk accepts nobody, a connection that is free again is for who waits for one.
func TestWhoWaitsForAConnectionTakesOneThatIsGivenBack(t *testing.T) {
	t.Parallel()
	w, release := slow(t, 2)
	w.besides(t, release, func() (net.Conn, error) { return nil, context.Canceled }, func() { assert.Equal(t, "1", w.get(t)) })
	assert.Equal(t, 1, w.idles())
}

// Its own may come all the same; it is kept for later.
func TestAConnectionThatComesBesideOneThatWasGivenBackIsKept(t *testing.T) {
	t.Parallel()
	w, release := slow(t, 2)
	w.besides(t, release, func() (net.Conn, error) { return net.Dial("tcp", w.address) }, func() { assert.Equal(t, "1", w.get(t)) })
	assert.Equal(t, 2, w.idles())
}

// A connection that is given to a request which was given up in the same moment is not lost.
func TestAConnectionGivenToNobodyIsKept(t *testing.T) {
	t.Parallel()
	w, release := slow(t, 2)
	why := errors.New("given up")
	ctx, cancel := context.WithCancelCause(t.Context())
	w.besides(t, release, func() (net.Conn, error) {
		cancel(why)
		return nil, context.Canceled
	}, func() {
		_, reached, err := w.ask(ctx, http.MethodPost, "b")
		assert.ErrorIs(t, err, why)
		assert.False(t, reached)
	})
	assert.Equal(t, 1, w.idles())
	assert.Equal(t, []string{"GET 1"}, w.requests())
}

func TestAnAnswerThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"one that announces another": "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",
		"a head without end":         "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead),
		"no HTTP":                    "220 mail.example ESMTP\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t, 1, func(_ *web, n int, c *talk) {
				if n == 1 && c.hear() {
					c.say("1")
				}
				if c.hear() {
					_, _ = io.WriteString(c.conn, says)
				}
				c.hear() // until the other side closes it
			})
			assert.Equal(t, "1", w.get(t))
			_, reached, err := w.ask(t.Context(), http.MethodGet, "")
			require.Error(t, err)
			assert.True(t, reached)
			assert.Zero(t, w.idles())
			assert.Equal(t, []string{"GET 1", "GET 1"}, w.requests(), "Asterisk has heard it: it is not sent again")
		})
	}
}

func TestWhatIsGivenBackAfterTheEndIsClosed(t *testing.T) {
	t.Parallel()
	w, release := slow(t, 1)
	asked := w.waits(t)
	w.CloseIdleConnections()
	close(release)
	asked.Wait()
	assert.Zero(t, w.idles())
	assert.Equal(t, "2", w.get(t), "it can be used again")
	assert.Equal(t, 1, w.idles())
}

// A password never crosses the network in clear because of a capital letter.
func TestAnEncryptedAddressIsOneInCapitalsToo(t *testing.T) {
	t.Parallel()
	c, err := New(Options{URL: "HTTPS://pbx.example:8089/ari/", Application: "a", Username: "u"})
	require.NoError(t, err)
	assert.Equal(t, "https://pbx.example:8089/ari", c.base)
	assert.IsType(t, &http.Transport{}, c.http.Transport)
	assert.IsType(t, &http.Transport{}, c.apart.Transport)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://127.0.0.1:1", http.NoBody)
	require.NoError(t, err)
	_, err = newPool(1, nil).RoundTrip(r)
	require.ErrorContains(t, err, "not for connections in clear")
}
