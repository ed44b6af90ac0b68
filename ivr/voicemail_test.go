package ivr

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a tree that has callers leave a message at once.
func recorder(t testing.TB, n Voicemail) *Tree {
	t.Helper()
	n.Mailbox, n.Prompts = "accueil", []Prompt{"laissez"}
	n.MaxDuration, n.MaxSilence, n.MinDuration, n.FinishKey = time.Minute, 4*time.Second, time.Second, '#'
	n.Next, n.Empty, n.Error = "merci", Exit{Prompts: []Prompt{"rien"}, Goto: "rien"}, Exit{Goto: "panne"}
	tree, faults := New(Tree{
		ID: "t", Start: "repondeur", Languages: []string{"fr"}, Failure: Exit{Goto: "panne"},
		Nodes: map[NodeID]Node{
			"repondeur": &n, "merci": &Hangup{Prompts: []Prompt{"merci"}}, "panne": &Hangup{Prompts: []Prompt{"panne"}},
			"rien": &Hangup{Prompts: []Prompt{"au_revoir"}},
		},
	})
	require.Empty(t, faults)
	return tree
}

func actionsOf[T Action](actions []Action) (all []T) {
	for _, a := range actions {
		if a, is := a.(T); is {
			all = append(all, a)
		}
	}
	return all
}

func TestAMessageIsKeptOrNotByWhatWasSpoken(t *testing.T) {
	t.Parallel()
	tree := recorder(t, Voicemail{})
	for name, c := range map[string]struct {
		end  Recorded
		node NodeID
		left bool
	}{
		"enough":      {Recorded{Lasts: 3 * time.Second, Spoken: time.Second}, "merci", true},
		"a cough":     {Recorded{Lasts: 9 * time.Second, Spoken: time.Second - 1}, "repondeur", false},
		"nothing":     {Recorded{Lasts: 4 * time.Second}, "repondeur", false},
		"no file":     {Recorded{Failed: true}, "panne", false},
		"never begun": {Recorded{Never: true}, "repondeur", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, actions := Start(tree, Input{})
			require.Equal(t, Telling, s.Phase)
			assert.Equal(t, "accueil", actionsOf[Wait](actions)[0].Records)
			s, actions = Step(tree, s, Digit{'5'}, Input{}) // any key ends the invitation
			require.Len(t, actionsOf[StopPlay](actions), 1)
			require.Equal(t, Recording, s.Phase)
			asked := actionsOf[Record](actions)
			require.Len(t, asked, 1)
			assert.Equal(t, Record{N: 1, Mailbox: "accueil", MaxDuration: time.Minute, MaxSilence: 4 * time.Second, FinishKey: '#'}, asked[0])
			c.end.N = 1
			s, actions = Step(tree, s, c.end, Input{})
			assert.Equal(t, c.node, s.Node)
			assert.Equal(t, c.left, s.Left)
			assert.Len(t, actionsOf[Keep](actions), map[bool]int{true: 1}[c.left])
			assert.Equal(t, name == "a cough" || name == "nothing", len(actionsOf[Discard](actions)) == 1)
		})
	}
}

func TestAFullMailboxIsSaidBeforeAnybodySpeaks(t *testing.T) {
	t.Parallel()
	asked := ""
	full := Input{MailboxFull: func(mailbox string) bool { asked = mailbox; return true }}
	own := Voicemail{Full: Exit{Prompts: []Prompt{"pleine"}, Goto: "merci"}}
	for said, n := range map[Prompt]Voicemail{"pleine": own, "panne": {}} {
		s, actions := Start(recorder(t, n), full)
		assert.Equal(t, "accueil", asked)
		assert.Equal(t, Telling, s.Phase)
		assert.Equal(t, []Prompt{said}, actionsOf[Say](actions)[0].Prompts)
		assert.Equal(t, []Decision{{Node: "repondeur", Case: "on_full", Mailbox: "accueil"}}, s.Decisions)
		assert.Zero(t, s.Recording, "nothing is looked for after a restart")
	}
	var ways []string
	for _, w := range recorder(t, Voicemail{}).Ways("repondeur") {
		ways = append(ways, w.Name)
	}
	assert.Equal(t, []string{"goto", "on_empty", "on_error"}, ways, "what on_error stands in for is not shown")
}

func TestARecordingThatFailsIsNotedAlsoOfWhoHasHungUp(t *testing.T) {
	t.Parallel()
	tree := recorder(t, Voicemail{})
	s, _ := Start(tree, Input{})
	s, _ = Step(tree, s, PromptEnded{}, Input{})
	want := []Decision{{Node: "repondeur", Case: "on_error", Mailbox: "accueil"}}
	on, _ := Step(tree, s, Recorded{N: 1, Failed: true}, Input{})
	assert.Equal(t, want, on.Decisions)
	gone, actions := Gone(tree, s, Recorded{N: 1, Failed: true}, Input{})
	assert.Equal(t, want, gone.Decisions)
	assert.Empty(t, actions)
	stranger, actions := Gone(tree, s, Recorded{N: 2, Lasts: time.Minute, Spoken: time.Minute}, Input{})
	assert.Equal(t, s, stranger, "of another recording")
	assert.Empty(t, actions)
}

func TestWhatNobodyEverKnowsOfARecordingIsAnError(t *testing.T) {
	t.Parallel()
	tree := recorder(t, Voicemail{})
	s, _ := Start(tree, Input{})
	s, _ = Step(tree, s, PromptEnded{}, Input{})
	looks := 0
	for s.Node == "repondeur" {
		var actions []Action
		s, actions = Step(tree, s, TimedOut{}, Input{})
		looks += len(actionsOf[FindRecording](actions))
		require.Less(t, looks, 1000)
	}
	assert.Positive(t, looks)
	assert.Equal(t, NodeID("panne"), s.Node)
}
