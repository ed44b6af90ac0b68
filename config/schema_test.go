package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
)

// schemaFiles are the types that files are read into, by the name of the schema.
var schemaFiles = map[string]any{
	"site": siteFile{}, "entries": entriesFile{}, "tree": treeFile{}, "flow": flowFile{}, "routing": routingFile{},
	"queues": queuesFile{}, "centers": centersFile{}, "agents": agentsFile{}, "accounts": accountsFile{}, "calendars": calendarsFile{},
	"floor": floorFile{}, "prompts": promptsFile{}, "tests": testsFile{}, "menutests": menuTestsFile{},
}

func TestTheSchemasSayWhatTheTypesSay(t *testing.T) {
	t.Parallel()
	comments := commentsOfFields(t)
	for name, file := range schemaFiles {
		got := schemaFile(t, comments, name, reflect.TypeOf(file))
		path := filepath.Join("..", "schema", name+".schema.json")
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o644))
			continue
		}
		committed, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(committed, got), "%s is out of date: go test ./config -run TestTheSchemas -update", path)
	}
}

// A French text whose key is gone would be read by nobody.
func TestEveryFrenchTextIsThatOfAKeyWithAComment(t *testing.T) {
	t.Parallel()
	comments := commentsOfFields(t)
	for field := range frenchOfFields {
		assert.NotEmpty(t, comments[field], "%s has a French text and no comment", field)
	}
}

