package ivr

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWaysSayWhatFollowsWhereNothingIsWritten(t *testing.T) {
	t.Parallel()
	tree := accueil()
	assert.Equal(t, []Way{
		{Name: "open", Exit: Exit{Goto: "bienvenue"}},
		{Name: "closed", Exit: Exit{Prompts: []Prompt{"ferme"}, Goto: End}},
		{Name: "holiday", Exit: Exit{Prompts: []Prompt{"ferie"}, Goto: "adieu"}},
		{Name: "exception", Exit: Exit{Prompts: []Prompt{"ferme"}, Goto: End}},
	}, tree.Ways("ouverture"))
	assert.Equal(t, []Way{
		{Name: "on_full", Exit: Exit{Goto: End}},
		{Name: "on_closed", Exit: Exit{Goto: End}},
		{Name: "on_no_agent", Exit: Exit{Goto: End}},
	}, tree.Ways("sans_motif"))
	motif := tree.Ways("motif")
	assert.Equal(t, Way{Name: "choices.1", Keys: "1", Label: "Déclaration", Set: Vars{"topic": "declaration"}, Exit: Exit{Goto: "conseiller"}}, motif[0])
	assert.Equal(t, Way{Name: "on_failure", Exit: tree.Failure}, motif[len(motif)-1])
	assert.Empty(t, tree.Ways("nowhere"))
}

func TestWaysLeaveOutWhatASingleAttemptNeverTakes(t *testing.T) {
	t.Parallel()
	tree := strict()
	assert.Equal(t, []Way{
		{Name: "choices.1", Keys: "1", Exit: Exit{Goto: "numero"}},
		{Name: "on_failure", Exit: Exit{Prompts: []Prompt{"echec"}, Goto: End}},
	}, tree.Ways("menu"))
}

func TestWaysCallACaseByItsLabelOrItsCondition(t *testing.T) {
	t.Parallel()
	tree := aiguillage()
	ways := tree.Ways("attente")
	require.Len(t, ways, 3)
	assert.Equal(t, `queue("ir").ready > 0`, ways[0].Label)
	assert.Equal(t, "long wait", ways[1].Label)
	assert.Equal(t, Way{Name: "else", Exit: Exit{Prompts: []Prompt{"patientez"}, Goto: "conseiller"}}, ways[2])
}

// Whatever next finds on the way from a node, a way leads there.
func TestWaysLeadWhereverCallersCanGo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := anyTree(t)
		for _, id := range tree.ids() {
			var to []NodeID
			for _, w := range tree.Ways(id) {
				require.NotEmpty(t, w.Goto)
				if n, leads := tree.next(w.Goto); leads {
					to = append(to, n)
				}
			}
			tries := triesOf(tree.Nodes[id])
			for _, edge := range tree.edges(id) {
				if tries == nil || tries.MaxAttempts != 1 {
					require.Contains(t, to, edge)
				}
			}
		}
	})
}
