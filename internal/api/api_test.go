package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/metrics"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a server over an afternoon.
type house struct {
	*reporttest.Controller
	handler http.Handler
}

func newHouse() *house {
	site := reporttest.Site()
	return houseOf(reporttest.NewController(reporttest.Afternoon(site), site))
}

func houseOf(c *reporttest.Controller) *house {
	return &house{c, api.New(options(c)).Handler()}
}

func options(c *reporttest.Controller) api.Options {
	return api.Options{
		Controller: c, Version: "test",
		Metrics: metrics.Handler(metrics.New(c, metrics.NewObserver())),
		Reveal:  func(sealed string) (string, bool) { return strings.CutPrefix(sealed, "sealed:") },
		RevealCallback: func(id contact.ID, sealed string) (string, bool) {
			return strings.CutPrefix(sealed, "sealed for "+string(id)+":")
		},
	}
}

// ask sends a request; header are pairs of name and value.
func (h *house) ask(t *testing.T, method, path, body string, header ...string) (int, string) {
	t.Helper()
	code, text, _ := h.exchange(t, method, path, body, header...)
	return code, text
}

func (h *house) exchange(t *testing.T, method, path, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w.Code, string(text), w.Header()
}

// get decodes a good answer.
func get[T any](t *testing.T, h *house, path string) T {
	t.Helper()
	code, text := h.ask(t, "GET", path, "")
	require.Equal(t, http.StatusOK, code, text)
	var v T
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	return v
}

// fails decodes an error and checks status and code.
func (h *house) fails(t *testing.T, status int, code, method, path, body string, header ...string) *api.Error {
	t.Helper()
	got, text := h.ask(t, method, path, body, header...)
	require.Equal(t, status, got, text)
	var f api.Failure
	require.NoError(t, json.Unmarshal([]byte(text), &f), text)
	require.NotNil(t, f.Error, text)
	assert.Equal(t, code, f.Error.Code)
	assert.NotEmpty(t, f.Error.Message)
	return f.Error
}

func TestHealthIsAboutTheProcessAndReadinessAboutWhatItNeeds(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.Why = []string{"no Asterisk can be commanded"}
	code, _ := h.ask(t, "GET", "/healthz", "")
	assert.Equal(t, http.StatusOK, code)
	code, text := h.ask(t, "GET", "/readyz", "")
	assert.Equal(t, http.StatusServiceUnavailable, code)
	assert.JSONEq(t, `{"ready": false, "reasons": ["no Asterisk can be commanded"]}`, text)
	h.Why = nil
	code, text = h.ask(t, "GET", "/readyz", "")
	assert.Equal(t, http.StatusOK, code)
	assert.JSONEq(t, `{"ready": true, "reasons": []}`, text)
	h.WhyWorse = []string{"the store would remove facts"}
	code, text = h.ask(t, "GET", "/readyz", "")
	assert.Equal(t, http.StatusOK, code, "calls are served")
	assert.JSONEq(t, `{"ready": true, "reasons": ["the store would remove facts"]}`, text)
	assert.Equal(t, h.WhyWorse, get[api.Status](t, h, "/api/v1/status").Degraded)
	assert.Contains(t, get[api.Top](t, h, "/api/v1/top").Attention, h.WhyWorse[0])
	h.Why = []string{"no Asterisk can be commanded"}
	_, text = h.ask(t, "GET", "/readyz", "")
	assert.JSONEq(t, `{"ready": false, "reasons": ["no Asterisk can be commanded", "the store would remove facts"]}`, text)
}

func TestStatusShowsTheControllerAndItsNodes(t *testing.T) {
	t.Parallel()
	s := get[api.Status](t, newHouse(), "/api/v1/status")
	assert.Equal(t, "dgfip", s.Site)
	assert.Equal(t, "test", s.Version)
	assert.True(t, s.Ready)
	assert.Equal(t, reporttest.Instance, s.Leader)
	assert.Equal(t, uint64(1), s.Ledger.Generation)
	require.Len(t, s.Nodes, 1)
	assert.Equal(t, reporttest.Instance, s.Nodes[0].Holder)
	assert.Equal(t, report.Span(1200), s.Nodes[0].Lag)
	assert.Equal(t, uint64(1), s.Repairs["orphan_leg"])
}

