package cli

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sampleSite = "../../examples/dgfip"

// The picture of the documentation is what the command beside it draws.
func TestTheDocumentationShowsThePictureOfTheSample(t *testing.T) {
	t.Parallel()
	documented, err := os.ReadFile("../../docs/site-folder.md")
	require.NoError(t, err)
	require.Contains(t, string(documented), "\n    guichet ivr graph accueil --site examples/dgfip -o docs/menu-accueil.svg\n")
	drawn := (&desk{}).prints(t, "ivr", "graph", "accueil", "--site", sampleSite)
	const picture = "../../docs/menu-accueil.svg"
	if *update {
		require.NoError(t, os.WriteFile(picture, []byte(drawn), 0o644))
	}
	want, err := os.ReadFile(picture)
	require.NoError(t, err)
	assert.Equal(t, string(want), drawn, "the sample or the drawing has changed: look at the picture after go test ./internal/cli -run Picture -update")
}

func TestGraphWritesEachFormatToAFileOrTheOutput(t *testing.T) {
	t.Parallel()
	d := &desk{}
	for format, begins := range map[string]string{"svg": "<svg ", "mermaid": "%% menu tree direct_44\nflowchart LR\n", "dot": "digraph \"direct_44\" {\n"} {
		file := filepath.Join(t.TempDir(), "picture")
		out := d.prints(t, "ivr", "graph", "direct_44", "--site", sampleSite, "--format", format)
		assert.True(t, strings.HasPrefix(out, begins), out[:40])
		assert.Contains(t, out, "Déclaration de revenus", format)
		assert.Empty(t, d.prints(t, "ivr", "graph", "direct_44", "--site", sampleSite, "--format", format, "-o", file))
		written, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, out, string(written))
	}
}

func TestGraphOfEveryTreeOfTheSampleIsXML(t *testing.T) {
	t.Parallel()
	for _, tree := range []string{"accueil", "accueil_avis", "direct_44", "relais"} {
		x := xml.NewDecoder(strings.NewReader((&desk{}).prints(t, "ivr", "graph", tree, "--site", sampleSite)))
		for {
			if _, err := x.Token(); err == io.EOF {
				break
			} else {
				require.NoError(t, err, tree)
			}
		}
	}
}

func TestGraphRefusesWhatItCannotDrawAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	require.NoError(t, os.CopyFS(broken, os.DirFS("../../testdata/site")))
	require.NoError(t, os.WriteFile(filepath.Join(broken, "ivr", "accueil.yaml"), []byte("start: nowhere\nnodes: {a: {type: queue}}\n"), 0o644))
	for _, refused := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--site", sampleSite}, exitWrong, "an argument is missing: give the name of a TREE"},
		{[]string{"accueil", "relais", "--site", sampleSite}, exitWrong, `"relais" is too much`},
		{[]string{"acceuil", "--site", sampleSite}, exitWrong, `has no tree "acceuil"; it has accueil, accueil_avis, direct_44, relais`},
		{[]string{"accueil", "--site", sampleSite, "--format", "png"}, exitWrong, `there is no format "png"; choose svg, mermaid or dot`},
		{[]string{"accueil", "--site", sampleSite, "--language", "en"}, exitWrong, `the tree "accueil" does not speak "en"; choose fr`},
		{[]string{"accueil", "--site", broken}, exitWrong, "see guichet check --site " + broken},
		{[]string{"accueil", "--site", filepath.Join(broken, "nowhere")}, exitWrong, "has 1 problem; see guichet check"},
		{[]string{"accueil", "--site", sampleSite, "-o", filepath.Join(broken, "nowhere", "a.svg")}, exitFailed, "write the picture: open "},
	} {
		code, out, errs := (&desk{}).types(t, append([]string{"ivr", "graph"}, refused.args...)...)
		assert.Equal(t, refused.code, code, errs)
		assert.Empty(t, out)
		assert.Contains(t, errs, refused.says)
	}
}
