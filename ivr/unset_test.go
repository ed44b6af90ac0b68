package ivr

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// choose is a branch whose cases lead to the agent.
func choose(otherwise Target, texts ...string) *Branch {
	b := &Branch{Else: Exit{Goto: otherwise}}
	for _, text := range texts {
		b.Cases = append(b.Cases, Case{When: when(text), Goto: "agent"})
	}
	return b
}

// unsetIn tells what may be unset in a tree of these nodes, which begins at "menu".
func unsetIn(t *testing.T, nodes map[NodeID]Node) []string {
	t.Helper()
	tree, faults := New(Tree{ID: "t", Start: "menu", Nodes: nodes, Languages: []string{"fr"}, Failure: Exit{Goto: End}})
	require.Empty(t, faults)
	var all []string
	for _, u := range tree.Unset() {
		way := make([]string, 0, len(u.Way))
		for _, id := range u.Way {
			way = append(way, string(id))
		}
		all = append(all, string(u.Node)+", "+u.Key+": "+u.Variable+" by "+strings.Join(way, " → "))
	}
	return all
}

func TestAReadingIsUnsetIfSomeWayToItSetsNothing(t *testing.T) {
	t.Parallel()
	attempts := Tries{MaxAttempts: 2, NoInputTimeout: time.Second, InterDigitTimeout: time.Second}
	failing := attempts
	failing.Failure = Exit{Goto: "look"}
	toFirst := attempts
	toFirst.Failure = Exit{Goto: "first"}
	menu := func(to Target, tries Tries) *Menu {
		return &Menu{Choices: []Choice{{Keys: "1", Goto: to, Set: Vars{"way": "one"}}}, Tries: tries}
	}
	look := func(texts ...string) *Branch { return choose("agent", texts...) }
	digits := func(to Target, tries Tries) *Collect {
		return &Collect{Variable: "number", MinDigits: 1, MaxDigits: 5, Next: to, Tries: tries}
	}
	for name, c := range map[string]struct {
		nodes map[NodeID]Node
		want  []string
	}{
		"the only way sets it": {map[NodeID]Node{"menu": menu("look", attempts), "look": look(`var.way == "one"`)}, nil},
		"failing sets nothing": {
			map[NodeID]Node{"menu": menu("look", failing), "look": look(`var.way == "one"`)},
			[]string{"look, cases.1.when: way by menu → look"},
		},
		"a node on the way sets it": {
			map[NodeID]Node{"menu": menu("set", failing), "set": &Set{Common: Common{Set: Vars{"x": "y"}}, Next: "look"}, "look": look(`var.x == "one"`)},
			[]string{"look, cases.1.when: x by menu → look"},
		},
		"the node itself sets it": {map[NodeID]Node{"menu": menu("look", failing), "look": func() Node {
			b := look(`var.way == "one"`)
			b.Set = Vars{"way": "two"}
			return b
		}()}, nil},
		"collecting sets it, giving up does not": {
			map[NodeID]Node{"menu": menu("ask", attempts), "ask": digits("look", failing), "look": look(`var.number startsWith "44"`)},
			[]string{"look, cases.1.when: number by menu → ask → look"},
		},
		"a branch that asks whether there is one": {
			map[NodeID]Node{"menu": menu("look", failing), "look": look(`var.way == ""`, `var.way == "one"`)}, nil,
		},
		"past the question there is one": {
			map[NodeID]Node{
				"menu": menu("first", toFirst), "first": &Branch{Cases: []Case{{When: when(`now.hour > 3 and var.way != ""`), Goto: "look"}}, Else: Exit{Goto: "agent"}},
				"look": look(`var.way == "one"`),
			}, nil,
		},
		"otherwise there is none": {
			map[NodeID]Node{
				"menu": menu("first", toFirst), "first": choose("look", `var.way != ""`),
				"look": look(`var.way == "one"`),
			}, []string{"look, cases.1.when: way by menu → first → look"},
		},
		"past the case without, there is one": {
			map[NodeID]Node{
				"menu": menu("first", toFirst), "first": choose("look", `var.way == "" or now.hour < 3`),
				"look": look(`var.way == "one"`),
			}, nil,
		},
		"every call has a language": {map[NodeID]Node{"menu": menu("look", failing), "look": look(`var.language == "fr"`)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes := c.nodes
			nodes["agent"] = &Queue{}
			nodes["menu"].(*Menu).Failure = nodes["menu"].(*Menu).Failure.or(Exit{Goto: "agent"})
			assert.Equal(t, c.want, unsetIn(t, nodes))
		})
	}
}

func TestACaseProvesWhatItCompares(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		`var.a == "x"`:                         {"a", ""},
		`"x" == var.a`:                         {"a", ""},
		`var.a != ""`:                          {"a", ""},
		`var.a == ""`:                          {"", "a"},
		`var.a != "x"`:                         {"", "a"},
		`not (var.a == "")`:                    {"a", ""},
		`var.a startsWith "4" and var.b != ""`: {"a b", ""},
		`var.a == "" or var.b == ""`:           {"", "a b"},
		`var.a != "" or var.b != ""`:           {"", ""},
		`var.a in ["x", "y"]`:                  {"a", ""},
		`var.a in ["x", ""]`:                   {"", ""},
		`"x" startsWith var.a`:                 {"", ""},
		`var.a contains ""`:                    {"", ""},
		`var.a == var.b`:                       {"", ""},
		`now.hour == 3`:                        {"", ""},
	} {
		c, flaw := Compile(text)
		require.Nil(t, flaw, text)
		assert.Equal(t, want, [2]string{strings.Join(c.ifTrue, " "), strings.Join(c.ifFalse, " ")}, text)
	}
}

