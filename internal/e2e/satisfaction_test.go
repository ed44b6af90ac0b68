package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/report"
)

// How the question after the call sounds, and the thanks for the answer.
const (
	theQuestion phone.Signature = 0x0b1c2d
	theThanks   phone.Signature = 0x0c2d3e
)

// asksAfterTheCall is a site whose queue asks a question of so many seconds.
func asksAfterTheCall(t *testing.T, seconds int) func(dir string) {
	return func(dir string) {
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`label: Particuliers\n`: "label: Particuliers\n" +
				`    satisfaction: {prompt: satisfaction, keys: ["1", "2", "3", "4", "5"], thanks: merci, timeout: 2s}` + "\n",
			`ring: \w+`: "ring: 60s",
		})
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		for name, s := range map[string][]byte{"satisfaction": spoken(theQuestion, seconds), "merci": spoken(theThanks, 2)} {
			_, err = manifest.WriteString("  " + name + ": {text: Un mot., file: " + name + ".alaw}\n")
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", name+".alaw"), s, 0o644))
		}
		require.NoError(t, manifest.Close())
	}
}

// asked has a caller talk with the agent, who then hangs up.
func (th *theatre) asked(number string, agent *phone.Phone) (caller *phone.Call) {
	th.t.Helper()
	caller = th.call(number, "1"+paris)
	leg := th.talk(caller, agent)
	require.NoError(th.t, leg.Hangup(th.ctx))
	th.until("the caller to be asked", func() bool { return caller.Heard(theQuestion) > 60 }) // no key counts in its first second
	return caller
}

// The agent hangs up, and the caller hears the question. The agent is free by then: he talks
// with the next caller while the first one is still being asked. The answer is counted once,
// equal in metrics, report and story.
func TestACallerIsAskedOneQuestionAfterTheCall(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, asksAfterTheCall(t, 50))
	th.watch()
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	first := th.asked("0612345678", agent)
	second := th.call("0612345679", "1"+paris)
	leg := th.talk(second, agent)
	heard := first.Heard(theQuestion)
	th.until("the first one to be asked still", func() bool { return first.Heard(theQuestion) > heard+25 })
	assert.Zero(t, second.Heard(theQuestion), "who talks is asked nothing")
	assert.Zero(t, leg.Heard(theQuestion), "nor does the agent hear it")
	require.NoError(t, first.Press(th.ctx, "4"))
	th.until("thanks", func() bool { return first.Heard(theThanks) > 25 })
	ended := th.ended(first)
	assert.InDelta(t, 100, first.Heard(theThanks), 20, "two seconds, to their end")
	t.Logf("hung up after the thanks: %v", ended)
	require.NoError(t, second.Hangup(th.ctx))
	th.ended(leg)

	// Silence: the question once more, thanks all the same, and no answer.
	th.until("the agent to be ready", func() bool { return th.agent("a1001") == "ready" })
	third := th.asked("0612345677", agent)
	require.NoError(t, third.Press(th.ctx, "9"))
	again := time.Now()
	asked := third.Heard(theQuestion)
	th.until("the question from its beginning", func() bool { return third.Heard(theQuestion) > asked+75 })
	require.NoError(t, third.Press(th.ctx, "0"))
	th.ended(third)
	t.Logf("two wrong keys: let go %v after the first", time.Since(again).Round(time.Millisecond))

	th.conserved(3)
	assert.Equal(t, 3, th.outcome("answered"))
	th.until("both to be counted", func() bool { return th.count("guichet_satisfaction_total") == 2 })
	assert.Equal(t, 1, th.count("guichet_satisfaction_total", "key=4", "queue=particuliers"))
	assert.Equal(t, 1, th.count("guichet_satisfaction_total", "key=none"))
	var r report.Report
	require.NoError(t, json.Unmarshal([]byte(th.guichet("report", "--from", "2h", "--json")), &r))
	require.Len(t, r.Satisfaction.Queues, 1)
	assert.Equal(t, 2, r.Satisfaction.Queues[0].Asked)
	assert.Equal(t, map[string]int{"4": 1}, r.Satisfaction.Queues[0].Keys)
	assert.Empty(t, r.Checks.Differences)
	require.Len(t, r.Satisfaction.Organisations, 1)
	assert.Contains(t, strings.Join(strings.Fields(th.guichet("call", "show", string(r.Contacts[0].ID))), " "), "was asked after the call, by particuliers, and answered 4")
	th.readAll()
	th.counted()
}

// The controller is killed while somebody is being asked: he is let go by the next one, and
// what he has not answered is not counted.
func TestWhoeverIsBeingAskedIsLetGoByTheNextController(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, asksAfterTheCall(t, 60))
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.asked("0612345678", agent)
	th.Controller.Kill()
	require.NoError(t, th.Controller.Restart(th.ctx))
	again := time.Now()
	th.ended(caller)
	t.Logf("let go %v after the restart", time.Since(again).Round(time.Millisecond))
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
	assert.Zero(t, th.count("guichet_satisfaction_total"))
	th.until("the agent to be ready", func() bool { return th.agent("a1001") == "ready" })
}
