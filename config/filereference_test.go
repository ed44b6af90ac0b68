package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// filePage is the reference of the files of a site in one language.
type filePage struct {
	page
	values, example string
	// by default, between two bounds, and in the words of a list.
	byDefault, between, title string
}

// filesOfReference are the files in the order in which a site is made, by the name of
// their schema, with a sample.
var filesOfReference = []struct{ schema, files, sample string }{
	{"site", "site.yaml", "examples/dgfip/site.yaml"},
	{"entries", "entries.yaml", "examples/dgfip/entries.yaml"},
	{"tree", "ivr/*.yaml", "examples/dgfip/ivr/accueil.yaml"},
	{"flow", "flows/*.yaml", "config/testdata/reference/flows"},
	{"menutests", "ivr/tests/*.yaml", "examples/dgfip/ivr/tests"},
	{"prompts", "prompts/prompts.yaml", "examples/dgfip/prompts/prompts.yaml"},
	{"queues", "queues.yaml", "examples/dgfip/queues.yaml"},
	{"routing", "routing.yaml", "examples/dgfip/routing.yaml"},
	{"tests", "tests/*.yaml", "examples/dgfip/tests"},
	{"centers", "centers.yaml, centers/*.yaml", "examples/dgfip/centers.yaml"},
	{"agents", "agents.yaml, agents/*.yaml", "examples/dgfip/agents"},
	{"accounts", "accounts.yaml", ""},
	{"floor", "floor.yaml", "examples/dgfip/floor.yaml"},
	{"calendars", "calendars.yaml", "examples/dgfip/calendars.yaml"},
}

var filePages = []filePage{
	{
		page: page{
			file: "reference-files.fr.md", key: "clé", required: "obligatoire", meaning: "sens", language: "fr",
			above: "# Référence des fichiers d'un site\n\nEngendrée des types qui lisent ces fichiers : `make schemas`.\n" +
				"[site-folder.md](site-folder.md) explique comment tout cela s'emploie, la [référence des menus](reference-menus.fr.md) les nœuds ; " +
				"[in English](reference-files.md).\nDans les titres, `NOM` est un nom que vous choisissez, et `[]` chaque élément d'une liste.\n",
			text: func(field, _ string) string { return frenchOfFields[field] },
		},
		values: "valeurs", example: "Exemple :",
		byDefault: "%v par défaut", between: "de %v à %v", title: "Fichier",
	},
	{
		page: page{
			file: "reference-files.md", key: "key", required: "required", meaning: "meaning", language: "en",
			above: "# Reference of the files of a site\n\nMade from the types that read these files: `make schemas`.\n" +
				"[site-folder.md](site-folder.md) says how all of this is used, the [reference of menus](reference-menus.md) the nodes; " +
				"[en français](reference-files.fr.md).\nIn titles, `NAME` is a name that you choose, and `[]` each item of a list.\n",
			text: func(_, english string) string { return english },
		},
		values: "values", example: "Example:",
		byDefault: "%v by default", between: "%v to %v", title: "File",
	},
}

func TestTheReferenceOfFilesSaysWhatTheTypesSay(t *testing.T) {
	t.Parallel()
	comments := commentsOfFields(t)
	for _, p := range filePages {
		p.t = t
		got := p.write(comments)
		path := filepath.Join("..", "docs", p.page.file)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			continue
		}
		committed, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(committed), got, "%s is out of date: make schemas", path)
	}
}

