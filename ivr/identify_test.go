package ivr

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// identifying asks for number and birth date, and ends by how far that went.
func identifying(t require.TestingT) *Tree {
	tries := Tries{Interruptible: true, MaxAttempts: 2, NoInputTimeout: time.Second, InterDigitTimeout: time.Second, Failure: Exit{Goto: "echec"}}
	by := func(level string) Case {
		return Case{When: when("authentication == " + level), Goto: Target("niveau" + level)}
	}
	queue := func(to string) Exit { return Exit{Prompts: []Prompt{Prompt(to)}, Goto: "conseiller"} }
	tree, faults := New(Tree{
		ID: "t", Start: "qui", Languages: []string{"fr"}, Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{
			"qui": &Identify{
				Prompts: []Prompt{"numero"}, Variable: "numero", FinishKey: '#', CancelKey: '*', Tries: tries,
				BirthDate:  &BirthDate{Prompts: []Prompt{"date"}, Reprompt: []Prompt{"encore"}, Variable: "date"},
				Identified: Exit{Goto: "trie"}, NotIdentified: Exit{Goto: "trie"},
			},
			"trie":       &Branch{Cases: []Case{by("2"), by("1")}, Else: queue("0")},
			"niveau2":    &Play{Prompts: []Prompt{"2"}, Next: "conseiller"},
			"niveau1":    &Play{Prompts: []Prompt{"1"}, Next: "conseiller"},
			"echec":      &Play{Prompts: []Prompt{"echec"}, Next: "conseiller"},
			"conseiller": &Queue{},
		},
	})
	require.Empty(t, faults)
	return tree
}

var in2026 = Input{At: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}

// plausible is a number with its key.
func plausible(first int) string { return fmt.Sprintf("%010d%03d", first, first%511) }

func TestACallerIsIdentifiedAsFarAsWhatHeTypesIsPlausible(t *testing.T) {
	t.Parallel()
	number := plausible(1482937561)
	for _, test := range []struct {
		keys  string
		level int
		at    string
	}{
		{number + "31121960", 2, "niveau2"},
		{"12*" + number + "29022000", 2, "niveau2"},
		{number + "##", 1, "niveau1"}, // the first ends a number that is complete already,
		{"#", 0, "trie"},
		{"1482937561232" + number + "31121960", 0, "qui"}, // what follows a wrong number is dropped
		{"1482937561232", 0, "qui"},
		{number + "31022000", 1, "qui"}, {number + "01012027", 1, "qui"}, {number + "01011900", 1, "qui"},
	} {
		tree := identifying(t)
		s, _ := Start(tree, in2026)
		for i := range len(test.keys) {
			s, _ = Step(tree, s, Digit{test.keys[i]}, in2026)
			if s.Invalid > 0 {
				break
			}
		}
		assert.Equal(t, test.level, s.Authentication, test.keys)
		assert.Equal(t, NodeID(test.at), s.Node, test.keys)
	}
}

func TestEachQuestionOfAnIdentifyHasItsAttempts(t *testing.T) {
	t.Parallel()
	tree := identifying(t)
	s, _ := Start(tree, in2026)
	s, _ = Step(tree, s, PromptEnded{}, in2026)
	s, _ = Step(tree, s, TimedOut{}, in2026)
	require.Equal(t, 2, s.Attempt)
	number := plausible(1482937561)
	var actions []Action
	for i := range len(number) {
		s, actions = Step(tree, s, Digit{number[i]}, in2026)
	}
	require.Equal(t, AskingBirthDate, s.Question)
	require.Equal(t, 1, s.Attempt)
	require.Contains(t, actions, Say{Prompts: []Prompt{"date"}, Language: "fr", Interruptible: true})
	s, actions = Step(tree, s, Digit{'A'}, in2026)
	require.Empty(t, actions, "no key of a number, which ends no prompt")
	s, actions = Step(tree, s, PromptEnded{}, in2026)
	require.Contains(t, actions, Say{Prompts: []Prompt{"encore"}, Language: "fr", Interruptible: true})
	require.Equal(t, AskingBirthDate, s.Question)
	s, _ = Step(tree, s, Digit{'A'}, in2026)
	s, _ = Step(tree, s, PromptEnded{}, in2026)
	assert.Equal(t, NodeID("echec"), s.Node)
	assert.Equal(t, NumberPlausible, s.Authentication)
}

func TestTheQuestionOfABirthDateSurvivesARestart(t *testing.T) {
	t.Parallel()
	tree := identifying(t)
	s, _ := Start(tree, in2026)
	number := plausible(1482937561)
	for i := range len(number) {
		s, _ = Step(tree, s, Digit{number[i]}, in2026)
	}
	var restored State
	require.NoError(t, json.Unmarshal(toJSON(t, s), &restored))
	restored, actions := Resume(tree, restored, in2026)
	assert.Contains(t, actions, Say{Prompts: []Prompt{"date"}, Language: "fr", Interruptible: true})
	for _, key := range []byte("31121960") {
		restored, _ = Step(tree, restored, Digit{key}, in2026)
	}
	assert.Equal(t, BirthDatePlausible, restored.Authentication)
}

// Whoever is identified shows in no state and no action.
func TestNobodyShowsWhoIsIdentified(t *testing.T) {
	t.Parallel()
	tree := identifying(t)
	rapid.Check(t, func(t *rapid.T) {
		number := plausible(rapid.IntRange(1_000_000_000, 3_999_999_999).Draw(t, "number"))
		s, _ := Start(tree, in2026)
		keys := number + "17081953"
		for i := range len(keys) {
			var actions []Action
			s, actions = Step(tree, s, Digit{keys[i]}, in2026)
			shown, err := json.Marshal(struct {
				State   State
				Actions []Action
			}{s, actions})
			require.NoError(t, err)
			require.NotContains(t, string(shown), number)
			require.NotContains(t, string(shown), "17081953")
		}
		require.Equal(t, BirthDatePlausible, s.Authentication)
	})
}
