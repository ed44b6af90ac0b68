package config

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// How the types of site files are read: each struct field with a yaml tag is a
// key, fields read themselves (value, table, list, …) or are structs again, and
// whatever does not fit is reported and read on. The library's own decoder is
// not used because it stops at the first problem.

// reader is what a field does to take its value from a node.
type reader interface {
	read(d *document, n ast.Node)
}

// checked is a struct that looks at its own fields once they are read.
type checked interface {
	check(d *document, at place)
}

// readEither fills fields, a pointer, from a mapping, and the one that is meant by
// anything shorter otherwise: a target, or {prompt, goto}.
func (d *document) readEither(n ast.Node, fields any, short reader) {
	if isMapping(n) {
		d.read(n, fields)
		return
	}
	short.read(d, n)
}

func isMapping(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

// read fills target, a pointer, from a node.
func (d *document) read(n ast.Node, target any) {
	if r, ok := target.(reader); ok {
		r.read(d, n)
		return
	}
	entries, ok := d.mapping(n)
	if !ok {
		return
	}
	fields := fieldsOf(reflect.ValueOf(target).Elem())
	for _, e := range entries {
		if f := fields.named(e.key.v); f != nil {
			f.written = true
			d.readField(e, f)
			continue
		}
		d.add(e.key.at, nearest(e.key.v, fields.names()).orKeys(fields.names()), "unknown key %q", e.key.v)
	}
	for _, f := range fields {
		if f.required && !f.written {
			d.add(d.at(n), "", "the key %q is missing", f.name)
		}
	}
	if c, ok := target.(checked); ok {
		c.check(d, d.at(n))
	}
}

// entry is one key of a mapping with the node of its value.
type entry struct {
	key  value[string]
	node ast.Node
}

func (d *document) readField(e entry, f *field) {
	l, ok := f.target.(*later)
	if !ok {
		d.read(e.node, f.target)
		return
	}
	l.written = true
	if f.instead != "" {
		d.add(e.key.at, f.instead, "%q does not belong here", f.name)
		return
	}
	d.add(e.key.at, "leave it out for now", "%q is not available in this version", f.name)
}

// mapping returns the entries of a mapping in order, without those whose key
// repeats an earlier one.
func (d *document) mapping(n ast.Node) ([]entry, bool) {
	var nodes []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		nodes = m.Values
	case *ast.MappingValueNode:
		nodes = []*ast.MappingValueNode{m}
	default:
		d.add(d.at(n), "write it as key: value", "expected keys and values, found %s", describe(n))
		d.gaps = true
		return nil, false
	}
	var entries []entry
	seen := map[string]int{}
	for _, m := range nodes {
		var key value[string]
		key.read(d, m.Key)
		if !key.set {
			// Reported as no text, but the rest of the entry is still worth reading.
			key.v = m.Key.GetToken().Value
		}
		if line, twice := seen[key.v]; twice {
			d.add(key.at, "keep one of them", "the key %q is already on line %d", key.v, line)
			continue
		}
		seen[key.v] = key.at.line
		entries = append(entries, entry{key, m.Value})
	}
	return entries, true
}

// field is one key a struct accepts.
type field struct {
	name string
	// instead says where a key that does not belong here does.
	instead           string
	required, written bool
	target            any
}

type fields []*field

// fieldsOf lists the tagged fields of a struct, those of embedded structs
// included, in the order they are written in Go.
func fieldsOf(v reflect.Value) fields {
	var all fields
	for i := range v.NumField() {
		tag, tagged := v.Type().Field(i).Tag.Lookup("yaml")
		switch {
		case v.Type().Field(i).Anonymous && !tagged:
			all = append(all, fieldsOf(v.Field(i))...)
		case tagged:
			name, option, _ := strings.Cut(tag, ",")
			all = append(all, &field{
				name:     name,
				instead:  v.Type().Field(i).Tag.Get("instead"),
				required: option == "required",
				target:   v.Field(i).Addr().Interface(),
			})
		}
	}
	return all
}

func (fs fields) named(name string) *field {
	for _, f := range fs {
		if f.name == name {
			return f
		}
	}
	return nil
}

// names lists the keys that can be used in this version.
func (fs fields) names() []string {
	var names []string
	for _, f := range fs {
		if _, later := f.target.(*later); !later {
			names = append(names, f.name)
		}
	}
	return names
}

// row is one named entry of a table.
type row[T any] struct {
	key value[string]
	v   T
}

// table is a mapping whose keys are names that the site chooses.
type table[T any] []row[T]

func (t *table[T]) read(d *document, n ast.Node) {
	entries, ok := d.mapping(n)
	if !ok {
		return
	}
	*t = make(table[T], 0, len(entries))
	for _, e := range entries {
		r := row[T]{key: e.key}
		d.read(e.node, &r.v)
		*t = append(*t, r)
	}
}

// written reports whether the table is there, though it may be empty.
func (t table[T]) written() bool { return t != nil }

// find returns the row of a key.
func (t table[T]) find(key string) (T, bool) {
	for _, r := range t {
		if r.key.v == key {
			return r.v, true
		}
	}
	var none T
	return none, false
}

// keys are those of the table, as written.
func (t table[T]) keys() []string {
	var all []string
	for _, r := range t {
		all = append(all, r.key.v)
	}
	return all
}

// list is a sequence; a single value counts as a list of one.
type list[T any] []T

func (l *list[T]) read(d *document, n ast.Node) {
	nodes := []ast.Node{n}
	if s, ok := n.(*ast.SequenceNode); ok {
		nodes = s.Values
	}
	*l = make(list[T], 0, len(nodes))
	for _, n := range nodes {
		var item T
		d.read(n, &item)
		*l = append(*l, item)
	}
}

// later is a key of the language that this version does not know how to
// honour. It is refused, because a setting that is silently without effect is
// worse than one that is missing. A tag instead names its proper place, if it
// only stands in the wrong one.
type later struct{ written bool }

// describe names a node for people who write YAML, not for those who parse it.
func describe(n ast.Node) string {
	switch n := n.(type) {
	case *ast.NullNode:
		return "nothing"
	case *ast.BoolNode:
		return "the truth value " + n.GetToken().Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "the number " + n.GetToken().Value
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	}
	return "text"
}
