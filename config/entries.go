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
	// Relay is the number of a service that speaks for people who cannot telephone, such as
	// the relay for deaf people. Who asks for a call back here is called through it: it is
	// dialled, and the agent gives the interpreter the number that his card shows.
	Relay value[string] `yaml:"relay"`
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
	for _, r := range f.Entries {
		e := b.site.Entries[contact.Entry(r.key.v)]
		e.Relay = b.relay(r.v.Relay)
		b.site.Entries[e.Name] = e
	}
}

// relay is a number that we call, and so none that leads back here or costs extra.
func (b *builder) relay(v value[string]) contact.Number {
	if !v.set {
		return ""
	}
	n, ok := contact.ParseNumber(v.v)
	if !ok {
		b.add(v.at, "write it like 0800 123 456", "%q is not a telephone number", v.v)
		return ""
	}
	if entry, ours := b.site.leadsTo(n); ours {
		b.add(v.at, "write the number of the service that speaks for people", "%s leads to our own entry %q", v.v, entry)
	} else if why := barred(n); why != "" {
		b.add(v.at, "write a number of the country", "nobody is called back through %s: %s", v.v, why)
	}
	return n
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
