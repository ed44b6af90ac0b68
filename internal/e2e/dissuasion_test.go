package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

const dissuadingTree = `
languages: [fr]
start: conseiller
nodes:
  conseiller:
    type: queue
    set: {topic: autre}
    on_full: {prompt: attente_saturee_rappel, goto: rappel}
  rappel:
    type: callback
    prompt: code_postal
    confirm: {prompt: menu_motif}
    on_accepted: {prompt: attente_saturee, goto: hangup}
    on_refused: hangup
    on_error: hangup
`

// longest is what callers are asked to accept.
const longest = 10 * time.Second

// A caller who would wait too long, by how long the one before him waits, is told so instead of being
// queued, is promised a call, and his story says by which figures.
func TestWhoWouldWaitTooLongIsToldSoAndCalledBack(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(dissuadingTree), 0o644))
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`estimated_wait: 15m`: "estimated_wait: " + longest.String(),
		})
	})
	th.watch()
	played := th.listen()
	person := th.office("+33299000001", phone.RingsForEver())
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	th.guichet("agents", "pause", "a1105")

	// Some whose waits judge the estimators, of which five words must have been; the first of a
	// line is told nothing.
	const judges = 8
	call := func() *phone.Call {
		c, err := th.callers.Call(th.ctx, phone.Caller{Number: "0611111111"}, relay)
		require.NoError(t, err)
		return c
	}
	var early []*phone.Call
	for n := range judges {
		early = append(early, call()) // of those who come in one batch, nobody waits before the others
		th.until("one more to wait", func() bool { return th.count("guichet_queue_waiting") == n+1 })
	}
	th.guichet("agents", "resume", "a1105")
	for n := range judges {
		leg := th.next(agent)
		require.NoError(t, leg.Answer(th.ctx))
		if n == judges-1 {
			th.until("the last to talk", func() bool { return th.outcome("answered") == judges })
			th.guichet("agents", "pause", "a1105")
		}
		th.until("one more answered", func() bool { return th.outcome("answered") > n })
		require.NoError(t, leg.Hangup(th.ctx))
	}
	for _, c := range early {
		th.ended(c)
	}
	first := call()
	th.until("one to wait longer than anybody is asked to", func() bool {
		return th.count("guichet_queue_oldest_wait_seconds", "queue=particuliers") > int(longest/time.Second)+1
	})
	require.Equal(t, 1, th.count("guichet_queue_waiting"))

	late, err := th.callers.Call(th.ctx, phone.Caller{Number: "0299000001"}, relay)
	require.NoError(t, err)
	require.NoError(t, late.WaitAnswered(th.ctx))
	th.until("the number to be read back", func() bool { return slices.Contains(played.sounds(), "sound:guichet/menu_motif") })
	assert.Contains(t, played.sounds(), "sound:guichet/attente_saturee_rappel", "he is told so")
	assert.Equal(t, 1, th.count("guichet_queue_waiting"), "and was never queued")
	require.NoError(t, late.Press(th.ctx, "1"))
	assert.Equal(t, phone.Remote, th.ended(late).By)
	th.until("the place of who is called back", func() bool { return th.count("guichet_queue_waiting") == 2 })

	th.guichet("agents", "resume", "a1105")
	leg := th.talk(first, agent)
	require.NoError(t, first.Hangup(th.ctx))
	th.ended(leg)
	leg = th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	called := th.next(person)
	require.NoError(t, called.Answer(th.ctx))
	th.until("both to hear each other", func() bool { return leg.Heard(called.Signature()) > 5 && called.Heard(leg.Signature()) > 5 })
	id := leg.Header("X-Guichet-Contact")
	require.NoError(t, called.Hangup(th.ctx))
	th.ended(leg)
	th.until("all answered", func() bool { return th.outcome("answered") == judges+2 })
	story := strings.Join(strings.Fields(th.guichet("call", "show", id)), " ")
	for _, text := range []string{
		" is the estimated wait, by ", " and 0:10 the longest that anybody is asked to accept",
		"a call back is promised", "closed: answered",
	} {
		assert.Contains(t, story, text)
	}
	assert.Regexp(t, `at conseiller: on_full, since 0:[1-5]\d is the estimated wait, by `, story)
	th.conserved(judges + 2)
	th.readAll()
	th.counted()
	th.guichet("report") // which recounts the ledger
}
