package ivr

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

var update = flag.Bool("update", false, "rewrite the outcomes in testdata/scenarios; review the difference")

// Scenario files hold a sentence, the tree, and what happens: unindented lines
// are events, indented lines what came of them, written by -update.
//
//	tree NAME       the tree of trees_test.go
//	hours STATUS    what every calendar says from here on
//	start           the call begins
//	key KEYS        keys pressed one after the other
//	ended           the prompt was played to its end
//	wait 6s         time passes, and with it the timer
//	refused REASON  routing or floor refuse the contact
//	not-reached     the local service did not answer
//	floor W R S     from here on W wait in every queue, R agents are ready, and a
//	                newcomer waits S seconds
//	from NUMBER     who calls
//	fetched 404 {}  the back-end asked last answers, or fails: fetched timeout
//	after 96h       time passes before the call
//	lost            the process is lost, and another resumes from JSON
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			got := play(t, string(want))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			require.Equal(t, string(want), got)
		})
	}
}

// call is one caller in a scenario.
type call struct {
	t      *testing.T
	tree   *Tree
	status calendar.Status
	now    time.Duration
	timer  time.Duration // when it fires; 0 when there is none
	state  State
	floor  QueueView
	caller string
	asked  int // the latest request to a back-end
	out    strings.Builder
}

func play(t *testing.T, script string) string {
	c := &call{t: t, status: calendar.Open}
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		c.out.WriteString(line)
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		c.line(verb, rest)
	}
	return c.out.String()
}

func (c *call) line(verb, rest string) {
	switch verb {
	case "tree":
		tree, faults := New(testTrees[rest])
		require.Empty(c.t, faults)
		c.tree = tree
	case "hours":
		c.status = calendar.Status(rest)
	case "floor":
		var seconds int
		_, err := fmt.Sscan(rest, &c.floor.Waiting, &c.floor.Ready, &seconds)
		require.NoError(c.t, err)
		c.floor.EstimatedWait = time.Duration(seconds) * time.Second
	case "after":
		d, err := time.ParseDuration(rest)
		require.NoError(c.t, err)
		c.now += d
	case "start":
		state, actions := Start(c.tree, c.input())
		c.stepped(state, actions)
	case "key":
		for i := range len(rest) {
			c.event(Digit{Key: rest[i]})
		}
	case "keys": // keys 1 10000: a key pressed very often, shown once
		c.many(rest)
	case "ended":
		c.event(PromptEnded{})
	case "refused":
		c.event(TurnedAway{Reason: contact.Refusal(rest)})
	case "not-reached":
		c.event(NotReached{})
	case "fetched":
		c.fetched(rest)
	case "from":
		c.caller = rest
	case "wait":
		c.wait(rest)
	case "lost":
		c.lost()
	}
}

func (c *call) input() Input {
	return Input{
		At:    time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC).Add(c.now),
		Hours: func(string, time.Time) calendar.Status { return c.status },
		Queue: func(contact.Queue, Vars, int) QueueView { return c.floor }, Caller: c.caller, Dialled: "2014",
	}
}

// fetched answers the latest request, half a second after it.
func (c *call) fetched(rest string) {
	what, body, _ := strings.Cut(rest, " ")
	a := Fetched{ID: c.asked, Body: []byte(body), Took: time.Second / 2}
	if status, err := strconv.Atoi(what); err == nil {
		a.Status = status
	} else {
		a.Failure = Failure(what)
	}
	c.event(a)
}

func (c *call) many(rest string) {
	var key string
	var n int
	_, err := fmt.Sscan(rest, &key, &n)
	require.NoError(c.t, err)
	for range n {
		c.state, _ = Step(c.tree, c.state, Digit{Key: key[0]}, c.input())
	}
	c.stepped(c.state, nil)
}

