package app

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/password"
)

// floor is a whole guichet on a fake Asterisk: a1001 talks with a caller, a1002 is ready,
// a1003 is not logged in and has a PIN.
type floor struct {
	*running
	asterisk *aritest.Server
}

func newFloor(t *testing.T) *floor {
	t.Helper()
	f := &floor{asterisk: aritest.New(t)}
	f.asterisk.Phone("PJSIP/a1001", aritest.Answers(0))
	f.asterisk.Phone("PJSIP/a1002", aritest.Rings())
	f.asterisk.Phone("PJSIP/a1003", aritest.Rings())
	f.running = startOn(t, f.asterisk, false, func(dir string) {
		hash, err := password.Make("471100")
		require.NoError(t, err)
		put(t, filepath.Join(dir, "pins"), "a1003:"+hash.String()+"\n")
		replace(t, filepath.Join(dir, "site.yaml"), "calendar: demo", "calendar_everywhere: demo")
		day, err := os.ReadFile(filepath.Join(dir, "floor.yaml"))
		require.NoError(t, err)
		put(t, filepath.Join(dir, "floor.yaml"), string(day)+"\npins: {file: pins}\n")
	})
	f.until("guichet to be ready", func() bool { code, _ := f.ask("GET", "/readyz", ""); return code == http.StatusOK })
	f.does("/api/v1/agents/a1001/login")
	caller := f.asterisk.Call("0612345678", "2014", "entry", "2014")
	caller.Press("175")
	f.until("them to talk", func() bool { return strings.Contains(f.state(), `"state": "talking"`) })
	f.does("/api/v1/agents/a1002/login")
	return f
}

func (f *floor) does(path string) {
	f.Helper()
	code, text := f.ask("POST", path, "")
	require.Equal(f, http.StatusOK, code, text)
}

// ask sends a request, and returns what is answered; 0 if nothing is.
func (r *running) ask(method, path, body string) (code int, text string) {
	request, err := http.NewRequestWithContext(r.Context(), method, r.url+path, strings.NewReader(body))
	require.NoError(r, err)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(r, err)
	return answer.StatusCode, string(said)
}

// state is all that there is to see of the site.
func (f *floor) state() string {
	var all strings.Builder
	for _, path := range []string{"agents", "calls", "queues", "messages", "announcements", "versions"} {
		_, text := f.ask("GET", "/api/v1/"+path, "")
		all.WriteString(text)
	}
	return all.String()
}

