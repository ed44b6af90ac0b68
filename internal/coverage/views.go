package coverage

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// views are the distinct tables of each entry, with the times at which they
// hold. Hours are told as long as they stay the same: a table that comes back at
// other hours after a center began or ended is one view with the first of them.
func (c *Coverage) views() []View {
	views := []View{}
	for _, course := range c.courses {
		for _, t := range course.distinct() {
			segments := course.when(t)
			first := c.timeline.steady(segments)
			views = append(views, View{
				Entry: course.entry, From: c.timeline.segments[first[0]].from,
				Times: c.timeline.words(first), Answers: t.answers(), table: t, segments: segments,
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

// steady is those of the segments that are in the phase of the first, and in the
// phases right after it as long as the hours stay the same: a phase of three days
// does not know what Tuesdays are like.
func (t *timeline) steady(segments []int) []int {
	n := t.phaseEnd(segments, 0)
	for n < len(segments) {
		end := t.phaseEnd(segments, n)
		if !t.follows(segments[:n], segments[n:end]) {
			break
		}
		n = end
	}
	return segments[:n]
}

// follows reports whether segments go on in the next phase at the same hours.
func (t *timeline) follows(before, after []int) bool {
	return t.segments[after[0]].phase == t.segments[before[len(before)-1]].phase+1 && t.sameHours(before, after)
}

// phaseEnd is where the segments of the phase of one of them end.
func (t *timeline) phaseEnd(segments []int, from int) int {
	n := slices.IndexFunc(segments[from:], func(i int) bool { return t.segments[i].phase != t.segments[segments[from]].phase })
	if n < 0 {
		return len(segments)
	}
	return from + n
}

// sameHours compares the usual hours on the weekdays that the phases of both have.
func (t *timeline) sameHours(a, b []int) bool {
	usualA, usualB := t.usual(a, t.days(a)), t.usual(b, t.days(b))
	in := map[time.Weekday]bool{}
	for _, d := range t.dates(a) {
		in[d.Weekday()] = true
	}
	for _, d := range t.dates(b) {
		if w := d.Weekday(); in[w] && usualA[w].hours() != usualB[w].hours() {
			return false
		}
	}
	return true
}

// answers puts the cells with equal outlooks together: first the departments of
// one topic, then the topics of the same departments.
func (t *table) answers() []Answer {
	var byTopic []Answer
	for _, c := range t.cells {
		i := slices.IndexFunc(byTopic, func(a Answer) bool {
			return a.Topics[0] == c.topic && a.Language == c.language && a.Authentication == c.authentication && a.shared == c.outlook
		})
		if i < 0 {
			i = len(byTopic)
			byTopic = append(byTopic, Answer{Topics: []contact.Topic{c.topic}, Language: c.language, Authentication: c.authentication, Outlook: *c.outlook, shared: c.outlook})
		}
		byTopic[i].Departments = append(byTopic[i].Departments, c.department)
	}
	var all []Answer
	for _, a := range byTopic {
		i := slices.IndexFunc(all, func(b Answer) bool {
			return b.shared == a.shared && b.Language == a.Language && b.Authentication == a.Authentication && slices.Equal(b.Departments, a.Departments)
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
