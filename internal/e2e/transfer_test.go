package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// townHall is a number that a menu sends callers to, and does not say it is busy by
// the words it has for silence.
const (
	townHall     = "+33261914499"
	townHallTree = `
languages: [fr]
start: mairie
on_failure: fin
nodes:
  mairie:
    type: transfer
    label: Mairie de Nantes
    to: "02 61 91 44 99"
    timeout: 5s
    on_busy: occupe
    on_no_answer: absent
    on_error: fin
  occupe: {type: hangup, prompt: occupe}
  absent: {type: hangup, prompt: absent}
  fin: {type: hangup}
`
)

var townHallPrompts = map[string]phone.Signature{"occupe": 0x1d0001, "absent": 0x1d0202}

func sendOutside(t *testing.T) func(dir string) {
	return func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(townHallTree), 0o644))
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0o644)
		require.NoError(t, err)
		for name, s := range townHallPrompts {
			_, err := manifest.WriteString("  " + name + ": {text: Un mot., file: " + name + ".alaw}\n")
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", name+".alaw"), spoken(s, 1), 0o644))
		}
		require.NoError(t, manifest.Close())
	}
}

// A menu sends callers to a number outside. Whoever answers there has the call; where
// it is busy, and where nobody answers, the menu goes on, each by its own words.
func TestAMenuSendsCallersOutside(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, sendOutside(t))
	call := func() *phone.Call {
		t.Helper()
		caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
		require.NoError(t, err)
		require.NoError(t, caller.WaitAnswered(th.ctx))
		return caller
	}
	hall := th.office(townHall, phone.RingsForEver())
	caller := call()
	leg := th.talk(caller, hall)
	assert.Equal(t, "+33612345678", leg.From().Number)
	th.until("the town hall to hear the caller", func() bool { return leg.Heard(caller.Signature()) > 5 })
	require.NoError(t, leg.Hangup(th.ctx))
	th.ended(caller)
	th.until("the outcome", func() bool { return th.outcome("transferred_out") == 1 })

	caller = call() // and nobody answers
	th.next(hall)
	th.ended(caller)
	assert.Positive(t, caller.Heard(townHallPrompts["absent"]))
	assert.Zero(t, caller.Heard(townHallPrompts["occupe"]))

	hall.SetBehaviour(phone.Refuses(486, 0))
	caller = call()
	th.ended(caller)
	assert.Positive(t, caller.Heard(townHallPrompts["occupe"]))

	th.conserved(3)
	assert.Equal(t, 2, th.outcome("failed"))
	assert.Zero(t, max(0, th.count("guichet_contacts_asked_total")), "nobody asked for an agent")
}