// Whoever says something wrong is told what, by a code for programs and in words, and
// nothing has changed: neither the floor nor a call, and nobody's phone has rung.
func TestWhatCannotBeIsRefusedWithACodeAndChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	long := strings.Repeat("x", 5000)
	for _, bad := range []struct {
		what, path, body string
		status           int
		code             string
	}{
		{"unknown agent logs in", "agents/nobody/login", "", 404, "not_found"},
		{"unknown agent logs out", "agents/nobody/logout", "", 404, "not_found"},
		{"unknown agent pauses", "agents/nobody/pause", "", 404, "not_found"},
		{"unknown agent is given a skill", "agents/nobody/skills", `{"skills": {"topic": 3}}`, 404, "not_found"},
		{"unknown agent holds", "agents/nobody/hold", "", 404, "not_found"},
		{"unknown agent is listened to", "agents/nobody/supervise", `{"supervisor": "a1002", "mode": "listening"}`, 404, "not_found"},
		{"unknown supervisor", "agents/a1001/supervise", `{"supervisor": "nobody", "mode": "listening"}`, 404, "not_found"},

		{"wrong PIN", "agents/a1003/login", `{"pin": "000000"}`, 403, "wrong_pin"},
		{"PIN of who has none", "agents/a1004/login", `{"pin": "471100"}`, 403, "no_pin"},

		{"logged in already, elsewhere", "agents/a1002/login", `{"phone": "PJSIP/a1003"}`, 409, "already_logged_in"},
		{"at a phone where another one is", "agents/a1003/login", `{"phone": "PJSIP/a1002"}`, 409, "phone_taken"},
		{"at a phone of nobody", "agents/a1003/login", `{"phone": "PJSIP/trunk"}`, 400, "unknown_phone"},
		{"pause of who is not logged in", "agents/a1003/pause", "", 409, "not_logged_in"},
		{"pause for no reason of the list", "agents/a1001/pause", `{"reason": "sieste"}`, 400, "unknown_reason"},
		{"end of a wrap-up that is none", "agents/a1001/finish", "", 409, "no_wrap_up"},

		{"transfer to nowhere", "agents/a1001/transfer", `{}`, 422, "nowhere"},
		{"transfer to no agent", "agents/a1001/transfer", `{"agent": "nobody"}`, 422, "nowhere"},
		{"transfer to who is not logged in", "agents/a1001/transfer", `{"agent": "a1003"}`, 422, "nowhere"},
		{"transfer to no queue", "agents/a1001/transfer", `{"queue": "nulle_part"}`, 422, "nowhere"},
		{"transfer to both", "agents/a1001/transfer", `{"agent": "a1002", "queue": "particuliers"}`, 422, "nowhere"},
		{"transfer to oneself", "agents/a1001/transfer", `{"agent": "a1001"}`, 422, "oneself"},
		{"consultation of oneself", "agents/a1001/consult", `{"agent": "a1001"}`, 422, "oneself"},
		{"conference with oneself", "agents/a1001/conference", `{"agent": "a1001"}`, 422, "oneself"},
		{"transfer to a number that costs extra", "agents/a1001/transfer", `{"number": "0899123456"}`, 403, "number_refused"},
		{"transfer abroad", "agents/a1001/transfer", `{"number": "+44 20 7946 0958"}`, 403, "number_refused"},
		{"transfer to what is no number", "agents/a1001/transfer", `{"number": "Local/1@from-trunk"}`, 403, "number_refused"},
		{"transfer by who talks with nobody", "agents/a1002/transfer", `{"agent": "a1001"}`, 409, "no_conversation"},
		{"supervision of oneself", "agents/a1001/supervise", `{"supervisor": "a1001", "mode": "listening"}`, 422, "oneself"},
		{"supervision in no mode", "agents/a1001/supervise", `{"supervisor": "a1002", "mode": "shouting"}`, 400, "bad_request"},
		{"take-over by who does not listen", "agents/a1001/takeover", `{"supervisor": "a1002"}`, 409, "not_yours"},
		{"completed without a consultation", "agents/a1001/complete", "", 409, "nobody_called"},
		{"retrieved who is not on hold", "agents/a1001/unhold", "", 409, "not_held"},
		{"pause of a recording that is none", "agents/a1001/pause-recording", "", 409, "not_recorded"},

		{"level above the range", "agents/a1001/skills", `{"skills": {"topic": 6}}`, 400, "bad_request"},
		{"level below the range", "agents/a1001/skills", `{"skills": {"topic": -1}}`, 400, "bad_request"},
		{"level that is no number", "agents/a1001/skills", `{"skills": {"topic": "haut"}}`, 400, "bad_request"},
		{"skill that nobody has", "agents/a1001/skills", `{"skills": {"astrologie": 3}}`, 400, "bad_request"},
		{"center that is none", "agents/a1001/skills", `{"center": "lune"}`, 400, "bad_request"},

		{"body of a log-in too large", "agents/a1003/login", `{"phone": "` + long + `"}`, 413, "too_long"},
		{"body of a transfer too large", "agents/a1001/transfer", `{"agent": "` + long + `"}`, 413, "too_long"},
		{"body of a change of skills too large", "agents/a1001/skills", `{"by": "` + long + `"}`, 413, "too_long"},
		{"body that is no JSON", "agents/a1001/transfer", `agent=a1002`, 400, "bad_request"},
		{"body with a wrong key", "agents/a1001/transfer", `{"agnet": "a1002"}`, 400, "bad_request"},
		{"body with two objects", "agents/a1001/transfer", `{"agent": "a1002"}{}`, 400, "bad_request"},
	} {
		t.Run(bad.what, func(t *testing.T) { f.refuses(t, bad.path, bad.body, bad.status, bad.code) })
	}
	t.Run("logged in already, at the same phone", func(t *testing.T) {
		before := f.state()
		for _, agent := range []string{"a1001", "a1002"} {
			code, text := f.ask("POST", "/api/v1/agents/"+agent+"/login", "")
			assert.Equal(t, http.StatusOK, code, text)
		}
		assert.Equal(t, before, f.state(), "nothing has changed, nor since when who is ready is ready")
	})
	assert.Zero(t, f.asterisk.Phone("PJSIP/a1002", aritest.Rings()).Calls(), "nobody's phone has rung")
	assert.Len(t, f.asterisk.Channels(), 2, "caller and agent, as before")
}

// After a few wrong PINs of an agent the right one is not even tried, and it is one's own
// affair: others log in as before.
func TestWrongPINsAreLimitedAndThenLocked(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	for range 5 {
		f.refuses(t, "agents/a1003/login", `{"pin": "000000"}`, 403, "wrong_pin")
	}
	for _, pin := range []string{"000000", "471100"} {
		f.refuses(t, "agents/a1003/login", `{"pin": "`+pin+`"}`, 429, "pin_locked")
	}
	f.does("/api/v1/agents/a1004/login")
}

// refuses asserts that a request is refused and leaves everything as it was.
func (f *floor) refuses(t *testing.T, path, body string, status int, code string) {
	t.Helper()
	before := f.state()
	got, text := f.ask("POST", "/api/v1/"+path, body)
	assert.Equal(t, status, got, text)
	var failure api.Failure
	require.NoError(t, json.Unmarshal([]byte(text), &failure), text)
	require.NotNil(t, failure.Error, text)
	assert.Equal(t, code, failure.Error.Code, text)
	assert.NotEmpty(t, failure.Error.Message)
	assert.NotContains(t, failure.Error.Message, "471100")
	assert.Equal(t, before, f.state(), "nothing has changed")
}
