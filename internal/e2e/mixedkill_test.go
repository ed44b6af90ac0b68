package e2e

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The controller is killed twice while people call, are sent on, consulted about and hang
// up: whoever called is served by somebody or has hung up himself, and all figures are the
// same as ever.
func TestTheControllerIsKilledOnABusyFloor(t *testing.T) {
	if os.Getenv("GUICHET_FAULTS") != "long" {
		t.Skip("set GUICHET_FAULTS=long")
	}
	const calls = 150
	f := newFloor(t, calls, map[lot]int{impatient: 10, handed: 16, requeued: 10, consulted: 14, given: 6}, 20, 4)
	f.then = map[int]func(){calls / 3: f.dies, 2 * calls / 3: f.dies}
	heard := f.rush(calls, 4)
	for _, a := range f.agents {
		f.command(a, "resume", nil) // who could not say so when nobody listened
	}
	f.accountedAs(heard)
	f.everybodyIsFree()
}

// dies is a kill -9, and a start.
func (f *floor) dies() {
	f.faulty.Store(true)
	over := f.watcher.Outage()
	defer over()
	f.deaf.Store(true)
	defer f.deaf.Store(false)
	f.Controller.Kill()
	if !assert.NoError(f.t, f.Controller.Restart(f.ctx)) {
		return
	}
	for f.fetch("/readyz") == nil && f.passes(50*time.Millisecond, nil) {
		continue
	}
	f.passes(time.Second, nil) // what was found is taken up
}
