package config

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Where keys stand: the mappings of a site's files, each with the keys of its type, so
// that tests can write any key at some place of a real site.

// spot is one mapping of a file.
type spot struct {
	site fstest.MapFS
	file string
	node ast.Node
	keys []placedKey
}

// placedKey is a key that a spot may have.
type placedKey struct {
	owner, name string
	// forAll is set where a type that is laid over another holds for all.
	forAll bool
}

// sitesToTry are sites that load, and small: they are loaded for every key.
func sitesToTry(t *testing.T) []fstest.MapFS {
	t.Helper()
	bare, reference := goodSite(t), goodSite(t)
	maps.Copy(bare, readSite(t, "testdata/defaults"))
	maps.Copy(reference, readSite(t, "testdata/reference"))
	return []fstest.MapFS{bare, reference}
}

func noVariables(string) (string, bool) { return "", false }

// spotsOf are all spots of a site, file by file.
func spotsOf(site fstest.MapFS) []spot {
	var all []spot
	for _, name := range slices.Sorted(maps.Keys(site)) {
		file, known := schemaFiles[schemaFor(name)]
		if !known {
			continue
		}
		w := &spotWalker{site: site, file: name}
		d := (&report{}).parse(name, site[name].Data)
		w.walk(reflect.TypeOf(file), "", d.root, false)
		all = append(all, w.spots...)
	}
	return all
}

type spotWalker struct {
	site  fstest.MapFS
	file  string
	spots []spot
}

// walk goes through a node as a type is read from it. owner is the name of a type that
// has none but where it stands.
func (w *spotWalker) walk(t reflect.Type, owner string, n ast.Node, forAll bool) {
	switch generic, _, _ := strings.Cut(t.Name(), "["); generic {
	case "value":
		return
	case "list":
		items := []ast.Node{n}
		if s, ok := n.(*ast.SequenceNode); ok {
			items = s.Values
		}
		for _, item := range items {
			w.walk(t.Elem(), "", item, forAll)
		}
		return
	case "table":
		for _, e := range entriesOf(n) {
			w.walk(t.Elem().Field(1).Type, "", e.Value, forAll)
		}
		return
	}
	if t == reflect.TypeFor[nodeYAML]() {
		t = typeOfNode(n)
	}
	if inner, ok := keptInside(t); ok {
		owner, t = t.Name()+".keys", inner
	}
	if t == nil || t.Kind() != reflect.Struct || !isMapping(n) {
		return
	}
	s := spot{site: w.site, file: w.file, node: n}
	w.fields(&s, t, owner, forAll)
	w.spots = append(w.spots, s)
}

