package ivr

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// question is how the menus and collects of these tests wait.
func question(change func(*Tries)) Tries {
	t := Tries{MaxAttempts: 3, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, Failure: Exit{Goto: "agent"}}
	if change != nil {
		change(&t)
	}
	return t
}

// offering is a menu of these choices, each leading to a node of the same name, or by
// "keys>node" to another.
func offering(change func(*Tries), choices ...string) *Menu {
	m := &Menu{Prompts: []Prompt{"menu"}, Tries: question(change)}
	for _, c := range choices {
		keys, to, _ := strings.Cut(c, ">")
		m.Choices = append(m.Choices, Choice{Keys: keys, Goto: Target(to)})
	}
	return m
}

// a second for each character.
func letters(p Prompt) Heard {
	return Heard{Lasts: time.Duration(len(p)) * time.Second, Text: string(p)}
}

// backEnd is one that is asked before node b.
func backEnd(timeout time.Duration, retries int) *HTTP {
	path, flaw := ParseTemplate("/x")
	if flaw != nil {
		panic(flaw.Problem)
	}
	return &HTTP{
		Inquiry:   Inquiry{Backend: "x", Method: "GET", Path: path, Timeout: timeout, Retries: retries, MaxAnswer: 1024},
		OnSuccess: Exit{Goto: "b"}, OnError: Exit{Goto: "b"},
	}
}

// built is a checked tree of these nodes, which begins at "a" and has an agent.
func built(t *testing.T, nodes map[NodeID]Node) *Tree {
	t.Helper()
	if _, own := nodes["agent"]; !own {
		nodes["agent"] = &Queue{Closed: Exit{Prompts: []Prompt{"closed"}}}
	}
	tree, faults := New(Tree{ID: "t", Start: "a", Nodes: nodes, Failure: Exit{Goto: End}})
	require.Empty(t, faults)
	return tree
}

