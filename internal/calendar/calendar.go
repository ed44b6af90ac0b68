// Package calendar says whether a service is open at an instant, and when that
// changes next: weekly hours, exceptions by date, French holidays, one zone.
//
// It is for opening hours only. It reads no clock: the instant always comes
// from the caller. What a closed service does is decided elsewhere. Read
// Calendar.At first, then Rules.
package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Status is the answer of a calendar for one instant.
type Status string

// The closed list of statuses. Everything but Open means closed; the others
// only tell the caller why.
const (
	// Open says that the service answers.
	Open Status = "open"
	// Closed says that it is outside the hours of an ordinary day.
	Closed Status = "closed"
	// Holiday says that the day is a public holiday.
	Holiday Status = "holiday"
	// Exception says that this very date was declared closed.
	Exception Status = "exception"
)

// Span is a half-open range [From, To) of wall-clock time within one day, as
// durations since midnight; To may be 24 h.
type Span struct {
	From, To time.Duration
}

// Rules is everything a calendar is made of. The zero value is never open.
type Rules struct {
	// Zone is where the wall clock hangs; nil means UTC.
	Zone *time.Location
	// Week holds the spans of each day, indexed by time.Weekday.
	Week [7][]Span
	// Dates replaces the week and the holidays for single dates. No spans
	// means closed all day, which At reports as Exception.
	Dates map[Date][]Span
	// Holidays closes the eleven national days of France.
	Holidays bool
}

// Calendar answers for one set of rules. It is immutable and safe for
// concurrent use.
type Calendar struct {
	name  string
	rules Rules
	// constant: it never changes, which a search for its next change would have to
	// look at every day of a year to find.
	constant bool
}

// New returns the calendar of the given rules, or an error that names the
// first span that is empty, reversed, outside its day or overlapping.
func New(name string, rules Rules) (*Calendar, error) {
	if rules.Zone == nil {
		rules.Zone = time.UTC
	}
	for day, spans := range rules.Week {
		sorted, err := checkSpans(spans)
		if err != nil {
			return nil, fmt.Errorf("calendar %s, %s: %w", name, time.Weekday(day), err)
		}
		rules.Week[day] = sorted
	}
	dates := make(map[Date][]Span, len(rules.Dates))
	for date, spans := range rules.Dates {
		sorted, err := checkSpans(spans)
		if err != nil {
			return nil, fmt.Errorf("calendar %s, %s: %w", name, date, err)
		}
		dates[date] = sorted
	}
	rules.Dates = dates
	return &Calendar{name: name, rules: rules, constant: rules.constant()}, nil
}

// constant reports whether the rules say the same at every instant: always open, or
// never. Their spans are sorted.
func (r Rules) constant() bool {
	if r.Holidays {
		return false
	}
	never, always := len(r.Dates) == 0, true
	for _, spans := range r.Week {
		never, always = never && len(spans) == 0, always && wholeDay(spans)
	}
	for _, spans := range r.Dates {
		always = always && wholeDay(spans)
	}
	return never || always
}

func wholeDay(sorted []Span) bool {
	var until time.Duration
	for _, s := range sorted {
		if s.From != until {
			return false
		}
		until = s.To
	}
	return until == 24*time.Hour
}

// Name returns the name the site gave this calendar.
func (c *Calendar) Name() string { return c.name }

// At returns the status at one instant.
func (c *Calendar) At(t time.Time) Status {
	t = t.In(c.rules.Zone)
	date := DateOf(t)
	spans, closed := c.day(date)
	// The wall clock, not the time elapsed since midnight: on the two days on
	// which clocks change these differ by an hour, and hours are posted on doors.
	clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	for _, s := range spans {
		if s.From <= clock && clock < s.To {
			return Open
		}
	}
	return closed
}

// day returns the spans of a date and the status outside them.
func (c *Calendar) day(date Date) ([]Span, Status) {
	if spans, special := c.rules.Dates[date]; special {
		if len(spans) == 0 {
			return nil, Exception
		}
		return spans, Closed
	}
	if c.rules.Holidays && IsHoliday(date) {
		return nil, Holiday
	}
	return c.rules.Week[date.Weekday()], Closed
}

func checkSpans(spans []Span) ([]Span, error) {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b Span) int { return int(a.From - b.From) })
	for i, s := range sorted {
		switch {
		case s.From < 0 || s.To > 24*time.Hour:
			return nil, fmt.Errorf("hours %s leave the day", s)
		case s.From >= s.To:
			return nil, fmt.Errorf("hours %s end before they begin", s)
		case i > 0 && s.From < sorted[i-1].To:
			return nil, fmt.Errorf("hours %s and %s overlap", sorted[i-1], s)
		}
	}
	return sorted, nil
}

// Overlaps reports whether both hold at some time.
func (s Span) Overlaps(t Span) bool { return s.From < t.To && t.From < s.To }

// String writes the span as in the site folder: 08:30-19:00.
func (s Span) String() string { return clock(s.From) + "-" + clock(s.To) }

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute))
}
