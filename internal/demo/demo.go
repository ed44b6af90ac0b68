// Package demo plays about a minute of telephone traffic on a stage: simulated
// people call the unique number from departments of both organisations and of the
// control, find their way through the menu, wait, and talk to simulated agents of
// several centers or to their local service; some overflow to another center, some
// find their queue full. At the end it compares the organisations, and what the
// phones saw with what guichet counted.
//
// Only the people are simulated: calls, voice and keys go through a real
// Asterisk. Read Play.
package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/stage"
)

// Options choose what is played.
type Options struct {
	Stage *stage.Stage
	Out   io.Writer
	// Outside is the operator's side of the stage. Without it nobody calls a local
	// service, and what is shown is left to chance.
	Outside *phone.Exchange
	// Callers is how many people call, one every Every on average.
	Callers int
	Every   time.Duration
	// Seed makes the same people call again.
	Seed uint64
}

// Play runs the demo. The error says in what phones and counters disagree.
func Play(ctx context.Context, o Options) error {
	agents, err := o.Stage.Phones(ctx, phone.Options{FrameEvery: frames})
	if err != nil {
		return err
	}
	defer agents.Close()
	trunk, err := o.Stage.Callers(ctx, phone.Options{FrameEvery: frames})
	if err != nil {
		return err
	}
	defer trunk.Close()

	team, err := logIn(ctx, o, agents)
	if err != nil {
		return err
	}
	defer logOut(context.WithoutCancel(ctx), o, team)
	services, err := plugOffices(o)
	if err != nil {
		return err
	}
	before, err := fetchReport(ctx, o.Stage.URL)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "\n%d people call the unique number 2014; %d agents of %d centers are logged in.\n", o.Callers, len(team), len(crews))
	if o.Outside != nil {
		fmt.Fprintf(o.Out, "To fit a minute, the site's delays and limits of queues are divided by %d.\n", pace)
	}
	fmt.Fprintln(o.Out)
	stopTop := showFloor(ctx, o)
	people := callAll(ctx, o, trunk)
	stopTop()
	if err := quiet(ctx, o.Stage.URL); err != nil {
		return err
	}
	if err := printReport(ctx, o); err != nil {
		return err
	}
	return compare(ctx, o, before, sawOf(ctx, people, team, services))
}

// showFloor lets `guichet top` write to the terminal while the calls last.
func showFloor(ctx context.Context, o Options) (stop func()) {
	top := o.Stage.Guichet(ctx, "top", "--plain", "--every", "4s")
	top.Stdout, top.Stderr = o.Out, o.Out
	top.Cancel = func() error { return top.Process.Signal(syscall.SIGTERM) }
	top.WaitDelay = time.Second
	if err := top.Start(); err != nil {
		fmt.Fprintf(o.Out, "guichet top does not start: %v\n", err)
		return func() {}
	}
	return sync.OnceFunc(func() {
		_ = top.Process.Signal(syscall.SIGTERM)
		_ = top.Wait()
	})
}

// printReport prints the whole report, then the organisations side by side.
func printReport(ctx context.Context, o Options) error {
	fmt.Fprintln(o.Out)
	if err := run(o.Out, o.Stage.Guichet(ctx, "report")); err != nil {
		return err
	}
	fmt.Fprintln(o.Out)
	return run(o.Out, o.Stage.Guichet(ctx, "report", "--by", "organisation"))
}

func run(out io.Writer, cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run guichet %s: %w", cmd.Args[1], err)
	}
	return nil
}

// callAll lets everybody call, at random times around the pace, and waits until
// the last has hung up.
func callAll(ctx context.Context, o Options, trunk *phone.Exchange) []*person {
	chance := rand.New(rand.NewPCG(o.Seed, 2014))
	var people []*person
	var calls sync.WaitGroup
	for i := range o.Callers {
		p := newPerson(i, chance)
		if o.Outside != nil {
			p.plan(i)
		}
		people = append(people, p)
		calls.Go(func() { p.call(ctx, trunk) })
		gap := time.Duration(chance.ExpFloat64() * float64(o.Every))
		if p.hurries {
			gap = o.Every / 10
		}
		select {
		case <-time.After(min(gap, 4*o.Every)):
		case <-ctx.Done():
			return people
		}
	}
	calls.Wait()
	return people
}
