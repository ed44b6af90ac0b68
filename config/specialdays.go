package config

import (
	"slices"

	"github.com/guichet/guichet/internal/calendar"
)

// holidays are the sets of a calendar, and those of their days that are worked.
func (b *builder) holidays(c calendarYAML) (sets []calendar.Set, worked []calendar.PublicHoliday) {
	known := []string{"none"}
	for _, s := range calendar.Sets() {
		known = append(known, string(s))
	}
	for _, set := range c.Holidays {
		if !b.oneOf(set, known...) || !set.set || set.v == "none" {
			continue
		}
		if slices.Contains(sets, calendar.Set(set.v)) {
			b.add(set.at, "keep one of them", "the holidays of %s are listed twice", set.v)
		}
		sets = append(sets, calendar.Set(set.v))
	}
	if len(c.Holidays) > 1 && len(sets) < len(c.Holidays) {
		for _, set := range c.Holidays {
			if set.v == "none" {
				b.add(set.at, "write none alone, or leave it out", "none stands beside other sets of holidays")
			}
		}
	}
	return sets, b.worked(c.Worked, sets)
}

// worked reads the holidays on which a calendar has its ordinary hours.
func (b *builder) worked(written list[value[string]], sets []calendar.Set) (worked []calendar.PublicHoliday) {
	var known []string
	for _, h := range calendar.PublicHolidays() {
		known = append(known, string(h))
	}
	for _, w := range written {
		if !w.set || !b.oneOf(w, known...) {
			continue
		}
		h := calendar.PublicHoliday(w.v)
		if !slices.ContainsFunc(sets, func(s calendar.Set) bool { return s.Has(h) }) {
			b.add(w.at, "leave it out, or name the set that has it under holidays", "%s is no holiday of this calendar anyway", w.v)
		}
		worked = append(worked, h)
	}
	return worked
}

// dates are the single dates with rules of their own, and the reasons for them.
func (b *builder) dates(c calendarYAML) (map[calendar.Date][]calendar.Span, map[calendar.Date]string) {
	dates, reasons := map[calendar.Date][]calendar.Span{}, map[calendar.Date]string{}
	for _, d := range c.Closed {
		if !d.Date.set {
			continue
		}
		if _, twice := dates[d.Date.v]; twice {
			b.add(d.Date.at, "keep one of them", "%s is listed as closed already", d.Date.v)
		}
		dates[d.Date.v], reasons[d.Date.v] = nil, d.Reason.v
	}
	for _, r := range c.Open {
		date, err := calendar.ParseDate(r.key.v)
		if err != nil {
			b.add(r.key.at, "write it like 2026-12-24", "%q is not a date", r.key.v)
			continue
		}
		if _, closed := dates[date]; closed {
			b.add(r.key.at, "keep one of them", "%s is also listed as closed", date)
		}
		dates[date], reasons[date] = b.spans(r.v.Hours), r.v.Reason.v
	}
	return dates, reasons
}
