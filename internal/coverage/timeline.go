package coverage

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/routing"
)

// timeline is the time looked at, cut wherever a calendar, a center or an
// assignment changes. Between two cuts every answer stays the same.
type timeline struct {
	from     time.Time
	zone     *time.Location
	segments []segment
	// turns are the instants at which a center or an assignment begins or ends.
	turns []time.Time

	calendars []*calendar.Calendar
	periods   []routing.Period
	states    map[string]int
}

// segment is a time in which nothing changes.
type segment struct {
	from, until time.Time
	// phase counts the turns before it.
	phase int
	// state is the same for two segments in which everything stands the same.
	state int
}

func newTimeline(site *config.Site, at time.Time) *timeline {
	zone := site.Zone
	if zone == nil {
		zone = time.UTC
	}
	t := &timeline{zone: zone, states: map[string]int{}, from: calendar.DateOf(at.In(zone)).Begin(zone)}
	t.collect(site)
	for _, r := range t.ranges() {
		t.cut(r)
	}
	return t
}

// collect gathers all that changes with time.
func (t *timeline) collect(site *config.Site) {
	seen := map[*calendar.Calendar]bool{nil: true}
	add := func(c *calendar.Calendar) {
		if !seen[c] {
			seen[c] = true
			t.calendars = append(t.calendars, c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(site.Calendars)) {
		add(site.Calendars[name])
	}
	for _, name := range slices.Sorted(maps.Keys(site.Plan.Centers)) {
		add(site.Plan.Centers[name].Calendar)
		t.periods = append(t.periods, site.Plan.Centers[name].Period)
	}
	for _, a := range site.Plan.Assign {
		t.periods = append(t.periods, a.Period)
	}
	for _, c := range site.Campaigns {
		t.periods = append(t.periods, routing.Period{From: c.From, Until: c.Until})
	}
	for _, p := range t.periods {
		for _, turn := range []time.Time{p.From, p.Until} {
			if turn.After(t.from) && turn.Before(t.from.Add(horizon)) {
				t.turns = append(t.turns, turn)
			}
		}
	}
	slices.SortFunc(t.turns, time.Time.Compare)
	t.turns = slices.CompactFunc(t.turns, time.Time.Equal)
}

// stretch is a time [from, until).
type stretch struct{ from, until time.Time }

// ranges are the coming weeks, and the week after each turn beyond them.
func (t *timeline) ranges() []stretch {
	all := []stretch{{t.from, t.from.Add(weeks)}}
	for _, turn := range t.turns {
		last := &all[len(all)-1]
		if turn.After(last.until) {
			all = append(all, stretch{turn, turn.Add(week)})
		} else if end := turn.Add(week); end.After(last.until) {
			last.until = end
		}
	}
	return all
}

// cut adds the segments of a range.
func (t *timeline) cut(r stretch) {
	cuts := []time.Time{r.from}
	for _, turn := range t.turns {
		if turn.After(r.from) && turn.Before(r.until) {
			cuts = append(cuts, turn)
		}
	}
	for _, c := range t.calendars {
		for at, changes := c.NextChange(r.from); changes && at.Before(r.until); at, changes = c.NextChange(at) {
			cuts = append(cuts, at)
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = append(slices.CompactFunc(cuts, time.Time.Equal), r.until)
	for i, from := range cuts[:len(cuts)-1] {
		t.segments = append(t.segments, segment{from: from, until: cuts[i+1], phase: t.phase(from), state: t.state(from)})
	}
}

// phase counts the turns up to a time.
func (t *timeline) phase(at time.Time) int {
	n := 0
	for _, turn := range t.turns {
		if !turn.After(at) {
			n++
		}
	}
	return n
}

// state numbers the ways in which all calendars and periods can stand.
func (t *timeline) state(at time.Time) int {
	var text strings.Builder
	for _, c := range t.calendars {
		text.WriteString(string(c.At(at)))
		text.WriteByte(' ')
	}
	for _, p := range t.periods {
		if p.Contains(at) {
			text.WriteByte('1')
		} else {
			text.WriteByte('0')
		}
	}
	n, known := t.states[text.String()]
	if !known {
		n = len(t.states)
		t.states[text.String()] = n
	}
	return n
}
