package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/app"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// golden compares text with a file of testdata; look at the diff of -update.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}

// desk is the command beside a running controller.
type desk struct {
	*reporttest.Controller
	url string
	// in is what is typed while the command runs.
	in  string
	run func(context.Context, app.Options) error
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	site := reporttest.Site()
	return deskOf(t, reporttest.NewController(reporttest.Afternoon(site), site))
}

func deskOf(t *testing.T, c *reporttest.Controller) *desk {
	t.Helper()
	server := httptest.NewServer(api.New(api.Options{Controller: c, Version: "test"}).Handler())
	t.Cleanup(server.Close)
	return &desk{Controller: c, url: server.URL}
}

// types runs one command line.
func (d *desk) types(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	p := Program{In: strings.NewReader(d.in), Out: &o, Err: &e, Version: "test", Run: d.run, Getenv: func(name string) string {
		return map[string]string{"GUICHET_URL": d.url}[name]
	}}
	code = p.Execute(t.Context(), args)
	return code, o.String(), e.String()
}

// prints runs a command line that succeeds.
func (d *desk) prints(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := d.types(t, args...)
	require.Equal(t, exitFine, code, errs)
	assert.Empty(t, errs)
	return out
}

func TestExitCodesTellFailureFromWrongUse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.run = func(context.Context, app.Options) error { return errors.New("listen on http address: taken") }
	nobody := &desk{url: "http://127.0.0.1:1"}
	for _, c := range []struct {
		on   *desk
		line string
		code int
		says string
	}{
		{d, "version", exitFine, ""},
		{d, "--help", exitFine, ""},
		{d, "status", exitFine, ""},
		{d, "stauts", exitWrong, "unknown command"},
		{d, "status --colour", exitWrong, "unknown flag: --colour"},
		{d, "status now", exitWrong, "unknown command"},
		{d, "agents pause", exitWrong, "say whom"},
		{d, "agents pause a1 --all", exitWrong, "say whom"},
		{d, "call", exitWrong, "say what to do"},
		{d, "call show", exitWrong, "an argument is missing: give the ID of a call, as guichet calls lists them\nsee guichet call show --help\n"},
		{d, "call show a b", exitWrong, `"b" is too much: give one argument, the ID of a call`},
		{d, "agents skill", exitWrong, "an argument is missing: give the ID of an agent and what to change, such as a1001 topic=3\nsee guichet agents skill --help\n"},
		{d, "rollback a b", exitWrong, `"b" is too much: name one hash, or none`},
		{d, "route --entry 2014 --medium chat", exitWrong, `there is no medium "chat"; write voice or email`},
		{d, "report --csv --json", exitWrong, "none of the others can be"},
		{d, "report --day today --from yesterday", exitWrong, "none of the others can be"},
		{d, "report --by queue --abandoned", exitWrong, "none of the others can be"},
		{d, "report --cut-off --abandoned", exitWrong, "none of the others can be"},
		{d, "report --numbers", exitWrong, "numbers are shown of those who were cut off only"},
		{d, "report --by agent", exitWrong, "write entry, queue, center, organisation or hour"},
		{d, "report --from lundi", exitWrong, `"lundi" is no time; write 2026-11-23`},
		{d, "call show nothing", exitFailed, `there is no contact "nothing"`},
		{d, "queues nothing", exitFailed, `there is no queue "nothing"; see guichet queues for those of the site`},
		{d, "agents login nobody", exitFailed, ""},
		{d, "run", exitFailed, "listen on http address: taken"},
		{d, "check --site /nonexistent", exitWrong, ""},
		{d, "status --url 127.0.0.1:8080", exitWrong, "is no address of a controller; write it like http://127.0.0.1:8080"},
		{nobody, "status", exitFailed, "cannot reach the controller at http://127.0.0.1:1: connect: connection refused; is it running (guichet run --site DIR)?"},
		{nobody, "top", exitFailed, "cannot reach the controller"},
		{nobody, "agents login a1", exitFailed, "cannot reach the controller"},
	} {
		code, _, errs := c.on.types(t, strings.Fields(c.line)...)
		assert.Equal(t, c.code, code, "%s: %s", c.line, errs)
		assert.Contains(t, errs, c.says, c.line)
	}
}

