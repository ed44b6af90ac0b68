package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/geography"
	"github.com/guichet/guichet/routing"
)

// localServicesYAML says where the offices stand that keep their own number for
// some topics: in a table, several offices per department.
type localServicesYAML struct {
	at place
	// Table is a CSV file with the columns postal_code, topic, name, number and
	// calendar. A postal code wins over a department in that column, which stands
	// for all its other postal codes; an office without calendar always answers.
	Table value[string] `yaml:"table,required"`
	// Key is [postal_code, topic].
	Key list[value[string]] `yaml:"key,required"`
}

type localServicesFields localServicesYAML

func (s *localServicesYAML) read(d *document, n ast.Node) {
	s.at = d.at(n)
	d.read(n, (*localServicesFields)(s))
}

// serviceColumns are those of the table, serviceKey what it is looked up by.
var (
	serviceColumns = []string{"postal_code", "topic", "name", "number", "calendar"}
	serviceKey     = []string{"postal_code", "topic"}
)

// LocalServices finds the office of a caller.
type LocalServices struct {
	// by topic, then by postal code or department.
	by           map[contact.Topic]map[string]routing.LocalService
	departmentOf func(postalCode string) contact.Department
}

// Find returns the office for a topic and a postal code.
func (s *LocalServices) Find(t contact.Topic, postalCode string) (routing.LocalService, bool) {
	offices := s.by[t]
	if office, ok := offices[postalCode]; ok {
		return office, true
	}
	office, ok := offices[string(s.departmentOf(postalCode))]
	return office, ok
}

// Topics lists the topics for which there is any office, in order.
func (s *LocalServices) Topics() []contact.Topic {
	var topics []contact.Topic
	for t := range s.by {
		topics = append(topics, t)
	}
	slices.Sort(topics)
	return topics
}

// openEverywhere gives every office that has hours these.
func (s *LocalServices) openEverywhere(hours *calendar.Calendar) {
	if s == nil {
		return
	}
	for _, offices := range s.by {
		for code, office := range offices {
			if office.Calendar != nil {
				office.Calendar = hours
				offices[code] = office
			}
		}
	}
}

func (b *builder) buildServices(files []centersFile, t *csvTable) {
	services := &LocalServices{by: map[contact.Topic]map[string]routing.LocalService{}, departmentOf: b.departmentOf}
	var first place
	for _, f := range files {
		y := f.LocalServices
		if y.at == (place{}) {
			continue
		}
		if first != (place{}) {
			b.add(y.at, "keep one of them", "local_services is already at %s", first.label())
			b.add(first, "keep one of them", "local_services is also at %s", y.at.label())
			continue
		}
		first = y.at
		b.serviceKey(y)
		b.site.LocalServices = services
	}
	b.offices = t != nil && len(t.rows) > 0 && !t.gaps
	taken := map[string]place{}
	for _, r := range t.records() {
		b.office(services, r, taken)
	}
	if t != nil && len(t.rows) == 0 && !t.gaps {
		b.add(place{file: t.file, line: 1, column: 1}, "add the offices, or delete local_services", "the table names no office")
	}
}

func (b *builder) serviceKey(y localServicesYAML) {
	for i, v := range y.Key {
		if v.set && (len(y.Key) != len(serviceKey) || v.v != serviceKey[i]) {
			b.add(v.at, "write key: [postal_code, topic]", "local services cannot be found by that")
			return
		}
	}
}

// office adds one line of the table.
func (b *builder) office(s *LocalServices, r []value[string], taken map[string]place) {
	postal, topic, name, number, hours := r[0], r[1], r[2], r[3], r[4]
	switch {
	case len(postal.v) == 5 && beginning.MatchString(postal.v):
	case geography.Is(contact.Department(postal.v)):
	default:
		b.add(postal.at, postalHint(postal.v)+", or a department like 35", "%q is neither a postal code nor a department", postal.v)
	}
	b.refers(topic, "topic", b.topicsKnown())
	b.once(value[string]{v: postal.v + " " + topic.v, at: postal.at, set: true}, "local service for", taken)
	if name.v == "" {
		b.add(name.at, "agents and reports show it", "the office has no name")
	}
	office := routing.LocalService{Name: name.v, Number: b.phoneNumber(number, "office")}
	if hours.v != "" && b.refers(hours, "calendar", b.calendars) {
		office.Calendar = b.site.Calendars[hours.v]
	}
	if s.by[contact.Topic(topic.v)] == nil {
		s.by[contact.Topic(topic.v)] = map[string]routing.LocalService{}
	}
	s.by[contact.Topic(topic.v)][postal.v] = office
}

// subscriber is a telephone number of France, or of the world with its plus.
var subscriber = regexp.MustCompile(`^(0[1-9][0-9]{8}|\+[1-9][0-9]{7,14})$`)

// digits leaves out what people write between those of a number.
func digits(number string) string {
	return strings.NewReplacer(" ", "", ".", "", "\u00a0", "", "\u202f", "").Replace(number)
}

// phoneNumber reads the number of an office or an agent, which people write with
// spaces or dots.
func (b *builder) phoneNumber(v value[string], of string) string {
	number := digits(v.v)
	switch entry, ours := b.ours(number); {
	case !subscriber.MatchString(number), !hasForm(number):
		hint := "write it like 02 61 91 00 35, or +33 2 61 91 00 35"
		if subscriber.MatchString("0" + number) {
			hint = "write 0" + number + "; spreadsheets drop the zero unless the column is text"
		}
		b.add(v.at, hint, "%q is not a telephone number", v.v)
	case ours:
		b.add(v.at, "write the number of the "+of+" itself", "callers would come back: %s leads to the entry %q", number, entry)
	case costsExtra(number):
		b.add(v.at, "give an ordinary one, or one from 0800 to 0809", "each call to %s would be paid to its owner", number)
	}
	return number
}

// hasForm reports whether a number has a form in which it is dialled.
func hasForm(number string) bool {
	_, ok := contact.ParseNumber(number)
	return ok
}

func costsExtra(number string) bool {
	n, ok := contact.ParseNumber(number)
	return ok && (n.Premium() || barred(n) == costly)
}

// ours finds the entry that a number leads to, whichever form either has.
func (b *builder) ours(number string) (entry contact.Entry, found bool) {
	if entry, found = b.site.aliases[number]; found {
		return entry, found
	}
	if n, ok := contact.ParseNumber(number); ok {
		return b.site.leadsTo(n)
	}
	return "", false
}
