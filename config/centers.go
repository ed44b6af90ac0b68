package config

import (
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// centersFile is centers.yaml, or one file of the folder centers/: which centers
// exist, since when, and whose files they may open.
type centersFile struct {
	Centers table[centerYAML] `yaml:"centers"`
	// LocalServices are the offices that keep their own number; in one file only.
	LocalServices localServicesYAML `yaml:"local_services"`
}

// centerYAML is one center.
type centerYAML struct {
	// Label is what people read, the name by default.
	Label value[string] `yaml:"label"`
	// Kind is cis, cps or plateau.
	Kind value[string] `yaml:"kind,required"`
	// Calendar is when it serves; whenever its agents are there by default.
	Calendar value[string] `yaml:"calendar"`
	// Files lists the departments whose files its agents may open, or says all;
	// none by default.
	Files filesYAML `yaml:"files"`
	// Acts lists what its agents do to a file, or says all. It informs people
	// only: nothing is decided by it.
	Acts actsYAML `yaml:"acts"`
	// Appointments is when people are called back at a time that they chose; there are none
	// by default.
	Appointments appointmentsYAML `yaml:"appointments"`
	// From is the first day on which it serves, Until the last.
	From  value[calendar.Date] `yaml:"from"`
	Until value[calendar.Date] `yaml:"until"`
}

// actsYAML is a list of acts, or the word all.
type actsYAML struct {
	all   bool
	names list[value[string]]
}

func (a *actsYAML) read(d *document, n ast.Node) {
	if s, ok := n.(*ast.StringNode); ok && s.Value == "all" {
		a.all = true
		return
	}
	a.names.read(d, n)
}

func (b *builder) buildCenters(files []centersFile) {
	b.site.Centers = make(map[contact.Center]Center)
	taken := map[string]place{}
	for _, f := range files {
		for _, r := range f.Centers {
			b.once(r.key, "center", taken)
			b.name(r.key, "a center")
			b.site.Centers[contact.Center(r.key.v)] = b.center(r)
		}
	}
}

func (b *builder) center(r row[centerYAML]) Center {
	b.oneOf(r.v.Kind, "cis", "cps", "plateau")
	c := Center{
		Name:   contact.Center(r.key.v),
		Label:  r.v.Label.or(r.key.v),
		Kind:   r.v.Kind.v,
		Files:  b.filesOf(r.v.Files),
		Acts:   b.acts(r.v.Acts),
		Period: b.period(r.v.From, r.v.Until),
	}
	c.Appointments = b.appointments(r.v.Appointments)
	if b.refers(r.v.Calendar, "calendar", b.calendars) {
		c.Calendar = b.site.Calendars[r.v.Calendar.v]
	}
	return c
}

func (b *builder) acts(y actsYAML) Acts {
	acts := Acts{All: y.all}
	for _, v := range y.names {
		b.name(v, "an act")
		if v.set && !slices.Contains(acts.Names, v.v) {
			acts.Names = append(acts.Names, v.v)
		}
	}
	return acts
}

// period makes instants of two days, the last one included.
func (b *builder) period(from, until value[calendar.Date]) routing.Period {
	var p routing.Period
	if from.set {
		p.From = from.v.Begin(b.site.Zone)
	}
	if until.set {
		p.Until = until.v.Add(1).Begin(b.site.Zone)
	}
	if from.set && until.set && !p.From.Before(p.Until) {
		b.add(until.at, "until is the last day that counts", "the period ends on %s, before it begins on %s", until.v, from.v)
	}
	return p
}
