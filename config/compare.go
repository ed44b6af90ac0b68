package config

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Compare says in words what a version changes: the files, then the entries,
// queues, centers and agents that came, went or are not the same. Before may be
// nil. Nothing is said of two versions with the same content.
func Compare(before, after *Site) []string {
	if before == nil {
		before = &Site{}
	}
	lines := changes("file", before.Content, after.Content, bytes.Equal)
	lines = append(lines, changes("entry", before.Entries, after.Entries, func(a, b Entry) bool {
		a.Tree, b.Tree = nil, nil // its file says it, or that of a campaign
		return reflect.DeepEqual(a, b)
	})...)
	lines = append(lines, changes("queue", before.Queues, after.Queues, same)...)
	lines = append(lines, changes("center", before.Centers, after.Centers, same)...)
	lines = append(lines, changes("agent", before.Agents, after.Agents, same)...)
	return append(lines, changes("account", before.Accounts, after.Accounts, same)...)
}

func same[T any](a, b T) bool { return reflect.DeepEqual(a, b) }

// changes compares two sets of one kind of thing.
func changes[K ~string, T any](kind string, before, after map[K]T, equal func(a, b T) bool) (lines []string) {
	var added, removed, changed []K
	for _, name := range slices.SortedFunc(maps.Keys(after), cmp.Compare[K]) {
		if old, known := before[name]; !known {
			added = append(added, name)
		} else if !equal(old, after[name]) {
			changed = append(changed, name)
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(before), cmp.Compare[K]) {
		if _, stays := after[name]; !stays {
			removed = append(removed, name)
		}
	}
	for _, c := range []struct {
		what  string
		names []K
	}{{"added", added}, {"removed", removed}, {"changed", changed}} {
		if len(c.names) > 0 {
			lines = append(lines, fmt.Sprintf("%s %s: %s", plural(kind, len(c.names)), c.what, several(c.names)))
		}
	}
	return lines
}

func plural(kind string, n int) string {
	switch {
	case n == 1:
		return kind
	case strings.HasSuffix(kind, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(kind, "y"))
	}
	return fmt.Sprintf("%d %ss", n, kind)
}

// several names the first of many.
func several[K ~string](names []K) string {
	const shown = 6
	var text []string
	for _, n := range names[:min(shown, len(names))] {
		text = append(text, string(n))
	}
	if len(names) > shown {
		text = append(text, fmt.Sprintf("and %d more", len(names)-shown))
	}
	return strings.Join(text, ", ")
}

// Fixed lists what a running controller cannot take from this version, for it
// was started with something else: connections, name, key.
func (s *Site) Fixed(running *Site) (settings []string) {
	for _, setting := range []struct {
		name           string
		running, wants any
	}{
		{"name", running.Name, s.Name},
		{"asterisk", running.Asterisk, s.Asterisk},
		{"ledger", running.Ledger.Backend, s.Ledger.Backend},
		{"redis", running.Ledger.Redis, s.Ledger.Redis},
		{"http", running.HTTP, s.HTTP},
		{"log", running.Log, s.Log},
		{"key", running.Key, s.Key},
	} {
		if !reflect.DeepEqual(setting.running, setting.wants) {
			settings = append(settings, setting.name)
		}
	}
	return settings
}
