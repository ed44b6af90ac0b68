package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads a date written as 2026-12-24 and refuses days that do not
// exist, such as 2026-02-30.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("read date %q: want the form 2026-12-24 and a day that exists", text)
	}
	return DateOf(t), nil
}

// Begin returns the first instant of the date in zone. Where clocks jump over
// midnight that is the first instant after the jump.
func (d Date) Begin(zone *time.Location) time.Time {
	for _, t := range instants(d, 0, zone) {
		if DateOf(t) == d && t.Hour() == 0 && t.Minute() == 0 {
			return t
		}
	}
	_, change := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone).Add(-12 * time.Hour).ZoneBounds()
	return change
}

// Add returns the date n days later.
func (d Date) Add(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// Before reports whether the date is an earlier one.
func (d Date) Before(e Date) bool {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day)) < 0
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

// String writes the date as 2026-12-24.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }
