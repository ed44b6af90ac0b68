package coverage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// survey asks, for every state of the timeline, what becomes of whoever can ask.
// What is the same is asked once.
type survey struct {
	site     *config.Site
	timeline *timeline
	floor    floor
	regions  []region
	// byLevel says that some rule asks how far callers are identified.
	byLevel bool

	counts   map[count]int
	outlooks map[string]*Outlook
	tables   map[contact.Entry][]*table
}

func newSurvey(site *config.Site, t *timeline) *survey {
	return &survey{
		site: site, timeline: t, floor: muster(site), regions: regionsOf(site), byLevel: asksForLevel(site.Plan),
		counts: map[count]int{}, outlooks: map[string]*Outlook{}, tables: map[contact.Entry][]*table{},
	}
}

// asksForLevel reports whether some rule asks how far callers are identified.
func asksForLevel(p *routing.Plan) bool {
	asks := func(r routing.Rule) bool { return len(r.Match.Authentications) > 0 }
	for _, rules := range p.Organisations {
		if slices.ContainsFunc(rules, asks) {
			return true
		}
	}
	return slices.ContainsFunc(p.Always, asks)
}

// course is an entry through time: its table for each segment, nil while no
// caller is let through to an agent.
type course struct {
	entry  contact.Entry
	tables []*table
}

// table is what becomes of all who can ask at one entry at a time, in order.
type table struct{ cells []cell }

// cell is one kind of caller with the answer.
type cell struct {
	topic      contact.Topic
	language   string
	department contact.Department
	// authentication is how far the caller is identified, where rules ask for it.
	authentication int
	outlook        *Outlook
	// inHours says that the tree asked a calendar before it let the caller through.
	inHours bool
}

func compareCells(a, b cell) int {
	return cmp.Or(
		cmp.Compare(a.topic, b.topic), cmp.Compare(a.language, b.language), cmp.Compare(a.authentication, b.authentication),
		compareDepartments(a.department, b.department),
	)
}

func (s *survey) courses() []course {
	var all []course
	for _, name := range slices.Sorted(maps.Keys(s.site.Entries)) {
		c := course{entry: name}
		byState := map[int]*table{}
		for _, g := range s.timeline.segments {
			t, known := byState[g.state]
			if !known {
				t = s.table(name, g)
				byState[g.state] = t
			}
			c.tables = append(c.tables, t)
		}
		all = append(all, c)
	}
	return all
}

// table answers everybody who can ask at an entry during a segment; equal tables
// of an entry are one.
func (s *survey) table(name contact.Entry, g segment) *table {
	site := s.site.At(g.from)
	e := site.Entries[name]
	if e.Tree == nil {
		return nil
	}
	hours := site.Hours(name)
	requests := e.Tree.Requests(func(name string) calendar.Status { return hours(name, g.from) })
	if len(requests) == 0 {
		return nil
	}
	var cells []cell
	for _, r := range requests {
		if !s.byLevel {
			r.Authentication = 0
		}
		cells = append(cells, s.answers(name, r, g)...)
	}
	t := &table{merged(cells)}
	for _, known := range s.tables[name] {
		if slices.Equal(known.cells, t.cells) {
			return known
		}
	}
	s.tables[name] = append(s.tables[name], t)
	return t
}

// merged sorts the cells and makes one of those for the same kind of caller.
func merged(cells []cell) []cell {
	slices.SortStableFunc(cells, compareCells)
	var all []cell
	for _, c := range cells {
		if n := len(all); n > 0 && compareCells(all[n-1], c) == 0 {
			all[n-1].inHours = all[n-1].inHours || c.inHours
			continue
		}
		all = append(all, c)
	}
	return all
}

// answers follows a request from each department it can come from.
func (s *survey) answers(e contact.Entry, r ivr.Request, g segment) []cell {
	a := routing.Attributes{
		Entry: e, Medium: contact.Voice, Topic: r.Topic, Department: r.Department, PostalCode: r.PostalCode, Language: r.Language,
		Authentication: r.Authentication,
	}
	from := []region{{""}}
	if r.Located {
		from = s.regions
	}
	var cells []cell
	for _, region := range from {
		if r.Located {
			a.Department = region[0]
		}
		decision := s.site.Plan.Route(a, g.from)
		o := s.outlook(a, decision, g)
		if !r.Located {
			region = []contact.Department{decision.Department}
		}
		for _, d := range region {
			cells = append(cells, cell{topic: r.Topic, language: r.Language, department: d, authentication: r.Authentication, outlook: o, inHours: r.InHours})
		}
	}
	return cells
}

// outlook counts who could serve a contact, and finds the reason if nobody can.
// Equal outlooks are one.
func (s *survey) outlook(a routing.Attributes, d routing.Decision, g segment) *Outlook {
	o := Outlook{
		Queue: d.Queue, Organisation: d.Organisation, Rule: d.Rule, Refused: d.Refused,
		Local: d.Service != nil || s.localBefore(a, d),
	}
	for i, step := range d.Steps {
		ask := acd.AskOf(a.Medium, d.Department, step, open(step.Centers, d.Hours, g.from))
		o.Steps = append(o.Steps, Step{After: step.After, Centers: ask.Centers, Agents: s.count(i, ask, a.Topic, d, g)})
	}
	if o.Hole() && d.Service == nil {
		o.why, o.remedy = s.explain(a, d)
	}
	key := fmt.Sprintf("%+v", o)
	if known := s.outlooks[key]; known != nil {
		return known
	}
	s.outlooks[key] = &o
	return &o
}

// count is what a number of agents depends on: the step of a rule at a time, and
// the department where only those may serve who have the right to its files.
type count struct {
	rule         string
	organisation contact.Organisation
	topic        contact.Topic
	step, state  int
	department   contact.Department
}

func (s *survey) count(step int, ask acd.Ask, topic contact.Topic, d routing.Decision, g segment) int {
	key := count{rule: d.Rule, organisation: d.Organisation, topic: topic, step: step, state: g.state}
	if ask.Files {
		key.department = d.Department
	}
	n, known := s.counts[key]
	if !known {
		n = s.floor.able(ask)
		s.counts[key] = n
	}
	return n
}

// open are the centers that are open, each once.
func open(centers []contact.Center, h contact.Hours, at time.Time) []contact.Center {
	opened := []contact.Center{}
	for _, c := range centers {
		if h.Open(c, at.UnixMicro()) && !slices.Contains(opened, c) {
			opened = append(opened, c)
		}
	}
	return opened
}

// localBefore reports whether an earlier rule takes those of the contacts who
// have a local service.
func (s *survey) localBefore(a routing.Attributes, d routing.Decision) bool {
	a.Department = d.Department
	for _, rules := range [][]routing.Rule{s.site.Plan.Always, s.site.Plan.Organisations[d.Organisation]} {
		for i := range rules {
			if rules[i].Name == d.Rule {
				return false
			}
			if rules[i].ToService && rules[i].Match.Holds(a) {
				return true
			}
		}
	}
	return false
}