func TestAgentsAreListedWithThoseWhoNeverLoggedIn(t *testing.T) {
	t.Parallel()
	h := newHouse()
	agents := get[[]api.Agent](t, h, "/api/v1/agents")
	states := map[contact.Agent]acd.State{}
	for _, a := range agents {
		states[a.ID] = a.State
	}
	assert.Equal(t, map[contact.Agent]acd.State{"a1": acd.Talking, "a2": acd.SetAside, "a3": acd.Paused, "a4": acd.LoggedOut}, states)
	assert.Equal(t, contact.ID("c11"), agents[0].Contact)
	assert.Equal(t, "no_answer", agents[1].Why)
	assert.False(t, agents[1].Until.IsZero())
	assert.Len(t, get[[]api.Agent](t, h, "/api/v1/agents?center=cps_lyon"), 2)
	assert.Equal(t, "Sacha", get[api.Agent](t, h, "/api/v1/agents/a4").Name)
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/agents/nobody", "")
}

func TestACommandChangesAnAgentAndSaysWhereItIsWritten(t *testing.T) {
	t.Parallel()
	h := newHouse()
	for _, step := range []struct {
		verb, body string
		state      acd.State
		why        string
	}{
		{"login", "", acd.Ready, ""},
		{"pause", `{"reason": " lunch\u001b "}`, acd.Paused, "lunch"},
		{"resume", `{}`, acd.Ready, ""},
		{"logout", "", acd.LoggedOut, ""},
	} {
		code, text := h.ask(t, "POST", "/api/v1/agents/a4/"+step.verb, step.body)
		require.Equal(t, http.StatusOK, code, text)
		var done api.Commanded
		require.NoError(t, json.Unmarshal([]byte(text), &done))
		assert.Equal(t, step.state, done.Agent.State, step.verb)
		assert.Equal(t, step.why, done.Agent.Why)
		assert.NotEmpty(t, done.Operation)
		assert.False(t, done.Position.IsZero())
	}
	code, text := h.ask(t, "POST", "/api/v1/agents/a1/pause", "")
	require.Equal(t, http.StatusOK, code)
	assert.Contains(t, text, `"next": "pause"`, "a1 talks: the pause comes afterwards")
}

func TestACommandWithoutEffectIsAConflict(t *testing.T) {
	t.Parallel()
	h := newHouse()
	e := h.fails(t, http.StatusConflict, "not_logged_in", "POST", "/api/v1/agents/a4/pause", "")
	assert.Equal(t, "agent a4: agent is not logged in", e.Message)
}

func TestARepeatedOperationTakesEffectOnce(t *testing.T) {
	t.Parallel()
	h := newHouse()
	_, first := h.ask(t, "POST", "/api/v1/agents/a4/login", "", "Idempotency-Key", "op-1")
	_, second := h.ask(t, "POST", "/api/v1/agents/a4/login", "", "Idempotency-Key", "op-1")
	assert.JSONEq(t, first, second)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a4/login", "", "Idempotency-Key", strings.Repeat("x", 200))
}

