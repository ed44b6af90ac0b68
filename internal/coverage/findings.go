package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// Finding is something about the coverage that an admin should know.
type Finding struct {
	config.Problem
	// Grave findings make a site fail its check; the others are warnings.
	Grave bool
}

// Least is how many agents should be able to serve whatever is asked: with one
// alone, nobody serves while that one is at lunch.
const Least = 2

// Findings lists the holes, and then what is thin or odd. A hole is grave if it
// comes within the next week: whoever edits a site on a Friday must know about
// Monday, but a center that ends in a month must not stop what is urgent today.
func (c *Coverage) Findings(site *config.Site) []Finding {
	f := finder{site: site, timeline: c.timeline}
	for _, course := range c.courses {
		f.course(course)
	}
	f.unused(c)
	return f.sorted()
}

// finder collects the cells that something is wrong with.
type finder struct {
	site     *config.Site
	timeline *timeline
	found    []Finding
}

// fault is what is wrong with a cell.
type fault struct {
	entry contact.Entry
	rule  string
	// message and remedy as in a problem; hole tells the kind.
	message, remedy string
	hole            bool
}

// spot is a fault of one kind of caller through time.
type spot struct {
	fault
	topic       contact.Topic
	departments []contact.Department
	segments    []int
}

func (f *finder) course(c course) {
	var spots []spot
	at := map[string]int{}
	for _, t := range c.distinct() {
		when := c.when(t)
		for _, cell := range t.cells {
			wrong, is := faultOf(c.entry, cell)
			if !is {
				continue
			}
			key := fmt.Sprintf("%q %q %q %q", wrong.rule, wrong.message, cell.topic, cell.department)
			i, known := at[key]
			if !known {
				i = len(spots)
				at[key] = i
				spots = append(spots, spot{fault: wrong, topic: cell.topic, departments: []contact.Department{cell.department}})
			}
			spots[i].segments = append(spots[i].segments, when...)
		}
	}
	f.report(spots)
}

// faultOf says what is wrong with a cell, if anything.
func faultOf(e contact.Entry, c cell) (fault, bool) {
	o := c.outlook
	is := fault{entry: e, rule: o.Rule, remedy: o.remedy}
	switch n := o.Agents(); {
	case o.Refused == contact.Closed:
		is.message, is.remedy = "callers of %s are let in and then told that it is closed", "let the hours of the entry and of the centers agree"
		return is, c.inHours
	case o.why != "":
		is.message, is.hole = "nobody could serve %s: "+o.why, true
		return is, true
	case n < Least && len(o.Steps) > 0:
		is.message, is.remedy = "only one agent could serve %s", "let others learn it, or widen the last step"
		return is, true
	}
	return is, false
}

// report puts together the departments with the same fault at the same times,
// then the topics, and writes one finding for each group.
func (f *finder) report(spots []spot) {
	for i := range spots {
		slices.Sort(spots[i].segments)
		spots[i].segments = slices.Compact(spots[i].segments)
	}
	var groups []spot
	for _, s := range spots {
		i := slices.IndexFunc(groups, func(g spot) bool {
			return g.fault == s.fault && g.topic == s.topic && slices.Equal(g.segments, s.segments)
		})
		if i < 0 {
			groups = append(groups, s)
			continue
		}
		groups[i].departments = append(groups[i].departments, s.departments...)
		slices.SortFunc(groups[i].departments, compareDepartments)
	}
	for len(groups) > 0 {
		g := groups[0]
		topics := []contact.Topic{}
		groups = slices.DeleteFunc(groups, func(s spot) bool {
			same := s.fault == g.fault && slices.Equal(s.segments, g.segments) && slices.Equal(s.departments, g.departments)
			if same {
				topics = append(topics, s.topic)
			}
			return same
		})
		f.write(g, topics)
	}
}

func (f *finder) write(g spot, topics []contact.Topic) {
	first := f.timeline.segments[g.segments[0]]
	who := topicWords(topics)
	if from := departmentWords(g.departments); from != "" {
		who += " from " + from
	}
	p := f.site.RulePlace(g.rule)
	p.Message = fmt.Sprintf(g.message, who) + fmt.Sprintf(" (entry %s, %s)", g.entry, f.when(g.segments))
	p.Hint = g.remedy
	f.found = append(f.found, Finding{Problem: p, Grave: g.hole && first.from.Before(f.timeline.from.Add(week))})
}

// when says when: from a date on if it does not begin now, the usual hours, and
// until a date if it ends.
func (f *finder) when(segments []int) string {
	t := f.timeline
	first := t.steady(segments)
	words := t.words(first)
	if phase := t.segments[first[0]].phase; phase > 0 {
		words = "from " + t.date(t.turns[phase-1]) + ", " + words
	}
	if last := t.segments[segments[len(segments)-1]].phase; last < len(t.turns) {
		words += ", until " + t.date(t.turns[last].Add(-time.Second))
	}
	return words
}

func (t *timeline) date(at time.Time) string { return calendar.DateOf(at.In(t.zone)).String() }

// topicWords names topics; callers can have none.
func topicWords(topics []contact.Topic) string {
	words := make([]string, 0, len(topics))
	for _, t := range topics {
		if t == "" {
			t = "(no topic)"
		}
		words = append(words, string(t))
	}
	return strings.Join(words, ", ")
}

// unused reports steps that open for nobody: each contact passes them at once.
func (f *finder) unused(c *Coverage) {
	type stepOf struct {
		rule  string
		after time.Duration
	}
	most, served := map[stepOf]int{}, map[string]bool{}
	var order []stepOf
	for _, course := range c.courses {
		for _, t := range course.distinct() {
			for _, cell := range t.cells {
				o := cell.outlook
				served[o.Rule] = served[o.Rule] || o.Agents() > 0
				for _, s := range o.Steps {
					key := stepOf{o.Rule, s.After}
					if _, known := most[key]; !known {
						order = append(order, key)
					}
					most[key] = max(most[key], s.Agents)
				}
			}
		}
	}
	for _, key := range order {
		if most[key] == 0 && served[key.rule] {
			p := f.site.RulePlace(key.rule)
			p.Message = fmt.Sprintf("nobody could ever serve at the step after %s: every contact passes it at once", key.after)
			p.Hint = "compare its centers and need with the agents, or delete the step"
			f.found = append(f.found, Finding{Problem: p})
		}
	}
}

// sorted puts what is grave first, then in reading order.
func (f *finder) sorted() []Finding {
	slices.SortStableFunc(f.found, func(a, b Finding) int {
		if a.Grave != b.Grave {
			if a.Grave {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	return f.found
}