func TestASiteWithProblemsNeverRunsAndListsThemAll(t *testing.T) {
	t.Parallel()
	d := &desk{run: func(_ context.Context, o app.Options) error {
		return &app.SiteError{Dir: o.SiteDir, Problems: []config.Problem{
			{File: "queues.yaml", Line: 3, Column: 5, Message: "unknown key rnig", Hint: "did you mean ring?"},
			{File: "agents.yaml", Line: 1, Column: 1, Message: "the file is empty"},
		}}
	}}
	code, out, errs := d.types(t, "run", "--site", "dgfip")
	assert.Equal(t, exitWrong, code)
	assert.Empty(t, out)
	assert.Equal(t, "queues.yaml:3:5: unknown key rnig; did you mean ring?\nagents.yaml:1:1: the file is empty\n2 problems in dgfip\n", errs)
}

func TestRunPassesWhatWasChosen(t *testing.T) {
	t.Parallel()
	var got app.Options
	d := &desk{run: func(_ context.Context, o app.Options) error { got = o; return nil }}
	d.prints(t, "run", "--site", "s", "--instance", "b", "--lock-file", "l")
	assert.Equal(t, app.Options{SiteDir: "s", Instance: "b", LockFile: "l", Watch: true, Version: "test"}, got)
}

func TestEveryCommandExplainsItselfWithAnExample(t *testing.T) {
	t.Parallel()
	p := Program{Getenv: func(string) string { return "" }}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		assert.NotEmpty(t, c.Short, c.CommandPath())
		assert.Greater(t, len(c.Long), 40, c.CommandPath())
		assert.Contains(t, c.Example, "guichet", c.CommandPath())
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(p.root())
}

func TestTopShowsTheFloorOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	golden(t, "top.txt", d.prints(t, "top", "--once"))
	var top api.Top
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "top", "--once", "--json")), &top))
	assert.Equal(t, 2, top.StillHere)
}

// slip is a buffer that tells when something was written.
type slip struct {
	mu      sync.Mutex
	text    strings.Builder
	written chan struct{}
}

func newSlip() *slip { return &slip{written: make(chan struct{}, 100)} }

func (s *slip) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written <- struct{}{}
	return s.text.Write(p)
}

func (s *slip) wait(t *testing.T) {
	t.Helper()
	select {
	case <-s.written:
	case <-time.After(10 * time.Second):
		require.FailNow(t, "nothing was printed")
	}
}

func TestPlainTopAppendsABlockAtAChangeWithoutControlSequences(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	out := newSlip()
	ctx, stop := context.WithCancel(t.Context())
	p := Program{Out: out, Err: out, Getenv: func(string) string { return d.url }}
	ended := make(chan int, 1)
	go func() { ended <- p.Execute(ctx, []string{"top", "--plain"}) }()
	out.wait(t)
	d.Change(func(l *reporttest.Ledger) {
		l.Arrive("c13")
		l.Arrive("c14")
	})
	out.wait(t)
	stop()
	assert.Equal(t, exitFine, <-ended)
	blocks := strings.Split(strings.TrimSpace(out.text.String()), "\n\n")
	require.Len(t, blocks, 2, "one block for both arrivals")
	golden(t, "top-plain.txt", blocks[0]+"\n")
	assert.Contains(t, blocks[1], "offered   14 = still here 4 + answered 3")
	assert.NotContains(t, out.text.String(), "\x1b")
}

func TestTopWaitsForAControllerThatWentAway(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	server := httptest.NewServer(api.New(api.Options{Controller: d.Controller}).Handler())
	defer server.Close()
	out := newSlip()
	ctx, stop := context.WithCancel(t.Context())
	p := Program{Out: out, Err: out, Getenv: func(string) string { return server.URL }}
	ended := make(chan int, 1)
	go func() { ended <- p.Execute(ctx, []string{"top", "--plain"}) }()
	out.wait(t)
	server.CloseClientConnections()
	out.wait(t) // that it is lost
	out.wait(t) // and found again
	stop()
	assert.Equal(t, exitFine, <-ended)
	assert.Contains(t, out.text.String(), "! the controller ended the live view")
	assert.Equal(t, 2, strings.Count(out.text.String(), "QUEUE"))
}

func TestAgentsAreChangedOneByOneAndEachIsAnswered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, out, _ := d.types(t, "agents", "login", "a4", "nobody")
	assert.Equal(t, exitFailed, code, "one of them failed")
	assert.Contains(t, out, "a4      ready")
	assert.Contains(t, out, `nobody  FAILED  there is no agent "nobody"; see guichet agents list`)

	out = d.prints(t, "agents", "pause", "--center", "cis_ouest", "--reason", "training")
	assert.Equal(t, "AGENT  STATE\na1     talking  then pause\na2     paused\n", out)
	out = d.prints(t, "agents", "resume", "--center", "cps_lyon", "--json")
	assert.JSONEq(t, `[{"agent": "a3", "state": "ready"}]`, out, "a4 is ready already")
	assert.Equal(t, "nobody to change\n", d.prints(t, "agents", "login", "--all"))
	code, _, errs := d.types(t, "agents", "logout", "--center", "cps_paris")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, `no agent is in center "cps_paris"`)
}