func TestWrongCommandsAreRefusedBeforeTheyAreWritten(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/agents/nobody/login", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/pause", `{"raison": "déjeuner"}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/pause", `{"reason": "x"} {}`)
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/pause", `{"reason": "`+strings.Repeat("é", 121)+`"}`)
	h.fails(t, http.StatusRequestEntityTooLarge, "too_long", "POST", "/api/v1/agents/a1/pause", `{"reason": "`+strings.Repeat("x", 5000)+`"}`)
	h.fails(t, http.StatusForbidden, "cross_origin", "POST", "/api/v1/agents/a1/logout", "", "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site")
	h.Away = true
	e := h.fails(t, http.StatusServiceUnavailable, "ledger_unavailable", "POST", "/api/v1/agents/a1/logout", "", "Idempotency-Key", "op-9")
	assert.Contains(t, e.Hint, "op-9")
	assert.Equal(t, acd.Talking, get[api.Agent](t, h, "/api/v1/agents/a1").State)
}

func TestABodyThatIsNotExpectedIsSaidInTheWordsOfJSON(t *testing.T) {
	t.Parallel()
	h := newHouse()
	for body, want := range map[string]string{
		`garbage`:                "invalid character 'g' looking for beginning of value, at byte 1",
		`[]`:                     "array where the object should be",
		`{"reason": `:            "it does not end",
		`{"reason": 3}`:          `number in the field "reason"`,
		`{"raison": "déjeuner"}`: `there is no field "raison"`,
	} {
		e := h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/pause", body)
		assert.Equal(t, "the body is not the JSON that is expected: "+want, e.Message)
	}
}

func TestUnknownPathsAndMethodsAreJSONErrors(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/nothing", "")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/debug/pprof/", "")
	h.fails(t, http.StatusMethodNotAllowed, "method_not_allowed", "POST", "/api/v1/agents", "")
	code, _, header := h.exchange(t, "GET", "/api/v1/agents/a1/login", "")
	assert.Equal(t, http.StatusMethodNotAllowed, code)
	assert.Equal(t, "POST", header.Get("Allow"))
}

func TestQueuesShowWhoWaitsAndForWhom(t *testing.T) {
	t.Parallel()
	h := newHouse()
	queues := get[[]api.Queue](t, h, "/api/v1/queues")
	require.Len(t, queues, 2)
	q := queues[0]
	assert.Equal(t, contact.Queue("particuliers"), q.Name)
	assert.Equal(t, []int{1, 0, 1}, []int{q.Waiting, q.Ringing, q.Talking})
	assert.Equal(t, "15m", q.Answered[0].Window)
	assert.Equal(t, "3/5 = 60.0 %", q.Answered[0].Rate.String())

	line := get[api.QueueLine](t, h, "/api/v1/queues/particuliers").Line
	require.Len(t, line, 1)
	assert.Equal(t, contact.ID("c10"), line[0].Contact)
	assert.Equal(t, "cis_ouest, cps_lyon with payment ≥ 1", line[0].Who)
	assert.Equal(t, "waits for one of 1 talking, 1 set aside, 1 paused", line[0].Next)
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/queues/nothing", "")
}

func TestWhoIsBeingRungKeepsThePlaceInTheLine(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	l := reporttest.Floor(site, "a1")
	for _, id := range []contact.ID{"first", "second"} {
		l.Arrive(id)
		l.Enqueue(id, "particuliers")
		l.Pass(time.Second)
	}
	l.Ring("first", "a1")
	h := houseOf(reporttest.NewController(l, site))
	q := get[api.QueueLine](t, h, "/api/v1/queues/particuliers")
	assert.Equal(t, []int{2, 1}, []int{q.Waiting, q.Ringing})
	require.Len(t, q.Line, 2)
	assert.Equal(t, contact.Agent("a1"), q.Line[0].Agent)
	assert.Equal(t, "the phone of agent a1 is being rung", q.Line[0].Next)
	assert.Equal(t, 2, q.Line[1].Position)
}

func TestACallersNumberIsNeverShown(t *testing.T) {
	t.Parallel()
	h := newHouse()
	for _, path := range []string{"/api/v1/calls", "/api/v1/calls/c10", "/api/v1/calls/c01", "/api/v1/top", "/api/v1/report", "/api/v1/report?format=csv", "/metrics"} {
		code, text := h.ask(t, "GET", path, "")
		require.Equal(t, http.StatusOK, code, path)
		assert.NotContains(t, text, "0612345678", path)
		assert.NotContains(t, text, "sealed:", path)
	}
	calls := get[[]api.Call](t, h, "/api/v1/calls")
	require.Len(t, calls, 3)
	assert.Equal(t, "••••••••78", calls[0].Caller)

	o := options(h.Controller)
	o.Reveal = nil
	blind := &house{h.Controller, api.New(o).Handler()}
	assert.Equal(t, "hidden", get[[]api.Call](t, blind, "/api/v1/calls")[0].Caller)
}

func TestCallsSayWhereTheyAre(t *testing.T) {
	t.Parallel()
	calls := get[[]api.Call](t, newHouse(), "/api/v1/calls")
	where := map[contact.ID]string{}
	for _, c := range calls {
		where[c.ID] = c.Standing
		assert.Equal(t, c.Arrived, c.WaitsSince, "whatever became of it meanwhile")
	}
	assert.Equal(t, map[contact.ID]string{"c10": "waiting", "c11": "talking", "c12": "menu"}, where)
	assert.Equal(t, contact.ID("c11"), calls[0].ID, "oldest first")
}

func TestAStoryIsToldOfLiveAndPastCalls(t *testing.T) {
	t.Parallel()
	h := newHouse()
	past := get[api.CallStory](t, h, "/api/v1/calls/c01")
	assert.Nil(t, past.Live)
	assert.Len(t, past.Lines, 8)
	live := get[api.CallStory](t, h, "/api/v1/calls/c11")
	require.NotNil(t, live.Live)
	assert.Equal(t, "talking", live.Live.Standing)
	h.fails(t, http.StatusConflict, "ambiguous", "GET", "/api/v1/calls/c0", "")
	h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/calls/z", "")
}

func TestAReportIsMadeInThreeFormats(t *testing.T) {
	t.Parallel()
	h := newHouse()
	r := get[report.Report](t, h, "/api/v1/report?from=2026-11-23T14:00&to=2026-11-23T14:02")
	assert.Len(t, r.Contacts, 1)
	assert.True(t, r.Checks.OK())
	_, text, header := h.exchange(t, "GET", "/api/v1/report?format=csv", "")
	assert.Equal(t, "text/csv; charset=utf-8", header.Get("Content-Type"))
	assert.Equal(t, 13, strings.Count(text, "\n"))
	_, text = h.ask(t, "GET", "/api/v1/report?format=text", "")
	assert.Contains(t, text, "answered / asked     3/7 = 42.9 %")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?from=lundi", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?format=xls", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?list=everybody", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?day=lundi", "")
	assert.Len(t, get[report.Report](t, h, "/api/v1/report?day=2026-11-23").Contacts, 12)
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?by=agent", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?by=queue&interval=15m", "")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?by=queue&list=abandoned", "")
	by := get[report.Breakdown](t, h, "/api/v1/report?day=2026-11-23&by=queue")
	assert.Equal(t, 12, by.All.Offered)
	assert.Equal(t, "particuliers", by.Rows[0].Name)
	assert.Len(t, get[report.Breakdown](t, h, "/api/v1/report?day=2026-11-23&by=organisation").Arms, 1)
	left := get[report.Abandoned](t, h, "/api/v1/report?day=2026-11-23&list=abandoned").Left
	require.Len(t, left, 3)
	assert.Equal(t, "••••••••78", left[0].Caller)
	cut := get[report.CutOff](t, h, "/api/v1/report?day=2026-11-23&list=cut_off").Callers
	require.Len(t, cut, 1)
	assert.Equal(t, "••••••••78", cut[0].Caller)
	cut = get[report.CutOff](t, h, "/api/v1/report?day=2026-11-23&list=cut_off&numbers=true").Callers
	assert.Equal(t, "0612345678", cut[0].Caller, "for whoever calls back")
	h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/report?list=abandoned&numbers=true", "")
	_, text = h.ask(t, "GET", "/api/v1/report?list=abandoned&format=csv&excel=fr", "")
	assert.True(t, strings.HasPrefix(text, "\ufeffcontact;"))
	assert.NotContains(t, text, "0612345678")
}

func TestTopIsOneLookAtTheWholeFloor(t *testing.T) {
	t.Parallel()
	h := newHouse()
	top := get[api.Top](t, h, "/api/v1/top")
	assert.Equal(t, uint64(12), top.Offered)
	assert.Equal(t, 2, top.StillHere)
	assert.Equal(t, map[string]int{"waiting": 1, "talking": 1, "menu": 1}, top.Calls)
	assert.Equal(t, uint64(3), top.Outcomes[contact.Answered])
	assert.Equal(t, "3/7 = 42.9 %", top.Answered[2].Rate.String())
	require.Len(t, top.Longest, 1)
	assert.Equal(t, contact.ID("c10"), top.Longest[0].Contact)
	assert.Empty(t, top.Attention)
	_, text := h.ask(t, "GET", "/api/v1/top", "")
	assert.Regexp(t, `"attention": ?\[\]`, text, "the board joins it: null would leave it without queues")

	h.Why = []string{"the ledger does not answer"}
	h.LinksNow[0].Connected = false
	h.LiveNow.Violations = map[string]uint64{"I4": 1}
	assert.Equal(t, []string{
		"invariant I4 was broken 1 times: see the log", "the ledger does not answer", "Asterisk ast1 is not connected",
	}, get[api.Top](t, h, "/api/v1/top").Attention)
}

func TestTheBoardIsServedWithoutAnythingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse()
	for path, kind := range map[string]string{"/": "text/html", "/board.js": "text/javascript", "/supervise.js": "text/javascript", "/board.css": "text/css"} {
		code, text, header := h.exchange(t, "GET", path, "")
		assert.Equal(t, http.StatusOK, code, path)
		assert.True(t, strings.HasPrefix(header.Get("Content-Type"), kind), header.Get("Content-Type"))
		assert.NotContains(t, text, "//cdn")
		assert.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
	}
}
