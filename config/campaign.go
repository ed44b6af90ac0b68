package config

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// Campaign is a period in which callers meet other trees or hear other prompts.
type Campaign struct {
	Name, Label string
	// From is its first instant, Until the first that is none of it.
	From, Until time.Time

	at place
}

// Contains reports whether a time is in the campaign.
func (c Campaign) Contains(t time.Time) bool { return !t.Before(c.From) && t.Before(c.Until) }

// During is what is different at an entry during a campaign, by name; empty for what
// is not.
type During struct{ Tree, Calendar string }

// At is the site as it is for who calls at a time: during a campaign with its trees,
// calendars of entries, and prompts. A call keeps it to its end, whatever begins or
// ends meanwhile.
func (s *Site) At(t time.Time) *Site {
	for _, c := range s.Campaigns {
		if c.Contains(t) {
			return s.During(c.Name)
		}
	}
	return s.During("")
}

// During is the site as it is during a campaign, or outside all of them.
func (s *Site) During(campaign string) *Site {
	v, known := s.during[campaign]
	if !known {
		return s
	}
	view := *s
	view.Campaign, view.Entries, view.Prompts = campaign, v.entries, v.prompts
	return &view
}

// TreeAt is the tree that a call to an entry goes by which begins at that time.
func (s *Site) TreeAt(e contact.Entry, t time.Time) *ivr.Tree { return s.At(t).Entries[e].Tree }

// TreesOf are all trees that callers of an entry may meet, the ordinary one first.
func (s *Site) TreesOf(e contact.Entry) []*ivr.Tree {
	trees := []*ivr.Tree{s.Entries[e].Tree}
	for _, c := range s.Campaigns {
		if tree := s.During(c.Name).Entries[e].Tree; !slices.Contains(trees, tree) {
			trees = append(trees, tree)
		}
	}
	return trees
}

// Standing is how a campaign stands at a time.
type Standing string

// The standings of campaigns.
const (
	Coming  Standing = "coming"
	Running Standing = "running"
	Over    Standing = "over"
)

// Outlook is a campaign as it looks at a time.
type Outlook struct {
	Name     string    `json:"name"`
	Label    string    `json:"label"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Standing Standing  `json:"standing"`
	// Entries and Prompts are those that are different during it.
	Entries []contact.Entry `json:"entries"`
	Prompts []ivr.Prompt    `json:"prompts"`
	// Place is where it is written.
	Place Problem `json:"-"`
}

// Ahead are the campaigns of the site as they look at a time, the earliest first.
func (s *Site) Ahead(now time.Time) []Outlook {
	all := []Outlook{}
	for _, c := range s.Campaigns {
		o := Outlook{
			Name: c.Name, Label: c.Label, From: c.From, Until: c.Until, Standing: Running, Entries: []contact.Entry{}, Prompts: []ivr.Prompt{},
			Place: Problem{File: c.at.file, Line: c.at.line, Column: c.at.column},
		}
		placed := []Problem{o.Place}
		s.Content.quote(placed)
		o.Place = placed[0]
		switch {
		case now.Before(c.From):
			o.Standing = Coming
		case !c.Contains(now):
			o.Standing = Over
		}
		for _, name := range slices.Sorted(maps.Keys(s.Entries)) {
			if _, different := s.Entries[name].During[c.Name]; different {
				o.Entries = append(o.Entries, name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(s.Prompts)) {
			if _, different := s.Prompts[name].During[c.Name]; different {
				o.Prompts = append(o.Prompts, name)
			}
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b Outlook) int { return a.From.Compare(b.From) })
	return all
}
