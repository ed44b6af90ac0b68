package report

import (
	"fmt"
	"time"
)

// Period is a span of arrivals: From is in it, To is not.
type Period struct {
	From, To time.Time
}

// Holds reports whether a contact that arrived at (µs) belongs to the period.
func (p Period) Holds(at int64) bool {
	return at >= p.From.UnixMicro() && at < p.To.UnixMicro()
}

// timeForms are the forms of an instant without a zone, tried in this order.
var timeForms = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// ParsePeriod reads the ends of a period as people write them: a date, a date
// with a time, RFC 3339, "today", "yesterday", "now", or a duration such as 2h
// for that long ago. Without a zone they are meant in that of now. An empty
// from is the beginning of the day, an empty to is now.
func ParsePeriod(from, to string, now time.Time) (Period, error) {
	p := Period{From: midnight(now, 0), To: now}
	var err error
	if from != "" {
		if p.From, err = parseTime(from, now); err != nil {
			return Period{}, fmt.Errorf("read the beginning of the period: %w", err)
		}
	}
	if to != "" {
		if p.To, err = parseTime(to, now); err != nil {
			return Period{}, fmt.Errorf("read the end of the period: %w", err)
		}
	}
	if !p.From.Before(p.To) {
		return Period{}, fmt.Errorf("the period is empty: it begins at %s and ends at %s", p.From.Format(timeForms[0]), p.To.Format(timeForms[0]))
	}
	return p, nil
}

// ParseDay reads a date, today or yesterday: the whole calendar day in the zone
// of now, also when it has 23 or 25 hours.
func ParseDay(text string, now time.Time) (Period, error) {
	day := midnight(now, 0)
	switch text {
	case "today":
	case "yesterday":
		day = midnight(now, -1)
	default:
		var err error
		if day, err = time.ParseInLocation(time.DateOnly, text, now.Location()); err != nil {
			return Period{}, fmt.Errorf("%q is no day; write 2026-11-23, today or yesterday", text)
		}
	}
	return Period{From: day, To: midnight(day, 1)}, nil
}

func parseTime(text string, now time.Time) (time.Time, error) {
	switch text {
	case "now":
		return now, nil
	case "today":
		return midnight(now, 0), nil
	case "yesterday":
		return midnight(now, -1), nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		return now.Add(-ago), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(now.Location()), nil
	}
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write 2026-11-23, 2026-11-23T14:30, today, yesterday, or 2h for two hours ago", text)
}

// midnight is the beginning of a day, by the calendar: a day has 23, 24 or 25 hours.
func midnight(now time.Time, days int) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, now.Location())
}

// Window is a live window: the minutes from From on, the running one included.
type Window struct {
	Name string
	From int64 // minutes since 1970
}

// Windows are the live windows at a site time in µs: the running minute and the
// 14 or 59 before it, and the day since midnight in the site's zone.
func Windows(now int64, zone *time.Location) []Window {
	minute := now / 60_000_000
	return []Window{
		{"15m", minute - 14},
		{"1h", minute - 59},
		{"day", midnight(time.UnixMicro(now).In(zone), 0).Unix() / 60},
	}
}
