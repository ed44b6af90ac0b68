package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckShowsWhoCouldServe(t *testing.T) {
	t.Parallel()
	d := &desk{}
	out := d.prints(t, "check", "--site", "../../testdata/site")
	assert.Contains(t, out, "warnings\n  routing.yaml:3:7: only one agent could serve")
	assert.Contains(t, out, "essai is fine\n1 entry, 1 tree, 1 queue, 1 center, 1 agent, 1 organisation\n")
	assert.Contains(t, out, "1 routing test passed, on 1 contact\n")
	assert.Contains(t, out, "  paiement    1\n")
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
	assert.Contains(t, out, "holes: people who would wait in vain\n  routing.yaml:3:7: nobody could serve (no topic)")
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