func TestListingsAreTablesForPeopleAndJSONForPrograms(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, line := range []string{"status", "agents", "agents list --center cis_ouest", "queues", "queues particuliers", "calls", "call show c04", "report", "report --abandoned", "report --cut-off", "report --by organisation"} {
		args := strings.Fields(line)
		text := d.prints(t, args...)
		assert.NotContains(t, text, "{", line)
		assert.False(t, json.Valid([]byte(text)), line)
		assert.True(t, json.Valid([]byte(d.prints(t, append(args, "--json")...))), line)
	}
	golden(t, "call.txt", d.prints(t, "call", "show", "c11"))
	golden(t, "status.txt", statusWithoutPlace(d.prints(t, "status")))
	assert.Contains(t, d.prints(t, "report", "--csv"), "c01,voice,2014,")
	assert.Contains(t, d.prints(t, "report", "--day", "2026-11-23", "--abandoned"), "3 abandoned: 2 after asking")
	assert.Contains(t, d.prints(t, "report", "--day", "2026-11-23", "--cut-off"), "1 were cut off: 0 while they talked")
	assert.Contains(t, d.prints(t, "report", "--by", "organisation"), "SERVED BY")
	assert.Contains(t, d.prints(t, "report", "--interval", "15m", "--csv"), "2026-11-23T14:00:00+01:00,12,7,3,")
	assert.Contains(t, d.prints(t, "report", "--abandoned", "--excel-fr"), ";particuliers;3,000000;queue;true;")
}

// statusWithoutPlace keeps the ledger's place out of a golden: it follows the
// number of facts in the afternoon.
func statusWithoutPlace(text string) string {
	before, rest, _ := strings.Cut(text, " · entry ")
	_, after, _ := strings.Cut(rest, " · ")
	return before + " · " + after
}

func TestAgesAreThoseOfTheMomentOfPrinting(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	zone := site.Zone
	at := func(s int) time.Time { return time.Date(2026, 11, 23, 14, 0, s, 0, zone) }
	var text bytes.Buffer
	require.NoError(t, writeAgents(&text, []api.Agent{
		{ID: "a1", Name: "Camille", Center: "cis_ouest", Phone: "PJSIP/a1", State: "talking", Since: at(0), Contact: "c1", Next: "pause"},
		{ID: "a2", Name: "Dominique\x1b[2J", Center: "cis_ouest", Phone: "PJSIP/a2", State: "set_aside", Since: at(10), Until: at(40), Why: "no_answer"},
		{ID: "a3", Name: "Claude", Center: "cps_lyon", Phone: "PJSIP/a3", State: "logged_out"},
	}, at(30)))
	require.NoError(t, writeCalls(&text, []api.Call{
		{ID: "c1", Standing: "talking", Arrived: at(0), Queued: at(4), Answered: at(10), Queue: "particuliers", Topic: "payment", Agent: "a1", Entry: "2014", Caller: "••••••••78"},
		{ID: "c2", Standing: "menu", Menu: "motif", Arrived: at(20), Entry: "2014", Caller: "withheld"},
	}, at(30)))
	golden(t, "ages.txt", text.String())
	text.Reset()
	require.NoError(t, writeCalls(&text, nil, at(0)))
	assert.Equal(t, "nobody is here\n", text.String())
}

func TestAReportThatFindsSomethingBrokenFails(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	l := reporttest.Floor(site, "a1")
	for _, id := range []contact.ID{"first", "second"} {
		l.Arrive(id)
		l.Enqueue(id, "particuliers")
		l.Pass(time.Second)
	}
	l.Offer("second", "a1")
	l.Pretend()
	d := deskOf(t, reporttest.NewController(l, site))
	code, out, errs := d.types(t, "report")
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, errs, "it is said on the report")
	assert.Contains(t, out, "I6 order kept            BROKEN  1 violations")
	code, _, _ = d.types(t, "report", "--json")
	assert.Equal(t, exitFailed, code)
}

func TestAControllerThatIsNotReadyFailsTheStatus(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Why = []string{"no Asterisk can be commanded"}
	code, out, _ := d.types(t, "status")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, out, "NOT READY: no Asterisk can be commanded")
}

func TestWhatEndangersServiceIsShownAndFailsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.WhyWorse = []string{"the store would remove facts"}
	code, out, _ := d.types(t, "status")
	assert.Zero(t, code)
	assert.Contains(t, out, "ready, DEGRADED: the store would remove facts")
}
