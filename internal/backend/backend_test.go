package backend

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/ivr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is a client with what it told.
type office struct {
	*Client
	logs *observer.ObservedLogs

	mu       sync.Mutex
	results  []string
	messages []string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	o := &office{logs: logs}
	told := func(into *[]string, text string) {
		o.mu.Lock()
		defer o.mu.Unlock()
		*into = append(*into, text)
	}
	o.Client = New(Options{
		Log:       zap.New(core),
		OnRequest: func(name, result string, took time.Duration) { told(&o.results, name+" "+result) },
		OnMessage: func(c ivr.Channel, result string) { told(&o.messages, string(c)+" "+result) },
	})
	t.Cleanup(o.Close)
	return o
}

func (o *office) told() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.results
}

func serve(t *testing.T, handler http.HandlerFunc) config.Backend {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return config.Backend{Name: "dossier", URL: server.URL, AtOnce: 4}
}

// hanging is a server that answers when the test lets it, or ends.
func hanging(t *testing.T) (b config.Backend, asked *atomic.Int64, release func()) {
	t.Helper()
	asked = &atomic.Int64{}
	let := make(chan struct{})
	release = sync.OnceFunc(func() { close(let) })
	b = serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-let:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(release)
	return b, asked, release
}

func get(path string) ivr.Fetch {
	return ivr.Fetch{ID: 7, Backend: "dossier", Method: "GET", Path: path, Timeout: 20 * time.Second, MaxAnswer: 100}
}

// brief is a request whose time-out the test waits for.
func brief(f ivr.Fetch) ivr.Fetch {
	f.Timeout = 50 * time.Millisecond
	return f
}

