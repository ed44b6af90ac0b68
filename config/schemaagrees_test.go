package config

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml/ast"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ofShape are the messages about how something is written, which a schema can know.
// All others are about what it means: whether a name exists, whether a tree ends.
var ofShape = regexp.MustCompile(`^(unknown key|expected |the key ".*" is missing|there is no node type|the node has no type|the duration .* has no unit)` +
	`|(does not belong here|is not a duration|is not a date|is not a share|is not a whole number|takes no value|does not say whose files|not available in this version)$`)

// beyondSchemas are fixtures whose mistakes of shape no schema can see, with the reason.
var beyondSchemas = map[string]string{
	"calendar_dates":       "the form of a date is a pattern: not whether the month has the day",
	"center_date":          "the form of a date is a pattern: not whether the month has the day",
	"http_unknown":         "a variable's name within a text",
	"routing_need":         "the language of conditions has its own reader",
	"routing_need_end":     "the language of conditions has its own reader",
	"routing_need_level":   "the language of conditions has its own reader",
	"routing_need_words":   "the language of conditions has its own reader",
	"site_two_asterisks":   "a second row of a table",
	"type_key_unquoted":    "keys of JSON are always text",
	"type_number_unquoted": "keys of JSON are always text",
}

// siteFolders are all site folders of this repository.
func siteFolders(t *testing.T) []string {
	t.Helper()
	var dirs []string
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != ".." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Name() == "site.yaml":
			dirs = append(dirs, filepath.Dir(path))
		}
		return nil
	}))
	require.Greater(t, len(dirs), 5)
	return dirs
}

func TestSchemasAcceptEveryFileOfEverySite(t *testing.T) {
	t.Parallel()
	compiled := compiledSchemas(t)
	for _, dir := range siteFolders(t) {
		for name, file := range readSite(t, dir) {
			if schemaFor(name) != "" {
				validates(t, compiled, dir, name, file.Data, false)
			}
		}
	}
}

// A table that menus look up is free in its columns: no schema knows them.
func TestEveryFileOfEverySiteNamesItsSchemaByAPathThatHoldsInAClone(t *testing.T) {
	t.Parallel()
	for _, dir := range siteFolders(t) {
		for name, file := range readSite(t, dir) {
			if filepath.Ext(name) != ".yaml" || filepath.Dir(name) == "tables" {
				continue
			}
			line, _, _ := strings.Cut(string(file.Data), "\n")
			path, named := strings.CutPrefix(line, "# yaml-language-server: $schema=")
			assert.True(t, named, "%s/%s begins with %q", dir, name, line)
			assert.Equal(t, filepath.Join("../schema", schemaFor(name)+".schema.json"), filepath.Join(dir, filepath.Dir(name), path), "%s/%s", dir, name)
		}
	}
}

func TestSchemasAndDecoderAgreeOnEveryFixture(t *testing.T) {
	t.Parallel()
	compiled := compiledSchemas(t)
	fixtures, err := filepath.Glob("testdata/*/*.txt")
	require.NoError(t, err)
	refused := 0
	for _, fixture := range fixtures {
		content, err := os.ReadFile(fixture)
		require.NoError(t, err)
		above, _, _ := bytes.Cut(content, []byte(section+"want --\n"))
		if len(expanded(above)) > 256<<10 {
			continue // its mistake is its length, of which no schema speaks
		}
		site := mistakenSite(t, above)
		by := problemsByFile(site)
		for name := range sections(above) {
			if schemaFor(name) == "" || site[name] == nil {
				continue
			}
			switch shape, any := by[name].shape, by[name].any; {
			case shape && beyondSchemas[nameOf(fixture)] != "":
				validates(t, compiled, fixture, name, site[name].Data, false) // or the list is out of date
			case shape:
				refused++
				validates(t, compiled, fixture, name, site[name].Data, true)
			case !any:
				validates(t, compiled, fixture, name, site[name].Data, false)
			}
		}
	}
	assert.Greater(t, refused, 20, "the fixtures hold mistakes of shape")
}

func nameOf(fixture string) string { return strings.TrimSuffix(filepath.Base(fixture), ".txt") }

type said struct{ shape, any bool }

func problemsByFile(site fstest.MapFS) map[string]said {
	_, problems := load(".", site, func(string) (string, bool) { return "", false })
	by := map[string]said{}
	for _, p := range problems {
		by[p.File] = said{shape: by[p.File].shape || ofShape.MatchString(p.Message), any: true}
	}
	return by
}

func validates(t *testing.T, compiled map[string]*jsonschema.Schema, where, name string, content []byte, wrong bool) {
	t.Helper()
	d := (&report{}).parse(name, content)
	if d == nil {
		return // no YAML at all: no editor gets as far as the schema
	}
	err := compiled[schemaFor(name)].Validate(asJSON(d.root))
	if wrong {
		assert.Error(t, err, "%s: the schema accepts %s, which the decoder refuses for its shape", where, name)
		return
	}
	assert.NoError(t, err, "%s: the schema refuses %s, which the decoder accepts", where, name)
}

// schemaFor names the schema of a file of a site folder; none for other files.
func schemaFor(name string) string {
	if filepath.Ext(name) != ".yaml" {
		return ""
	}
	switch dir, base := filepath.Dir(name), strings.TrimSuffix(filepath.Base(name), ".yaml"); dir {
	case ".":
		if _, known := schemaFiles[base]; known {
			return base
		}
		return ""
	case "ivr":
		return "tree"
	case "flows":
		return "flow"
	case "ivr/tests":
		return "menutests"
	case "prompts", "tests", "agents", "centers":
		return dir
	}
	return ""
}

func compiledSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	compiled := map[string]*jsonschema.Schema{}
	for name := range schemaFiles {
		s, err := jsonschema.NewCompiler().Compile("../schema/" + name + ".schema.json")
		require.NoError(t, err)
		compiled[name] = s
	}
	return compiled
}

// asJSON is what a YAML node is for a validator.
func asJSON(n ast.Node) any {
	switch n := n.(type) {
	case *ast.MappingNode:
		object := map[string]any{}
		for _, v := range n.Values {
			object[keyText(v.Key)] = asJSON(v.Value)
		}
		return object
	case *ast.MappingValueNode:
		return map[string]any{keyText(n.Key): asJSON(n.Value)}
	case *ast.SequenceNode:
		items := []any{}
		for _, v := range n.Values {
			items = append(items, asJSON(v))
		}
		return items
	case *ast.IntegerNode, *ast.FloatNode:
		return jsonNumber(n.GetToken().Value)
	case *ast.BoolNode:
		return n.Value
	case *ast.NullNode:
		return nil
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	}
	return n.String()
}

func keyText(key ast.MapKeyNode) string { return key.GetToken().Value }

// jsonNumber is a number as a validator takes it; what JSON cannot write is none with
// a whole value.
func jsonNumber(text string) any {
	number, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return 0.5
	}
	return number
}