// No file of a site is left out, and the samples are there.
func TestTheReferenceOfFilesHasEveryFile(t *testing.T) {
	t.Parallel()
	var named []string
	for _, f := range filesOfReference {
		named = append(named, f.schema)
		if f.sample != "" {
			assert.True(t, f.sample == "" || isThere(filepath.Join("..", f.sample)), f.sample)
		}
	}
	for name := range schemaFiles {
		assert.Contains(t, named, name, "say in filesOfReference where it stands")
	}
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (p filePage) write(comments map[string]string) string {
	var out strings.Builder
	out.WriteString(p.above)
	for _, f := range filesOfReference {
		fmt.Fprintf(&out, "\n## %s `%s`\n\n", p.title, strings.ReplaceAll(f.files, ", ", "`, `"))
		w := fileWriter{filePage: p, out: &out, comments: comments, told: map[string]bool{}}
		w.section("", reflect.TypeOf(schemaFiles[f.schema]), "", false)
		if f.sample != "" {
			fmt.Fprintf(&out, "\n%s [`%s`](../%s)\n", p.example, f.sample, f.sample)
		}
	}
	return out.String()
}

// fileWriter writes the tables of one file.
type fileWriter struct {
	filePage
	out      *strings.Builder
	comments map[string]string
	// told are the paths that have a table.
	told map[string]bool
}

// inner is a part of a file that has a table of its own.
type inner struct {
	path, owner string
	t           reflect.Type
	forAll      bool
}

// section is the table of a struct, and then of those in it.
func (w *fileWriter) section(path string, t reflect.Type, owner string, forAll bool) {
	if w.told[path] {
		return
	}
	w.told[path] = true
	if path != "" {
		fmt.Fprintf(w.out, "\n### `%s`\n\n", path)
	}
	fmt.Fprintf(w.out, "| %s | | %s | %s |\n|---|---|---|---|\n", w.key, w.filePage.values, w.meaning)
	for _, in := range w.rows(path, t, owner, forAll) {
		w.section(in.path, in.t, in.owner, in.forAll)
	}
}

func (w *fileWriter) rows(path string, t reflect.Type, owner string, forAll bool) (below []inner) {
	if owner == "" {
		owner = t.Name()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("yaml")
		switch {
		case f.Type == reflect.TypeFor[later]():
		case f.Anonymous && !tagged:
			below = append(below, w.rows(path, f.Type, "", forAll)...)
		case tagged:
			name, option, _ := strings.Cut(tag, ",")
			below = append(below, w.row(path, owner, f, name, option == "required", forAll, standsForAll(t, f))...)
		}
	}
	return below
}

func (w *fileWriter) row(path, owner string, f reflect.StructField, name string, needed, forAll, holdsForAll bool) []inner {
	field := owner + "." + f.Name
	meaning := w.text(field, w.comments[field])
	if meaning == "" {
		meaning = usual[w.language][name]
	}
	require.NotEmpty(w.t, meaning, "%s has no meaning: write a comment and its French text, or one for all keys of that name", field)
	required := ""
	if needed {
		required = w.required
	}
	fmt.Fprintf(w.out, "| `%s` | %s | %s | %s |\n", name, required, w.may(owner, name, forAll), strings.ReplaceAll(meaning, "|", `\|`))

	at := strings.TrimPrefix(path+"."+name, ".")
	for t := f.Type; ; t = t.Elem() {
		switch generic, _, _ := strings.Cut(t.Name(), "["); {
		case generic == "list":
			at += "[]"
			continue
		case generic == "table":
			at += "." + map[string]string{"fr": "NOM", "en": "NAME"}[w.language]
			t = reflect.SliceOf(t.Elem().Field(1).Type)
			continue
		case t == reflect.TypeFor[nodeYAML]():
			return nil // of the reference of menus
		}
		if inside, kept := keptInside(t); kept {
			return []inner{{at, t.Name() + ".keys", inside, forAll || holdsForAll}}
		}
		if t.Kind() != reflect.Struct || !hasKeys(t) {
			return nil
		}
		of := ""
		if t.Name() == "" {
			of = field
		}
		return []inner{{at, of, t, forAll || holdsForAll}}
	}
}

// hasKeys reports whether something is written as keys and values.
func hasKeys(t reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if _, tagged := f.Tag.Lookup("yaml"); tagged || f.Anonymous && f.Type.Kind() == reflect.Struct && hasKeys(f.Type) {
			return true
		}
	}
	return false
}

// may says what a key is held to, and its default.
func (w *fileWriter) may(owner, name string, forAll bool) string {
	key := strings.TrimSuffix(owner, "YAML") + "." + name
	var all []string
	if bounds, is := lasting[key]; is {
		all = append(all, fmt.Sprintf(w.between, "`"+written0(bounds[0])+"`", "`"+brief(bounds[1])+"`"))
	} else if rule, is := narrower[key]; is {
		if either, is := rule["anyOf"].([]schema); is {
			rule = either[0]
		}
		if each, is := rule["additionalProperties"].(schema); is {
			rule = each
		}
		if words, is := rule["enum"].([]string); is {
			all = append(all, "`"+strings.Join(words, "`, `")+"`")
		} else {
			all = append(all, fmt.Sprintf(w.between, rule["minimum"], rule["maximum"]))
		}
	}
	if v, known := defaultOf(owner, name, forAll); known && v != "" {
		all = append(all, fmt.Sprintf(w.byDefault, fmt.Sprintf("`%v`", v)))
	}
	return strings.Join(all, "; ")
}

func written0(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	return brief(d)
}
