package difference

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/guichet/guichet/config"
)

// What stands in the files: mappings in the order in which they are written, lists
// and scalars. The folder was checked before, so what cannot be read is nothing.

// mapping is a YAML mapping.
type mapping []field

type field struct {
	key   string
	value any
}

func (m mapping) get(key string) any {
	for _, e := range m {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// folder holds the files by name.
type folder map[string]mapping

// folderOf reads the files that are not the same in another version.
func folderOf(files, other config.Content) folder {
	f := folder{}
	for name, content := range files {
		if path.Ext(name) != ".yaml" || bytes.Equal(content, other[name]) {
			continue
		}
		var root any
		if err := yaml.UnmarshalWithOptions(bytes.TrimPrefix(content, []byte("\ufeff")), &root, yaml.UseOrderedMap()); err != nil {
			continue
		}
		if m, ok := plain(root).(mapping); ok {
			f[name] = m
		}
	}
	return f
}

// plain turns what the library makes of YAML into mappings, lists and scalars. A
// list of one is its element: both are written, and mean the same.
func plain(v any) any {
	switch v := v.(type) {
	case yaml.MapSlice:
		m := mapping{}
		for _, item := range v {
			m = append(m, field{fmt.Sprint(item.Key), plain(item.Value)})
		}
		return m
	case []any:
		if len(v) == 1 {
			return plain(v[0])
		}
		list := make([]any, 0, len(v))
		for _, e := range v {
			list = append(list, plain(e))
		}
		return list
	case string:
		return strings.Join(strings.Fields(v), " ")
	}
	return v
}

// promptOf is a prompt in its long form: a text alone is its text, in each language
// and during each campaign.
func promptOf(v any) any {
	m, long := v.(mapping)
	if !long {
		return mapping{{"text", v}}
	}
	all := mapping{}
	for _, e := range m {
		if variants, ok := e.value.(mapping); ok && (e.key == "in" || e.key == "during") {
			said := mapping{}
			for _, one := range variants {
				said = append(said, field{one.key, promptOf(one.value)})
			}
			e.value = said
		}
		all = append(all, e)
	}
	return all
}

// listOf is a value as a list: one alone is a list of one.
func listOf(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// equal compares values. The order of keys does not count, nor how a time is written.
func equal(a, b any) bool {
	x, isMapping := a.(mapping)
	y, also := b.(mapping)
	if !isMapping || !also {
		return reflect.DeepEqual(a, b) || sameTime(a, b) || equalLists(a, b)
	}
	if len(x) != len(y) {
		return false
	}
	for _, e := range x {
		if !slices.ContainsFunc(y, func(o field) bool { return o.key == e.key && equal(e.value, o.value) }) {
			return false
		}
	}
	return true
}

func equalLists(a, b any) bool {
	x, isList := a.([]any)
	y, also := b.([]any)
	return isList && also && slices.EqualFunc(x, y, equal)
}

// sameTime reports whether two texts are the same duration: 60s and 1m.
func sameTime(a, b any) bool {
	x, isText := a.(string)
	y, also := b.(string)
	if !isText || !also {
		return false
	}
	first, err := time.ParseDuration(x)
	second, other := time.ParseDuration(y)
	return err == nil && other == nil && first == second
}

// table is what a file has under a key.
func (f folder) table(file, key string) mapping {
	m, _ := f[file].get(key).(mapping)
	return m
}

// files are the names of those below a folder, in order.
func (f folder) files(dir string) []string {
	names := slices.Sorted(maps.Keys(f))
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, dir) })
}

// menus are the trees or flows of a folder, by their id.
func (f folder) menus(dir string) mapping {
	all := mapping{}
	for _, name := range f.files(dir) {
		if _, described := f[name].get("nodes").(mapping); !described {
			continue
		}
		id := strings.TrimSuffix(path.Base(name), path.Ext(name))
		if own, ok := f[name].get("id").(string); ok {
			id = own
		}
		all = append(all, field{id, f[name]})
	}
	return all
}

// tests are those of all files by their name.
func (f folder) tests() mapping {
	all := mapping{}
	for _, name := range f.files("") {
		for _, t := range listOf(f[name].get("tests")) {
			if m, ok := t.(mapping); ok {
				all = append(all, field{written(m.get("name")), m})
			}
		}
	}
	return all
}

// written is a value as people would write it, in one line.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case mapping:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			value := written(e.value)
			if secret(e.key) {
				value = "…"
			}
			parts = append(parts, e.key+" "+value)
		}
		return strings.Join(parts, ", ")
	case []any:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			parts = append(parts, written(e))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}

// lists are what a list has gained and lost, as written; listed is false if neither
// value is a list of scalars.
func lists(before, after any) (added, removed []string, listed bool) {
	_, one := before.([]any)
	_, other := after.([]any)
	if !one && !other || before == nil || after == nil {
		return nil, nil, false
	}
	was, is := words(before), words(after)
	for _, e := range is {
		if !slices.Contains(was, e) {
			added = append(added, e)
		}
	}
	for _, e := range was {
		if !slices.Contains(is, e) {
			removed = append(removed, e)
		}
	}
	return added, removed, true
}

func words(v any) []string {
	var all []string
	for _, e := range listOf(v) {
		all = append(all, written(e))
	}
	return all
}
