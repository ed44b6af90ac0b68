package ivr

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// confirming asks for two to four digits and reads them back.
func confirming(t *testing.T) *Tree {
	t.Helper()
	tree, faults := New(Tree{
		ID: "t", Start: "numero", Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{
			"numero": &Collect{
				Prompts: []Prompt{"numero"}, Variable: "numero", MinDigits: 2, MaxDigits: 4, FinishKey: '#', Next: "conseiller",
				Confirm: &Confirm{Before: []Prompt{"tape"}, Prompts: []Prompt{"juste"}, Yes: '1', No: '2'},
				Tries:   Tries{Interruptible: true, MaxAttempts: 3, NoInputTimeout: time.Second, InterDigitTimeout: time.Second, Failure: Exit{Goto: "echec"}},
			},
			"echec":      &Play{Prompts: []Prompt{"echec"}, Next: "conseiller"},
			"conseiller": &Queue{},
		},
	})
	require.Empty(t, faults)
	return tree
}

var readBack = Say{Prompts: []Prompt{"tape", "digits:1234", "juste"}, Interruptible: true}

func TestANumberCountsWhenTheCallerHasConfirmedIt(t *testing.T) {
	t.Parallel()
	tree := confirming(t)
	s, _ := Start(tree, Input{})
	s, actions := keyed(tree, s, "1234")
	require.Contains(t, actions, readBack)
	require.Empty(t, s.Vars["numero"])
	s, actions = keyed(tree, s, "#2") // the finish key says nothing more; 2 corrects
	require.Contains(t, actions, Say{Prompts: []Prompt{"numero"}, Interruptible: true})
	s, _ = keyed(tree, s, "56#")
	s, _ = keyed(tree, s, "1")
	assert.Equal(t, AtRouting, s.Phase)
	assert.Equal(t, "56", s.Vars["numero"])
	assert.Empty(t, s.Pending)
}

func TestAConfirmationIsBoundedByTheAttempts(t *testing.T) {
	t.Parallel()
	tree := confirming(t)
	s, _ := Start(tree, Input{})
	s, _ = keyed(tree, s, "1234")
	s, _ = Step(tree, s, PromptEnded{}, Input{})
	s, actions := Step(tree, s, TimedOut{}, Input{})
	require.Contains(t, actions, readBack, "silence is asked again")
	s, _ = keyed(tree, s, "9")
	s, actions = Step(tree, s, PromptEnded{}, Input{})
	require.Contains(t, actions, readBack, "so is another key")
	s, _ = keyed(tree, s, "2")
	assert.Equal(t, NodeID("echec"), s.Node)
	assert.Empty(t, s.Vars["numero"])
}

func TestANumberIsReadBackAgainAfterARestart(t *testing.T) {
	t.Parallel()
	tree := confirming(t)
	s, _ := Start(tree, Input{})
	s, _ = keyed(tree, s, "1234")
	var restored State
	require.NoError(t, json.Unmarshal(toJSON(t, s), &restored))
	restored, actions := Resume(tree, restored, Input{})
	require.Contains(t, actions, readBack)
	restored, _ = keyed(tree, restored, "1")
	assert.Equal(t, "1234", restored.Vars["numero"])
}

func TestAConfirmationMayBeTypedAhead(t *testing.T) {
	t.Parallel()
	tree := confirming(t)
	s, _ := Start(tree, Input{})
	s, _ = keyed(tree, s, "12#1")
	assert.Equal(t, "12", s.Vars["numero"])
}
