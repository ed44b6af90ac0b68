package model

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/ivr"
)

// On some days callers choose when to be called. Each time has one place, and everybody
// wants the first one that he hears, so that often two choose the same before the ledger has
// either. Some of them need no call any more and say so.

// slotEvery is how long a time is, and slotsFor how far ahead some are said.
const (
	slotEvery = 15 * time.Second
	slotsFor  = 45 * time.Second
)

// appointing is a call back at a time that the caller chooses.
var appointing = &ivr.CallbackNode{
	Number: ivr.Own, Appointment: &ivr.Appointment{Slot: []ivr.Prompt{"date:var.slot_date", "time:var.slot_time", "number:var.slot_key"}}, FinishKey: '#',
	Accepted: ivr.Exit{Goto: "promis"}, Refused: ivr.Exit{Goto: "conseiller"}, Full: ivr.Exit{Goto: "conseiller"},
	Already: ivr.Exit{Goto: "promis"}, Failed: ivr.Exit{Goto: "conseiller"},
	Tries: ivr.Tries{Interruptible: true, NoInputTimeout: 3 * time.Second, InterDigitTimeout: time.Second, MaxAttempts: 2, Failure: ivr.Exit{Goto: "conseiller"}},
}

// slots are the times of the site. They begin sooner than the quarter of an hour for which a
// site that is open would have people wait: the days here are short.
func (w *World) slots(contact.Center, time.Time) engine.Appointments {
	all := engine.Appointments{PerSlot: 1}
	every := slotEvery.Microseconds()
	for from := (w.now/every + 1) * every; from < w.now+slotsFor.Microseconds(); from += every {
		all.Slots = append(all.Slots, contact.Window{From: from, Until: from + every})
	}
	return all
}

// chooses presses the keys by which a caller asks for a time and takes the first, and then
// perhaps has it cancelled.
func (p *caller) chooses() {
	w := p.w
	w.nature(w.between(1500*time.Millisecond, 3*time.Second), func() { p.press('6') })
	w.nature(w.between(4*time.Second, 8*time.Second), func() { p.press('1') })
	if w.chance(25) {
		w.nature(w.between(10*time.Second, 60*time.Second), p.cancels)
	}
}

// cancels asks whichever controller has his contact, through its session.
func (p *caller) cancels() {
	for _, c := range p.w.controllers {
		if s := c.lives[p.id]; s != nil && !c.dead && !c.frozen && p.w.holds(c, s) {
			s.put(engine.CancelCallback{By: "marie", Reason: "a rappelé"})
		}
	}
}

// booking is a place of a time.
type booking struct {
	center contact.Center
	from   int64
}

// booked follows who has which place in the log; wrong is why somebody should have none.
func (b *books) booked(a fold.Applied) (wrong string) {
	switch f := a.Fact.(type) {
	case fact.CallbackRequested:
		if f.Appointment == nil {
			return ""
		}
		wants, n := booking{f.Appointment.Center, f.Appointment.From}, 0
		for _, has := range b.bookings {
			if has == wants {
				n++
			}
		}
		if b.bookings[a.Contact] = wants; n >= f.Appointment.PerSlot {
			return "I4 a time is promised to more people than can be called at it"
		}
	case fact.CallbackWithdrawn, fact.Connected, fact.Closed, fact.Transferring:
		delete(b.bookings, a.Contact)
	case fact.Queued:
		if !f.Callback {
			delete(b.bookings, a.Contact)
		}
	}
	return ""
}

// tooSoon: somebody is called before the time that he chose, or though he was told that he
// is not called any more.
func (o *observer) tooSoon(p *caller) {
	rec := o.state.Contacts[p.id]
	if rec != nil && rec.Callback != nil && rec.Callback.Appointment != nil && rec.Callback.Appointment.From > o.w.now+time.Second.Microseconds() {
		o.report("I6", string(p.id), "is called before his time")
	}
	if o.claims["cancelled "+string(p.id)] {
		o.report("I4", string(p.id), "is called, and the ledger had it that he need not be")
	}
}

// timeOver reports whether the time that somebody chose to be called at is over.
func (o *observer) timeOver(id contact.ID, at int64) bool {
	rec := o.state.Contacts[id]
	return rec != nil && rec.Callback != nil && rec.Callback.Appointment != nil && at >= rec.Callback.Appointment.Until
}

// withoutPlaces folds a promise as if its time had room for everybody.
func withoutPlaces(s *fold.State, e ledger.Entry) fold.Applied {
	f, err := fact.Decode(e.Kind, e.Data)
	promise, is := f.(fact.CallbackRequested)
	if err != nil || !is || promise.Appointment == nil {
		return s.Apply(e)
	}
	at, shown := *promise.Appointment, e
	at.PerSlot = 1000
	promise.Appointment = &at
	shown.Data = canonical(promise)
	a := s.Apply(shown)
	if real, err := fact.Decode(e.Kind, e.Data); err == nil && a.Fact != nil {
		a.Fact = real // for who judges
	}
	return a
}
