package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/difference"
)

// edited is the sample site with other texts in some of its files.
func edited(t *testing.T, file string, replace ...string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(sampleSite)))
	text, err := os.ReadFile(filepath.Join(dir, file))
	require.NoError(t, err)
	for i := 0; i < len(replace); i += 2 {
		require.Contains(t, string(text), replace[i])
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(strings.NewReplacer(replace...).Replace(string(text))), 0o644))
	return dir
}

func TestDiffSaysInWordsWhatAFolderChanges(t *testing.T) {
	t.Parallel()
	d := &desk{}
	assert.Equal(t, "nothing is different for those who call\n", d.prints(t, "ivr", "diff", sampleSite, sampleSite))
	after := edited(t, "ivr/accueil.yaml",
		`"3": {goto: departement, label: Avis d'impôt, set: {topic: avis}}`, `"3": {goto: motif_paiement, label: Payer, set: {topic: avis}}`,
		"prompt: menu_motif", "prompt: [bienvenue, menu_motif]",
		"closed: {prompt: ferme, goto: hangup}", "closed: {prompt: ferie, goto: hangup}")
	code, out, errs := d.types(t, "ivr", "diff", sampleSite, after)
	assert.Equal(t, exitFailed, code, errs)
	assert.Empty(t, errs)
	golden(t, "diff.txt", out)
	for _, line := range strings.Split(out, "\n") {
		assert.LessOrEqual(t, len([]rune(line)), 80)
	}
	code, out, _ = d.types(t, "ivr", "diff", "--json", sampleSite, after)
	assert.Equal(t, exitFailed, code)
	var changes []difference.Change
	require.NoError(t, json.Unmarshal([]byte(out), &changes))
	require.NotEmpty(t, changes)
	assert.Equal(t, difference.Change{Kind: difference.Changed, About: "exit", Place: "accueil, hours 'ouverture'", Text: "when closed, callers now hear 'ferie' (was 'ferme')"}, changes[0])
	assert.Equal(t, "[]\n", d.prints(t, "ivr", "diff", "--json", sampleSite, sampleSite))
}

func TestDiffTellsAFolderThatIsWrongFromOneThatIsDifferent(t *testing.T) {
	t.Parallel()
	broken := edited(t, "ivr/accueil.yaml", "prompt: menu_motif", "prompt: menu_mtif")
	for _, args := range [][]string{{broken, sampleSite}, {sampleSite, broken}, {sampleSite}, {sampleSite, sampleSite, sampleSite}} {
		code, out, errs := (&desk{}).types(t, append([]string{"ivr", "diff"}, args...)...)
		assert.Equal(t, exitWrong, code)
		assert.Empty(t, out)
		assert.NotEmpty(t, errs)
	}
}
