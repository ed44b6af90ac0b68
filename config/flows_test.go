package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ivr"
)

// flowSite uses one flow twice, and a flow within it.
var flowSite = map[string]string{
	"ivr/accueil.yaml": `
start: premier
on_failure: conseiller
nodes:
  premier: {type: subflow, flow: identite, with: {pour: declaration}, results: {connu: second, inconnu: conseiller}}
  second: {type: subflow, flow: identite, with: {pour: paiement}, set: {topic: paiement}, results: {connu: conseiller, inconnu: premier}}
  conseiller: {type: queue}
`,
	"flows/identite.yaml": `
needs: pour
defaults: {max_attempts: 1}
start: numero
nodes:
  numero: {type: collect, prompt: menu, variable: numero, max_digits: 2, goto: confirme}
  confirme: {type: subflow, flow: confirmation, results: {oui: juge, non: numero, retour: inconnu}}
  juge: {type: branch, cases: [{when: 'var.numero == "42" and var.pour != ""', goto: connu}], else: inconnu}
  connu: {type: return, result: connu, set: {trouve: oui}}
  inconnu: {type: return, result: inconnu}
`,
	"flows/confirmation.yaml": `
start: question
nodes:
  question: {type: menu, prompt: menu, choices: {"1": oui, "2": non, "9": back, "0": retour}}
  oui: {type: return, result: oui}
  non: {type: return, result: non}
  retour: {type: return, result: retour}
`,
}

// walk presses keys, in JSON between two of them, and returns where the caller
// stands after each and the last state.
func walk(t *testing.T, tree *ivr.Tree, keys string) (stands []string, s ivr.State) {
	t.Helper()
	s, _ = ivr.Start(tree, ivr.Input{})
	stands = append(stands, string(s.Node))
	for i := range len(keys) {
		s, _ = ivr.Step(tree, s, ivr.Digit{Key: keys[i]}, ivr.Input{})
		if keys[i] == '#' || s.Phase == ivr.Prompting || s.Phase == ivr.AtRouting {
			text, err := json.Marshal(s)
			require.NoError(t, err)
			s = ivr.State{}
			require.NoError(t, json.Unmarshal(text, &s))
			stands = append(stands, string(s.Node))
		}
	}
	return stands, s
}

func flowTree(t *testing.T) *ivr.Tree {
	t.Helper()
	files := goodSite(t)
	for name, text := range flowSite {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	site, problems := load(".", files, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	return site.Trees["accueil"]
}

func TestAFlowReturnsToWhereItWasUsed(t *testing.T) {
	t.Parallel()
	tree := flowTree(t)
	stands, s := walk(t, tree, "42"+"1"+"42"+"1")
	assert.Equal(t, []string{
		"premier/numero", "premier/confirme/question", "second/numero", "second/confirme/question", "conseiller",
	}, stands)
	assert.Equal(t, ivr.Vars{"language": "fr", "topic": "paiement", "pour": "paiement", "numero": "42", "trouve": "oui"}, s.Vars)

	stands, s = walk(t, tree, "4#"+"1")
	assert.Equal(t, []string{"premier/numero", "premier/confirme/question", "conseiller"}, stands)
	assert.Equal(t, "declaration", s.Vars["pour"])

	stands, _ = walk(t, tree, "42"+"1"+"1#"+"0"+"1#"+"2"+"1#"+"9")
	assert.Equal(t, []string{
		"premier/numero", "premier/confirme/question", "second/numero", "second/confirme/question",
		"premier/numero", "premier/confirme/question", "premier/numero", "premier/confirme/question", "premier/numero",
	}, stands, "back is back within a flow")
}

func TestAFlowTakesTheFailureExitOfItsTree(t *testing.T) {
	t.Parallel()
	tree := flowTree(t)
	s, _ := walk(t, tree, "#")
	assert.Equal(t, []string{"premier/numero", "conseiller"}, s)
}

func TestFlowsThatGrowWithoutBoundAreRefused(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	// Each flow uses the next one nine times: 9^8 nodes.
	for i := range 8 {
		var text strings.Builder
		fmt.Fprintf(&text, "start: n0\nnodes:\n")
		for j := range 9 {
			fmt.Fprintf(&text, "  n%d: {type: subflow, flow: f%d, results: {ok: n%d}}\n", j, i+1, j+1)
		}
		fmt.Fprintf(&text, "  n9: {type: return, result: ok}\n")
		files[fmt.Sprintf("flows/f%d.yaml", i)] = &fstest.MapFile{Data: []byte(text.String())}
	}
	files["flows/f8.yaml"] = &fstest.MapFile{Data: []byte("start: n0\nnodes:\n  n0: {type: return, result: ok}\n")}
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte("start: a\nnodes:\n  a: {type: subflow, flow: f0, results: {ok: b}}\n  b: {type: queue, set: {topic: paiement}}\n")}
	_, problems := load(".", files, func(string) (string, bool) { return "", false })
	var messages []string
	for _, p := range problems {
		messages = append(messages, p.Message)
	}
	assert.Contains(t, messages, "the tree has more than 5000 nodes with those of its flows")
	assert.Contains(t, messages, "flows use flows more than 8 deep: f0 → f1 → f2 → f3 → f4 → f5 → f6 → f7")
}
