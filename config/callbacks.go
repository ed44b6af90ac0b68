package config

import (
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
)

// callbackYAML is how people of a queue are called back who were promised that by a
// node of type callback.
type callbackYAML struct {
	// MaxAttempts is how often somebody is called who is not reached, 3 by default.
	MaxAttempts value[int] `yaml:"max_attempts"`
	// RetryAfter is the pause before the next attempt, 10m by default.
	RetryAfter value[time.Duration] `yaml:"retry_after"`
	// Ring is how long the person's phone rings, 30s by default.
	Ring value[time.Duration] `yaml:"ring"`
	// Hours is a calendar: nobody is called outside it. Without it, people are called
	// whenever a center serves the queue.
	Hours value[string] `yaml:"hours"`
	// ExpiresAfter is for how long from the promise people are called. By default it
	// is to the end of the next day on which a center serves.
	ExpiresAfter value[time.Duration] `yaml:"expires_after"`
	// MaxOpen is how many may wait to be called at a time, 100 by default. Who comes
	// then takes the exit on_full of the callback node.
	MaxOpen value[int] `yaml:"max_open"`
	// MaxPerCaller is how many calls back one calling number may ask for in a day, 5 by
	// default. Who asks for more takes the exit on_full of the callback node.
	MaxPerCaller value[int] `yaml:"max_per_caller"`
}

// Callbacks is how people of a queue are called back.
type Callbacks struct {
	// MaxAttempts is how often somebody is called who is not reached, RetryAfter the
	// pause between two attempts, Ring how long the phone rings.
	MaxAttempts      int
	RetryAfter, Ring time.Duration
	// Calendar bounds when people may be called; nil is whenever somebody serves.
	Calendar *calendar.Calendar
	// ExpiresAfter is for how long from the promise; 0 is to the end of the next day
	// on which somebody serves.
	ExpiresAfter time.Duration
	// MaxOpen is how many may wait to be called at a time, MaxPerCaller how many calls
	// one number may ask for in a day.
	MaxOpen, MaxPerCaller int
}

// defaultCallbacks are those of a site that says nothing else. Five a day of one number
// is more than a household has matters, and enough for a firm behind one number; who
// asks for more has other people's phones ring, which costs us a call each.
var defaultCallbacks = Callbacks{MaxAttempts: 3, RetryAfter: 10 * time.Minute, Ring: 30 * time.Second, MaxOpen: 100, MaxPerCaller: 5}

// mostPerCaller is how many requests of one number are remembered.
const mostPerCaller = 50

// maxExpiry bounds how long somebody may wait to be called: open times are known for
// eight days.
const maxExpiry = 7 * 24 * time.Hour

func (b *builder) callbacks(y callbackYAML, otherwise Callbacks) Callbacks {
	b.between(y.MaxAttempts, 1, 10)
	b.lasts(y.RetryAfter, time.Minute, 24*time.Hour)
	b.lasts(y.Ring, 10*time.Second, 2*time.Minute)
	b.lasts(y.ExpiresAfter, 10*time.Minute, maxExpiry)
	b.between(y.MaxOpen, 1, 10_000)
	b.between(y.MaxPerCaller, 1, mostPerCaller)
	c := Callbacks{
		MaxAttempts: y.MaxAttempts.or(otherwise.MaxAttempts), RetryAfter: y.RetryAfter.or(otherwise.RetryAfter),
		Ring: y.Ring.or(otherwise.Ring), Calendar: otherwise.Calendar, ExpiresAfter: y.ExpiresAfter.or(otherwise.ExpiresAfter),
		MaxOpen: y.MaxOpen.or(otherwise.MaxOpen), MaxPerCaller: y.MaxPerCaller.or(otherwise.MaxPerCaller),
	}
	if y.Hours.set && b.refers(y.Hours, "calendar", b.calendars) {
		c.Calendar = b.site.Calendars[y.Hours.v]
	}
	return c
}

// horizon is how far ahead the times are looked up at which people may be called.
const horizon = 8 * 24 * time.Hour

// Windows are when people may be called, from a time on.
func (c Callbacks) Windows(at time.Time) []contact.Window {
	until := at.Add(horizon)
	if c.Calendar == nil {
		return []contact.Window{{From: at.UnixMicro(), Until: until.UnixMicro()}}
	}
	windows := []contact.Window{}
	for _, o := range c.Calendar.Opens(at, until) {
		windows = append(windows, contact.Window{From: o.From.UnixMicro(), Until: o.Until.UnixMicro()})
	}
	return windows
}

// CallsFrom is when people of a queue may be called from a center, from a time on: within the hours
// of both, as nobody is called from where nobody serves.
func (s *Site) CallsFrom(c contact.Center, q contact.Queue, at time.Time) []contact.Window {
	terms := s.Plan.Centers[c]
	serves := Center{Period: terms.Period, Calendar: terms.Calendar}
	return contact.Common(serves.openings(at, at.Add(horizon)), s.Queues[q].Callbacks.Windows(at))
}

// CallbackPolicy is how people of a queue are called back, for the engine.
func (s *Site) CallbackPolicy(q contact.Queue) rehearsal.CallbackPolicy {
	c := s.Queues[q].Callbacks
	return rehearsal.CallbackPolicy{
		Attempts: c.MaxAttempts, RetryAfter: c.RetryAfter, Ring: c.Ring, MaxOpen: c.MaxOpen, PerCaller: c.MaxPerCaller,
		ExpiresAfter: c.ExpiresAfter, Hours: c.Windows,
	}
}

// MayCall is a number in the one form in which it is dialled, if somebody may be
// called back there: a subscriber of the country, whose calls cost what calls cost,
// and none that leads back to us. What callers key in goes through here before it is
// anything else.
func (s *Site) MayCall(keyed string) (contact.Number, bool) {
	n, ok := contact.ParseNumber(keyed)
	if !ok || !n.Subscriber() || barred(n) != "" {
		return "", false
	}
	if _, ours := s.leadsTo(n); ours {
		return "", false
	}
	return n, true
}

// callbacksNeed reports what a site lacks that promises calls: a key for the numbers,
// and a trunk.
func (b *builder) callbacksNeed() {
	if len(b.promises) > 0 && !b.site.Key.Given() {
		b.add(b.promises[0], "give site.yaml a key: {file: …} or {env: …}",
			"the site has no key to keep numbers with, so nobody could be called back after a restart")
	}
}
