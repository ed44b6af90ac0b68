package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// served is a server on a real socket; stop waits for its end.
func served(t *testing.T, c *reporttest.Controller) (url string, stop func() error) {
	t.Helper()
	return servedBy(t, options(c))
}

func servedBy(t *testing.T, o api.Options) (url string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- api.New(o).Serve(ctx, l) }()
	var once error
	stopped := false
	stop = func() error {
		if !stopped {
			stopped = true
			cancel()
			once = <-ended
		}
		return once
	}
	t.Cleanup(func() { assert.NoError(t, stop()) })
	return "http://" + l.Addr().String(), stop
}

// live reads snapshots of the stream until it ends.
func live(t *testing.T, url string) <-chan api.Top {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/events", nil)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	require.NoError(t, err)
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	tops := make(chan api.Top)
	go func() {
		defer close(tops)
		defer func() { _ = answer.Body.Close() }()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			data, isData := strings.CutPrefix(lines.Text(), "data: ")
			var top api.Top
			if isData && json.Unmarshal([]byte(data), &top) == nil {
				tops <- top
			}
		}
	}()
	return tops
}

func next(t *testing.T, tops <-chan api.Top) (api.Top, bool) {
	t.Helper()
	select {
	case top, ok := <-tops:
		return top, ok
	case <-time.After(10 * time.Second):
		require.FailNow(t, "nothing came from the stream")
		return api.Top{}, false
	}
}

func TestTheStreamShowsAChangeAndSkipsWhatIsOld(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	c := reporttest.NewController(reporttest.Floor(site, "a1"), site)
	url, _ := served(t, c)
	tops := live(t, url)
	first, _ := next(t, tops)
	assert.Zero(t, first.Offered)

	c.Change(func(l *reporttest.Ledger) { l.Pass(time.Minute) }) // beats alone change nothing to see
	began := time.Now()
	const calls = 40
	for i := range calls {
		c.Change(func(l *reporttest.Ledger) { l.Arrive(contact.ID(rune('A' + i))) })
	}
	seen := 0
	for last := first; last.Offered < calls; seen++ {
		top, open := next(t, tops)
		require.True(t, open)
		assert.Greater(t, top.Offered, last.Offered, "each snapshot is news")
		last = top
	}
	assert.LessOrEqual(t, seen, 2+int(time.Since(began)/(250*time.Millisecond)), "at most four a second")
}

func TestTheServerEndsWithItsContextAndItsStreamsWithIt(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.WarnLevel)
	o := options(reporttest.NewController(reporttest.Floor(reporttest.Site()), reporttest.Site()))
	o.Log = zap.New(core)
	url, stop := servedBy(t, o)
	tops := live(t, url)
	next(t, tops)
	require.NoError(t, stop())
	_, open := next(t, tops)
	assert.False(t, open)
	assert.Zero(t, logs.FilterMessageSnippet("took too long").Len(), "a live view does not hold the server up")
}

func TestAPageWhoseNameLeadsHereIsRefused(t *testing.T) {
	t.Parallel()
	url, _ := served(t, newHouse().Controller)
	port := url[strings.LastIndex(url, ":"):]
	for host, want := range map[string]int{
		"":                     http.StatusOK, // the address
		"localhost" + port:     http.StatusOK,
		"[::1]" + port:         http.StatusOK,
		"elsewhere.example":    http.StatusForbidden,
		"elsewhere.org" + port: http.StatusForbidden,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/status", nil)
		require.NoError(t, err)
		r.Host = host
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		answer, err := client.Do(r)
		require.NoError(t, err)
		assert.Equal(t, want, answer.StatusCode, host)
		require.NoError(t, answer.Body.Close())
	}
}

// slowFile has one recording of a conversation, which comes as a test writes it.
type slowFile struct {
	*reporttest.Controller
	file *io.PipeReader
}

func (c *slowFile) Conversation(ctx context.Context, _ contact.Node, _ fact.RecordingID) (io.ReadCloser, error) {
	context.AfterFunc(ctx, func() { _ = c.file.CloseWithError(ctx.Err()) })
	return c.file, nil
}

// Somebody takes a recording when the controller stops: he gets the rest if it comes soon, and
// sees that it is not the whole otherwise. Nobody new is let in meanwhile.
func TestARecordingUnderWayIsSentToItsEndByAServerThatStops(t *testing.T) {
	t.Parallel()
	for name, comes := range map[string]bool{"it comes soon": true, "it does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, rest := io.Pipe()
			t.Cleanup(func() { _ = file.Close() })
			h := recordedHouse()
			o := options(h.Controller)
			o.Controller = &slowFile{Controller: h.Controller, file: file}
			url, stop := servedBy(t, o)
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			go func() { _, _ = rest.Write(make([]byte, 64<<10)) }()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/recordings/c31.r1/file?by=marie", nil)
			require.NoError(t, err)
			answer, err := client.Do(r)
			require.NoError(t, err)
			defer func() { _ = answer.Body.Close() }()
			require.Equal(t, http.StatusOK, answer.StatusCode)
			_, err = io.ReadFull(answer.Body, make([]byte, 32<<10))
			require.NoError(t, err)

			stopped := make(chan error, 1)
			go func() { stopped <- stop() }()
			require.Eventually(t, func() bool {
				conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
				if err == nil {
					_ = conn.Close()
				}
				return err != nil
			}, 10*time.Second, time.Millisecond, "the server to stop")
			if comes {
				_, err := rest.Write(make([]byte, 1<<20))
				require.NoError(t, err)
				require.NoError(t, rest.Close())
			}
			left, err := io.ReadAll(answer.Body)
			if comes {
				require.NoError(t, err)
				assert.Len(t, left, 32<<10+1<<20)
			} else {
				require.Error(t, err, "nobody takes it for the whole")
			}
			require.NoError(t, <-stopped)
		})
	}
}
