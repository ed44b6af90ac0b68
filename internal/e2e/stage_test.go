package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/observer"
	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/stage"
)

// program is the guichet binary under test, built once with the race detector.
var program string

func TestMain(m *testing.M) {
	if os.Getenv("GUICHET_LAB") != "1" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "guichet-e2e-")
	if err != nil {
		panic(err)
	}
	// Whoever ends waits for its goroutines: the race detector need not give them
	// a second more, at each of a hundred command lines.
	if os.Getenv("GORACE") == "" {
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	program = filepath.Join(dir, "guichet")
	build := exec.Command("go", "build", "-race", "-o", program, "../../cmd/guichet")
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("build guichet: %v\n%s", err, out))
	}
	code := m.Run()
	if code == 0 {
		http.DefaultClient.CloseIdleConnections()
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// visitor is a SIP phone that is no agent's: it calls, as in `make run`.
const visitor = "visiteur"

// paris is what a caller from there keys when asked for the department.
const paris = "75"

// patience bounds every wait for a condition, and endurance a whole test; none is expected to
// need it, but a busy machine may take several times as long as ours.
const (
	patience  = 90 * time.Second
	endurance = 8 * time.Minute
)

// theatre is one stage with the phones of one test.
type theatre struct {
	*stage.Stage
	t       *testing.T
	ctx     context.Context
	callers *phone.Exchange
	agents  *phone.Exchange
	// outside is the operator's side on which local services are called.
	outside *phone.Exchange
	// watcher judges what happens from outside, if it was asked to.
	watcher *observer.Observer
	people  int // who have called, each with a number of his own
	// broken is how often the test has guichet break an invariant.
	broken int
}

// operatorIP is where Asterisk sends calls to the outside.
const operatorIP = "127.0.0.4"

// raise puts a stage up on a site like the sample, with short times.
func raise(t *testing.T) *theatre {
	t.Helper()
	return raiseWith(t, phone.Options{}, nil)
}

func raiseWith(t *testing.T, audio phone.Options, change func(dir string)) *theatre {
	t.Helper()
	return raiseBehind(t, audio, change, nil)
}

// raiseBehind puts something between guichet and the lab.
func raiseBehind(t *testing.T, audio phone.Options, change func(dir string), detour func(*lab.Lab) ([]string, error)) *theatre {
	t.Helper()
	return raiseAs(t, audio, change, stage.Options{Detour: detour})
}

// raiseAs puts a stage up as some of its options say; the others are those of every test.
func raiseAs(t *testing.T, audio phone.Options, change func(dir string), o stage.Options) *theatre {
	t.Helper()
	if os.Getenv("GUICHET_LAB") != "1" {
		t.Skip("needs a real Asterisk and Redis, and root: run `make test`, which sets GUICHET_LAB=1")
	}
	ctx, cancel := context.WithTimeout(context.Background(), endurance)
	t.Cleanup(cancel)
	site := quickSite(t)
	if change != nil {
		change(site)
	}
	// The operator must be known before Asterisk starts.
	audio.LocalIP = operatorIP
	outside, err := phone.Open(ctx, audio)
	require.NoError(t, err)
	o.Program, o.Site, o.Dir, o.Env = program, site, t.TempDir(), []string{"GUICHET_LOG=debug"}
	o.Extra, o.Operator = []string{visitor}, outside.Addr()
	s, err := stage.Raise(ctx, o)
	if err != nil {
		assert.NoError(t, outside.Close())
	}
	require.NoError(t, err)
	th := &theatre{Stage: s, t: t, ctx: ctx, outside: outside}
	t.Cleanup(th.close)
	th.callers, err = s.Callers(ctx, audio)
	require.NoError(t, err)
	th.agents, err = s.Phones(ctx, audio)
	require.NoError(t, err)
	return th
}

// close ends the phones first, and shows the controller's log of a failed test, with what
// became of its last calls.
func (th *theatre) close() {
	if th.t.Failed() {
		th.tellStories()
	}
	for _, x := range []*phone.Exchange{th.callers, th.agents, th.outside} {
		if x != nil {
			assert.NoError(th.t, x.Close())
		}
	}
	th.Lower()
	log, err := os.ReadFile(th.Controller.LogFile())
	assert.NoError(th.t, err)
	assert.NotContains(th.t, string(log), "DATA RACE")
	assert.Equal(th.t, th.broken, strings.Count(string(log), "invariant broken"), "broken invariants")
	if th.t.Failed() {
		th.t.Logf("log of guichet:\n%s", tail(string(log), 8000))
	}
}

// tellStories logs the story of each of the last contacts that were over.
func (th *theatre) tellStories() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	log, err := os.ReadFile(th.Controller.LogFile())
	assert.NoError(th.t, err)
	over := regexp.MustCompile(`"contact let go","contact":"([^"]+)"`).FindAllStringSubmatch(string(log), -1)
	for _, m := range over[max(0, len(over)-10):] {
		story, _ := th.Guichet(ctx, "call", "show", m[1]).CombinedOutput() // says why, if it cannot
		th.t.Logf("%s", story)
	}
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// quickSite copies the sample site and makes short what tests wait for: wrap-ups, times
// aside, and its prompts, which are one word long. What tests themselves do in time, they do
// however long they are held up: a phone rings until it is answered (ringFor says otherwise),
// and who keys a number may pause.
func quickSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "dgfip"))))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "ivr", "tests"))) // they are about the times of the sample
	rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
		`ring: \w+`: "ring: 60s", `wrap_up: \w+`: "wrap_up: 1s",
		`no_answer: \w+`: "no_answer: 2s", `busy: \w+`: "busy: 1s", `refused: \w+`: "refused: 1s",
	})
	// One agent of a center is soon one for five callers.
	rewrite(t, filepath.Join(dir, "routing.yaml"), map[string]string{`estimated_wait: \w+, per_agent: \d+, `: ""})
	rewrite(t, filepath.Join(dir, "ivr", "accueil.yaml"), map[string]string{
		`no_input_timeout: \w+`: "no_input_timeout: 5s", `max_attempts: 3`: "max_attempts: 3, inter_digit_timeout: 5s",
	})
	names := regexp.MustCompile(`(?m)^  (\w+):`)
	path := filepath.Join(dir, "prompts", "prompts.yaml")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var short strings.Builder
	short.WriteString("prompts:\n")
	for _, m := range names.FindAllStringSubmatch(string(text), -1) {
		fmt.Fprintf(&short, "  %s: Bonjour.\n", m[1])
	}
	require.NoError(t, os.WriteFile(path, []byte(short.String()), 0o644))
	return dir
}

