package coverage

import (
	"cmp"
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// views are the distinct tables of each entry, with the times at which they
// hold. Hours are told by phase: a table that comes back after a center began
// or ended is one view with the hours of the phase it is first seen in.
func (c *Coverage) views() []View {
	views := []View{}
	for _, course := range c.courses {
		for _, t := range course.distinct() {
			first := c.timeline.samePhase(course.when(t))
			views = append(views, View{
				Entry: course.entry, From: c.timeline.segments[first[0]].from,
				Times: c.timeline.words(first), Answers: t.answers(), table: t,
			})
		}
	}
	return views
}

// distinct lists the tables of a course in the order they are first seen.
func (c *course) distinct() []*table {
	var all []*table
	for _, t := range c.tables {
		if t != nil && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// when lists the segments in which a table holds.
func (c *course) when(t *table) []int {
	var segments []int
	for i, here := range c.tables {
		if here == t {
			segments = append(segments, i)
		}
	}
	return segments
}

// samePhase is those of the segments that are in the phase of the first.
func (t *timeline) samePhase(segments []int) []int {
	phase := t.segments[segments[0]].phase
	n := slices.IndexFunc(segments, func(i int) bool { return t.segments[i].phase != phase })
	if n < 0 {
		return segments
	}
	return segments[:n]
}

// answers puts the cells with equal outlooks together: first the departments of
// one topic, then the topics of the same departments.
func (t *table) answers() []Answer {
	var byTopic []Answer
	for _, c := range t.cells {
		i := slices.IndexFunc(byTopic, func(a Answer) bool {
			return a.Topics[0] == c.topic && a.Language == c.language && a.shared == c.outlook
		})
		if i < 0 {
			i = len(byTopic)
			byTopic = append(byTopic, Answer{Topics: []contact.Topic{c.topic}, Language: c.language, Outlook: *c.outlook, shared: c.outlook})
		}
		byTopic[i].Departments = append(byTopic[i].Departments, c.department)
	}
	var all []Answer
	for _, a := range byTopic {
		i := slices.IndexFunc(all, func(b Answer) bool {
			return b.shared == a.shared && b.Language == a.Language && slices.Equal(b.Departments, a.Departments)
		})
		if i < 0 {
			all = append(all, a)
			continue
		}
		all[i].Topics = append(all[i].Topics, a.Topics...)
	}
	slices.SortStableFunc(all, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.Topics[0], b.Topics[0]), compareDepartments(a.Departments[0], b.Departments[0]))
	})
	return all
}