func TestARequestIsSentAsTheMenuWroteItWithTheSecretsOfTheSite(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	secret := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(secret, []byte("Bearer abc\n"), 0o600))
	var got *http.Request
	var body []byte
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"etat":"ouvert"}`)
	})
	b.URL += "/api"
	b.Headers = []config.BackendHeader{{Name: "Authorization", Value: config.Secret{File: secret}}}
	f := get("/dossiers/a%2Fb/etat?de=%2B336")
	f.Method, f.Body, f.Headers = "POST", []byte(`{"x":1}`), []ivr.Header{{Name: "X-Entree", Value: "2014"}, {Name: "Content-Type", Value: "application/json"}}
	a := o.Ask(t.Context(), b, f)
	assert.Positive(t, a.Took)
	a.Took = 0
	assert.Equal(t, ivr.Fetched{ID: 7, Status: 201, Body: []byte(`{"etat":"ouvert"}`)}, a)
	assert.Equal(t, []string{"POST", "/api/dossiers/a%2Fb/etat?de=%2B336", `{"x":1}`}, []string{got.Method, got.RequestURI, string(body)})
	assert.Equal(t, []string{"Bearer abc", "2014", "application/json", "guichet"},
		[]string{got.Header.Get("Authorization"), got.Header.Get("X-Entree"), got.Header.Get("Content-Type"), got.UserAgent()})
	assert.Equal(t, []string{"dossier 2xx"}, o.told())
}

func TestEachStatusIsToldAndOnlyAnswersOfSuccessAreRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	status := 0
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Repeat("x", 1000))
	})
	for _, status = range []int{404, 400, 500, 302} {
		a := o.Ask(t.Context(), b, get("/"))
		assert.Equal(t, status, a.Status)
		assert.Empty(t, a.Body)
		assert.Empty(t, a.Failure)
	}
	status = 200
	assert.Equal(t, ivr.TooLarge, o.Ask(t.Context(), b, get("/")).Failure)
	assert.Equal(t, []string{"dossier 4xx", "dossier 4xx", "dossier 5xx", "dossier 3xx", "dossier too_large"}, o.told())
}

func TestWhatFailsIsTriedAgainAsOftenAsTheRequestSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var asked atomic.Int64
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		switch asked.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			panic(http.ErrAbortHandler)
		}
	})
	f := get("/")
	f.Retries = 2
	assert.Equal(t, 200, o.Ask(t.Context(), b, f).Status)
	assert.EqualValues(t, 3, asked.Load())
	assert.Equal(t, []string{"dossier 2xx"}, o.told(), "one request, whatever it took")

	asked.Store(0)
	assert.Equal(t, 503, o.Ask(t.Context(), b, get("/")).Status)
	assert.EqualValues(t, 1, asked.Load(), "without retries there is one attempt")
}

func TestABackendThatHangsIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b, asked, _ := hanging(t)
	f := brief(get("/dossiers/1234567890123"))
	f.Retries = 1
	assert.Equal(t, ivr.TimedOutThere, o.Ask(t.Context(), b, f).Failure)
	assert.EqualValues(t, 2, asked.Load())
	require.Equal(t, 1, o.logs.FilterMessageSnippet("back-end fails").Len())
	assert.NotContains(t, fmt.Sprint(o.logs.All()[0].ContextMap()), "1234567890123")
}

func TestAnAnswerThatNeverEndsIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "{")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	assert.Equal(t, ivr.TimedOutThere, o.Ask(t.Context(), b, brief(get("/"))).Failure)
}

// talking is a server that says headers, in the form of HTTP/1.1, until it has said so
// many bytes or nobody listens any more.
func talking(t *testing.T, most int) (b config.Backend, said *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	said = &atomic.Int64{}
	var serving sync.WaitGroup
	serving.Go(func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			serving.Go(func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
				line := "X-Parole: " + strings.Repeat("x", 1000) + "\r\n"
				for n := 0; n < most; n += len(line) {
					if _, err := io.WriteString(conn, line); err != nil {
						return
					}
					said.Add(int64(len(line)))
				}
				_, _ = io.WriteString(conn, "Content-Length: 2\r\n\r\n{}")
			})
		}
	})
	t.Cleanup(serving.Wait)
	t.Cleanup(func() { _ = listener.Close() })
	return config.Backend{Name: "bavard", URL: "http://" + listener.Addr().String(), AtOnce: 1}, said
}

// The node takes on_error at once, and not after its time-out, and nobody who asks
// another server waits meanwhile.
func TestHeadersBeyondTheirBoundAreNoAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := serve(t, func(http.ResponseWriter, *http.Request) {})
	few, _ := talking(t, 20<<10)
	assert.Equal(t, 200, o.Ask(t.Context(), few, get("/")).Status)
	for name, most := range map[string]int{"a megabyte": 1 << 20, "without end": 1 << 40} {
		many, said := talking(t, most)
		done := make(chan ivr.Fetched, 1)
		go func() { done <- o.Ask(t.Context(), many, get("/0612345678")) }()
		assert.Equal(t, 200, o.Ask(t.Context(), other, get("/")).Status, "%s: nobody else waits", name)
		a := <-done
		assert.Equal(t, ivr.Unreachable, a.Failure, name)
		assert.Less(t, a.Took, get("/").Timeout, name)
		assert.Less(t, said.Load(), int64(32<<20), "%s: the rest is not even taken", name)
	}
	require.Equal(t, 1, o.logs.FilterMessageSnippet("back-end fails").Len())
	told := fmt.Sprint(o.logs.FilterMessageSnippet("back-end fails").All()[0].ContextMap())
	assert.Contains(t, told, "more than 32768 bytes")
	assert.NotContains(t, told, "0612345678")
}

// The same over HTTP/2, where the headers come in frames.
func TestHeadersBeyondTheirBoundAreNoAnswerOverHTTP2(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("asked by %s", r.Proto)
		}
		for i := range 1000 {
			w.Header().Set(fmt.Sprint("X-Parole-", i), strings.Repeat("x", 1000))
		}
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
	server.StartTLS()
	t.Cleanup(server.Close)
	b := config.Backend{Name: "tls", URL: server.URL, AtOnce: 1, CA: filepath.Join(t.TempDir(), "ca.pem")}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(b.CA, ca, 0o600))
	a := o.Ask(t.Context(), b, get("/"))
	assert.Equal(t, ivr.Unreachable, a.Failure)
	assert.Less(t, a.Took, get("/").Timeout)
}

func TestWhoeverHangsUpWaitsForNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b, asked, _ := hanging(t)
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan ivr.Fetched)
	go func() { done <- o.Ask(ctx, b, get("/")) }()
	require.Eventually(t, func() bool { return asked.Load() == 1 }, 10*time.Second, time.Millisecond)
	hangUp()
	<-done
	assert.Equal(t, []string{"dossier cancelled"}, o.told())
	assert.Zero(t, o.logs.Len(), "no fault of the back-end's")
}

func TestABackendHasABoundOfItsOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b, asked, release := hanging(t)
	b.AtOnce = 1
	other := serve(t, func(http.ResponseWriter, *http.Request) {})
	other.Name = "autre"
	done := make(chan ivr.Fetched)
	go func() { done <- o.Ask(t.Context(), b, get("/")) }()
	require.Eventually(t, func() bool { return asked.Load() == 1 }, 10*time.Second, time.Millisecond)
	assert.Equal(t, ivr.Busy, o.Ask(t.Context(), b, brief(get("/"))).Failure)
	assert.EqualValues(t, 1, asked.Load(), "the second was not sent")
	assert.Equal(t, 200, o.Ask(t.Context(), other, get("/")).Status, "nobody else waits")
	release()
	assert.Equal(t, 200, (<-done).Status)
	assert.Equal(t, 200, o.Ask(t.Context(), b, get("/")).Status)
}

func TestABackendThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := config.Backend{Name: "dossier", URL: "http://" + listener.Addr().String(), AtOnce: 1}
	require.NoError(t, listener.Close())
	for range failuresInRow {
		assert.Equal(t, ivr.Unreachable, o.Ask(t.Context(), b, get("/secret-of-the-caller")).Failure)
	}
	assert.Equal(t, ivr.Resting, o.Ask(t.Context(), b, get("/")).Failure)
	require.Equal(t, 1, o.logs.Len(), "told once")
	assert.NotContains(t, fmt.Sprint(o.logs.All()[0].ContextMap()), "secret-of-the-caller")
}

func TestABreakerLetsOneTryAfterItsRest(t *testing.T) {
	t.Parallel()
	var b breaker
	now := time.Unix(1000, 0)
	for range failuresInRow {
		assert.True(t, b.admits(now))
		b.failed(now)
	}
	assert.False(t, b.admits(now.Add(restTime-1)))
	now = now.Add(restTime)
	assert.True(t, b.admits(now))
	assert.False(t, b.admits(now), "one at a time")
	b.failed(now)
	assert.False(t, b.admits(now.Add(restTime/2)))
	now = now.Add(restTime)
	assert.True(t, b.admits(now))
	b.forget()
	assert.True(t, b.admits(now), "the one who hung up told nothing")
	b.succeeded()
	assert.True(t, b.admits(now))
	assert.True(t, b.admits(now))
}

func TestRedirectsStayWhereTheSiteSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var seen []http.Header
	elsewhere := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header.Clone()) })
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/away":
			http.Redirect(w, r, elsewhere.URL+"/x", http.StatusTemporaryRedirect)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		}
	})
	secret := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(secret, []byte("abc"), 0o600))
	b.Headers = []config.BackendHeader{{Name: "X-Token", Value: config.Secret{File: secret}}}
	status := func(method, path string) int {
		f := get(path)
		f.Method = method
		return o.Ask(t.Context(), b, f).Status
	}
	assert.Equal(t, 200, status("GET", "/here"))
	assert.Equal(t, 302, status("POST", "/here"), "what does something is not done elsewhere")
	assert.Equal(t, 302, status("GET", "/round"))
	assert.Equal(t, 307, status("GET", "/away"))
	assert.Empty(t, seen)
	b.RedirectTo = []string{elsewhere.URL}
	assert.Equal(t, 200, status("GET", "/away?numero=1234567890123"))
	require.Len(t, seen, 1)
	assert.Empty(t, seen[0].Get("X-Token"), "the secret stays")
	assert.Empty(t, seen[0].Get("Referer"), "and so does what was asked")
}

func TestAServerThatIsNoneOrHasAnotherCertificateIsUnreachable(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			_, _ = io.WriteString(conn, "0612345678 bonjour\r\n\r\n")
			_ = conn.Close()
		}
	})
	t.Cleanup(serving.Wait)
	t.Cleanup(func() { _ = listener.Close() })
	plain := config.Backend{Name: "bavard", URL: "http://" + listener.Addr().String(), AtOnce: 1}
	assert.Equal(t, ivr.Unreachable, o.Ask(t.Context(), plain, get("/")).Failure)

	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
	server.StartTLS()
	t.Cleanup(server.Close)
	b := config.Backend{Name: "tls", URL: server.URL, AtOnce: 1}
	assert.Equal(t, ivr.Unreachable, o.Ask(t.Context(), b, get("/")).Failure)
	b.CA = filepath.Join(t.TempDir(), "ca.pem")
	assert.Equal(t, ivr.Unreachable, o.Ask(t.Context(), b, get("/")).Failure, "no such file yet")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(b.CA, ca, 0o600))
	assert.Equal(t, 200, o.Ask(t.Context(), b, get("/")).Status)
	assert.NotContains(t, fmt.Sprint(o.logs.All()), "0612345678", "what a server says may be about people")
}

func TestASecretThatCannotBeReadAsksNobody(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("asked without its secret") })
	b.Headers = []config.BackendHeader{{Name: "X-Token", Value: config.Secret{Env: "GUICHET_NO_SUCH_SECRET"}}}
	assert.Equal(t, ivr.Unreachable, o.Ask(t.Context(), b, get("/")).Failure)
	assert.Contains(t, fmt.Sprint(o.logs.All()[0].ContextMap()), "GUICHET_NO_SUCH_SECRET")
}

func TestMessagesAreCountedByWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	status := 202
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	send := func() ivr.Fetched {
		f := get("/messages")
		f.Method, f.Message = "POST", &ivr.Message{Channel: ivr.SMS, To: "+33612345678", PerDay: 2}
		return o.Ask(t.Context(), b, f)
	}
	assert.Equal(t, 202, send().Status)
	status = 500
	assert.Equal(t, 500, send().Status)
	assert.Equal(t, []string{"sms sent", "sms failed"}, o.messages)
	assert.Zero(t, o.logs.Len())
	assert.NotContains(t, strings.Join(o.told(), " "), "612345678")
}

func TestABackendMayBeDefinedAnewWhileOldCallsGoOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	for i := range 2 * keptDesks {
		b.AtOnce = i + 1
		assert.Equal(t, 200, o.Ask(t.Context(), b, get("/")).Status)
	}
	assert.Len(t, o.desks["dossier"], keptDesks)
}
