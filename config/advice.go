package config

import (
	"maps"
	"math"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// advise gathers what callers of a sound site would suffer from. It refuses nothing:
// a menu of six choices may be right, and must not keep a mended tree from being put
// to use on a bad day.
func (b *builder) advise() {
	if len(b.problems) > 0 {
		return
	}
	b.measure()
	for _, t := range b.advised {
		for _, f := range t.tree.Advice(b.site.setting(t.tree)) {
			if p, ok := t.placed(f); ok {
				b.site.Warnings = append(b.site.Warnings, p)
			}
		}
	}
	b.site.Warnings = atMost(sortProblems(b.site.Warnings))
	b.site.Content.quote(b.site.Warnings)
}

// setting is the site as the menus of a tree see it.
func (s *Site) setting(t *ivr.Tree) ivr.Setting {
	return ivr.Setting{
		Closes: s.closes(),
		Heard: func(p ivr.Prompt) ivr.Heard {
			var longest ivr.Heard
			for _, language := range t.Languages {
				if h := s.Heard(p, language); h.Lasts >= longest.Lasts {
					longest = h
				}
			}
			return longest
		},
	}
}

// closes reports whether there are hours at all: some center keeps them.
func (s *Site) closes() bool {
	for _, c := range s.Centers {
		if c.Calendar != nil {
			return true
		}
	}
	return false
}

// Journey is the longest way from an entry to a person, without the wait in the queue.
type Journey struct {
	Entry contact.Entry `json:"entry"`
	// Campaign is the one during which the entry has another tree.
	Campaign string `json:"campaign,omitempty"`
	// Reached is false if nobody is reached from there.
	Reached bool `json:"reached"`
	// Seconds and Keys are the most that it takes; Path are the questions on the
	// slowest way. ivr.Journey says what counts.
	Seconds int          `json:"seconds"`
	Keys    int          `json:"keys"`
	Path    []ivr.NodeID `json:"path"`
}

// Journeys are those of all entries, in order, each followed by those of campaigns
// during which callers meet another tree.
func (s *Site) Journeys() []Journey {
	all := make([]Journey, 0, len(s.Entries))
	for _, name := range slices.Sorted(maps.Keys(s.Entries)) {
		all = append(all, s.journey(name))
		for _, c := range s.Campaigns {
			if meanwhile := s.During(c.Name); meanwhile.Entries[name].Tree != s.Entries[name].Tree {
				all = append(all, meanwhile.journey(name))
			}
		}
	}
	return all
}

func (s *Site) journey(name contact.Entry) Journey {
	tree := s.Entries[name].Tree
	j, reached := tree.Journey(s.setting(tree))
	return Journey{
		Entry: name, Campaign: s.Campaign, Reached: reached, Seconds: int(math.Ceil(j.Lasts.Seconds())), Keys: j.Keys,
		Path: append([]ivr.NodeID{}, j.Path...),
	}
}