func schemaFile(t *testing.T, comments map[string]string, name string, file reflect.Type) []byte {
	t.Helper()
	g := &schemaWriter{t: t, comments: comments, expands: name == "site", definitions: schema{}}
	root := g.structure(file)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "guichet: " + name
	if len(g.definitions) > 0 {
		root["definitions"] = g.definitions
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	require.NoError(t, e.Encode(root))
	return out.Bytes()
}

type schema = map[string]any

// schemaWriter makes a schema of a type by the rules that read.go reads it by.
type schemaWriter struct {
	t        *testing.T
	comments map[string]string
	// expands is set where ${NAME} may stand for any scalar.
	expands bool
	// forAll is set within what holds for all: see laidOver.
	forAll      bool
	definitions schema
}

var readerType = reflect.TypeFor[reader]()

// of is the schema of a value of this type, a reference for those with a name.
func (g *schemaWriter) of(t reflect.Type) schema {
	generic, _, _ := strings.Cut(t.Name(), "[")
	switch generic {
	case "value":
		return g.scalar(t.Field(0).Type)
	case "list":
		return oneOrMore(g.of(t.Elem()))
	case "table":
		row := t.Elem()
		return schema{"type": "object", "additionalProperties": g.of(row.Field(1).Type)}
	}
	name := definitionName(t)
	if g.forAll && laidOver[name] {
		name += "ForAll"
	}
	if _, known := g.definitions[name]; !known {
		g.definitions[name] = nil // it may contain itself
		g.definitions[name] = g.named(t)
	}
	return schema{"$ref": "#/definitions/" + name}
}

func definitionName(t reflect.Type) string { return strings.TrimSuffix(t.Name(), "YAML") }

func oneOrMore(item schema) schema {
	return schema{"anyOf": []schema{item, {"type": "array", "items": item}}}
}

// named is a type that reads itself, by its rule, or a struct.
func (g *schemaWriter) named(t reflect.Type) schema {
	if rule, ok := ownReading[t]; ok {
		return rule(g, t)
	}
	if reflect.PointerTo(t).Implements(readerType) {
		require.Fail(g.t, "a type without rule", "%s reads itself: say in ownReading (schemarules_test.go) what it accepts", t)
	}
	return g.structure(t)
}

func (g *schemaWriter) structure(t reflect.Type) schema { return g.structureOf(t, t.Name()) }

// structureOf is that of a struct that may have no name but where it stands.
func (g *schemaWriter) structureOf(t reflect.Type, owner string) schema {
	properties, required := schema{}, []string{}
	g.fields(t, owner, properties, &required)
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func (g *schemaWriter) fields(t reflect.Type, owner string, properties schema, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("yaml")
		if f.Anonymous && !tagged {
			g.fields(f.Type, f.Type.Name(), properties, required)
			continue
		}
		if !tagged || f.Type == reflect.TypeFor[later]() {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		if option == "required" {
			*required = append(*required, name)
		}
		forAll := g.forAll
		g.forAll = forAll || standsForAll(t, f)
		properties[name] = g.property(owner, f, name)
		g.forAll = forAll
	}
}

// property is the schema of a key with its bounds and what it means. A reference has
// nothing beside it in draft 7, so that it is put into allOf.
func (g *schemaWriter) property(owner string, f reflect.StructField, name string) schema {
	var s schema
	if f.Type.Name() == "" && f.Type.Kind() == reflect.Struct {
		s = g.structureOf(f.Type, owner+"."+f.Name)
	} else {
		s = g.of(f.Type)
	}
	if choice, ok := narrower[strings.TrimSuffix(owner, "YAML")+"."+name]; ok {
		s = schema{"allOf": []schema{s, g.orVariable(choice)}}
	}
	if s["$ref"] != nil {
		s = schema{"allOf": []schema{s}}
	}
	s["description"] = g.meaning(owner+"."+f.Name, name)
	if v, known := defaultOf(owner, name, g.forAll); known {
		s["default"] = v
	}
	return s
}

// meaning is what a key means, in French and English, the one that admins read first.
func (g *schemaWriter) meaning(field, name string) string {
	french := cmp.Or(frenchOfFields[field], usual["fr"][name])
	english := cmp.Or(g.comments[field], usual["en"][name])
	require.NotEmpty(g.t, english, "%s has no English text: write a comment above it, or one for all keys of that name in schemawords_test.go", field)
	require.NotEmpty(g.t, french, "%s has no French text: write it in schemafrench_test.go", field)
	return french + "\n\n" + english
}

const (
	durationForm = `^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`
	dateForm     = `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
)

func (g *schemaWriter) scalar(t reflect.Type) schema {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return g.orVariable(schema{"type": "string", "pattern": durationForm})
	case reflect.TypeFor[calendar.Date]():
		return g.orVariable(schema{"type": "string", "pattern": dateForm})
	case reflect.TypeFor[int]():
		return g.orVariable(schema{"type": "integer"})
	case reflect.TypeFor[bool]():
		return g.orVariable(schema{"type": "boolean"})
	case reflect.TypeFor[string]():
		return schema{"type": "string", "maxLength": 4000}
	}
	require.Fail(g.t, "a scalar without rule", "say in scalar (schema_test.go) what value[%s] accepts", t)
	return nil
}

// orVariable also accepts ${NAME} where the environment is read.
func (g *schemaWriter) orVariable(s schema) schema {
	if !g.expands {
		return s
	}
	return schema{"anyOf": []schema{s, {"type": "string", "pattern": `\$\{`}}}
}

// commentsOfFields are the comments above the fields of this package's structs, by
// Type.Field.
func commentsOfFields(t *testing.T) map[string]string {
	t.Helper()
	comments := map[string]string{}
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, path := range paths {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if named, ok := n.(*ast.TypeSpec); ok {
				if s, ok := named.Type.(*ast.StructType); ok {
					collectComments(comments, named.Name.Name, s)
				}
			}
			return true
		})
	}
	return comments
}

func collectComments(comments map[string]string, name string, s *ast.StructType) {
	keys := keysOfFields(s)
	for _, f := range s.Fields.List {
		for _, n := range f.Names {
			text := strings.Join(strings.Fields(f.Doc.Text()), " ")
			comments[name+"."+n.Name] = word.ReplaceAllStringFunc(text, func(w string) string { return cmp.Or(keys[w], w) })
			if inner, ok := f.Type.(*ast.StructType); ok {
				collectComments(comments, fmt.Sprintf("%s.%s", name, n.Name), inner)
			}
		}
	}
}

var word = regexp.MustCompile(`\w+`)

// keysOfFields are the keys by the names that comments call them by.
func keysOfFields(s *ast.StructType) map[string]string {
	keys := map[string]string{}
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			continue
		}
		key, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("yaml"), ",")
		for _, n := range f.Names {
			keys[n.Name] = key
		}
	}
	return keys
}
