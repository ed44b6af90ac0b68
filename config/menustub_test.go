package config

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/rehearsal"
)

const stubbedTree = `
start: etat
nodes:
  etat:
    type: http
    url: "https://dossiers.example/etat"
    hold_prompt: menu
    save: {etat: /dossier/etat}
    on_success: lien
    on_status: {"404": motif}
    on_timeout: motif
    on_error: motif
  lien:
    type: link
    url: "https://sms.example/send"
    channel: sms
    text: Votre dossier
    prompt: menu
    sent: motif
    refused: motif
    on_error: motif
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue}
tests:
  - name: found
    at: 2026-11-23T10:00
    caller: "0612345678"
    stub: {http.etat: {body: {dossier: {etat: clos, n: 3, l: [true, null]}}}, link.lien: 202}
    steps: [press: "1", set: {etat: clos}, path: [etat, lien, lien/send, motif]]
  - name: as text
    at: 2026-11-23T10:00
    stub: {http.etat: {status: 200, body: '{"dossier": {"etat": "ouvert"}}'}}
    steps: [set: {etat: ouvert}]
  - name: not found
    at: 2026-11-23T10:00
    stub: {http.etat: "404"}
    steps: [path: [etat, motif]]
  - name: too slow
    at: 2026-11-23T10:00
    stub: {http.etat: timeout}
    steps: [hears: menu, path: [etat, motif]]
  - name: slow
    at: 2026-11-23T10:00
    stub: {http.etat: {status: 404, after: 1500ms}}
    steps: [wait: 1s, path: etat, hears: menu, wait: 1s, path: [etat, motif], silence, silence]
  - name: no answer
    at: 2026-11-23T10:00
    steps: [wait: 15s, path: [etat, motif]]
`

func TestBackEndsAnswerAsTheTestSays(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(stubbedTree)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	assert.Equal(t, 6, site.MenuTests.Passed)

	tree := site.Trees["accueil"]
	node, _ := StubNode(tree, "link.lien")
	assert.EqualValues(t, "lien/send", node)
	_, known := StubNode(tree, "lien")
	assert.Equal(t, []string{"http.etat", "link.lien"}, known)
}

func TestAStubIsWrittenAsItIsRead(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(stubbedTree)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	entry := site.Entries["2014"]
	scene := site.Rehearsal(entry.Name, nil, time.Date(2026, 11, 23, 10, 0, 0, 0, site.Zone))
	scene.Caller = "0612345678"
	walk := rehearsal.NewWalk(scene)
	node, silent := walk.Call().Unanswered()
	require.True(t, silent)
	walk.Answer(node, rehearsal.Answer{Status: 200, Body: []byte(`{"dossier": {"etat": "l'été \"clos\""}}`)})
	require.Nil(t, walk.Do(rehearsal.Press{Keys: "1"}))
	walk.Answer("lien/send", rehearsal.Answer{Failure: "limited"})
	require.Nil(t, walk.Do(rehearsal.Press{Keys: "1"}))
	require.True(t, walk.Call().Waits())
	require.True(t, walk.Undo())
	require.False(t, walk.Call().Waits())
	require.Nil(t, walk.Do(rehearsal.Press{Keys: "1"}))
	text := MenuTestText("dossier", walk.Scene, walk.Steps())
	files["ivr/tests/a.yaml"] = &fstest.MapFile{Data: []byte("tests:\n" + text)}
	again, problems := load(".", files, noEnvironment)
	require.Empty(t, problems, text)
	assert.Equal(t, 7, again.MenuTests.Passed)
}