func TestAdviceNamesWhatCallersWouldSufferFrom(t *testing.T) {
	t.Parallel()
	toNobody := func(t *Tries) { t.Failure = Exit{Prompts: []Prompt{"bye"}, Goto: End} }
	speak := func(text string, to Target) Node { return &Play{Prompts: []Prompt{Prompt(text)}, Next: to} }
	long := strings.Repeat("x", 20)
	for name, c := range map[string]struct {
		nodes map[NodeID]Node
		want  []string
	}{
		"nothing": {map[NodeID]Node{"a": offering(nil, "1>agent", "2>agent", "9>back")}, nil},
		"a key that begins another": {
			map[NodeID]Node{"a": offering(nil, "1>agent", "12>agent", "2>agent")},
			[]string{"node a, choices.1: key 1 is taken 2s late, since it could become 12"},
		},
		"too many choices": {
			map[NodeID]Node{"a": offering(nil, "1>agent", "2>agent", "3>agent", "4>agent", "5>agent", "6>agent", "0>start")},
			[]string{"node a, choices: the menu offers 6 choices, and callers remember 5"},
		},
		"five, and ways back": {map[NodeID]Node{"a": offering(nil, "1>agent", "2>agent", "3>agent", "4>agent", "5>agent", "0>start", "9>repeat")}, nil},
		"a menu without a person": {
			map[NodeID]Node{"a": offering(nil, "1>agent", "2>b"), "b": offering(toNobody, "1>c"), "c": &Hangup{Common: Common{Serves: true}, Prompts: []Prompt{"bye"}}},
			[]string{"node b: nobody in this menu can reach a person", "node b, on_failure: callers who press nothing here are cut off in the end"},
		},
		"a person behind the way back": {
			map[NodeID]Node{"a": offering(nil, "1>agent", "2>b"), "b": offering(nil, "1>c", "9>back"), "c": &Hangup{Prompts: []Prompt{"bye"}}}, nil,
		},
		"nobody at all": {
			map[NodeID]Node{"a": offering(toNobody, "1>c", "2>agent"), "c": &Hangup{Prompts: []Prompt{"bye"}}, "agent": &Hangup{}},
			[]string{"tree, start: nobody who calls here can reach a person"},
		},
		"silence that is cut off": {
			map[NodeID]Node{"a": &Collect{Variable: "x", MaxDigits: 2, Next: "agent", Tries: question(toNobody)}},
			[]string{"node a, on_failure: callers who press nothing here are cut off in the end"},
		},
		"silence that goes elsewhere, to be cut off": {
			map[NodeID]Node{"a": offering(func(t *Tries) { t.NoInput = Exit{Goto: "b"} }, "1>agent"), "b": speak("bye", End)},
			[]string{"node a, on_no_input: callers who press nothing here are cut off in the end"},
		},
		"silence that goes round": {
			map[NodeID]Node{"a": offering(func(t *Tries) { t.Failure = Exit{Goto: Home} }, "1>agent")},
			[]string{"node a, on_failure: callers who press nothing here are cut off in the end"},
		},
		"silence by the exit of the tree": {
			map[NodeID]Node{"a": offering(func(t *Tries) { t.Failure = Exit{} }, "1>agent")},
			[]string{"tree, on_failure: callers who press nothing are cut off in the end, at a"},
		},
		"silence that is told something": {
			map[NodeID]Node{"a": offering(func(t *Tries) { t.Failure = Exit{Goto: "b"} }, "1>agent"), "b": &Hangup{Common: Common{Serves: true}, Prompts: []Prompt{"information"}}}, nil,
		},
		"closed without a word": {
			map[NodeID]Node{"a": &Hours{Open: Exit{Goto: "agent"}, Closed: Exit{Goto: End}, Holiday: Exit{Goto: "b"}}, "b": &Set{Next: "c"}, "c": &Hangup{}},
			[]string{"node a, closed: callers are cut off without a word when it is closed", "node a, holiday: callers are cut off without a word when it is closed"},
		},
		"closed, and told so": {
			map[NodeID]Node{"a": &Hours{Open: Exit{Goto: "agent"}, Closed: Exit{Prompts: []Prompt{"closed"}, Goto: End}, Holiday: Exit{Goto: "b"}}, "b": &Hangup{Prompts: []Prompt{"bye"}}}, nil,
		},
		"no branch for closed": {
			map[NodeID]Node{"a": speak("hello", "agent"), "agent": &Queue{}},
			[]string{"node agent: callers are cut off without a word when it is closed"},
		},
		"hours asked before": {
			map[NodeID]Node{"a": &Hours{Open: Exit{Goto: "agent"}, Closed: Exit{Prompts: []Prompt{"closed"}, Goto: End}}, "agent": &Queue{}}, nil,
		},
		"a long speech": {
			map[NodeID]Node{"a": speak(long, "b"), "b": speak(long, "c"), "c": offering(nil, "1>agent")},
			[]string{"node c, prompt: callers listen for 44s before they know the first choice"},
		},
		"a long speech after a key": {
			map[NodeID]Node{"a": speak(long, "b"), "b": offering(nil, "1>c"), "c": speak(long, "d"), "d": offering(nil, "1>agent")}, nil,
		},
		"a long list of choices whose first comes early": {
			map[NodeID]Node{"a": func() Node {
				m := offering(nil, "1>agent", "2>agent")
				m.Prompts = []Prompt{Prompt("Tapez 1. " + long + long)}
				return m
			}()}, nil,
		},
		"a figure that is no key": {
			map[NodeID]Node{"a": func() Node {
				m := offering(nil, "1>agent", "2>agent")
				m.Prompts = []Prompt{Prompt("de 11 h à 21 h " + long + " tapez 2")}
				return m
			}()},
			[]string{"node a, prompt: callers listen for 44s before they know the first choice"},
		},
		"something that may not be set": {
			map[NodeID]Node{"a": offering(nil, "1>b", "2>c"), "b": &Set{Common: Common{Set: Vars{"x": "y"}}, Next: "c"}, "c": choose("agent", `var.x == "y"`)},
			[]string{"node c, cases.1.when: var.x is read here, and nothing sets it on the way a → c"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := built(t, c.nodes)
			var got []string
			for _, f := range tree.Advice(Setting{Heard: letters, Closes: true}) {
				got = append(got, f.String())
				assert.NotEmpty(t, f.Hint)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestASiteThatNeverClosesNeedsNoBranchForIt(t *testing.T) {
	t.Parallel()
	tree := built(t, map[NodeID]Node{"a": &Play{Prompts: []Prompt{"hello"}, Next: "agent"}, "agent": &Queue{}})
	assert.Empty(t, tree.Advice(Setting{}))
}

func TestKeysThatNobodyCanPressInTimeAreRefused(t *testing.T) {
	t.Parallel()
	hasty := func(t *Tries) { t.InterDigitTimeout = 200 * time.Millisecond }
	_, faults := New(Tree{Start: "a", Failure: Exit{Goto: End}, Nodes: map[NodeID]Node{"a": offering(hasty, "1>agent", "12>agent"), "agent": &Queue{}}})
	require.Len(t, faults, 1)
	assert.Equal(t, "node a, choices.12: nobody can press 12: its keys must follow each other within 200ms", faults[0].String())
	_, faults = New(Tree{Start: "a", Failure: Exit{Goto: End}, Nodes: map[NodeID]Node{"a": offering(hasty, "1>agent", "2>agent"), "agent": &Queue{}}})
	assert.Empty(t, faults)
}

func TestTheLongestJourneyIsBoundedByAttempts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		nodes map[NodeID]Node
		lasts time.Duration
		keys  int
		path  []NodeID
	}{
		// The menu lasts 4 s, silence 5 s, three attempts: 4 + 2×(5+4) + 5; two wrong keys and one right.
		"one menu":        {map[NodeID]Node{"a": offering(nil, "1>agent")}, 27 * time.Second, 3, []NodeID{"a"}},
		"a speech before": {map[NodeID]Node{"a": &Play{Prompts: []Prompt{"hello"}, Next: "b"}, "b": offering(nil, "1>agent")}, 32 * time.Second, 3, []NodeID{"b"}},
		"a back-end that answers late, twice": {
			map[NodeID]Node{"a": backEnd(2*time.Second, 1), "b": offering(nil, "1>agent")}, 31 * time.Second, 3, []NodeID{"b"},
		},
		"a key of two figures": {map[NodeID]Node{"a": offering(nil, "1>agent", "12>agent")}, 29 * time.Second, 4, []NodeID{"a"}},
		"one attempt":          {map[NodeID]Node{"a": offering(func(t *Tries) { t.MaxAttempts = 1 }, "1>agent")}, 9 * time.Second, 1, []NodeID{"a"}},
		"what is said in between": {
			map[NodeID]Node{"a": offering(func(t *Tries) { t.NoInput, t.Invalid = Exit{Prompts: []Prompt{"no"}}, Exit{Prompts: []Prompt{"wrong"}} }, "1>agent")},
			37 * time.Second, 3, []NodeID{"a"},
		},
		// 5 digits: 4 pauses of 2 s after the first; two wrong numbers of 5.
		"a number": {
			map[NodeID]Node{"a": &Collect{Prompts: []Prompt{"menu"}, Variable: "x", MinDigits: 5, MaxDigits: 5, FinishKey: '#', Next: "agent", Tries: question(nil)}},
			35 * time.Second, 15, []NodeID{"a"},
		},
		"a number that must be ended": {
			map[NodeID]Node{"a": &Collect{Prompts: []Prompt{"menu"}, Variable: "x", MinDigits: 1, MaxDigits: 5, FinishKey: '#', Next: "agent", Tries: question(nil)}},
			37 * time.Second, 16, []NodeID{"a"},
		},
		"the longer of two ways": {
			map[NodeID]Node{"a": offering(nil, "1>agent", "2>b"), "b": offering(nil, "1>agent")}, 54 * time.Second, 6, []NodeID{"a", "b"},
		},
		"the way back is not taken": {
			map[NodeID]Node{"a": offering(nil, "1>b"), "b": offering(nil, "1>agent", "8>start", "9>back", "7>repeat")}, 54 * time.Second, 6, []NodeID{"a", "b"},
		},
		"another loop counts once": {
			map[NodeID]Node{"a": offering(nil, "1>b"), "b": offering(nil, "1>c", "2>agent"), "c": offering(nil, "1>b", "2>agent")}, 81 * time.Second, 9, []NodeID{"a", "c", "b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, reached := built(t, c.nodes).Journey(Setting{Heard: letters})
			assert.True(t, reached)
			assert.Equal(t, Journey{Lasts: c.lasts, Keys: c.keys, Path: c.path}, j)
		})
	}
	_, reached := built(t, map[NodeID]Node{"a": &Set{Next: "agent"}, "agent": &Hangup{}}).Journey(Setting{})
	assert.False(t, reached)
}

// Whoever comes to an agent without going round has taken no longer, and pressed no
// more keys, than the longest journey says, however slow and clumsy.
func TestNoCallTakesLongerThanTheLongestJourney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := forwardTree(t, "menu")
		longest, reached := tree.Journey(Setting{Heard: letters})
		c := clumsy{passed: map[NodeID]bool{}}
		s, actions := Start(tree, Input{})
		for c.sees(actions); s.Phase != AtRouting && s.Phase != Ended && !c.round; c.sees(actions) {
			s, actions = Step(tree, s, c.next(t, s), Input{})
		}
		if s.Phase == AtRouting && !c.round {
			require.True(t, reached)
			require.LessOrEqual(t, c.lasted, longest.Lasts)
			require.LessOrEqual(t, c.keys, longest.Keys)
		}
	})
}

// clumsy is a caller who answers at the last moment, if at all.
type clumsy struct {
	lasted, timer time.Duration
	keys          int
	passed        map[NodeID]bool
	round         bool
}

func (c *clumsy) sees(actions []Action) {
	for _, a := range actions {
		switch a := a.(type) {
		case Say:
			for _, p := range a.Prompts {
				c.lasted += letters(p).Lasts
			}
		case Arm:
			c.timer = a.After
		case Wait:
			c.passes(a.Crossed)
		case Ask:
			c.passes(a.Crossed)
		}
	}
}

func (c *clumsy) passes(nodes []NodeID) {
	for _, id := range nodes {
		c.round = c.round || c.passed[id]
		c.passed[id] = true
	}
}

func (c *clumsy) next(t *rapid.T, s State) Event {
	if s.Phase != Listening {
		return PromptEnded{}
	}
	c.lasted += c.timer
	ev := rapid.SampledFrom([]Event{Digit{'1'}, Digit{'2'}, Digit{'9'}, Digit{'*'}, TimedOut{}}).Draw(t, "event")
	if _, pressed := ev.(Digit); pressed {
		c.keys++
	}
	return ev
}
