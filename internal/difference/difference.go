// Package difference says in words what one version of a site folder changes for
// those who call: numbers, menus, what is heard, hours, what is asked and looked into,
// and the tests of all that.
//
// It compares what people wrote, not what the program made of it: a default that
// changes is one change, and so is a flow that many trees use. How something is
// written does not count: order of keys, comments, a list of one. It judges nothing
// and reads no files: contents come in, sentences go out. Read Of and Change.
package difference

import (
	"cmp"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
)

// Kind is what happened to something.
type Kind string

// The kinds.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
)

// Change is one difference, as an admin would say it.
type Change struct {
	Kind Kind `json:"kind"`
	// About is what sort of thing it is about: entry, tree, node, choice, exit,
	// prompt, sound, calendar, back-end, table, test, …
	About string `json:"about"`
	// Place names it: accueil, menu 'principal'. Text says what changes: key 3 now
	// leads to 'paiement' (was 'autre').
	Place string `json:"place"`
	Text  string `json:"text"`
}

// String is the sentence.
func (c Change) String() string { return c.Place + ": " + c.Text }

// Of lists what callers and authors of menus would notice, in the order of a folder:
// entries, trees, flows, prompts, hours, back-ends, tables, tests. A version without
// content has nothing. What is recorded is no part of it: see Sounds.
func Of(before, after config.Content) []Change {
	c := comparison{before: folderOf(before, after), after: folderOf(after, before)}
	c.tables("entries.yaml", "entries", "entry")
	c.menus("ivr/", "tree")
	c.menus("flows/", "flow")
	c.tables("prompts/prompts.yaml", "prompts", "prompt")
	c.tables("prompts/prompts.yaml", "words", "words")
	c.tables("calendars.yaml", "calendars", "calendar")
	c.tables("calendars.yaml", "campaigns", "campaign")
	c.backends()
	c.sheets(before, after)
	c.tests()
	return c.changes
}

// Lines are the changes as sentences.
func Lines(changes []Change) []string {
	lines := make([]string, 0, len(changes))
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	return lines
}

// comparison collects the changes between two folders.
type comparison struct {
	before, after folder
	changes       []Change
}

func (c *comparison) add(kind Kind, about, place, text string) {
	c.changes = append(c.changes, Change{kind, about, place, text})
}

// pair is something in both folders; what one of them does not have is nil there.
type pair struct {
	name          string
	before, after any
}

// pairs joins two mappings: in the order of the new one, then what is gone.
func pairs(before, after mapping) []pair {
	var all []pair
	for _, e := range after {
		all = append(all, pair{e.key, before.get(e.key), e.value})
	}
	for _, e := range before {
		if after.get(e.key) == nil {
			all = append(all, pair{e.key, e.value, nil})
		}
	}
	return all
}

func (p pair) kind() Kind {
	switch {
	case p.before == nil:
		return Added
	case p.after == nil:
		return Removed
	}
	return Changed
}

// tables compares the rows that a file has under a key.
func (c *comparison) tables(file, key, about string) {
	for _, row := range pairs(c.before.table(file, key), c.after.table(file, key)) {
		c.row(about, about+" "+quoted(row.name), row)
	}
}

func (c *comparison) row(about, place string, row pair) {
	switch row.kind() {
	case Added:
		text := "is new"
		if about == "prompt" {
			text += ": " + spoken(row.after)
		}
		c.add(Added, about, place, text)
	case Removed:
		c.add(Removed, about, place, "is gone")
	case Changed:
		if about == "prompt" {
			row.before, row.after = promptOf(row.before), promptOf(row.after)
		}
		c.values(about, place, "", row.before, row.after)
	}
}

// tests compares those of all files by their names.
func (c *comparison) tests() {
	for _, t := range pairs(c.before.tests(), c.after.tests()) {
		place := "test “" + t.name + "”"
		switch t.kind() {
		case Added:
			c.add(Added, "test", place, "is new")
		case Removed:
			c.add(Removed, "test", place, "is gone")
		default:
			if !equal(t.before, t.after) {
				c.add(Changed, "test", place, "is changed")
			}
		}
	}
}

// menus compares the files of a folder of trees or flows.
func (c *comparison) menus(dir, about string) {
	for _, m := range pairs(c.before.menus(dir), c.after.menus(dir)) {
		place := m.name
		if about == "flow" {
			place = "flow " + quoted(m.name)
		}
		switch m.kind() {
		case Added:
			c.add(Added, about, place, "the "+about+" is new, with "+nodes(m.after))
		case Removed:
			c.add(Removed, about, place, "the "+about+" is gone")
		default:
			before, _ := m.before.(mapping)
			after, _ := m.after.(mapping)
			c.menu(about, place, before, after)
		}
	}
}

// secret keys are said to change, but not from what to what.
var secretWords = []string{"password", "secret", "token", "authorization", "pin"}

func secret(key string) bool {
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(strings.ToLower(key), word) })
}

// values compares what stands under a key, key by key if it is a mapping.
func (c *comparison) values(about, place, key string, before, after any) {
	if equal(before, after) {
		return
	}
	b, isMapping := before.(mapping)
	a, also := after.(mapping)
	if (isMapping || before == nil) && (also || after == nil) {
		for _, p := range pairs(b, a) {
			c.values(about, place, strings.TrimSpace(key+" "+p.name), p.before, p.after)
		}
		return
	}
	p := pair{key, before, after}
	c.add(p.kind(), about, place, p.words())
}

// words say how a plain value changes.
func (p pair) words() string {
	name := cmp.Or(p.name, "it")
	added, removed, listed := lists(p.before, p.after)
	switch {
	case secret(p.name):
		return name + " is changed"
	case isSpoken(p.name) && p.after != nil:
		return says(p.name, p.before, p.after)
	case p.after == nil:
		return name + " is no longer given (was " + written(p.before) + ")"
	case p.before == nil:
		return name + " is now " + written(p.after)
	case listed && len(added) > 0 && len(removed) == 0:
		return name + " now has also " + strings.Join(added, ", ")
	case listed && len(added) == 0 && len(removed) > 0:
		return name + " no longer has " + strings.Join(removed, ", ")
	}
	return name + " is now " + written(p.after) + " (was " + written(p.before) + ")"
}
