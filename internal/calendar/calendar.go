// Package calendar says whether a service is open at an instant, and when that
// changes next: weekly hours, exceptions by date, the public holidays of France and
// of its parts, one zone.
//
// It is for opening hours only. It reads no clock: the instant always comes
// from the caller. What a closed service does is decided elsewhere. Read
// Calendar.At first, then Rules and Set.
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
	// Label is what people read.
	Label string
	// Zone is where the wall clock hangs; nil means UTC.
	Zone *time.Location
	// Week holds the spans of each day, indexed by time.Weekday.
	Week [7][]Span
	// Dates replaces the week and the holidays for single dates. No spans
	// means closed all day, which At reports as Exception.
	Dates map[Date][]Span
	// Reasons says why a date is special, for people. No date needs one.
	Reasons map[Date]string
	// Holidays closes the public holidays of all these sets, but for those that
	// are Worked, on which the hours of the week hold.
	Holidays []Set
	Worked   []PublicHoliday
}

// Calendar answers for one set of rules. It is immutable and safe for
// concurrent use.
type Calendar struct {
	name  string
	rules Rules
	// feasts are the holidays of the rules.
	feasts []feast
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
	c := &Calendar{name: name, rules: rules, feasts: feasts(rules.Holidays, rules.Worked)}
	c.constant = len(c.feasts) == 0 && rules.constant()
	return c, nil
}

// constant reports whether the rules say the same at every instant but on holidays:
// always open, or never. Their spans are sorted.
func (r Rules) constant() bool {
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

// Rules returns what the calendar is made of; nobody changes it.
func (c *Calendar) Rules() Rules { return c.rules }

// At returns the status at one instant.
func (c *Calendar) At(t time.Time) Status {
	t = t.In(c.rules.Zone)
	day := c.Day(DateOf(t))
	// The wall clock, not the time elapsed since midnight: on the two days on
	// which clocks change these differ by an hour, and hours are posted on doors.
	clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	for _, s := range day.Spans {
		if s.From <= clock && clock < s.To {
			return Open
		}
	}
	return day.Otherwise
}

// Day is what a calendar says of one date.
type Day struct {
	Date Date
	// Spans are when it is open, and Otherwise is the status outside them.
	Spans     []Span
	Otherwise Status
	// Special says that the date has rules of its own, for this Reason if one was
	// given. Holiday is the public holiday that it is by the calendar's sets, special
	// or not.
	Special bool
	Reason  string
	Holiday PublicHoliday
}

// Why says for people what is special about the day; nothing about an ordinary one.
func (d Day) Why() string {
	if d.Special {
		return d.Reason
	}
	return d.Holiday.Label()
}

// Day returns what holds on a date.
func (c *Calendar) Day(date Date) Day {
	day := Day{Date: date, Otherwise: Closed}
	day.Holiday, _ = holiday(c.feasts, date)
	day.Spans, day.Special = c.rules.Dates[date]
	switch {
	case day.Special:
		day.Reason = c.rules.Reasons[date]
		if len(day.Spans) == 0 {
			day.Otherwise = Exception
		}
	case day.Holiday != "":
		day.Otherwise = Holiday
	default:
		day.Spans = c.rules.Week[date.Weekday()]
	}
	return day
}

// Why says for people what is special about the day of an instant.
func (c *Calendar) Why(t time.Time) string { return c.Day(DateOf(t.In(c.rules.Zone))).Why() }

// Special lists the days from one date until before another on which the hours of the
// week do not simply hold.
func (c *Calendar) Special(from, until Date) []Day {
	var days []Day
	for d := from; d.Before(until); d = d.Add(1) {
		if day := c.Day(d); day.Special || day.Holiday != "" {
			days = append(days, day)
		}
	}
	return days
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
