package rehearsal_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// asking is a call to a tree that asks a back-end before it says a word.
func asking(t *testing.T) rehearsal.Scene {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "accueil.yaml"), []byte(`start: etat
nodes:
  etat:
    type: http
    url: "https://dossiers.example/etat"
    timeout: 3s
    hold_prompt: menu
    on_success: conseiller
    on_error: motif
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue}
`), 0o644))
	site, problems := config.Load(dir)
	require.Empty(t, problems)
	return site.Rehearsal("2014", nil, time.Date(2026, 11, 23, 10, 0, 0, 0, site.Zone))
}

func TestALateAnswerComesAtItsOwnTimeWhileTheCallerIsHeld(t *testing.T) {
	t.Parallel()
	c := rehearsal.Begin(asking(t).Answering("etat", rehearsal.Answer{Status: 204, After: 2 * time.Second}))
	began := c.Now()
	_, silent := c.Unanswered()
	assert.False(t, silent)
	goes(t, c, rehearsal.Silence{}, rehearsal.Hears{Prompts: []ivr.Prompt{"menu"}}, rehearsal.Silence{}, rehearsal.Arrives{Queue: "particuliers"})
	assert.Equal(t, 2*time.Second, c.Now().Sub(began))
}

func TestAnAnswerThatNobodyWroteNeverComes(t *testing.T) {
	t.Parallel()
	c := rehearsal.Begin(asking(t))
	node, silent := c.Unanswered()
	assert.True(t, silent)
	name, asks := rehearsal.StubName(asking(t).Tree, node)
	assert.True(t, asks)
	assert.Equal(t, "http.etat", name)
	assert.Equal(t, "etat awaiting an answer of https://dossiers.example", c.Stands())
	goes(t, c, rehearsal.Wait{For: time.Minute}, rehearsal.Path{Nodes: []ivr.NodeID{"etat", "motif", "conseiller"}})
}

// Whoever hangs up while a back-end is asked gets no answer any more.
func TestAnAnswerToACallThatIsOverChangesNothing(t *testing.T) {
	t.Parallel()
	c := rehearsal.Begin(asking(t).Answering("etat", rehearsal.Answer{Failure: ivr.TimedOutThere, After: time.Second}))
	goes(t, c, rehearsal.HangsUp{}, rehearsal.Wait{For: time.Minute}, rehearsal.Path{Nodes: []ivr.NodeID{"etat"}}, rehearsal.Ends{As: "abandoned"})
	assert.NotNil(t, rehearsal.Silence{}.Run(c))
}

// The silence in which somebody waited for the back-end is none after its answer.
func TestAnAnswerGivenByHandGoesBackToTheQuestion(t *testing.T) {
	t.Parallel()
	w := rehearsal.NewWalk(asking(t))
	require.Nil(t, w.Do(rehearsal.Silence{}))
	w.Answer("etat", rehearsal.Answer{Status: 500})
	assert.Equal(t, ivr.NodeID("motif"), w.Call().Node())
	assert.Equal(t, w.Scene.At, w.Call().Now())
	require.Nil(t, w.Do(rehearsal.Press{Keys: "1"}))
	goes(t, rehearsal.Begin(w.Scene), w.Steps()...)

	require.True(t, w.Undo(), "the key")
	require.True(t, w.Undo(), "the answer")
	node, asks := w.Call().Unanswered()
	assert.True(t, asks)
	assert.Equal(t, ivr.NodeID("etat"), node)
	w.Answer("etat", rehearsal.Answer{Status: 200})
	assert.NotEqual(t, ivr.NodeID("motif"), w.Call().Node(), "another answer, another way")
	require.True(t, w.Undo())
	require.True(t, w.Undo(), "the silence")
	assert.False(t, w.Undo(), "nothing was done yet")
}
