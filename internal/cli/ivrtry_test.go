package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tries walks the sample and returns what is on the terminal.
func tries(t *testing.T, typed string, args ...string) string {
	t.Helper()
	d := &desk{in: typed}
	return d.prints(t, append([]string{"ivr", "try", "--site", "../../examples/dgfip", "--at", "2026-11-23T10:00"}, args...)...)
}

func TestAWalkIsShownAsTheCallerHearsIt(t *testing.T) {
	t.Parallel()
	out := tries(t, "7\n\n+1s\n42\n35400\nunreachable\n+30s\nhangup\nundo\n9\nrefuse full\n?\nnonsense\n")
	golden(t, "try.txt", out)
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 81, "with its end: %q", line)
	}
}

func TestAWalkThatWasSavedIsATestThatPasses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../examples/dgfip")))
	d := &desk{in: "3\n\nsave mine\nundo\n44\nrefuse no_agent\nsave mine\nsave mine nobody is there: tell them\n"}
	out := d.prints(t, "ivr", "try", "accueil", "--site", dir, "--at", "2026-11-23T10:00", "--caller", "withheld", "--set", "note=12", "--queue", "recouvrement.waiting=3")
	assert.Contains(t, out, "written to "+filepath.Join(dir, "ivr", "tests", "mine.yaml"))
	text, err := os.ReadFile(filepath.Join(dir, "ivr", "tests", "mine.yaml"))
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(string(text), "  - name: "), "%s", text)
	assert.Contains(t, string(text), "caller: withheld\n")
	assert.Regexp(t, `^3 tests passed`, d.prints(t, "ivr", "test", "--site", dir, "ivr/tests/mine.yaml"))

	whole := filepath.Join(dir, "ivr", "accueil.yaml")
	before, err := os.ReadFile(whole)
	require.NoError(t, err)
	d.in = "save " + whole + "\n"
	assert.Contains(t, d.prints(t, "ivr", "try", "--site", dir), "this file holds more than tests; name another")
	after, err := os.ReadFile(whole)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
}

func TestATreeCanBeTriedThoughItsTestsFail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "ivr", "tests"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "tests", "a.yaml"), []byte("tests:\n  - {name: bad, tree: accueil, at: 2026-11-23T10:00, steps: [ends]}\n"), 0o644))
	d := &desk{in: "1\nrefuse full\nrefuse\nanswer 404\nunreachable\n1\n+x\nsave\nhangup\nhangup\n"}
	out := d.prints(t, "ivr", "try", "--site", dir)
	for _, said := range []string{
		"waits in the queue particuliers", "the queue particuliers is never full: queues.yaml says no limit", "write refuse full, refuse closed or refuse no_agent",
		"no back-end is being asked", "not now, with the call waiting in the queue particuliers", `"+x" is no time to let pass`, "write save FILE",
		"the call is over: abandoned (queue)", "not now, with the call over: abandoned (queue)",
	} {
		assert.Contains(t, out, said)
	}
}

func TestABackEndAnswersAsSomebodyTypes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "accueil.yaml"), []byte(`start: etat
nodes:
  etat: {type: http, url: "https://dossiers.example/etat", save: {etat: /etat}, on_success: motif, on_status: {"404": conseiller}, on_error: motif}
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue}
`), 0o644))
	d := &desk{in: "answer 1000\nanswer 200 {\"etat\": \"clos\"}\n1\nsave mine\n"}
	out := d.prints(t, "ivr", "try", "--site", dir)
	assert.Contains(t, out, "etat asks a back-end")
	assert.Contains(t, out, "no answer has the status 1000")
	assert.Contains(t, out, "with etat=clos, language=fr, topic=paiement")
	assert.Regexp(t, `^1 test passed`, d.prints(t, "ivr", "test", "--site", dir))
	d.in = ""
	assert.Contains(t, d.prints(t, "ivr", "try", "--site", dir, "--stub", "http.etat=404"), "waits in the queue particuliers")
}

