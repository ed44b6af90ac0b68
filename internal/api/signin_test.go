package api_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/internal/report/reporttest"
)

const secret = "quatre mots pour Camille"

// accounts are those of the house: an agent a1 and a supervisor, with one password.
func accounts(t *testing.T) map[string]config.Account {
	t.Helper()
	hash, err := password.Make(secret)
	require.NoError(t, err)
	return map[string]config.Account{
		"a1":     {Login: "a1", Role: config.AsAgent, Name: "Camille", Password: hash},
		"cheffe": {Login: "cheffe", Role: config.AsSupervisor, Name: "La cheffe", Password: hash},
	}
}

// staffed is a house whose people have accounts.
func staffed(t *testing.T) (*house, *config.Site) {
	t.Helper()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	return houseOf(reporttest.NewController(reporttest.Afternoon(site), site)), site
}

// signIn returns what the browser keeps.
func (h *house) signIn(t *testing.T, login string) (cookie string) {
	t.Helper()
	code, text, header := h.exchange(t, "POST", "/api/v1/session", fmt.Sprintf(`{"login":%q,"password":%q}`, login, secret))
	require.Equal(t, http.StatusOK, code, text)
	kept, err := http.ParseSetCookie(header.Get("Set-Cookie"))
	require.NoError(t, err)
	assert.True(t, kept.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, kept.SameSite)
	return kept.Name + "=" + kept.Value
}

func TestWhoSignsInIsKnownUntilHeSignsOut(t *testing.T) {
	t.Parallel()
	h, _ := staffed(t)
	h.fails(t, http.StatusUnauthorized, "not_signed_in", "GET", "/api/v1/session", "")
	h.fails(t, http.StatusUnauthorized, "not_signed_in", "GET", "/api/v1/card", "")
	cookie := h.signIn(t, "a1")
	code, text := h.ask(t, "GET", "/api/v1/session", "", "Cookie", cookie)
	require.Equal(t, http.StatusOK, code)
	assert.JSONEq(t, `{"login":"a1","name":"Camille","role":"agent","agent":"a1"}`, text)
	assert.NotContains(t, text, "argon2id")

	code, text = h.ask(t, "GET", "/api/v1/card", "", "Cookie", cookie)
	require.Equal(t, http.StatusOK, code, text)
	var card api.Card
	require.NoError(t, json.Unmarshal([]byte(text), &card))
	assert.Equal(t, "talking", string(card.Agent.State))
	require.NotNil(t, card.Caller)
	assert.Equal(t, "0612345678", card.Caller.Number, "who talks to somebody sees the number, as on the phone")
	assert.Equal(t, "Particuliers", card.Caller.QueueLabel)

	code, _, header := h.exchange(t, "DELETE", "/api/v1/session", "", "Cookie", cookie)
	require.Equal(t, http.StatusOK, code)
	assert.Contains(t, header.Get("Set-Cookie"), "Max-Age=0")
	h.fails(t, http.StatusUnauthorized, "not_signed_in", "GET", "/api/v1/card", "", "Cookie", cookie)
}

func TestAnAgentActsForHimselfOnlyAndASupervisorForAll(t *testing.T) {
	t.Parallel()
	h, _ := staffed(t)
	agent, supervisor := h.signIn(t, "a1"), h.signIn(t, "cheffe")
	for _, path := range []string{"/api/v1/agents/a3/pause", "/api/v1/agents/a3/login", "/api/v1/agents/a1/skills", "/api/v1/contacts/c10/accept", "/api/v1/activate", "/api/v1/announcements"} {
		h.fails(t, http.StatusForbidden, "forbidden", "POST", path, "{}", "Cookie", agent)
	}
	for _, path := range []string{"/api/v1/calls", "/api/v1/calls/c10", "/api/v1/agents", "/api/v1/agents/a3", "/api/v1/agents/a3/contact", "/api/v1/report", "/api/v1/messages", "/api/v1/status"} {
		h.fails(t, http.StatusForbidden, "forbidden", "GET", path, "", "Cookie", agent)
	}
	code, text := h.ask(t, "POST", "/api/v1/agents/a1/pause", `{"reason":"café"}`, "Cookie", agent)
	require.Equal(t, http.StatusOK, code, text)
	for _, path := range []string{"/", "/api/v1/top", "/api/v1/agents/a1", "/api/v1/agents/a1/contact"} {
		code, _ = h.ask(t, "GET", path, "", "Cookie", agent)
		assert.Equal(t, http.StatusOK, code, path)
	}

	code, text = h.ask(t, "POST", "/api/v1/agents/a3/pause", `{"reason":"formation"}`, "Cookie", supervisor)
	require.Equal(t, http.StatusOK, code, text)
	h.fails(t, http.StatusForbidden, "forbidden", "GET", "/api/v1/card", "", "Cookie", supervisor)

	code, _ = h.ask(t, "GET", "/api/v1/calls", "")
	assert.Equal(t, http.StatusOK, code, "programs of this machine need no account, as before")
}

