package config

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

func (b *builder) assignments(f routingFile) []routing.Assignment {
	organisations := names{complete: true}
	for _, r := range f.Organisations {
		organisations.add(r.key)
	}
	var all []routing.Assignment
	for i, y := range f.Assign {
		b.refers(y.Organisation, "organisation", organisations)
		b.rest(y, i == len(f.Assign)-1)
		a := routing.Assignment{
			Departments:  b.codes(y.Departments.departments),
			Organisation: contact.Organisation(y.Organisation.v),
			Period:       b.period(y.From, y.Until),
		}
		b.assignedAlready(f.Assign, all, i, a.Period)
		all = append(all, a)
	}
	if !b.broken["routing.yaml"] {
		b.idleOrganisations(f, all)
		for _, r := range f.Organisations {
			b.strangersTo(r, all)
		}
	}
	return all
}

// rest checks that the last assignment, and no other, takes all that are left.
func (b *builder) rest(y assignYAML, last bool) {
	switch {
	case y.Departments.rest && !last:
		b.add(y.at, "move it to the end", "the assignments after rest can never hold")
	case !y.Departments.rest && last:
		b.add(y.at, "end with {departments: rest, organisation: …}", "not every department has an organisation")
	}
	if y.Departments.rest && (y.From.set || y.Until.set) {
		b.add(y.at, "leave out from and until", "departments: rest must hold at any time")
	}
	if !y.Departments.rest && len(y.Departments.departments) == 0 {
		b.add(y.at, "list codes, or write rest", "the assignment names no department")
	}
}

// assignedAlready reports departments that an earlier assignment holds for all
// the time of this one.
func (b *builder) assignedAlready(written list[assignYAML], earlier []routing.Assignment, i int, p routing.Period) {
	for _, v := range written[i].Departments.departments {
		d := b.code(v)
		for j, a := range earlier {
			if d != "" && slices.Contains(a.Departments, d) && encloses(a.Period, p) {
				b.add(v.at, "delete it, or give each its dates", "the assignment on line %d already holds for %q at that time", written[j].at.line, v.v)
				break
			}
		}
	}
}

// encloses reports whether all of the inner period lies in the outer.
func encloses(outer, inner routing.Period) bool {
	return !inner.From.Before(outer.From) && (outer.Until.IsZero() || !inner.Until.IsZero() && !inner.Until.After(outer.Until))
}

// idleOrganisations reports those that no department belongs to, unless a misspelt
// name may mean one of them.
func (b *builder) idleOrganisations(f routingFile, all []routing.Assignment) {
	if !named(f) {
		return
	}
	for _, r := range f.Organisations {
		name := contact.Organisation(r.key.v)
		if !slices.ContainsFunc(all, func(a routing.Assignment) bool { return a.Organisation == name }) {
			b.add(r.key.at, "assign departments to it, or delete it", "no department belongs to the organisation %q", r.key.v)
		}
	}
}

// named reports whether each assignment has an organisation that there is.
func named(f routingFile) bool {
	for _, y := range f.Assign {
		if !slices.ContainsFunc(f.Organisations, func(r row[list[ruleYAML]]) bool { return r.key.v == y.Organisation.v }) {
			return false
		}
	}
	return true
}

// strangersTo reports departments in the rules of an organisation that never
// belong to it.
func (b *builder) strangersTo(r row[list[ruleYAML]], all []routing.Assignment) {
	name := contact.Organisation(r.key.v)
	for _, y := range r.v {
		for _, v := range y.Department {
			if d := b.code(v); d != "" && !belongs(d, name, all) {
				b.add(v.at, "assign it under assign, or delete it here", "%q never belongs to the organisation %q", v.v, name)
			}
		}
	}
}

// belongs reports whether a department is ever in an organisation.
func belongs(d contact.Department, o contact.Organisation, all []routing.Assignment) bool {
	for _, a := range all {
		if len(a.Departments) > 0 && !slices.Contains(a.Departments, d) {
			continue
		}
		if a.Organisation == o {
			return true
		}
		if a.Period == (routing.Period{}) {
			return false // taken for ever
		}
	}
	return false
}
