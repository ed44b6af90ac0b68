package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tutorial is followed word for word: what it has people write into the folder is
// written there, in its order, and what it says that they will read is there to read.
func TestTheTutorialIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/tutoriel.md")
	require.NoError(t, err)
	written := blocks(string(page), "yaml")
	shown := blocks(string(page), "")
	require.Len(t, written, 4, "a choice, a node, a prompt, another prompt")
	require.Len(t, shown, 2, "a mistake, a difference")
	site := filepath.Join(t.TempDir(), "mon-site")
	require.NoError(t, os.CopyFS(site, os.DirFS(sampleSite)))
	edit := func(file string, change func(string) string) {
		path := filepath.Join(site, file)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(change(string(text))), 0o644))
	}
	d := &desk{}
	speak := speaker(t)
	synth := func() { d.prints(t, "prompts", "synth", "--site", site, "--command", speak) }
	fine := func() { assert.Contains(t, d.prints(t, "check", "--site", site, "--brief"), "dgfip is fine\n") }
	synth()
	fine()

	edit("ivr/accueil.yaml", func(text string) string {
		above := regexp.MustCompile(`(?s)motif_reclamation:\n.*?"2": [^\n]*\n`).FindString(text)
		require.NotEmpty(t, above)
		return strings.Replace(text, above, above+written[0], 1) + written[1]
	})
	code, out, _ := d.types(t, "check", "--site", site, "--brief")
	assert.Equal(t, exitWrong, code)
	mistake, _, _ := strings.Cut(shown[0], "\n1 problem")
	assert.Contains(t, out, mistake)

	edit("prompts/prompts.yaml", func(text string) string {
		was := regexp.MustCompile(`  menu_reclamation: >-\n(    .*\n)+`).FindString(text)
		require.NotEmpty(t, was)
		return strings.Replace(text, was, written[3], 1) + written[2]
	})
	code, out, _ = d.types(t, "check", "--site", site, "--brief")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, out, "suivi has no sound: there is no prompts/suivi.wav, and callers hear it at accueil:suivi")
	synth()
	fine()
	for _, line := range strings.Split(strings.TrimSpace(shown[1]), "\n") {
		_, out, _ := d.types(t, "ivr", "diff", sampleSite, site)
		assert.Contains(t, out, line+"\n")
	}
	_, out, _ = d.types(t, "ivr", "graph", "accueil", "--site", site)
	assert.Contains(t, out, "Suivi des réclamations")
	assert.Contains(t, d.prints(t, "prompts", "list", "--site", site), "word decembre")
	code, out, _ = d.types(t, "check", "--strict", "--site", site)
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, out, "suivi is a draft")
}

// blocks are the fenced parts of a page that are marked as of a language.
func blocks(page, language string) []string {
	var all []string
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		if m[1] == language {
			all = append(all, m[2])
		}
	}
	return all
}