func TestAWrongPasswordIsCountedAndThenNotTried(t *testing.T) {
	t.Parallel()
	h, _ := staffed(t)
	for _, login := range []string{"a1", "nobody"} {
		for range 5 {
			h.fails(t, http.StatusUnauthorized, "wrong_password", "POST", "/api/v1/session", fmt.Sprintf(`{"login":%q,"password":"wrong"}`, login))
		}
		code, text, header := h.exchange(t, "POST", "/api/v1/session", fmt.Sprintf(`{"login":%q,"password":%q}`, login, secret))
		assert.Equal(t, http.StatusTooManyRequests, code, "the right one is not tried either: %s", text)
		assert.NotEmpty(t, header.Get("Retry-After"))
		assert.Empty(t, header.Get("Set-Cookie"))
	}
	h.signIn(t, "cheffe") // nobody else is concerned
	for _, body := range []string{`{}`, `{"login":"a1"}`, `{"login":"a1","password":"` + strings.Repeat("x", 300) + `"}`, `[]`, `{"login":"a1","password":"x","role":"supervisor"}`} {
		h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/session", body)
	}
	h.fails(t, http.StatusRequestEntityTooLarge, "too_long", "POST", "/api/v1/session", `{"login":"`+strings.Repeat("x", 5000)+`"}`)
	h.fails(t, http.StatusForbidden, "cross_origin", "POST", "/api/v1/session", `{}`, "Sec-Fetch-Site", "cross-site")
}

// together signs in under many names at once from one address, and counts the answers.
func (h *house) together(n int, login func(int) string, secret string) map[int]int {
	answers := make(chan int, n)
	for i := range n {
		go func() {
			r := httptest.NewRequest(http.MethodPost, "/api/v1/session", strings.NewReader(fmt.Sprintf(`{"login":%q,"password":%q}`, login(i), secret)))
			r.RemoteAddr = "192.0.2.7:4711"
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			answers <- w.Code
		}()
	}
	got := map[int]int{}
	for range n {
		got[<-answers]++
	}
	return got
}

// crowd gives so many agents an account with the password "password", whose hash costs
// little; agent is one of them.
func crowd(t *testing.T, site *config.Site, n int) {
	t.Helper()
	hash, err := password.Parse("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$cpx6VEQbwTVZvcpxNIxOVUWZ5xnAipUmAe1cg2GMG70")
	require.NoError(t, err)
	for i := range n {
		site.Accounts[agent(i)] = config.Account{Login: agent(i), Role: config.AsAgent, Password: hash}
	}
}

func agent(i int) string { return fmt.Sprint("agent", i) }

func TestPasswordsThatAreTriedAtOnceAreCountedAsThoseOneByOne(t *testing.T) {
	t.Parallel()
	h, site := staffed(t)
	crowd(t, site, 200)
	assert.Equal(t, map[int]int{http.StatusOK: 200}, h.together(200, agent, "password"), "a center signs in at eight o'clock")
	assert.Equal(t, map[int]int{http.StatusUnauthorized: 50, http.StatusTooManyRequests: 150}, h.together(200, agent, "wrong"))
	assert.Equal(t, map[int]int{http.StatusTooManyRequests: 1}, h.together(1, agent, "password"), "nor is a right one tried from there")
	h.signIn(t, "a1") // elsewhere nobody is concerned
}

// Whoever signs in between guesses of his colleagues' passwords has them counted on.
func TestASignInForgivesNothingOfItsAddress(t *testing.T) {
	t.Parallel()
	h, site := staffed(t)
	crowd(t, site, 51)
	for i := range 50 {
		require.Equal(t, map[int]int{http.StatusOK: 1}, h.together(1, func(int) string { return agent(50) }, "password"))
		require.Equal(t, map[int]int{http.StatusUnauthorized: 1}, h.together(1, func(int) string { return agent(i) }, "wrong"))
	}
	assert.Equal(t, map[int]int{http.StatusTooManyRequests: 1}, h.together(1, func(int) string { return agent(50) }, "password"))
}

func TestASessionEndsWithItsAccountOrPassword(t *testing.T) {
	t.Parallel()
	h, site := staffed(t)
	cookie := h.signIn(t, "a1")
	site.Accounts = accounts(t) // the same password, hashed anew
	h.fails(t, http.StatusUnauthorized, "not_signed_in", "GET", "/api/v1/card", "", "Cookie", cookie)
	cookie = h.signIn(t, "a1")
	delete(site.Accounts, "a1")
	h.fails(t, http.StatusUnauthorized, "not_signed_in", "GET", "/api/v1/card", "", "Cookie", cookie)
}

