package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
)

// spoiled is the small site with other contents of some files.
func spoiled(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

const misspelt = `start: motif
nodes:
  motif:
    type: menu
    prompt: [menu, "100%"]
    choices: {"1": {goto: conseiler, label: "Payer un impôt, une taxe ou une amende, échelonner, ou comprendre un prélèvement"}}
    on_failure: conseiller
  conseiller: {type: queue}
`

func TestCheckShowsTheLineAndMarksThePlace(t *testing.T) {
	t.Parallel()
	dir := spoiled(t, map[string]string{"ivr/accueil.yaml": misspelt})
	code, out, errs := (&desk{}).types(t, "check", "--site", dir)
	assert.Equal(t, exitWrong, code)
	assert.Empty(t, errs)
	out = strings.ReplaceAll(out, dir, "DIR")
	golden(t, "problems.txt", out)
	for _, line := range strings.Split(out, "\n") {
		if strings.HasPrefix(line, "    ") {
			assert.LessOrEqual(t, len([]rune(line)), 80)
		}
	}
}

func TestCheckWritesCommandsOfAWorkflow(t *testing.T) {
	t.Parallel()
	dir := spoiled(t, map[string]string{"ivr/accueil.yaml": misspelt})
	code, out, _ := (&desk{}).types(t, "check", "--site", dir, "--format", "github")
	assert.Equal(t, exitWrong, code)
	golden(t, "problems_github.txt", strings.ReplaceAll(out, dir, "DIR"))

	code, out, _ = (&desk{}).types(t, "check", "--site", "../../testdata/site", "--format", "github")
	assert.Equal(t, exitFine, code)
	assert.Contains(t, out, "::warning file=../../testdata/site/routing.yaml,line=4,col=7::only one agent could serve")
	assert.Contains(t, out, "essai is fine\n")
}

func TestACommandOfAWorkflowEndsWhereItShould(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "::error file=a%3Ab/c%2Cd.yaml,line=3,col=4::100%25 of%0Alines: a, b; mend%0D it",
		annotation("error", "a:b", config.Problem{File: "c,d.yaml", Line: 3, Column: 4, Message: "100% of\nlines: a, b", Hint: "mend\r it"}))
	assert.Equal(t, "::warning file=site.yaml::there is no such file",
		annotation("warning", ".", config.Problem{File: "site.yaml", Message: "there is no such file"}))
	p := Program{Getenv: func(string) string { return filepath.Dir(t.TempDir()) }}
	assert.Equal(t, "examples/dgfip", p.inRepository("examples/dgfip"), "a folder that is elsewhere keeps its name")
	here, err := os.Getwd()
	require.NoError(t, err)
	p.Getenv = func(string) string { return filepath.Dir(here) }
	assert.Equal(t, filepath.Join(filepath.Base(here), "testdata"), p.inRepository("testdata"))
}

func TestTheFormatIsAWordOfThree(t *testing.T) {
	t.Parallel()
	code, _, errs := (&desk{}).types(t, "check", "--site", "../../testdata/site", "--format", "xml")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, "choose text, json or github")
	d := &desk{}
	assert.Equal(t, d.prints(t, "check", "--site", "../../testdata/site", "--json"), d.prints(t, "check", "--site", "../../testdata/site", "--format", "json"))
}

func TestWhoNeedsASoundFolderSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	dir := spoiled(t, map[string]string{"ivr/accueil.yaml": misspelt})
	_, want, _ := (&desk{}).types(t, "check", "--site", dir)
	code, out, errs := (&desk{}).types(t, "ivr", "graph", "accueil", "--site", dir)
	assert.Equal(t, exitWrong, code)
	assert.Empty(t, out)
	assert.Equal(t, strings.TrimSuffix(want, "2 problems in "+dir+"\n")+
		"guichet: the site folder "+dir+" has 2 problems; see guichet check --site "+dir+"\n", errs)
}

func TestTheLinesOfAProblemAreInItsJSON(t *testing.T) {
	t.Parallel()
	dir := spoiled(t, map[string]string{"ivr/accueil.yaml": misspelt})
	_, out, _ := (&desk{}).types(t, "check", "--site", dir, "--json")
	var c checked
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	require.NotEmpty(t, c.Problems)
	assert.Equal(t, config.Excerpt{Text: `    prompt: [menu, "100%"]`, Column: 20}, c.Problems[0].Excerpt)
}
