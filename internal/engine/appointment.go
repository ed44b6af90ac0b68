package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// An appointment is a call back at a time that the caller chose (callback.go): the place has
// one center, which serves at that time only, so that the floor offers it to nobody before,
// and to nobody else.

// Appointments are the times at which a center calls people back, to come and in order.
type Appointments struct {
	Slots []contact.Window
	// PerSlot is how many are called at each.
	PerSlot int
}

// notice is how long before its beginning a time is said last. Who has heard it may take it
// until it begins: nobody is told that it is gone while he chooses.
const notice = 15 * time.Minute

// CalledLater reports whether the person chose to be called at a time that has not come: he
// waits for nobody until then.
func (r *Record) CalledLater(at int64) bool {
	return r.Away() && r.Callback.Appointment != nil && at < r.Callback.Appointment.From
}

// WaitsSince is since when the person waits, as agents are told: his first arrival, or the
// time that he chose to be called at.
func (r *Record) WaitsSince() int64 {
	if cb := r.Callback; cb != nil && cb.Appointment != nil {
		return cb.Appointment.From
	}
	return r.Rank
}

// slots are the next free times for a caller: of the centers of the first step that has any.
func (st *step) slots(topic contact.Topic, gathered ivr.Vars, authentication int) []ivr.Slot {
	if st.rules.Appointments == nil || st.rules.Callbacks == nil || !st.understands(fact.FormatAppointment) {
		return nil
	}
	asks := st.attributesAt(topic, gathered, authentication)
	asks.Callback = true
	d := st.rules.Plan.Route(asks, time.UnixMicro(st.at))
	if d.Service != nil || d.Queue == "" {
		return nil
	}
	policy := st.rules.Callbacks(d.Queue)
	for _, s := range d.Steps {
		if free := st.freeSlots(s, policy); len(free) > 0 {
			return free
		}
	}
	return nil
}

// freeSlots are those of a step that have a place left, and at which people may be called.
// Of two centers with the same time the one that the step names first is taken.
func (st *step) freeSlots(s contact.Step, policy CallbackPolicy) []ivr.Slot {
	var free []ivr.Slot
	for _, center := range s.Centers {
		times := st.rules.Appointments(center, time.UnixMicro(st.at).Add(notice))
		if len(times.Slots) == 0 {
			continue
		}
		booked := st.booked(center)
		for _, w := range times.Slots {
			if booked.during(w) < times.PerSlot && policy.allows(w) {
				free = append(free, ivr.Slot{Center: center, From: w.From, Until: w.Until})
			}
		}
	}
	slices.SortStableFunc(free, func(a, b ivr.Slot) int { return cmp.Compare(a.From, b.From) })
	return slices.CompactFunc(free, func(a, b ivr.Slot) bool { return a.From == b.From })
}

// booked are the times at which a center has somebody to call, by their beginnings and by
// their ends, each in order.
type booked struct{ from, until []int64 }

func (st *step) booked(center contact.Center) (b booked) {
	if st.rules.Booked == nil {
		return b
	}
	for _, w := range st.rules.Booked(center) {
		b.from, b.until = append(b.from, w.From), append(b.until, w.Until)
	}
	slices.Sort(b.from)
	slices.Sort(b.until)
	return b
}

// during is how many of them have a part of a time. Those that begin with it end with it, as
// long as the site does not change how long one lasts: then they overlap.
func (b booked) during(w contact.Window) int {
	begun, _ := slices.BinarySearch(b.from, w.Until)
	over, _ := slices.BinarySearch(b.until, w.From+1)
	return begun - over
}

// across is likewise, but 0 if all of them begin with it: those the ledger judges, whose order
// decides who has the last place.
func (b booked) across(w contact.Window) int {
	here, _ := slices.BinarySearch(b.from, w.From)
	later, _ := slices.BinarySearch(b.from, w.From+1)
	if all := b.during(w); all > later-here {
		return all
	}
	return 0
}

// allows reports whether people may be called during all of a time.
func (p CallbackPolicy) allows(w contact.Window) bool {
	return slices.ContainsFunc(p.Hours(time.UnixMicro(w.From)), func(h contact.Window) bool { return h.From <= w.From && w.Until <= h.Until })
}

func (st *step) understands(format int) bool {
	return st.rules.Understood == nil || st.rules.Understood(format)
}

// atSlot makes a promise one of a call at the time that was chosen, by the center that has
// it; or says why there can be none.
func (st *step) atSlot(f *fact.CallbackRequested, slot ivr.Slot, d routing.Decision) ivr.NoCallback {
	if st.rules.Appointments == nil || !st.understands(fact.FormatAppointment) {
		return ivr.CallbackFailed
	}
	when := contact.Window{From: slot.From, Until: slot.Until}
	times := st.rules.Appointments(slot.Center, time.UnixMicro(st.at))
	i := slices.IndexFunc(d.Steps, func(s contact.Step) bool { return slices.Contains(s.Centers, slot.Center) })
	if i < 0 || !slices.Contains(times.Slots, when) {
		return ivr.CallbackFull // it has begun meanwhile
	}
	if st.booked(slot.Center).across(when) >= times.PerSlot {
		return ivr.CallbackFull
	}
	f.Appointment = &fact.Appointment{Center: slot.Center, From: slot.From, Until: slot.Until, PerSlot: times.PerSlot}
	f.Hours, f.ExpiresAt = []contact.Window{when}, slot.Until
	f.Place.Steps = []contact.Step{{Centers: []contact.Center{slot.Center}, Need: d.Steps[i].Need, Files: d.Steps[i].Files}}
	f.Place.Hours = contact.Hours{slot.Center: f.Hours}
	return ""
}
