package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/ivr"
)

func TestCheckShowsWhoCouldServe(t *testing.T) {
	t.Parallel()
	d := &desk{}
	out := d.prints(t, "check", "--site", "../../testdata/site")
	assert.Contains(t, out, "warnings\n  routing.yaml:4:7: only one agent could serve")
	assert.Contains(t, out, "essai is fine\n1 entry, 1 tree, 1 queue, 1 center, 1 agent, 1 organisation\n")
	assert.Contains(t, out, "1 routing test passed, on 1 contact\n")
	assert.Contains(t, out, "  paiement    1\n")
	assert.Contains(t, out, "  ENTRY  TIME  KEYS  BY WAY OF\n  2014   0:2")
	assert.NotContains(t, d.prints(t, "check", "--brief", "--site", "../../testdata/site"), "who could serve:")
}

func TestCheckFailsForAHoleAndListsIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	agent := "agents:\n  a1001: {center: cis_ouest, phone: PJSIP/a1001, skills: {paiement: 2}}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "agents.yaml"), []byte(agent), 0o644))
	code, out, _ := (&desk{}).types(t, "check", "--site", dir)
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, out, "holes: people who would wait in vain\n  routing.yaml:4:7: nobody could serve (no topic)")
	assert.Contains(t, out, "essai must not be put to use: 1 hole\n")
	assert.Contains(t, out, "NOBODY")
	code, out, _ = (&desk{}).types(t, "check", "--json", "--site", dir)
	assert.Equal(t, exitWrong, code)
	var c checked
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	assert.False(t, c.OK)
	assert.Len(t, c.Holes, 1)
	assert.Equal(t, "routing.yaml", c.Holes[0].File)
	assert.NotEmpty(t, c.Coverage.Views)
	code, out, _ = (&desk{}).types(t, "check", "--json", "--site", filepath.Join(dir, "nowhere"))
	assert.Equal(t, exitWrong, code)
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	assert.Len(t, c.Problems, 1)
}

func TestCheckTellsHowLongItTakesToAskForAnAgent(t *testing.T) {
	t.Parallel()
	site := unspoken(t) // drafts last as long as the machine speaks
	out := (&desk{}).prints(t, "check", "--brief", "--texts-only", "--site", site)
	golden(t, "journeys.txt", out[strings.Index(out, "to ask for an agent"):])
	var c checked
	require.NoError(t, json.Unmarshal([]byte((&desk{}).prints(t, "check", "--json", "--texts-only", "--site", site)), &c))
	require.Len(t, c.Journeys, 4)
	assert.Equal(t, "avis", c.Journeys[1].Campaign, "during the campaign the entry has another tree")
	assert.Equal(t, config.Journey{Entry: "relais", Reached: true, Path: []ivr.NodeID{}}, c.Journeys[3])

	long := []ivr.NodeID{"a_rather_long_name_of_a_question", "another_long_name_of_a_question", "the_last_of_the_questions"}
	var text bytes.Buffer
	require.NoError(t, writeJourneys(&text, []config.Journey{
		{Entry: "un_numero_au_nom_fort_long", Reached: true, Seconds: 4000, Keys: 21, Path: long}, {Entry: "nobody"},
	}, 80))
	assert.Contains(t, text.String(), "  un_numero_au_nom_fort_long  1:06:40    21  … → the_last_of_the_questions\n")
	assert.Contains(t, text.String(), "  nobody                            –     –  nobody is reached\n")
	for _, line := range strings.Split(text.String(), "\n") {
		assert.LessOrEqual(t, len([]rune(line)), 80)
	}
}

func TestCheckWarnsOfWhatCallersWouldSufferFrom(t *testing.T) {
	t.Parallel()
	dir := spoiled(t, map[string]string{"ivr/accueil.yaml": strings.Replace(misspelt, "[menu, \"100%\"]\n    choices: {\"1\": {goto: conseiler,",
		"menu\n    choices: {\"12\": conseiller, \"1\": {goto: conseiller, set: {topic: paiement},", 1)})
	out := (&desk{}).prints(t, "check", "--brief", "--site", dir)
	assert.Contains(t, out, `warnings
  ivr/accueil.yaml:6:45: key 1 is taken 2s late, since it could become 12; choose keys of which none begins another
`)
	assert.Contains(t, out, "essai is fine\n", "a warning does not keep a site from being used")
}
