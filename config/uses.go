package config

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/guichet/guichet/ivr"
)

// Use is a place at which callers hear a prompt, or values of a language.
type Use struct {
	// Tree and Node name it; Node is empty for what the whole tree says when it fails.
	Tree string
	Node ivr.NodeID
	at   place
}

// String names the place as accueil:bienvenue.
func (u Use) String() string {
	if u.Node == "" {
		return u.Tree + ":on_failure"
	}
	return u.Tree + ":" + string(u.Node)
}

// uses are the places of each prompt, and of each language in which values are said.
type uses struct {
	prompts map[ivr.Prompt][]Use
	values  map[string][]Use
}

// Uses are the places of the trees at which callers hear a recording, each once, in
// the order of files and lines: of a word those that say any value in its language.
// What no tree plays is heard only where somebody announces it.
func (s *Site) Uses(r Recording) []Use {
	if r.Word != "" {
		return s.uses.values[r.Language]
	}
	return s.uses.prompts[r.Name]
}

// uses notes that the node being built plays a prompt.
func (b *treeBuilder) uses(v value[string]) {
	add(&b.site.uses.prompts, ivr.Prompt(v.v), b.here(v))
}

// usesWords notes that it says a value in a language.
func (b *treeBuilder) usesWords(language string, v value[string]) {
	add(&b.site.uses.values, language, b.here(v))
}

func (b *treeBuilder) here(v value[string]) Use {
	if b.file == nil {
		return Use{Tree: "queue", Node: ivr.NodeID(b.node), at: v.at} // of those who wait in it
	}
	return Use{Tree: b.file.treeID().v, Node: ivr.NodeID(b.node), at: v.at}
}

// add keeps one of several uses at a node.
func add[K comparable](to *map[K][]Use, key K, u Use) {
	if *to == nil {
		*to = map[K][]Use{}
	}
	if !slices.ContainsFunc((*to)[key], func(known Use) bool { return known.String() == u.String() }) {
		(*to)[key] = append((*to)[key], u)
	}
}

// spoken are the languages of all trees.
func (s *Site) spoken() map[string]bool {
	all := map[string]bool{}
	for tree := range maps.Values(s.Trees) {
		for _, language := range tree.Languages {
			all[language] = true
		}
	}
	return all
}

// audible visits the recordings that some caller may hear: all but those in a language
// that no tree has. What no tree plays counts, for it may be announced.
func (s *Site) audible() iter.Seq[Recording] {
	languages := s.spoken()
	return func(yield func(Recording) bool) {
		for r := range s.Recordings() {
			if r.Language != "" && r.Language != AllLanguages && !languages[r.Language] {
				continue
			}
			if !yield(r) {
				return
			}
		}
	}
}

// usedAt lists places for people: the first of them, and how many more.
func usedAt(all []Use) string {
	const shown = 3
	names := make([]string, 0, shown+1)
	for i, u := range all {
		if i == shown {
			names = append(names, "…")
			break
		}
		names = append(names, u.String())
	}
	return strings.Join(names, ", ")
}
