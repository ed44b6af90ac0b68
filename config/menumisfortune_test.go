package config

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/rehearsal"
)

// misfortuneTree has a mailbox and a number outside, and tests of all that may become
// of them.
const misfortuneTree = `
start: motif
nodes:
  motif: {type: menu, prompt: menu, choices: {"1": boite, "2": standard}, on_failure: conseiller}
  boite:
    type: message
    mailbox: accueil
    prompt: menu
    max_duration: 20s
    max_silence: 4s
    min_duration: 2s
    goto: hangup
    on_empty: {prompt: menu, goto: conseiller}
    on_full: pleine
    on_error: panne
  pleine: {type: queue, set: {topic: paiement}}
  panne: {type: queue, set: {topic: paiement}}
  standard: {type: transfer, to: "02 61 91 00 35", on_busy: pleine, on_no_answer: panne, on_error: conseiller}
  conseiller: {type: queue, set: {topic: paiement}}
tests:
  - {name: ended by its key, at: 2026-11-23T10:00, steps: [press: "1", hears: menu, speaks: 3s, press: "5#", ends: message]}
  - {name: ended by silence, at: 2026-11-23T10:00, steps: [press: "1", speaks: 3s, speaks: 2s, silence, ends: message]}
  - {name: ended by its length, at: 2026-11-23T10:00, steps: [press: "1", speaks: 60s, ends: message]}
  - {name: hung up while speaking, at: 2026-11-23T10:00, steps: [press: "1", speaks: 2s, hangs_up, ends: message]}
  - {name: hung up before enough, at: 2026-11-23T10:00, steps: [press: "1", speaks: 1s, hangs_up, ends: abandoned]}
  - {name: not enough, at: 2026-11-23T10:00, steps: [press: "1", speaks: 1s, press: "#", hears: menu, path: [motif, boite, conseiller]]}
  - {name: not a word, at: 2026-11-23T10:00, steps: [press: "1", wait: 4s, path: [motif, boite, conseiller]]}
  - {name: full, at: 2026-11-23T10:00, stub: {message.boite: full}, steps: [press: "1", path: [motif, boite, pleine]]}
  - {name: not recorded, at: 2026-11-23T10:00, stub: {message.boite: {status: error}}, steps: [press: "1", hears: menu, path: [motif, boite, panne]]}
  - {name: busy, at: 2026-11-23T10:00, stub: {transfer.standard: busy}, steps: [press: "2", path: [motif, standard, pleine]]}
  - {name: no answer, at: 2026-11-23T10:00, stub: {transfer.standard: no_answer}, steps: [press: "2", path: [motif, standard, panne]]}
  - {name: no line, at: 2026-11-23T10:00, stub: {transfer.standard: error}, steps: [press: "2", path: [motif, standard, conseiller]]}
  - {name: it rings, at: 2026-11-23T10:00, steps: [press: "2", local_service: standard, not_reached: busy, path: [motif, standard, pleine]]}
`

func misfortuneSite(t *testing.T, more string) (*Site, []Problem) {
	t.Helper()
	files := goodSite(t)
	files["queues.yaml"] = &fstest.MapFile{Data: []byte("queues: {particuliers: {}}\nmailboxes: {accueil: {}}\n")}
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(misfortuneTree)}
	if more != "" {
		files["ivr/tests/a.yaml"] = &fstest.MapFile{Data: []byte("tests:\n" + more)}
	}
	return load(".", files, noEnvironment)
}

func TestWhatBecomesOfMessagesAndCallsOutsideIsRehearsed(t *testing.T) {
	t.Parallel()
	site, problems := misfortuneSite(t, "")
	require.Empty(t, problems)
	assert.Equal(t, 13, site.MenuTests.Passed)
	assert.Equal(t, Mailbox{Name: "accueil", Label: "accueil", Retention: 30 * 24 * time.Hour, MaxWaiting: 200}, site.Mailboxes["accueil"])
	_, known := StubNode(site.Trees["accueil"], "transfer.boite")
	assert.Equal(t, []string{"message.boite", "transfer.standard"}, known)
}

func TestAWalkWithMisfortunesIsWrittenAsItIsRead(t *testing.T) {
	t.Parallel()
	site, problems := misfortuneSite(t, "")
	require.Empty(t, problems)
	scene := site.Rehearsal("2014", nil, time.Date(2026, 11, 23, 10, 0, 0, 0, site.Zone)).
		Answering("standard", rehearsal.Answer{Instead: "busy"})
	walk := rehearsal.NewWalk(scene)
	require.Nil(t, walk.Do(rehearsal.Press{Keys: "2"}))
	require.True(t, walk.Call().Waits())
	spoken := rehearsal.NewWalk(scene)
	require.Nil(t, spoken.Do(rehearsal.Press{Keys: "1"}))
	require.Nil(t, spoken.Do(rehearsal.Speaks{For: 3 * time.Second}))
	require.Nil(t, spoken.Do(rehearsal.HangsUp{}))
	text := MenuTestText("occupé", walk.Scene, walk.Steps()) + MenuTestText("laissé", spoken.Scene, spoken.Steps())
	assert.Contains(t, text, "transfer.standard: busy\n")
	assert.Contains(t, text, "- speaks: 3s\n")
	site, problems = misfortuneSite(t, text)
	require.Empty(t, problems, text)
	assert.Equal(t, 15, site.MenuTests.Passed)
}
