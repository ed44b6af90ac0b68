package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/report"
)

// project keeps the containers, networks and volumes of the test apart.
const project = "guichet-test"

// The agent who is called, and the keys that lead to him: income tax, and the
// department 75.
const (
	agent = "a1001"
	keys  = "175"
)

// Test builds, starts, calls, compares and stops. It runs in the repository's root
// and writes one line for each step. The error says what is missing.
func Test(ctx context.Context, out io.Writer) (err error) {
	progress := lab.Steps(out)
	engine, err := findEngine(ctx, progress)
	if err != nil {
		return err
	}
	defer engine.close()
	t := &test{engine: engine, progress: progress, out: out}
	if err := t.choosePorts(); err != nil {
		return err
	}
	if err := engine.bases(ctx, progress); err != nil {
		return err
	}
	if err := t.step(ctx, "build the images", 15*time.Minute, t.compose("build")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.down(context.WithoutCancel(ctx), err != nil)) }()
	return t.story(ctx)
}

type test struct {
	*engine
	progress       lab.Progress
	out            io.Writer
	sip, ari, http string
}

func (t *test) choosePorts() (err error) {
	if t.sip, t.ari, t.http, err = freePorts(); err != nil {
		return err
	}
	_, ariPort, _ := strings.Cut(t.ari, ":")
	t.env = append(t.env, "GUICHET_SIP="+t.sip, "GUICHET_ARI_PORT="+ariPort, "GUICHET_HTTP="+t.http)
	return nil
}

// story is what happens between start and stop.
func (t *test) story(ctx context.Context) error {
	steps := []struct {
		what  string
		limit time.Duration
		do    func(context.Context) error
	}{
		{"start the containers", 2 * time.Minute, t.compose("up", "-d", "setup", "redis", "asterisk", "guichet")},
		{"wait until all are healthy", time.Minute, t.healthy},
		{"log agent " + agent + " in", 20 * time.Second, t.compose("exec", "-T", "guichet", "guichet", "agents", "login", agent)},
		{"call 2014, press " + keys + ", talk with " + agent, time.Minute, t.call},
		{"read the report: 1 offered, 1 answered", 20 * time.Second, t.counted},
		{"log agent " + agent + " out", 20 * time.Second, t.compose("exec", "-T", "guichet", "guichet", "agents", "logout", agent)},
	}
	for _, s := range steps {
		if err := t.step(ctx, s.what, s.limit, s.do); err != nil {
			return err
		}
	}
	return t.demo(ctx)
}

// demo lets the composed people call: its own output is its proof.
func (t *test) demo(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	cmd := t.composeCommand(ctx, "--profile", "demo", "run", "-T", "--rm", "demo", "demo", "--join", "--sip", t.sip, "--http", t.http, "--callers", "6")
	cmd.Stdout, cmd.Stderr = t.out, t.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("play the demo in containers: %w", errors.Join(ctx.Err(), err))
	}
	return nil
}

func (t *test) step(ctx context.Context, what string, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := t.progress.Step(what)
	err := do(ctx)
	done(err)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (t *test) compose(args ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := said(ctx, t.composeCommand(ctx, args...))
		return err
	}
}

// counted asks the composed guichet, by its command line, what it counted.
func (t *test) counted(ctx context.Context) error {
	text, err := said(ctx, t.composeCommand(ctx, "exec", "-T", "guichet", "guichet", "report", "--json"))
	if err != nil {
		return err
	}
	var r report.Report
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return fmt.Errorf("read the report: %w: %s", err, text)
	}
	if offered, answered := r.Summary.Offered, r.Summary.Outcomes[contact.Answered]; offered != 1 || answered != 1 {
		return fmt.Errorf("%d offered, %d answered", offered, answered)
	}
	if !r.Checks.OK() {
		return fmt.Errorf("the report's own checks do not hold: %+v", r.Checks)
	}
	return nil
}

// down stops and removes containers and volumes; after a failure it shows first
// what they logged.
func (t *test) down(ctx context.Context, failed bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if failed {
		logs := t.composeCommand(ctx, "logs", "--no-color", "--tail", "30")
		logs.Stdout, logs.Stderr = t.out, t.out
		_ = logs.Run() // the failure itself is told
	}
	return t.step(ctx, "stop and remove the containers", time.Minute, t.compose("--profile", "demo", "down", "-v", "--timeout", "10"))
}
