package config

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/spoken"
	"github.com/guichet/guichet/ivr"
)

func TestEveryKindOfValueHasAnExampleThatCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, kind := range spoken.Kinds {
		assert.True(t, kind.Reads(examples[kind]), kind)
	}
}

const counting = `
languages: [fr, en]
start: choix
nodes:
  choix: {type: language, prompt: choix, choices: {"1": fr, "2": en}, goto: rang, on_failure: rang}
  rang: {type: collect, prompt: menu, variable: rang, goto: annonce, on_failure: annonce}
  annonce: {type: play, prompt: [menu, "number:var.rang", "wait:120", "digits:var.department"], goto: conseiller}
  conseiller: {type: queue, set: {topic: paiement}}
`

func TestAValueIsSaidInTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(counting)}
	files["prompts/prompts.yaml"] = &fstest.MapFile{Data: []byte(twoVoices + "words:\n  fr: {vingt_v: {file: vingt.wav}, minute: {file: \"sound:queue-minutes\"}}\n")}
	files["prompts/vingt.wav"] = &fstest.MapFile{Data: wave(3 * time.Second)}
	site, problems := load(".", files, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	said := func(language byte) []string {
		tree, in := site.Trees["accueil"], ivr.Input{}
		s, _ := ivr.Start(tree, in)
		var actions []ivr.Action
		for _, key := range []byte{language, '2', '1', '#'} {
			s, actions = ivr.Step(tree, s, ivr.Digit{Key: key}, in)
		}
		return site.heard(t, actions)
	}
	assert.Equal(t, []string{
		"sound:guichet/menu-fr", "sound:guichet/vingt", "sound:guichet/word-fr-et", "sound:guichet/word-fr-un",
		"sound:guichet/word-fr-deux", "sound:queue-minutes",
	}, said('1'), "vingt et un, deux minutes; of what was never set, nothing")
	assert.Equal(t, []string{
		"sound:hello", "sound:guichet/word-en-twenty", "sound:guichet/word-en-one",
		"sound:guichet/word-en-two", "sound:guichet/word-en-minutes",
	}, said('2'))

	assert.Equal(t, ivr.Heard{Text: "deux minutes", Lasts: Speech("deux minutes")}, site.Heard("wait:120", "fr"))
	assert.Equal(t, ivr.Heard{Text: "[number: rang]", Lasts: 2 * time.Second}, site.Heard("number:var.rang", "fr"))
	named := map[string]Recording{}
	for r := range site.Recordings() {
		named[r.String()] = r
	}
	assert.Equal(t, 3*time.Second, site.Lasts(named["word vingt_v fr"].Sound))
	assert.Equal(t, pauseLasts, site.Lasts(named["word pause en"].Sound))
	assert.Equal(t, "prompts/word-fr-soixante.wav", named["word soixante fr"].File)
	assert.Contains(t, named, "menu en")
}

func TestASiteThatSaysNoValuesNeedsNoWords(t *testing.T) {
	t.Parallel()
	site, problems := load(".", goodSite(t), func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	assert.Empty(t, site.Words)
}