// cards reads the stream of an agent's card.
func cards(t *testing.T, url, cookie string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/card/events", nil)
	require.NoError(t, err)
	r.Header.Set("Cookie", cookie)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	events := make(chan string)
	go func() {
		defer close(events)
		defer func() { _ = answer.Body.Close() }()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if lines.Text() != "" {
				events <- lines.Text()
			}
		}
	}()
	return events
}

func TestACardFollowsItsAgentAndEndsWithTheSession(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	c := reporttest.NewController(reporttest.Floor(site, "a1"), site)
	url, _ := served(t, c)
	cookie := signInAt(t, http.DefaultClient, url)
	events := cards(t, url, cookie)
	said := func(want string) {
		t.Helper()
		for {
			select {
			case line, open := <-events:
				require.True(t, open, "the stream ended before it said %s", want)
				if strings.Contains(line, want) {
					return
				}
			case <-time.After(10 * time.Second):
				require.FailNow(t, "the stream did not say it", want)
			}
		}
	}
	said(`"state":"ready"`)
	c.Change(func(l *reporttest.Ledger) {
		l.Arrive("c1")
		l.Enqueue("c1", "particuliers")
		l.Ring("c1", "a1")
	})
	said(`"standing":"ringing"`)
	c.Change(func(l *reporttest.Ledger) { l.Wish("a1", "p", fact.Paused{Agent: "a1", Reason: "café"}) })
	said(`"next":"pause"`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, url+"/api/v1/session", nil)
	require.NoError(t, err)
	r.Header.Set("Cookie", cookie)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	said("event: signed_out")
	for range events { // and that is all
	}
	http.DefaultClient.CloseIdleConnections()
}

func signInAt(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	answer, err := client.Post(url+"/api/v1/session", "application/json", strings.NewReader(`{"login":"a1","password":"`+secret+`"}`))
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Len(t, answer.Cookies(), 1)
	return answer.Cookies()[0].Name + "=" + answer.Cookies()[0].Value
}

// served at the door for people, until the test ends.
func servedToPeople(t *testing.T, d api.Door) (address string) {
	t.Helper()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	c := reporttest.NewController(reporttest.Afternoon(site), site)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- api.New(options(c)).ServePeople(ctx, l, d) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
	})
	return l.Addr().String()
}

func TestAtTheDoorForPeopleEverybodySignsInAndAllIsEncrypted(t *testing.T) {
	t.Parallel()
	file, key, pool := certificateFiles(t)
	address := servedToPeople(t, api.Door{Certificate: file, Key: key})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	get := func(path, cookie string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+path, nil)
		require.NoError(t, err)
		r.Header.Set("Cookie", cookie)
		answer, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer
	}
	for _, path := range []string{"/", "/api/v1/calls", "/api/v1/top", "/api/v1/events", "/api/v1/agents/a1", "/api/v1/card", "/api/v1/openapi.yaml"} {
		assert.Equal(t, http.StatusUnauthorized, get(path, "").StatusCode, path)
	}
	for _, path := range []string{"/agent", "/agent/card.js", "/agent/card.css", "/healthz"} {
		answer := get(path, "")
		assert.Equal(t, http.StatusOK, answer.StatusCode, path)
		assert.NotEmpty(t, answer.Header.Get("Strict-Transport-Security"))
		assert.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
	}
	cookie := signInAt(t, client, "https://"+address)
	assert.True(t, strings.HasPrefix(cookie, "__Host-"))
	assert.Equal(t, http.StatusOK, get("/api/v1/card", cookie).StatusCode)
	assert.Equal(t, http.StatusForbidden, get("/api/v1/calls", cookie).StatusCode)
}

func TestBehindAProxyItsNameIsOurs(t *testing.T) {
	t.Parallel()
	address := servedToPeople(t, api.Door{Proxy: "https://Guichet.example"})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for host, want := range map[string]int{"guichet.example": http.StatusOK, "elsewhere.example": http.StatusForbidden} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/agent", nil)
		require.NoError(t, err)
		r.Host = host
		answer, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, want, answer.StatusCode, host)
	}
	answer, err := client.Get("http://" + address + "/api/v1/calls")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode, "whoever comes by this door signs in, although the proxy is on this machine")
}

func TestACertificateThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	err = api.New(options(newHouse().Controller)).ServePeople(t.Context(), l, api.Door{Certificate: "missing.pem", Key: "missing.key"})
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "missing.pem")
}

func certificateFiles(t *testing.T) (certificate, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	certificate, key = filepath.Join(t.TempDir(), "c.pem"), filepath.Join(t.TempDir(), "k.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(t, os.WriteFile(certificate, text, 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return certificate, key, pool
}
