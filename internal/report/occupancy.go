package report

import (
	"cmp"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/terminal"
)

// Occupancy is how much of their time on the floor agents spent on contacts.
// Times are those within the period, whenever the contact arrived. Pauses are
// time on the floor; ringing is not yet work.
type Occupancy struct {
	// Agents were logged in at some time of the period.
	Agents int `json:"agents"`
	// Talk is conversations, and work on mails; WrapUp what followed.
	Talk     Span `json:"talk_seconds"`
	WrapUp   Span `json:"wrap_up_seconds"`
	LoggedIn Span `json:"logged_in_seconds"`
	// Value is (Talk + WrapUp) / LoggedIn; nil if nobody was logged in.
	Value *float64 `json:"value"`
}

// String shows what it was made of: 12:30 of 1:00:00 = 20.8 %.
func (o Occupancy) String() string {
	if o.LoggedIn == 0 {
		return terminal.Nothing
	}
	work := o.Talk + o.WrapUp
	return work.String() + " of " + o.LoggedIn.String() + " = " + terminal.Percent(uint64(work), uint64(o.LoggedIn))
}

func (o *Occupancy) add(s stretch) {
	switch s.of {
	case stay:
		o.LoggedIn += s.length()
	case talking:
		o.Talk += s.length()
	case wrappingUp:
		o.WrapUp += s.length()
	}
}

func (o *Occupancy) rate() {
	if o.LoggedIn > 0 {
		value := float64(o.Talk+o.WrapUp) / float64(o.LoggedIn)
		o.Value = &value
	}
}

// stretch is a piece of an agent's time, in µs: To is not in it.
type stretch struct {
	of       spent
	center   contact.Center
	from, to int64
}

func (s stretch) length() Span { return Span(max(s.to-s.from, 0)) }

// within is the part of the stretch in a period.
func (s stretch) within(p Period) stretch {
	s.from, s.to = max(s.from, p.From.UnixMicro()), min(s.to, p.To.UnixMicro())
	return s
}

// spent is what a stretch of time was spent on. Talk and wrap-up lie in a stay.
type spent int

const (
	stay spent = iota
	talking
	wrappingUp
)

// working says which work a state is, if it is any.
func working(state string) (spent, bool) {
	switch state {
	case "talking", "handling":
		return talking, true
	case "wrap-up":
		return wrappingUp, true
	}
	return 0, false
}

// worked notes the work that ends with the state the agent leaves.
func (b *bound) worked(at int64) {
	if of, works := working(b.state); works {
		b.stretches = append(b.stretches, stretch{of, b.center, max(b.since, b.workFrom), at})
	}
}

// comes begins a stay on the floor, if none runs.
func (b *bound) comes(at int64) {
	if b.cameAt == 0 {
		b.cameAt = at
	}
}

func (b *bound) goes(at int64) {
	if b.cameAt != 0 {
		b.stretches = append(b.stretches, stretch{stay, b.center, b.cameAt, at})
		b.cameAt, b.left = 0, true
	}
}

// worksAt follows a change of center: stay and work are divided there.
func (b *bound) worksAt(at int64) {
	center := cmp.Or(b.moved, b.card)
	if center == b.center {
		return
	}
	if b.cameAt != 0 {
		b.worked(at)
		b.workFrom = at
		b.stretches = append(b.stretches, stretch{stay, b.center, b.cameAt, at})
		b.cameAt = at
	}
	b.center = center
}

// until are the agent's stretches, those that run still ended at a time.
func (b *bound) until(at int64) []stretch {
	open := *b
	open.stretches = append([]stretch(nil), b.stretches...)
	open.worked(at)
	open.goes(at)
	return open.stretches
}

// occupancy of the whole site, and of each center, in a period.
func (r *recount) occupancy(p Period) (all Occupancy, centers map[contact.Center]*Occupancy) {
	centers = map[contact.Center]*Occupancy{}
	for _, b := range r.agents {
		here := map[contact.Center]bool{}
		for _, s := range b.until(r.lastAt) {
			s = s.within(p)
			if s.length() == 0 {
				continue
			}
			o := centers[s.center]
			if o == nil {
				o = &Occupancy{}
				centers[s.center] = o
			}
			all.add(s)
			o.add(s)
			here[s.center] = true
		}
		if len(here) > 0 {
			all.Agents++
		}
		for center := range here {
			centers[center].Agents++
		}
	}
	all.rate()
	for _, o := range centers {
		o.rate()
	}
	return all, centers
}
