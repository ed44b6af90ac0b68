package calendar

import (
	"slices"
	"time"
)

// horizon bounds the search of NextChange: a calendar that keeps its status for
// longer than this is as good as constant.
const horizon = 400

// NextChange returns the first instant after t at which the status differs
// from the status at t. The second result is false when that does not happen
// within 400 days.
func (c *Calendar) NextChange(t time.Time) (time.Time, bool) {
	if c.constant {
		return time.Time{}, false
	}
	now := c.At(t)
	for day, n := DateOf(t.In(c.rules.Zone)), 0; n <= horizon; day, n = day.Add(1), n+1 {
		for _, at := range c.boundaries(day) {
			if at.After(t) && c.At(at) != now {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// Opening is a time during which the service is open: [From, Until).
type Opening struct{ From, Until time.Time }

// Opens lists the openings that begin in [from, to) or have begun before and
// last; the first begins no earlier than from. An opening is not cut at to.
func (c *Calendar) Opens(from, to time.Time) []Opening {
	var open []Opening
	for at := from; at.Before(to); {
		change, changes := c.NextChange(at)
		if !changes {
			change = to.Add(horizon * 24 * time.Hour) // as good as for ever
		}
		if c.At(at) == Open {
			open = append(open, Opening{From: at, Until: change})
		}
		at = change
	}
	return open
}

// boundaries returns, in order, every instant of a date at which the status can
// change: its begin, both ends of each span, and a change of clocks. Instants
// that a skipped or repeated hour moves into another date are left to that date.
func (c *Calendar) boundaries(d Date) []time.Time {
	zone := c.rules.Zone
	at := instants(d, 0, zone)
	for _, s := range c.Day(d).Spans {
		at = append(at, instants(d, s.From, zone)...)
		at = append(at, instants(d, s.To, zone)...)
	}
	if _, change := at[0].Add(-3 * time.Hour).ZoneBounds(); !change.IsZero() {
		at = append(at, change)
	}
	at = slices.DeleteFunc(at, func(t time.Time) bool { return DateOf(t) != d })
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// instants returns the instants that may read as the given wall clock on a
// date. On the day clocks go back there are two; on the day they go forward a
// skipped hour yields two that read otherwise, which callers check by At.
func instants(d Date, wall time.Duration, zone *time.Location) []time.Time {
	utc := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Add(wall)
	var at []time.Time
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := utc.Add(near).In(zone).Zone()
		t := utc.Add(-time.Duration(offset) * time.Second).In(zone)
		if len(at) == 0 || !at[0].Equal(t) {
			at = append(at, t)
		}
	}
	return at
}