func TestReadingsSayWhatIsReadWhereAndWhatFor(t *testing.T) {
	t.Parallel()
	tree := &Tree{Start: "b", Nodes: map[NodeID]Node{
		"b": choose("agent", `var.x == var.y`, `now.hour > int(var.x)`), "agent": &Queue{},
	}}
	assert.Equal(t, []Reading{
		{"b", "cases.1.when", "x", Compared}, {"b", "cases.1.when", "y", Compared}, {"b", "cases.2.when", "x", Compared},
	}, tree.Readings())
}

// forwardTree draws a tree whose nodes lead to later ones, menus also back, and in
// which attributes are set and looked at in all places.
func forwardTree(t *rapid.T, prompts ...Prompt) *Tree {
	const count = 7
	id := func(i int) NodeID { return NodeID(fmt.Sprint("n", i)) }
	tree := &Tree{Start: id(0), Nodes: map[NodeID]Node{"agent": &Queue{}}, Failure: Exit{Goto: "agent"}}
	values := rapid.SampledFrom([]Vars{nil, nil, {"x": "1"}, {"y": "1"}})
	for i := range count {
		later := []Target{"agent"}
		for j := i + 1; j < count; j++ {
			later = append(later, Target(id(j)))
		}
		on := rapid.SampledFrom(later)
		anywhere := rapid.SampledFrom(append(later, Back, Home, Repeat, Target(id(0))))
		tries := Tries{MaxAttempts: 2, NoInputTimeout: time.Second, InterDigitTimeout: time.Second, NoInput: Exit{Goto: Repeat}, Failure: Exit{Goto: on.Draw(t, "failure")}}
		common := Common{Set: values.Draw(t, "set")}
		var node Node
		switch rapid.IntRange(0, 3).Draw(t, "type") {
		case 0:
			menu := &Menu{Common: common, Prompts: prompts, Tries: tries}
			for _, keys := range []string{"1", "2"} {
				menu.Choices = append(menu.Choices, Choice{Keys: keys, Goto: anywhere.Draw(t, "choice"), Set: values.Draw(t, "choice sets")})
			}
			node = menu
		case 1:
			node = &Collect{Common: common, Prompts: prompts, Variable: "x", MinDigits: 1, MaxDigits: 1, Next: on.Draw(t, "next"), Tries: tries}
		case 2:
			node = &Set{Common: common, Next: on.Draw(t, "next")}
		default:
			branch := &Branch{Common: common, Else: Exit{Goto: on.Draw(t, "else")}}
			for _, text := range rapid.SliceOfN(rapid.SampledFrom([]string{
				`var.x == "1"`, `var.x != ""`, `var.x == ""`, `not (var.y != "") or var.x == ""`, `var.y startsWith "1"`, `var.x != "1"`, `now.hour > 3 and var.y != ""`,
			}), 1, 2).Draw(t, "cases") {
				branch.Cases = append(branch.Cases, Case{When: when(text), Goto: on.Draw(t, "case")})
			}
			node = branch
		}
		tree.Nodes[id(i)] = node
	}
	return tree
}

// What the analysis does not call unset is never empty when a call comes there, and
// each way that it names is a way of the tree.
func TestWhatIsNotUnsetIsSetInEveryCall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := forwardTree(t)
		unset := map[string]bool{}
		for _, u := range tree.Unset() {
			unset[string(u.Node)+" var."+u.Variable] = true
			require.Equal(t, tree.Start, u.Way[0])
			for i, id := range u.Way[1:] {
				require.True(t, slices.ContainsFunc(tree.Ways(u.Way[i]), func(w Way) bool {
					to, leads := tree.next(w.Goto)
					return leads && to == id && !slices.Contains(given(tree.Nodes[u.Way[i]], w.Name), u.Variable)
				}), "%v", u.Way)
			}
		}
		s, actions := Start(tree, Input{})
		for range rapid.IntRange(1, 30).Draw(t, "length") {
			for _, a := range actions {
				for _, d := range decisionsOf(a) {
					for name, value := range d.Read {
						asked := asks(tree.Nodes[d.Node], strings.TrimPrefix(name, "var."))
						if strings.HasPrefix(name, "var.") && value == "" && !asked {
							require.True(t, unset[string(d.Node)+" "+name], "%s at %s was empty", name, d.Node)
						}
					}
				}
			}
			ev := rapid.SampledFrom([]Event{Digit{'1'}, Digit{'2'}, Digit{'9'}, TimedOut{}}).Draw(t, "event")
			s, actions = Step(tree, s, ev, Input{})
		}
	})
}

func decisionsOf(a Action) []Decision {
	switch a := a.(type) {
	case Wait:
		return a.Decisions
	case Ask:
		return a.Decisions
	case HangUp:
		return a.Decisions
	}
	return nil
}
