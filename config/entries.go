package config

import (
	"regexp"

	"github.com/guichet/guichet/internal/contact"
)

// entriesFile is entries.yaml: which numbers people dial and where they lead.
type entriesFile struct {
	// Entries by name. A name of digits only is itself a number to dial; in
	// quotes, as all numbers.
	Entries table[entryYAML] `yaml:"entries,required"`
}

// entryYAML is one entry.
type entryYAML struct {
	// Label is what agents and statistics show.
	Label value[string] `yaml:"label"`
	// Numbers lists further numbers that are the same entry: the long form of a
	// short number, or the forms in which a trunk delivers it.
	Numbers list[value[string]] `yaml:"numbers"`
	// Tree is the id of a tree in ivr/.
	Tree value[string] `yaml:"tree,required"`
	// Calendar that hours nodes ask when they name none; that of site.yaml by
	// default.
	Calendar value[string] `yaml:"calendar"`
	// During says what is different in a campaign, by its name: tree, calendar.
	During   table[entryDuringYAML] `yaml:"during"`
	Priority later                  `yaml:"priority"`
}

// dialled is what a trunk can deliver: digits, possibly with a plus.
var dialled = regexp.MustCompile(`^\+?[0-9]{2,15}$`)

func (b *builder) buildEntries(f entriesFile, siteCalendar value[string]) {
	b.site.Entries = make(map[contact.Entry]Entry, len(f.Entries))
	b.site.aliases = make(map[string]contact.Entry)
	taken := map[string]place{}
	for _, r := range f.Entries {
		e := Entry{
			Name:     contact.Entry(r.key.v),
			Label:    r.v.Label.or(r.key.v),
			Aliases:  b.numbers(r, taken),
			Calendar: r.v.Calendar.or(siteCalendar.v),
			During:   varied(r.v.During),
		}
		b.refers(r.v.Calendar, "calendar", b.calendars)
		if b.refers(r.v.Tree, "tree", b.trees) {
			e.Tree = b.site.Trees[r.v.Tree.v]
		}
		b.site.Entries[e.Name] = e
	}
}

// numbers registers every number of an entry and returns those beside its name.
func (b *builder) numbers(r row[entryYAML], taken map[string]place) []string {
	own := r.v.Numbers
	isNumber := dialled.MatchString(r.key.v)
	if isNumber {
		own = append(list[value[string]]{r.key}, own...)
	} else {
		b.name(r.key, "an entry")
	}
	if len(own) == 0 {
		b.add(r.key.at, `add numbers: ["…"]`, "nobody can dial the entry %q", r.key.v)
	}
	var aliases []string
	for i, n := range own {
		switch first, twice := taken[n.v]; {
		case !n.set:
		case !dialled.MatchString(n.v):
			b.add(n.at, "write digits, with + in front if the trunk does", "%q is not a number to dial", n.v)
		case twice:
			b.add(n.at, "keep one of them", "the number %s already leads to an entry on line %d", n.v, first.line)
		default:
			taken[n.v] = n.at
			b.site.aliases[n.v] = contact.Entry(r.key.v)
			if i > 0 || !isNumber {
				aliases = append(aliases, n.v)
			}
		}
	}
	return aliases
}