// ringFor is for tests in which a ring ends by itself.
func ringFor(t *testing.T, d time.Duration) func(site string) {
	return func(site string) {
		rewrite(t, filepath.Join(site, "queues.yaml"), map[string]string{`ring: \w+`: "ring: " + inSeconds(d)})
	}
}

// ringOnce is ringFor; whoever did not answer, was busy or refused is left alone from then on.
// Otherwise what a test sees would depend on whether he is just being called again.
func ringOnce(t *testing.T, d time.Duration) func(site string) {
	return func(site string) {
		ringFor(t, d)(site)
		rewrite(t, filepath.Join(site, "queues.yaml"), map[string]string{
			`no_answer: \w+`: "no_answer: 10m", `busy: \w+`: "busy: 10m", `refused: \w+`: "refused: 10m",
		})
	}
}

// wrapUpFor is for tests in which a wrap-up is to be seen, or ended by hand.
func wrapUpFor(t *testing.T, d time.Duration) func(site string) {
	return func(site string) {
		rewrite(t, filepath.Join(site, "queues.yaml"), map[string]string{`wrap_up: \w+`: "wrap_up: " + inSeconds(d)})
	}
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%ds", int(d/time.Second)) }

func rewrite(t *testing.T, path string, changes map[string]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for pattern, replacement := range changes {
		re := regexp.MustCompile(pattern)
		require.Regexp(t, re, string(text), path)
		text = re.ReplaceAll(text, []byte(replacement))
	}
	require.NoError(t, os.WriteFile(path, text, 0o644))
}

// guichet runs a command line as an admin would, and returns what it prints.
func (th *theatre) guichet(args ...string) string {
	th.t.Helper()
	out, err := th.Guichet(th.ctx, args...).CombinedOutput()
	require.NoError(th.t, err, "guichet %s: %s", strings.Join(args, " "), out)
	return string(out)
}

// login brings agents to the floor with phones that behave as told.
func (th *theatre) login(b phone.Behaviour, ids ...string) []*phone.Phone {
	th.t.Helper()
	var phones []*phone.Phone
	for _, id := range ids {
		p, err := th.agents.Register(th.ctx, th.Account(id), b)
		require.NoError(th.t, err)
		if th.watcher != nil {
			th.watcher.Follow(nil, p)
		}
		phones = append(phones, p)
	}
	th.guichet(append([]string{"agents", "login"}, ids...)...)
	return phones
}

// call dials the unique number; when keys are given they are pressed as soon as
// the call is answered, which is during the first prompt.
func (th *theatre) call(number, keys string) *phone.Call {
	th.t.Helper()
	c, err := th.dial(number, keys)
	require.NoError(th.t, err)
	return c
}

func (th *theatre) dial(number, keys string) (*phone.Call, error) {
	c, err := th.callers.Call(th.ctx, phone.Caller{Number: number}, "2014")
	if err != nil {
		return nil, err
	}
	if th.watcher != nil {
		th.watcher.Follow([]*phone.Call{c})
	}
	if err := c.WaitAnswered(th.ctx); err != nil || keys == "" {
		return c, err
	}
	return c, c.Press(th.ctx, keys)
}

// many call at the same time, a few at once, and press the same keys.
func (th *theatre) many(n int, number, keys string) []*phone.Call {
	th.t.Helper()
	calls := make([]*phone.Call, n)
	var all errgroup.Group
	all.SetLimit(5)
	for i := range calls {
		all.Go(func() (err error) {
			calls[i], err = th.dial(number, keys)
			return err
		})
	}
	require.NoError(th.t, all.Wait())
	return calls
}

// talk lets the agent answer his next call, and waits until the caller hears him.
func (th *theatre) talk(caller *phone.Call, agent *phone.Phone) (leg *phone.Call) {
	th.t.Helper()
	leg = th.next(agent)
	require.NoError(th.t, leg.Answer(th.ctx))
	th.until("the caller to hear the agent", func() bool { return caller.Heard(leg.Signature()) > 5 })
	return leg
}

func (th *theatre) next(p *phone.Phone) *phone.Call {
	th.t.Helper()
	ctx, cancel := context.WithTimeout(th.ctx, patience)
	defer cancel()
	c, err := p.NextCall(ctx)
	require.NoError(th.t, err, "%s is not called", p.User())
	return c
}

func (th *theatre) ended(c *phone.Call) phone.End {
	th.t.Helper()
	ctx, cancel := context.WithTimeout(th.ctx, patience)
	defer cancel()
	end, err := c.WaitEnded(ctx)
	require.NoError(th.t, err, "the call %s does not end", c)
	return end
}

func (th *theatre) until(what string, holds func() bool) {
	th.t.Helper()
	require.Eventually(th.t, holds, patience, 20*time.Millisecond, "waiting for: "+what)
}

// agent asks the API what an agent is doing.
func (th *theatre) agent(id string) string {
	var a struct{ State string }
	th.get("/api/v1/agents/"+id, &a)
	return a.State
}

func (th *theatre) get(path string, into any) {
	_ = json.Unmarshal(th.fetch(path), into) // what is missing fails the assertion
}

// fetch returns what guichet answers; nothing, if it does not. Conditions that
// are waited for run on a goroutine of their own and must not end the test.
func (th *theatre) fetch(path string) []byte {
	answer, err := http.Get(th.URL + path)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil
	}
	return body
}

