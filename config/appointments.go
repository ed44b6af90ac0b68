package config

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
)

// appointmentsYAML is when a center calls people back at a time that they chose, by a
// callback node with appointment.
type appointmentsYAML struct {
	// Slots are the hours of a day within which people are called, such as "09:00-12:00",
	// or several such ranges; on days and at times at which the center is open.
	Slots list[spanYAML] `yaml:"slots,required"`
	// Every is how long a slot lasts, 30m by default: people are called from its beginning
	// to its end.
	Every value[time.Duration] `yaml:"every"`
	// PerSlot is how many people are called in each slot, 1 by default.
	PerSlot value[int] `yaml:"per_slot"`
	// DaysAhead is for how many days slots are offered, today included, 10 by default.
	DaysAhead value[int] `yaml:"days_ahead"`
}

// Appointments is when a center calls people back at a time that they chose; it does not
// without Slots.
type Appointments struct {
	Slots     []calendar.Span
	Every     time.Duration
	PerSlot   int
	DaysAhead int
}

// What holds where a center says nothing else.
const (
	defaultSlot      = 30 * time.Minute
	defaultPerSlot   = 1
	defaultDaysAhead = 10

	maxDaysAhead = 30
)

func (b *builder) appointments(y appointmentsYAML) Appointments {
	b.lasts(y.Every, 10*time.Minute, 4*time.Hour)
	b.between(y.PerSlot, 1, 1000)
	b.between(y.DaysAhead, 1, maxDaysAhead)
	a := Appointments{
		Slots: b.spans(y.Slots), Every: y.Every.or(defaultSlot), PerSlot: y.PerSlot.or(defaultPerSlot), DaysAhead: y.DaysAhead.or(defaultDaysAhead),
	}
	for _, v := range y.Slots {
		if s, ok := parseSpan(v.v); ok && s.To-s.From < a.Every {
			b.add(v.at, "write a longer range, or a shorter every", "no slot of %s fits into %s", brief(a.Every), s)
		}
	}
	return a
}

// Appointments are the slots of a center that begin from a time on, for the engine.
func (s *Site) Appointments(center contact.Center, from time.Time) rehearsal.Appointments {
	c := s.Centers[center]
	a := c.Appointments
	if len(a.Slots) == 0 {
		return rehearsal.Appointments{}
	}
	zone := s.Zone
	if c.Calendar != nil {
		zone = c.Calendar.Rules().Zone
	}
	from = from.In(zone)
	open := c.openings(from, from.AddDate(0, 0, a.DaysAhead+1))
	all := rehearsal.Appointments{PerSlot: a.PerSlot}
	for i := range a.DaysAhead {
		for _, w := range a.on(calendar.DateOf(from).Add(i), zone) {
			if w.From >= from.UnixMicro() && slices.ContainsFunc(open, func(o contact.Window) bool { return o.From <= w.From && w.Until <= o.Until }) {
				all.Slots = append(all.Slots, w)
			}
		}
	}
	slices.SortFunc(all.Slots, func(x, y contact.Window) int { return int(x.From - y.From) })
	return all
}

// on are the slots of a day, whether anybody serves then or not. The hour that is not there
// when clocks go forward has none.
func (a Appointments) on(d calendar.Date, zone *time.Location) (slots []contact.Window) {
	for _, span := range a.Slots {
		for at := span.From; at+a.Every <= span.To; at += a.Every {
			hour, minute := int(at/time.Hour), int(at%time.Hour/time.Minute)
			from := time.Date(d.Year, d.Month, d.Day, hour, minute, 0, 0, zone)
			if from.Hour() == hour && from.Minute() == minute {
				slots = append(slots, contact.Window{From: from.UnixMicro(), Until: from.Add(a.Every).UnixMicro()})
			}
		}
	}
	return slots
}

// openings are when the center is open between two times.
func (c Center) openings(from, until time.Time) (open []contact.Window) {
	begin, end := from, until
	if c.Period.From.After(begin) {
		begin = c.Period.From
	}
	if !c.Period.Until.IsZero() && c.Period.Until.Before(end) {
		end = c.Period.Until
	}
	if !begin.Before(end) {
		return nil
	}
	if c.Calendar == nil {
		return []contact.Window{{From: begin.UnixMicro(), Until: end.UnixMicro()}}
	}
	for _, o := range c.Calendar.Opens(begin, end) {
		open = append(open, contact.Window{From: o.From.UnixMicro(), Until: min(o.Until.UnixMicro(), end.UnixMicro())})
	}
	return open
}
