package reporttest

import (
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Callbacks is a controller of a site with three people to be called back:
//
//	c41 as soon as it is his turn
//	c42 by ouest in a quarter of an hour that begins in two hours
//	c43 is on the line still
func Callbacks(site *config.Site) *Controller {
	l := Floor(site)
	at := l.Now + (2 * time.Hour).Microseconds()
	slot := &fact.Appointment{Center: "ouest", From: at, Until: at + (15 * time.Minute).Microseconds(), PerSlot: 2}
	l.CallsBack("c41", nil)
	l.CallsBack("c42", slot)
	l.Arrive("c43")
	l.Own("c43", l.promise("c43", nil))
	return NewController(l, site)
}

// CallsBack has a contact promised a call, and hang up.
func (l *Ledger) CallsBack(id contact.ID, at *fact.Appointment) {
	l.Arrive(id)
	f := l.promise(id, at)
	l.Own(id, f)
	l.Pass(10 * time.Second)
	l.Own(id, f.Place)
	l.Pass(time.Minute)
}

func (l *Ledger) promise(id contact.ID, at *fact.Appointment) fact.CallbackRequested {
	f := fact.CallbackRequested{
		Number: "sealed for " + string(id) + ":+33612345678", NumberHash: string(id), Attempts: 3, RetryAfter: time.Minute, Ring: 30 * time.Second,
		ExpiresAt: l.Now + (24 * time.Hour).Microseconds(), Once: true, Appointment: at,
		Place: fact.Queued{
			Queue: "income", Topic: "payment", Rank: l.Now, Steps: []contact.Step{{Centers: []contact.Center{"ouest"}}}, Callback: true,
			Strategy: "longest_ready",
		},
	}
	if at != nil {
		f.Hours, f.ExpiresAt = []contact.Window{{From: at.From, Until: at.Until}}, at.Until
		f.Place.Hours = contact.Hours{at.Center: f.Hours}
	}
	return f
}