// count sums a metric over all series that have these labels ("name=value"); it
// is -1 when guichet does not answer.
func (th *theatre) count(metric string, labels ...string) int {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(th.fetch("/metrics"))))
	if err != nil || len(families) == 0 {
		return -1
	}
	sum := 0.0
	for _, m := range families[metric].GetMetric() {
		if hasLabels(m, labels) {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return int(sum)
}

func hasLabels(m *dto.Metric, labels []string) bool {
	has := map[string]bool{}
	for _, l := range m.GetLabel() {
		has[l.GetName()+"="+l.GetValue()] = true
	}
	for _, l := range labels {
		if !has[l] {
			return false
		}
	}
	return true
}

func (th *theatre) outcome(o string) int {
	return th.count("guichet_contacts_outcome_total", "outcome="+o)
}

// conserved asserts that every contact has exactly one outcome, that nobody is
// left in Asterisk, and that no invariant was broken.
func (th *theatre) conserved(offered int) {
	th.t.Helper()
	th.until("every contact to have its outcome", func() bool {
		return th.count("guichet_contacts_outcome_total") == offered
	})
	assert.Equal(th.t, offered, th.count("guichet_contacts_offered_total"))
	assert.Zero(th.t, th.count("guichet_invariant_violations_total"))
	th.until("Asterisk to be empty", func() bool { return th.channels() == 0 })
}

func (th *theatre) channels() int {
	out, err := th.Lab.Asterisk.Exec(th.ctx, "core show channels concise")
	if err != nil {
		return -1
	}
	return len(strings.Fields(out))
}
