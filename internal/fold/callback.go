package fold

import (
	"cmp"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// SlotTaken is why a promise is void for a time at which as many are called as can be.
const SlotTaken = "as many people are called at that time as can be"

// AlreadyPromised is why a promise is void beside another one of the same person.
const AlreadyPromised = "a call to that number about that topic is promised already"

// callbackFact judges what an owner writes about somebody who is to be called back.
func (s *State) callbackFact(at int64, rec *engine.Record, f fact.Fact) string {
	switch f := f.(type) {
	case fact.CallbackRequested:
		switch {
		case rec.ClosedAt != 0 || rec.Met() || rec.Callback != nil || rec.Leg() != "" || s.Floor.Tickets[rec.ID] != nil:
			return "contact is past its menu"
		case !rec.Medium.Interactive():
			return "nobody can be called"
		case f.Number == "" || f.NumberHash == "" || f.Attempts < 1:
			return "callback without a number or an attempt"
		case !f.Place.Callback || f.Place.Queue == "" || len(f.Place.Steps) == 0:
			return "callback without a place"
		case f.Once && s.promisedAlready(rec, f):
			return AlreadyPromised
		case f.Appointment != nil:
			if why := s.appointed(*f.Appointment); why != "" {
				return why
			}
		}
		s.Requests.add(at, f.AskedBy)
	case fact.CallbackWithdrawn:
		if rec.Callback == nil || rec.Callback.Place == nil || rec.ClosedAt != 0 {
			return "no callback was asked for"
		}
	case fact.CallingBack:
		switch {
		case !rec.Away() || rec.ClosedAt != 0 || rec.Connected():
			return "nobody is to be called"
		case f.Call == "" || rec.Callback.Call != "":
			return "another call, or one without a name"
		}
		return s.ofOffer(rec, f.Offer, func() acd.Void { return s.Floor.CallBack(at, f.Offer) })
	case fact.CallbackFailed:
		if !rec.Away() || rec.Callback.Call == "" || rec.Callback.Call != f.Call || rec.ClosedAt != 0 || rec.Connected() {
			return "not the live call of the contact"
		}
		s.Floor.Postpone(rec.ID, f.NotBefore)
	}
	return ""
}

// appointed judges the time that somebody chose: of two who want the last place of a time
// the ledger's order decides.
func (s *State) appointed(a fact.Appointment) string {
	switch {
	case a.Center == "" || a.From >= a.Until || a.PerSlot < 1:
		return "an appointment without a center, a time or a place"
	case s.takenAt(a.Center, a.From) >= a.PerSlot:
		return SlotTaken
	}
	return ""
}

// takenAt is how many people are to be called by a center at a time that begins then. What
// overlaps, and begins at another moment, is for whoever promises to see (engine.Rules.Booked).
func (s *State) takenAt(center contact.Center, from int64) (n int) {
	for _, w := range s.Booked(center) {
		if w.From == from {
			n++
		}
	}
	return n
}

// Booked are the times at which people are to be called by a center, one for each person, in
// no order. Who has talked, or is not called any more, takes no place.
func (s *State) Booked(center contact.Center) (times []contact.Window) {
	for _, rec := range s.Contacts {
		if cb := rec.Callback; cb != nil && cb.Appointment != nil && rec.ClosedAt == 0 && !rec.Answered() && cb.Appointment.Center == center {
			times = append(times, contact.Window{From: cb.Appointment.From, Until: cb.Appointment.Until})
		}
	}
	return times
}

// cancelled counts a call back whose contact was closed because somebody cancelled it.
func (t *Tally) cancelled(rec *engine.Record, f fact.Fact) {
	if closed, is := f.(fact.Closed); is && closed.Cancelled != nil {
		t.Cancelled.add(1, string(rec.Queue))
	}
}

// promisedAlready reports whether another contact was promised a call to the same
// number about the same topic. Two may be asked for before either of them is in the
// ledger; its order decides.
func (s *State) promisedAlready(rec *engine.Record, f fact.CallbackRequested) bool {
	_, promised := s.callbacks(engine.FloorQuery{Contact: rec.ID, Topic: cmp.Or(f.Place.Topic, rec.Topic), Callback: f.NumberHash})
	return promised
}

// queuesCallback refuses a place without a caller's leg to who was promised no call,
// and any other to who is to be called.
func queuesCallback(rec *engine.Record, f fact.Queued) string {
	switch {
	case f.Callback && rec.Callback == nil:
		return "no callback was asked for"
	case !f.Callback && rec.Away():
		return "nobody is on the line"
	}
	return ""
}

// callbacks counts those of a queue who are to be called back, and says whether one
// of them has the number and topic of the query. A call that an agent makes for a message is
// promised to nobody, and takes no place of those who wait for one.
func (s *State) callbacks(q engine.FloorQuery) (open int, promised bool) {
	for id, rec := range s.Contacts {
		cb := rec.Callback
		if id == q.Contact || cb == nil || rec.ClosedAt != 0 || rec.Connected() {
			continue
		}
		if cb.Appointment == nil && !rec.ForMessage() && queueOf(rec) == q.Decision.Queue {
			open++
		}
		promised = promised || cb.NumberHash == q.Callback && rec.Topic == q.Topic
	}
	return open, promised
}

// queueOf is where somebody waits to be called, or will.
func queueOf(rec *engine.Record) contact.Queue {
	if place := rec.Callback.Place; place != nil {
		return place.Queue
	}
	return rec.Queue
}