func TestANumberOutsideIsNotReachedAndAMailboxIsFullAsSomebodySays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "queues.yaml"), []byte("queues: {particuliers: {}}\nmailboxes: {accueil: {}}\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "accueil.yaml"), []byte(`start: motif
nodes:
  motif: {type: menu, prompt: menu, choices: {"1": boite, "2": standard}, on_failure: conseiller}
  boite: {type: message, mailbox: accueil, prompt: menu, goto: hangup, on_full: pleine, on_error: conseiller}
  standard: {type: transfer, to: "02 61 91 00 35", on_busy: occupe, on_error: conseiller}
  pleine: {type: hangup, prompt: menu}
  occupe: {type: hangup, prompt: menu}
  conseiller: {type: queue, set: {topic: paiement}}
`), 0o644))
	d := &desk{in: "2\nundo\n1\nsave mine\n"}
	out := d.prints(t, "ivr", "try", "--site", dir, "--stub", "transfer.standard=busy", "--stub", "message.boite=full")
	assert.Contains(t, out, "occupe")
	assert.Contains(t, out, "pleine")
	assert.Regexp(t, `^1 test passed`, d.prints(t, "ivr", "test", "--site", dir))
	d.in = "2\n"
	out = d.prints(t, "ivr", "try", "--site", dir, "--stub", "transfer.standard=error")
	assert.Contains(t, out, "waits in the queue particuliers")
	code, _, errs := d.types(t, "ivr", "try", "--site", dir, "--stub", "transfer.standard=404")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, `"404" is not what can become of it; known are busy, error, no_answer`)
}

func TestWhatIsWrongAboutACallIsSaidBeforeItBegins(t *testing.T) {
	t.Parallel()
	for args, said := range map[string]string{
		"acceuil":                           `has no tree "acceuil"; did you mean "accueil"?`,
		"--entry 2015":                      `has no entry "2015"; did you mean "2014"?`,
		"--at tomorrow":                     `"tomorrow" is not a date with a time; write it like 2026-12-24T15:50`,
		"--at 2027-03-28T02:30":             "the clocks are put forward",
		"--from motiv":                      `the tree "accueil" has no node "motiv"; did you mean "motif"?`,
		"--set topic":                       `"topic" is no attribute; write it like topic=avis`,
		"--stub http.x=404":                 `no node of the tree "accueil" is called "http.x" in a stub; it has nothing to stub`,
		"--stub http.x":                     "write it like http.dossier=404",
		"--queue particulier.waiting=3":     `there is no queue "particulier"; did you mean "particuliers"?`,
		"--queue particuliers.waiting=many": `waiting of a queue cannot be "many"`,
		"--queue particuliers.free=1":       `nothing of a queue is called "free"`,
		"--queue particuliers":              "write it like particuliers.waiting=300",
		"--site /nonexistent":               "there is no such folder",
	} {
		code, _, errs := (&desk{}).types(t, append([]string{"ivr", "try", "--site", "../../examples/dgfip"}, strings.Fields(args)...)...)
		assert.Equal(t, exitWrong, code, args)
		assert.Contains(t, errs, said)
	}
}

func TestACallComesNowUnlessSomebodySaysWhen(t *testing.T) {
	t.Parallel()
	d := &desk{}
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	before := time.Now().In(zone)
	out := d.prints(t, "ivr", "try", "--site", "../../testdata/site", "--queue", "particuliers.open=false", "--queue", "particuliers.estimated_wait=5m", "--queue", "particuliers.ready=2", "--queue", "particuliers.agents=0")
	_, line, _ := strings.Cut(out, " on ")
	line, _, _ = strings.Cut(line, "\n")
	came, err := time.ParseInLocation("Mon 2006-01-02 15:04", line, zone)
	require.NoError(t, err)
	assert.WithinRange(t, came, before.Truncate(time.Minute), time.Now())
}