func (w *spotWalker) fields(s *spot, t reflect.Type, owner string, forAll bool) {
	if owner == "" {
		owner = t.Name()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("yaml")
		if f.Anonymous && !tagged {
			w.fields(s, f.Type, "", forAll)
			continue
		}
		if !tagged || f.Type == reflect.TypeFor[later]() {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		s.keys = append(s.keys, placedKey{owner, name, forAll})
		if v := s.value(name); v != nil {
			inner := ""
			if f.Type.Name() == "" && f.Type.Kind() == reflect.Struct {
				inner = owner + "." + f.Name
			}
			w.walk(f.Type, inner, v.Value, forAll || standsForAll(t, f))
		}
	}
}

// keptInside is the struct of keys of a type that keeps them in a field.
func keptInside(t reflect.Type) (reflect.Type, bool) {
	if t == nil || t.Kind() != reflect.Struct {
		return nil, false
	}
	f, ok := t.FieldByName("keys")
	if !ok || f.Type.Kind() != reflect.Struct {
		return nil, false
	}
	return f.Type, true
}

func typeOfNode(n ast.Node) reflect.Type {
	for _, e := range entriesOf(n) {
		if keyText(e.Key) == "type" {
			if body := newNodeBody(e.Value.GetToken().Value); body != nil {
				return reflect.TypeOf(body).Elem()
			}
		}
	}
	return nil
}

func entriesOf(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// value is what a spot says of a key, if it says anything.
func (s spot) value(key string) *ast.MappingValueNode {
	for _, e := range entriesOf(s.node) {
		if keyText(e.Key) == key {
			return e
		}
	}
	return nil
}

// written is the site with a key more at the spot, and the same without it: blanks
// stand in its place, so that everything else is where it was. It is not ok where
// there is no room for a key.
func (s spot) written(key, text string) (without, with fstest.MapFS, ok bool) {
	lines := strings.Split(string(s.site[s.file].Data), "\n")
	entries, addition := entriesOf(s.node), key+": "+text
	m, _ := s.node.(*ast.MappingNode)
	if m != nil && m.IsFlowStyle {
		at := m.Start.Position
		column := at.Column
		if len(entries) > 0 {
			addition += ", "
		}
		line := []rune(lines[at.Line-1])
		head, tail := string(line[:column]), string(line[column:])
		return s.with(lines, at.Line-1, head+strings.Repeat(" ", len([]rune(addition)))+tail), s.with(lines, at.Line-1, head+addition+tail), true
	}
	for _, e := range entries {
		at := e.Key.GetToken().Position
		if indent := strings.Repeat(" ", at.Column-1); strings.TrimSpace(string([]rune(lines[at.Line-1])[:at.Column-1])) == "" {
			before := func(added string) string { return indent + added + "\n" + lines[at.Line-1] }
			return s.with(lines, at.Line-1, before("#")), s.with(lines, at.Line-1, before(addition)), true
		}
	}
	return nil, nil, false
}

var scalarAfterKey = regexp.MustCompile(`^("[^"]*"|'[^']*'|[^\s,{}\[\]#]+)`)

// instead is the site with another value of a key that the spot has.
func (s spot) instead(key, text string) (fstest.MapFS, bool) {
	v := s.value(key)
	if v == nil {
		return nil, false
	}
	at := v.Value.GetToken().Position
	lines := strings.Split(string(s.site[s.file].Data), "\n")
	line := []rune(lines[at.Line-1])
	head, tail := string(line[:at.Column-1]), string(line[at.Column-1:])
	old := scalarAfterKey.FindString(tail)
	return s.with(lines, at.Line-1, head+text+strings.TrimPrefix(tail, old)), old != ""
}

// with is the site with another line in the file of the spot.
func (s spot) with(lines []string, i int, line string) fstest.MapFS {
	site, changed := maps.Clone(s.site), slices.Clone(lines)
	changed[i] = line
	site[s.file] = &fstest.MapFile{Data: []byte(strings.Join(changed, "\n"))}
	return site
}

// inYAML is a value as it is written in a file.
func inYAML(v any) string {
	if text, is := v.(string); is {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprint(v)
}

// eachKey calls f for every key of every type that files are read into, with the name
// of its field, its owner and its own.
func eachKey(f func(field, owner, key string)) {
	eachField(func(owner, key string, field reflect.StructField) { f(owner+"."+field.Name, owner, key) })
}

// eachField is eachKey with the whole field.
func eachField(f func(owner, key string, field reflect.StructField)) {
	seen := map[reflect.Type]bool{}
	for _, file := range schemaFiles {
		keysBelow(reflect.TypeOf(file), "", seen, f)
	}
	for _, kind := range nodeTypes {
		keysBelow(reflect.TypeOf(newNodeBody(kind)).Elem(), "", seen, f)
	}
}

// eachBoundable calls f for every key whose value is a number or a duration, or a table
// or a list of them.
func eachBoundable(f func(owner, key string)) {
	bounded := map[reflect.Type]bool{
		reflect.TypeFor[value[int]](): true, reflect.TypeFor[value[time.Duration]](): true,
		reflect.TypeFor[list[value[int]]](): true, reflect.TypeFor[table[value[int]]](): true,
	}
	eachField(func(owner, key string, field reflect.StructField) {
		if bounded[field.Type] {
			f(owner, key)
		}
	})
}

func keysBelow(t reflect.Type, owner string, seen map[reflect.Type]bool, f func(owner, key string, field reflect.StructField)) {
	if t.Kind() == reflect.Slice {
		keysBelow(t.Elem(), "", seen, f)
		return
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return
	}
	seen[t] = true
	if owner == "" {
		owner = t.Name()
	}
	for i := range t.NumField() {
		field, inner := t.Field(i), ""
		if tag, tagged := field.Tag.Lookup("yaml"); tagged {
			key, _, _ := strings.Cut(tag, ",")
			f(owner, key, field)
		}
		if field.Type.Name() == "" && field.Type.Kind() == reflect.Struct {
			inner = owner + "." + field.Name
		}
		keysBelow(field.Type, inner, seen, f)
	}
}

// firstDifference names the first place at which two values differ, if any. Functions are
// taken for the same, and what a site keeps of its files is left out.
func firstDifference(a, b reflect.Value) string {
	return (&comparison{met: map[[2]uintptr]bool{}}).of("site", a, b)
}

type comparison struct{ met map[[2]uintptr]bool }

func (c *comparison) of(path string, a, b reflect.Value) string {
	if a.IsValid() != b.IsValid() {
		return path
	}
	if !a.IsValid() {
		return ""
	}
	if a.Type() != b.Type() {
		return path
	}
	switch a.Kind() {
	case reflect.Func:
		return differs(path, a.IsNil() == b.IsNil())
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return differs(path, a.IsNil() == b.IsNil())
		}
		if a.Kind() == reflect.Pointer {
			pair := [2]uintptr{a.Pointer(), b.Pointer()}
			if c.met[pair] {
				return ""
			}
			c.met[pair] = true
		}
		return c.of(path, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			name := a.Type().Field(i).Name
			if a.Type() == reflect.TypeFor[Site]() && (name == "Hash" || name == "Content") {
				continue
			}
			if d := c.of(path+"."+name, a.Field(i), b.Field(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() || a.Kind() == reflect.Slice && a.IsNil() != b.IsNil() {
			return path
		}
		for i := range a.Len() {
			if d := c.of(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Map:
		if a.Len() != b.Len() {
			return path
		}
		for _, key := range a.MapKeys() {
			if d := c.of(fmt.Sprintf("%s[%v]", path, key), a.MapIndex(key), b.MapIndex(key)); d != "" {
				return d
			}
		}
		return ""
	}
	return differs(path, a.Equal(b))
}

func differs(path string, same bool) string {
	if same {
		return ""
	}
	return path
}
