package ivr

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

// transferring is a tree that sends to a number at once.
func transferring(t *testing.T, n Transfer) *Tree {
	t.Helper()
	n.Number, n.Ring = "0261910035", 30*time.Second
	tree, faults := New(Tree{
		ID: "t", Start: "mairie", Languages: []string{"fr"}, Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{
			"mairie": &n,
			"fin":    &Hangup{Prompts: []Prompt{"panne"}},
		},
	})
	require.Empty(t, faults)
	return tree
}

func TestATransferGoesOnByWhyNobodyWasReached(t *testing.T) {
	t.Parallel()
	all := Transfer{Common: Common{Label: "Mairie"}, Busy: Exit{Goto: "occupe"}, NoAnswer: Exit{Goto: "absent"}, Error: Exit{Goto: "panne"}}
	alone := Transfer{Error: Exit{Goto: "panne"}}
	for result, wants := range map[contact.RingResult][2]NodeID{
		contact.Busy: {"occupe", "panne"}, contact.Refused: {"occupe", "panne"}, contact.NoAnswer: {"absent", "panne"},
		contact.Unreachable: {"panne", "panne"}, contact.Lost: {"panne", "panne"}, "": {"panne", "panne"},
	} {
		for i, n := range []Transfer{all, alone} {
			nodes := map[NodeID]Node{
				"mairie": &n, "occupe": &Hangup{Prompts: []Prompt{"occupe"}}, "absent": &Hangup{Prompts: []Prompt{"absent"}},
				"panne": &Hangup{Prompts: []Prompt{"panne"}},
			}
			tree := &Tree{ID: "t", Start: "mairie", Languages: []string{"fr"}, Nodes: nodes}
			s, actions := Start(tree, Input{})
			require.Equal(t, AtRouting, s.Phase)
			out := actions[len(actions)-1].(SendOut)
			assert.Equal(t, NodeID("mairie"), out.Node)
			assert.Equal(t, []NodeID{"mairie"}, out.Crossed)
			again, told := Resume(tree, s, Input{})
			assert.Equal(t, AtRouting, again.Phase)
			assert.IsType(t, SendOut{}, told[len(told)-1], "asked for again by whoever takes the call up")
			s, _ = Step(tree, s, NotReached{Result: result}, Input{})
			assert.Equal(t, wants[i], s.Node, "%q", result)
			s, _ = Step(tree, s, PromptEnded{}, Input{})
			assert.Equal(t, NoService, s.Reason(), "%q", result)
		}
	}
}

func TestATransferIsCalledByItsLabelOrItsName(t *testing.T) {
	t.Parallel()
	for label, name := range map[string]string{"Mairie": "Mairie", "": "mairie"} {
		tree := &Tree{Start: "mairie", Nodes: map[NodeID]Node{
			"mairie": &Transfer{Common: Common{Label: label}, Number: "0261910035", Ring: time.Minute, Error: Exit{Goto: End}},
		}}
		_, actions := Start(tree, Input{})
		assert.Equal(t, SendOut{Node: "mairie", Name: name, Number: "0261910035", Ring: time.Minute, Crossed: []NodeID{"mairie"}}, actions[0])
	}
}

func TestATransferIsChecked(t *testing.T) {
	t.Parallel()
	_, faults := New(Tree{
		ID: "t", Start: "mairie", Languages: []string{"fr"}, Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{"mairie": &Transfer{Ring: time.Second}},
	})
	var said []string
	for _, f := range faults {
		said = append(said, f.Exit+": "+f.Problem)
	}
	assert.Contains(t, said, "to: the transfer has no number")
	assert.Contains(t, said, "timeout: a number cannot ring for 1s")
	assert.Contains(t, said, "on_error: on_error leads nowhere")
}

func TestATransferLeadsToAPersonButAsksForNoAgent(t *testing.T) {
	t.Parallel()
	tree := transferring(t, Transfer{Error: Exit{Goto: "fin"}})
	require.NotNil(t, tree)
	assert.False(t, tree.LeadsToAgent("mairie"))
	for _, f := range tree.Advice(Setting{}) {
		assert.NotContains(t, f.Problem, "can reach a person")
	}
	var ways []string
	for _, w := range transferring(t, Transfer{Error: Exit{Goto: "fin"}, Busy: Exit{Goto: "fin"}}).Ways("mairie") {
		ways = append(ways, w.Name)
	}
	assert.Equal(t, []string{"on_busy", "on_error"}, ways, "what on_error stands in for is not shown")
}

func TestWhoIsSentOutsideInVainEndsForTheReasonOfTheQueue(t *testing.T) {
	t.Parallel()
	tree := dehors()
	tree.Nodes["conseiller"] = &Queue{Full: Exit{Goto: "standard"}, Closed: Exit{Goto: "standard"}, NoAgent: Exit{Goto: "standard"}}
	tree.Nodes["standard"] = &Transfer{Number: "0261914400", Ring: MinRing, Error: Exit{Goto: End}}
	checked, faults := New(tree)
	require.Empty(t, faults)
	for refusal, wanted := range map[contact.Refusal]Reason{"": NoService, contact.Closed: OutOfHours, contact.Full: TurnedFull, contact.NoAgent: TurnedNoAgent} {
		s, _ := Start(checked, Input{})
		key := byte('2')
		if refusal != "" {
			key = '3'
		}
		s, _ = Step(checked, s, Digit{key}, Input{})
		if refusal != "" {
			s, _ = Step(checked, s, TurnedAway{Reason: refusal}, Input{})
		}
		s, _ = Step(checked, s, NotReached{contact.Unreachable}, Input{})
		assert.Equal(t, Ended, s.Phase)
		assert.Equal(t, wanted, s.Reason(), "%q", refusal)
	}
}

// What served before somebody was sent outside in vain was not all that he wanted; what
// is heard to its end after that is how the contact ends.
func TestWhatServesAfterATransferInVainCounts(t *testing.T) {
	t.Parallel()
	tree, faults := New(Tree{
		ID: "t", Start: "avant", Failure: Exit{Goto: End}, Languages: []string{"fr"},
		Nodes: map[NodeID]Node{
			"avant":  &Play{Common: Common{Serves: true}, Prompts: []Prompt{"avant"}, Next: "mairie"},
			"mairie": &Transfer{Number: "0261914400", Ring: MinRing, Error: Exit{Goto: "apres"}},
			"apres":  &Play{Common: Common{Serves: true}, Prompts: []Prompt{"apres"}, Next: "fin"},
			"fin":    &Hangup{Prompts: []Prompt{"fin"}},
		},
	})
	require.Empty(t, faults)
	s, _ := Start(tree, Input{})
	s, _ = Step(tree, s, PromptEnded{}, Input{})
	assert.Equal(t, Served, s.Reason(), "who leaves now got what he came for")
	s, _ = Step(tree, s, NotReached{contact.Busy}, Input{})
	assert.Equal(t, NoService, s.Reason(), "nobody was reached, and nothing has served since")
	s, _ = Step(tree, s, PromptEnded{}, Input{})
	assert.Equal(t, Served, s.Reason())
	s, _ = Step(tree, s, PromptEnded{}, Input{})
	assert.Equal(t, Ended, s.Phase)
	assert.Equal(t, Served, s.Reason())
}
