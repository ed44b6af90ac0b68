package config

import (
	"os"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ivr"
)

const twoLanguages = `
languages: [fr, en]
start: choix
nodes:
  choix: {type: language, prompt: choix, choices: {"1": fr, "2": en}, goto: suite, on_failure: suite}
  suite: {type: set, values: {topic: paiement}, goto: motif}
  motif: {type: menu, prompt: menu, choices: {"1": conseiller}, on_failure: conseiller}
  conseiller: {type: queue}
`

const twoVoices = `
prompts:
  choix: {in: {all: "Français : 1. English: 2."}}
  menu: {in: {fr: "Pour payer, tapez 1.", en: {file: "sound:hello"}}}
`

func TestATreeOfSeveralLanguagesSaysEachPromptInTheOneChosen(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(twoLanguages)}
	files["prompts/prompts.yaml"] = &fstest.MapFile{Data: []byte(twoVoices)}
	site, problems := load(".", files, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	tree := site.Trees["accueil"]

	s, actions := ivr.Start(tree, ivr.Input{})
	assert.Equal(t, []string{"sound:guichet/choix-all"}, site.heard(t, actions))
	french, actions := ivr.Step(tree, s, ivr.Digit{Key: '1'}, ivr.Input{})
	assert.Equal(t, []string{"sound:guichet/menu-fr"}, site.heard(t, actions))
	assert.Equal(t, "paiement", string(french.Topic()))
	_, actions = ivr.Step(tree, s, ivr.Digit{Key: '2'}, ivr.Input{})
	assert.Equal(t, []string{"sound:hello"}, site.heard(t, actions))
	assert.Equal(t, "prompts/menu-fr.wav", site.Prompts["menu"].In["fr"].File)
}

// heard is what the only Say among actions plays.
func (s *Site) heard(t *testing.T, actions []ivr.Action) (media []string) {
	t.Helper()
	for _, a := range actions {
		if say, ok := a.(ivr.Say); ok {
			for _, p := range say.Prompts {
				media = append(media, s.PromptMedia(p, say.Language)...)
			}
		}
	}
	return media
}

func TestTheConditionsOfTheReferenceAreConditions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/site-folder.md")
	require.NoError(t, err)
	written := regexp.MustCompile(`- \{when: '?(.+?)'?, goto:`).FindAllStringSubmatch(string(text), -1)
	require.Len(t, written, 3)
	for _, w := range written {
		_, flaw := ivr.Compile(w[1])
		assert.Nil(t, flaw, w[1])
	}
}
