package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is the reference of menus in one language.
type page struct {
	file, above                          string
	key, required, meaning, node, common string
	t                                    *testing.T
	// language is that of the usual texts.
	language string
	// text is what a field means.
	text func(field, english string) string
}

var pages = []page{
	{
		file: "reference-menus.fr.md", node: "Nœud", key: "clé", required: "obligatoire", meaning: "sens", common: "Clés de tous les nœuds",
		above: "# Référence des menus\n\nEngendrée des types qui lisent les fichiers `ivr/*.yaml` : `go test ./config -run TestTheReference -update`.\n" +
			"[site-folder.md](site-folder.md) explique comment tout cela s'emploie ; [in English](reference-menus.md).\n",
		language: "fr",
		text:     func(field, _ string) string { return frenchOfFields[field] },
	},
	{
		file: "reference-menus.md", node: "Node", key: "key", required: "required", meaning: "meaning", common: "Keys of all nodes",
		above: "# Reference of menus\n\nMade from the types that read the files `ivr/*.yaml`: `go test ./config -run TestTheReference -update`.\n" +
			"[site-folder.md](site-folder.md) says how all of this is used; [en français](reference-menus.fr.md).\n",
		language: "en",
		text:     func(_, english string) string { return english },
	},
}

func TestTheReferenceSaysWhatTheTypesSay(t *testing.T) {
	t.Parallel()
	comments, examples := commentsOfFields(t), exampleNodes(t)
	for _, p := range pages {
		p.t = t
		got := p.write(comments, examples)
		path := filepath.Join("..", "docs", p.file)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			continue
		}
		committed, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(committed), got, "%s is out of date: go test ./config -run TestTheReference -update", path)
	}
}

func (p page) write(comments, examples map[string]string) string {
	var out strings.Builder
	out.WriteString(p.above)
	fmt.Fprintf(&out, "\n## %s\n\n", p.common)
	p.table(&out, reflect.TypeFor[commonYAML](), comments, false)
	for _, kind := range nodeTypes {
		fmt.Fprintf(&out, "\n## %s `%s`\n\n", p.node, kind)
		p.table(&out, reflect.TypeOf(newNodeBody(kind)).Elem(), comments, true)
		require.NotEmpty(p.t, examples[kind], "no sample has a node %q: write one in testdata/reference", kind)
		fmt.Fprintf(&out, "\n```yaml\n%s```\n", examples[kind])
	}
	return out.String()
}

func (p page) table(out *strings.Builder, t reflect.Type, comments map[string]string, own bool) {
	fmt.Fprintf(out, "| %s | | %s |\n|---|---|---|\n", p.key, p.meaning)
	p.rows(out, t, comments, own)
}

// rows are the keys of a struct, without those of all nodes if only its own are wanted.
func (p page) rows(out *strings.Builder, t reflect.Type, comments map[string]string, own bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("yaml")
		switch {
		case f.Type == reflect.TypeFor[commonYAML]() && own || f.Type == reflect.TypeFor[later]():
		case f.Anonymous && !tagged:
			p.rows(out, f.Type, comments, own)
		case tagged:
			name, option, _ := strings.Cut(tag, ",")
			needed := ""
			if option == "required" {
				needed = p.required
			}
			field := t.Name() + "." + f.Name
			meaning := p.text(field, comments[field])
			if meaning == "" {
				meaning = usual[p.language][name]
			}
			require.NotEmpty(p.t, meaning, "%s has no meaning: write a comment and its French text, or one for all keys of that name", field)
			text := strings.ReplaceAll(meaning, "|", `\|`)
			fmt.Fprintf(out, "| `%s` | %s | %s |\n", name, needed, text)
		}
	}
}

var (
	nodeBlock = regexp.MustCompile(`(?m)^  [a-z_0-9]+:.*\n(?:(?:    .*)?\n)*`)
	nodeKind  = regexp.MustCompile(`\btype: ([a-z]+)`)
)

// Nodes that no sample site has stand in testdata/reference, over the good site.
func TestTheExamplesOfTheReferenceLoad(t *testing.T) {
	t.Parallel()
	compiled := compiledSchemas(t)
	site := goodSite(t)
	for name, file := range readSite(t, "testdata/reference") {
		site[name] = file
		validates(t, compiled, "testdata/reference", name, file.Data, false)
	}
	loaded, problems := load(".", site, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	assert.NotNil(t, loaded)
}

// exampleNodes are the first node of each type in the samples, which other tests load.
func exampleNodes(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"../examples/*/ivr/*.yaml", "testdata/reference/ivr/*.yaml", "testdata/reference/flows/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, block := range nodeBlock.FindAllString(string(content), -1) {
				if kind := nodeKind.FindStringSubmatch(block); kind != nil && found[kind[1]] == "" {
					found[kind[1]] = strings.TrimRight(block, "\n") + "\n"
				}
			}
		}
	}
	return found
}
