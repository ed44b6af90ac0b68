package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/phone"
)

const (
	spokenTree = `
languages: [fr, en]
defaults: {no_input_timeout: 2s}
start: langue
on_failure: conseiller
nodes:
  langue: {type: language, prompt: langue, choices: {"1": fr, "2": en}, goto: identite}
  identite: {type: subflow, flow: numero, with: {pour: relais}, results: {connu: sujet, inconnu: adieu}}
  sujet: {type: set, values: {topic: autre}, goto: foule}
  foule:
    type: branch
    cases:
      - {when: now.hour > 23, goto: adieu}
      - when: caller startsWith "+336" and var.numero == "42" and queue("particuliers").ready == 1 and queue("particuliers").open
        label: quelqu'un est là
        goto: conseiller
    else: adieu
  conseiller: {type: queue, set: {topic: autre}}
  adieu: {type: hangup}
`
	spokenFlow = `
needs: pour
start: saisie
nodes:
  saisie: {type: collect, prompt: numero, variable: numero, max_digits: 2, goto: juge, on_failure: inconnu}
  juge: {type: branch, cases: [{when: int(var.numero) in 40..49, goto: connu}], else: inconnu}
  connu: {type: return, result: connu}
  inconnu: {type: return, result: inconnu}
`
	spokenPrompts = `  langue: {in: {all: "Français, tapez 1. English, press 2."}}
  numero: {in: {fr: Votre numéro., en: Your number.}}
`
)

// A caller chooses English, keys in a number within a flow, and is let through by
// a branch that looks at the number he calls from, the one he keyed and a queue.
func TestACallerWalksThroughALanguageAFlowAndABranch(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		asksNobody(t, dir)
		for file, text := range map[string]string{"ivr/relais.yaml": spokenTree, "flows/numero.yaml": spokenFlow} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644))
		}
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = manifest.WriteString(spokenPrompts)
		require.NoError(t, err)
		require.NoError(t, manifest.Close())
	})
	for _, draft := range []string{"langue-all.wav", "numero-fr.wav", "numero-en.wav"} {
		assert.FileExists(t, filepath.Join(th.Dir(), "prompts", draft))
	}
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
	require.NoError(t, err)
	require.NoError(t, caller.WaitAnswered(th.ctx))
	require.NoError(t, caller.Press(th.ctx, "2"))
	require.NoError(t, caller.Press(th.ctx, "42"))
	leg := th.talk(caller, agent)
	id := leg.Header("X-Guichet-Contact")
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(1)
	assert.Equal(t, contact.Topic("autre"), th.story(id).Topic)

	told := strings.Join(strings.Fields(th.guichet("call", "show", id)), " ")
	assert.Contains(t, told, "the menu waits at identite/saisie")
	assert.Contains(t, told, "at identite/juge: int(var.numero) in 40..49, since var.numero is 42")
	assert.Contains(t, told, `at foule: quelqu'un est là, since caller is a number, now.hour is`)
	assert.Contains(t, told, `queue("particuliers").ready is 1, var.numero is 42`)
	assert.Contains(t, told, "language en")
	assert.NotContains(t, told, "612345678")
}
