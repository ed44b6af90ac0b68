package ivr

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// secretive asks for a number that nobody may see and sends it to a back-end.
func secretive(t require.TestingT) *Tree {
	tries := Tries{Interruptible: true, MaxAttempts: 3, NoInputTimeout: time.Second, InterDigitTimeout: time.Second}
	tree, faults := New(Tree{
		ID: "t", Start: "numero", Languages: []string{"fr"}, Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{
			"numero": &Collect{
				Prompts: []Prompt{"numero"}, Variable: "numero", Sensitive: true, MinDigits: 6, MaxDigits: 9, FinishKey: '#', CancelKey: '*',
				Next: "envoi", Tries: tries,
			},
			"envoi": &HTTP{
				Inquiry: Inquiry{
					Backend: "dossier", Method: "PUT", Idempotent: true, Path: template("/x"), Timeout: time.Second, MaxAnswer: 10,
					Body: &Body{Form: []FormField{{"numero", template("{var.numero}")}}},
				},
				OnSuccess: Exit{Goto: "conseiller"}, OnError: Exit{Goto: "conseiller"},
			},
			"conseiller": &Queue{Full: Exit{Goto: "encore"}},
			"encore":     &Menu{Prompts: []Prompt{"menu"}, Choices: []Choice{{Keys: "1", Goto: "envoi"}}, Tries: tries},
		},
	})
	require.Empty(t, faults)
	return tree
}

// keyed presses keys one after the other.
func keyed(tree *Tree, s State, keys string) (State, []Action) {
	var actions []Action
	for i := range len(keys) {
		s, actions = Step(tree, s, Digit{keys[i]}, Input{})
	}
	return s, actions
}

func bodies(actions []Action) []string {
	var all []string
	for _, a := range actions {
		if f, asks := a.(Fetch); asks {
			all = append(all, string(f.Body))
		}
	}
	return all
}

func TestASecretIsSentInABodyAndWipedAtTheEnd(t *testing.T) {
	t.Parallel()
	tree := secretive(t)
	s, _ := Start(tree, Input{})
	s, actions := keyed(tree, s, "12*493827165")
	require.Equal(t, []string{"numero=493827165"}, bodies(actions))
	kept := s.secrets["numero"]
	require.Equal(t, "493827165", kept.Reveal())
	assert.NotContains(t, s.Vars, "numero")
	s, _ = Step(tree, s, Fetched{ID: s.Fetch, Status: 200}, Input{})
	require.Equal(t, AtRouting, s.Phase)
	s.Forget()
	assert.Equal(t, "", kept.Reveal(), "every copy is wiped")
	s, _ = Step(tree, s, TurnedAway{Reason: "full"}, Input{})
	s, actions = Step(tree, s, Digit{'1'}, Input{})
	assert.Equal(t, NodeID("numero"), s.Node, "whoever needs it again asks again")
	assert.Empty(t, bodies(actions))
}

func TestALostSecretIsAskedForAgainAfterARestart(t *testing.T) {
	t.Parallel()
	tree := secretive(t)
	s, _ := Start(tree, Input{})
	s, _ = keyed(tree, s, "493827165")
	require.Equal(t, Fetching, s.Phase)
	var restored State
	require.NoError(t, json.Unmarshal(toJSON(t, s), &restored))
	restored, actions := Resume(tree, restored, Input{})
	require.Equal(t, NodeID("numero"), restored.Node)
	require.Contains(t, actions, Say{Prompts: []Prompt{"numero"}, Language: "fr", Interruptible: true})
	_, actions = keyed(tree, restored, "111222333")
	assert.Equal(t, []string{"numero=111222333"}, bodies(actions))
}

func TestAWrongSecretIsWipedAndTriedAgain(t *testing.T) {
	t.Parallel()
	tree := secretive(t)
	s, _ := Start(tree, Input{})
	s, _ = keyed(tree, s, "123")
	partial := s.keys.number
	s, _ = Step(tree, s, TimedOut{}, Input{})
	assert.Equal(t, 1, s.Invalid)
	assert.True(t, partial.Empty())
	s, _ = keyed(tree, s, "493827")
	_, actions := Step(tree, s, Digit{'#'}, Input{})
	assert.Equal(t, []string{"numero=493827"}, bodies(actions))
}

// However a caller comes to key it in, and whatever happens then, no secret is in
// the state, in an action but the request, or in anything printed of either.
func TestNoSecretShowsInStatesAndActions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := secretive(t)
		canary := rapid.StringOfN(rapid.RuneFrom([]rune("123456789")), 9, 9, -1).Draw(t, "canary")
		s, actions := Start(tree, Input{})
		var o observer
		o.see(t, s, actions)
		look := func(actions []Action) {
			for _, a := range actions {
				if f, asks := a.(Fetch); asks {
					f.Body = nil
					a = f
				}
				actionJSON, err := json.Marshal(a)
				require.NoError(t, err)
				shown := fmt.Sprintf("%s %+v", actionJSON, a)
				require.NotContains(t, shown, canary)
			}
			require.NotContains(t, string(toJSON(t, s)), canary)
			require.NotContains(t, fmt.Sprintf("%v %+v", s.secrets, s.keys.number), canary)
			require.Zero(t, strings.Count(s.keys.entered, canary))
		}
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			for i := range len(canary) {
				s, actions = Step(tree, s, Digit{canary[i]}, Input{})
				look(actions)
			}
			for range rapid.IntRange(0, 3).Draw(t, "between") {
				if rapid.IntRange(0, 4).Draw(t, "lost") == 0 {
					s, actions = Resume(tree, s, Input{})
				} else {
					o.playing, o.armed = s.Phase == Prompting || s.Phase == Telling, s.armed()
					s, actions = Step(tree, s, o.next(t, s), Input{})
				}
				look(actions)
			}
		}
	})
}