func (c *call) wait(rest string) {
	d, err := time.ParseDuration(rest)
	require.NoError(c.t, err)
	until := c.now + d
	for c.timer > 0 && c.timer <= until {
		c.now, c.timer = c.timer, 0
		fmt.Fprintf(&c.out, "  at %s the timer fires\n", c.now)
		c.event(TimedOut{})
	}
	c.now = until
}

// lost forgets everything but the JSON of the state, which is what the next
// owner finds in the ledger.
func (c *call) lost() {
	var state State
	require.NoError(c.t, json.Unmarshal(toJSON(c.t, c.state), &state))
	c.timer = 0
	next, actions := Resume(c.tree, state, c.input())
	c.stepped(next, actions)
}

func (c *call) event(ev Event) {
	before := toJSON(c.t, c.state)
	state, actions := Step(c.tree, c.state, ev, c.input())
	require.Equal(c.t, string(before), string(toJSON(c.t, c.state)), "Step changed the state it was given")
	c.stepped(state, actions)
}

// stepped prints what came of a step and carries on with a state that has been
// through JSON; only keys not used yet are handed over beside it.
func (c *call) stepped(state State, actions []Action) {
	var restored State
	require.NoError(c.t, json.Unmarshal(toJSON(c.t, state), &restored))
	restored.keys = state.keys
	require.Equal(c.t, state, restored, "the state does not survive JSON")
	c.state = restored
	for _, a := range actions {
		fmt.Fprintf(&c.out, "  %s\n", c.carryOut(a))
	}
	fmt.Fprintf(&c.out, "  = %s\n", toJSON(c.t, state))
}

func (c *call) carryOut(a Action) string {
	switch a := a.(type) {
	case Say:
		in := ""
		if len(c.tree.Languages) > 1 {
			in = " in " + a.Language
		}
		return fmt.Sprintf("say %v%s interruptible=%t", a.Prompts, in, a.Interruptible)
	case StopPlay:
		return "stop"
	case Arm:
		c.timer = c.now + a.After
		return "arm " + a.After.String()
	case Disarm:
		c.timer = 0
		return "disarm"
	case Wait:
		asks := ""
		if a.Asks != "" {
			asks = " asking " + a.Asks
		}
		return fmt.Sprintf("wait at %s after %v%s%s", a.Node, a.Crossed, told(a.Decisions), asks)
	case Fetch:
		c.asked = a.ID
		text := fmt.Sprintf("fetch %d: %s %s %s %v %s in %s, %d retries", a.ID, a.Backend, a.Method, a.Path, a.Headers, a.Body, a.Timeout, a.Retries)
		if m := a.Message; m != nil {
			text += fmt.Sprintf(", %s to %s, %d a day", m.Channel, m.To, m.PerDay)
		}
		return text
	case Asked:
		return fmt.Sprintf("asked %q", a.Topic)
	case Ask:
		return fmt.Sprintf("ask at %s label=%q topic=%q department=%q language=%q vars=%v after %v%s",
			a.Node, a.Label, a.Topic, a.Department, a.Language, a.Vars, a.Crossed, told(a.Decisions))
	case HangUp:
		outcome, refusal := a.Reason.Outcome()
		return strings.TrimRight(fmt.Sprintf("hang up cause=%d %s → %s %s", a.Cause, a.Reason, outcome, refusal), " ") +
			fmt.Sprintf(" after %v%s", a.Crossed, told(a.Decisions))
	}
	c.t.Fatalf("unknown action %T", a)
	return ""
}

// told prints the branches passed, if any.
func told(decisions []Decision) string {
	text := ""
	for _, d := range decisions {
		text += fmt.Sprintf("; %s: %s by %v", d.Node, d.Case, d.Read)
		if d.Asked != "" {
			text += fmt.Sprintf(", %s: %s in %d ms", d.Asked, d.Answer, d.Took)
		}
		if d.Failed != "" {
			text += ", failed: " + d.Failed
		}
	}
	return text
}

func toJSON(t require.TestingT, s State) []byte {
	text, err := json.Marshal(s)
	require.NoError(t, err)
	return text
}
