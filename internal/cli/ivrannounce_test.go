package cli

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// numbered is a copy of the small site in which the menu asks for a fiscal number.
func numbered(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "accueil.yaml"), []byte(`start: connu
nodes:
  connu: {type: branch, cases: [{when: authentication == 2, goto: conseiller}], else: numero}
  numero: {type: identify, prompt: menu, birth_date: {prompt: menu}, identified: conseiller, not_identified: motif}
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue}
`), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", "prompts.yaml"), []byte(`prompts:
  menu: {text: "Pour un paiement, tapez 1.", file: "sound:press-1"}
  panne: {text: "Une panne.", file: "sound:press-1"}
`), 0o644))
	return dir
}

func TestAWalkWithAnnouncementsAndANumberIsATestThatIsCovered(t *testing.T) {
	t.Parallel()
	dir := numbered(t)
	d := &desk{in: "identify 3\nidentify\nidentify\nannounce queue particuliers panne until 2h\nsave mine\n"}
	out := d.prints(t, "ivr", "try", "--site", dir, "--at", "2026-11-23T10:00", "--announce", "entry 2014 panne until 18:00")
	for _, said := range []string{
		"announced at the entry 2014 until 2026-11-23 18:00\n    panne: “Une panne.”", "[identify] invented ones",
		"write identify, or identify 0, 1 or 2", "with authentication=2, language=fr", "not now: nobody asks for a fiscal number",
		"announced at the queue particuliers until 2026-11-23 12:00\n    panne, as above",
	} {
		assert.Contains(t, out, said)
	}
	d.in = "announce entry 2014 panne until 1h then hangup\nsave closed\nundo\n"
	out = d.prints(t, "ivr", "try", "--site", dir, "--at", "2026-11-23T10:00", "--authentication", "2")
	assert.Contains(t, out, "waits in the queue particuliers")
	assert.Contains(t, out, "another call, which hears it: who is in the menu already does not\n    announced at the entry 2014 until 2026-11-23 11:00, and the call ends")
	d.in = "identify 1\n1\nsave half\n"
	assert.Contains(t, d.prints(t, "ivr", "try", "--site", dir, "--at", "2026-11-23T10:00"), "with authentication=1")
	for file, lines := range map[string][]string{
		"mine": {
			"- announce: {entry: \"2014\", prompt: panne, until: 2026-11-23T18:00}\n      - hears: [panne, menu]\n      - identifies: 2\n",
			"- announce: {queue: particuliers, prompt: panne, until: 2h}\n      - hears: panne\n", "- authentication: 2\n",
		},
		"closed": {"    authentication: 2\n", "- announce: {entry: \"2014\", prompt: panne, until: 1h, then: hangup}\n", "- ends: dissuaded\n"},
		"half":   {"- identifies: 1\n"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, "ivr", "tests", file+".yaml"))
		require.NoError(t, err)
		for _, line := range lines {
			assert.Contains(t, string(text), line)
		}
	}

	results := filepath.Join(dir, "results.xml")
	out = d.prints(t, "ivr", "test", "--site", dir, "--coverage", "--junit", results)
	assert.Regexp(t, `^3 tests passed`, out)
	assert.NotContains(t, out, "numero identified")
	assert.NotContains(t, out, "numero not_identified")
	assert.NotContains(t, out, "connu cases.0")
	assert.Contains(t, out, "accueil: 4 of 14 exits taken")
	text, err := os.ReadFile(results)
	require.NoError(t, err)
	var read junitSuites
	require.NoError(t, xml.Unmarshal(text, &read))
	assert.Equal(t, 3, read.Tests)
	assert.Zero(t, read.Failures)
}

func TestAnAnnouncementThatIsTypedWronglyIsNotMade(t *testing.T) {
	t.Parallel()
	for typed, said := range map[string]string{
		"entry 2014 panne":                                 `"entry 2014 panne" announces nothing; write it like entry 2014 panne until 18:00`,
		"entry 2015 panne until 18:00":                     `there is no entry "2015"; did you mean "2014"?`,
		"queue particulier panne until 18:00":              `there is no queue "particulier"; did you mean "particuliers"?`,
		"center particuliers panne until 18:00":            `nothing is announced at "center"`,
		"queue particuliers pane until 18:00":              `there is no prompt "pane"; did you mean "panne"?`,
		"queue particuliers sound: until 18:00":            `there is no prompt "sound:"`,
		"queue particuliers panne until 09:00":             `2026-11-23 09:00 has passed when the call comes`,
		"queue particuliers panne until soon":              `"soon" is no time; write 18:00, 2026-12-24T18:00 or 2h`,
		"queue particuliers panne until 1h then hangup":    `only an entry can be closed`,
		"queue particuliers sound:urgence/panne until 18h": ``,
	} {
		dir := numbered(t)
		code, out, errs := (&desk{}).types(t, "ivr", "try", "--site", dir, "--at", "2026-11-23T10:00", "--announce", typed)
		out = strings.Join(strings.Fields(out), " ")
		if said == "" {
			assert.Equal(t, exitFine, code, errs)
			continue
		}
		assert.Equal(t, exitWrong, code)
		assert.Contains(t, errs, said)
		d := &desk{in: "announce " + typed + "\n"}
		out = strings.Join(strings.Fields(d.prints(t, "ivr", "try", "--site", dir, "--at", "2026-11-23T10:00")), " ")
		assert.Contains(t, out, said)
	}
	code, _, errs := (&desk{}).types(t, "ivr", "try", "--site", "../../testdata/site", "--authentication", "3")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, "there is no authentication 3; write 0, 1 or 2")
}
