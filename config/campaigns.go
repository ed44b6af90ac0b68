package config

import (
	"maps"
	"regexp"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// campaignYAML is a period in which callers meet other trees or hear other prompts.
// No two campaigns overlap.
type campaignYAML struct {
	// Label is what people read; the name by default.
	Label value[string] `yaml:"label"`
	// From is when it begins, in the zone of the site: a date, or a date with a time
	// such as 2026-08-24T08:30.
	From value[string] `yaml:"from,required"`
	// Until is when it ends: a date is the last day that counts, a date with a time
	// the first instant that does not.
	Until value[string] `yaml:"until,required"`
}

// entryDuringYAML is what is different at an entry during a campaign.
type entryDuringYAML struct {
	// Tree in the place of the entry's.
	Tree value[string] `yaml:"tree"`
	// Calendar in the place of the entry's.
	Calendar value[string] `yaml:"calendar"`
}

// variantYAML is what a prompt says during a campaign: a text, or like a prompt.
type variantYAML struct {
	at place
	saidFields
}

func (v *variantYAML) read(d *document, n ast.Node) {
	v.at = d.at(n)
	d.readEither(n, &v.saidFields, &v.Text)
}

// variation is what a campaign changes, whole: the entries and prompts of the site as
// they are meanwhile.
type variation struct {
	entries map[contact.Entry]Entry
	prompts map[ivr.Prompt]Prompt
}

// buildCampaigns reads the periods; what is different during them is said where it
// is ordinarily.
func (b *builder) buildCampaigns(f calendarsFile) {
	for _, r := range f.Campaigns {
		b.name(r.key, "a campaign")
		if code := r.key; languageCode.MatchString(code.v) {
			b.add(code.at, "use a longer name", "%q could be the code of a language", code.v)
		}
		c := Campaign{Name: r.key.v, Label: r.v.Label.or(r.key.v), at: r.key.at}
		from, begins := b.edge(r.v.From, false)
		until, ends := b.edge(r.v.Until, true)
		c.From, c.Until = from, until
		switch {
		case !begins || !ends:
			continue
		case !from.Before(until):
			b.add(r.v.Until.at, "a date is the last day that counts, a time the first that does not", "the campaign %q ends before it begins", c.Name)
			continue
		}
		b.apart(c)
		b.site.Campaigns = append(b.site.Campaigns, c)
	}
}

// apart reports a campaign that overlaps an earlier one, at both.
func (b *builder) apart(c Campaign) {
	for _, other := range b.site.Campaigns {
		if c.From.Before(other.Until) && other.From.Before(c.Until) {
			b.add(c.at, "end one before the other begins", "the campaign %q overlaps %q on line %d", c.Name, other.Name, other.at.line)
			b.add(other.at, "end one before the other begins", "the campaign %q overlaps %q on line %d", other.Name, c.Name, c.at.line)
		}
	}
}

// edge reads a date, or a date with a time. The end of a period that names a date
// is the end of that day.
func (b *builder) edge(v value[string], end bool) (time.Time, bool) {
	if !v.set {
		return time.Time{}, false
	}
	if date, err := calendar.ParseDate(v.v); err == nil {
		if end {
			date = date.Add(1)
		}
		return date.Begin(b.site.Zone), true
	}
	if !withTime.MatchString(v.v) {
		b.add(v.at, "write it like 2027-08-23 or 2027-08-23T08:30, and a day that exists", "%q is neither a date nor a date with a time", v.v)
		return time.Time{}, false
	}
	t := b.instant(v)
	return t, !t.IsZero()
}

var withTime = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$`)

// vary makes the entries and prompts of each campaign from what was written beside
// the ordinary ones.
func (b *builder) vary(entries entriesFile, prompts promptsFile) {
	b.site.during = make(map[string]variation, len(b.site.Campaigns))
	for _, c := range b.site.Campaigns {
		b.site.during[c.Name] = variation{entries: maps.Clone(b.site.Entries), prompts: maps.Clone(b.site.Prompts)}
	}
	used := map[string]bool{}
	for _, r := range entries.Entries {
		for _, d := range r.v.During {
			used[d.key.v] = true
			b.varyEntry(contact.Entry(r.key.v), d)
		}
	}
	for _, r := range prompts.Prompts {
		for _, d := range r.v.During {
			used[d.key.v] = true
			b.refers(d.key, "campaign", b.campaigns)
		}
		for campaign, p := range b.site.Prompts[ivr.Prompt(r.key.v)].During {
			if v, known := b.site.during[campaign]; known {
				v.prompts[p.Name] = p
			}
		}
	}
	for _, c := range b.site.Campaigns {
		if !used[c.Name] {
			b.site.Warnings = append(b.site.Warnings, Problem{
				File: c.at.file, Line: c.at.line, Column: c.at.column, Message: "nothing is different during the campaign \"" + c.Name + "\"",
				Hint: "name it under during, at an entry or a prompt, or delete it",
			})
		}
	}
}

func (b *builder) varyEntry(name contact.Entry, d row[entryDuringYAML]) {
	known := b.refers(d.key, "campaign", b.campaigns)
	if !d.v.Tree.set && !d.v.Calendar.set {
		b.add(d.key.at, "write tree or calendar", "nothing is different at the entry %q during %q", name, d.key.v)
	}
	e := b.site.Entries[name]
	if b.refers(d.v.Tree, "tree", b.trees) {
		e.Tree = b.site.Trees[d.v.Tree.v]
	}
	if b.refers(d.v.Calendar, "calendar", b.calendars) {
		e.Calendar = d.v.Calendar.v
	}
	if v, built := b.site.during[d.key.v]; known && built {
		v.entries[name] = e
	}
}

// varied are the names of what is different at an entry, by campaign.
func varied(during table[entryDuringYAML]) map[string]During {
	if len(during) == 0 {
		return nil
	}
	all := make(map[string]During, len(during))
	for _, d := range during {
		all[d.key.v] = During{Tree: d.v.Tree.v, Calendar: d.v.Calendar.v}
	}
	return all
}
