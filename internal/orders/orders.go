// Package orders remembers what people commanded, through this controller and any
// other, for as long as a failover of Redis may lose it: an acknowledged pause must
// hold. The log decides in which order commands count; where a failover loses some, that
// order is kept here, and every controller writes the missing ones again in it.
//
// It is pure, and not safe for several goroutines; the running controller and the
// model of the protocol keep one Memory each.
package orders

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/fact"
)

// KeepFor is how long an order is said again if it is lost.
const KeepFor = 30 * time.Second

// placeFor is how long it keeps its place before those that came after it.
const placeFor = 2 * KeepFor

// Order is one command.
type Order struct {
	// Subject is what it is about: an agent, a place where something is announced,
	// or nothing for the site.
	Subject string
	Fact    fact.Fact
	// Op is the operation by which the ledger answers it.
	Op string
	// At is the site time of the command, in µs.
	At int64
	// Said is when it was said or heard, by the clock of this process.
	Said time.Duration
}

// Memory holds the orders that one controller knows. The zero Memory is empty.
type Memory struct {
	accepted []Order         // in the order in which the log had them first
	placed   map[string]bool // their operations
	sent     []Order         // through us, on their way: nobody knows what became of them
	again    bool            // the ledger may lack some: they are to be looked at
}

// Send remembers an order that is being sent.
func (m *Memory) Send(o Order) { m.sent = append(m.sent, o) }

// Became says what came of an order that was sent. One that came to nothing has
// overtaken none before it.
func (m *Memory) Became(op string, done bool) {
	i := slices.IndexFunc(m.sent, func(o Order) bool { return o.Op == op })
	if i < 0 {
		return
	}
	o := m.sent[i]
	m.sent = slices.Delete(m.sent, i, i+1)
	if done {
		m.place(o)
	} else {
		m.again = true
	}
}

// Accepted says that an order had its effect in the log as it is now, through whomever;
// known are the operations in it. One of which it was known already was lost, and has
// been said again; if another one that overtakes it had come to the log meanwhile, that
// one is to be said again in its turn.
func (m *Memory) Accepted(o Order, known func(op string) bool) {
	m.sent = slices.DeleteFunc(m.sent, func(s Order) bool { return s.Op == o.Op })
	if !m.placed[o.Op] {
		m.place(o)
		return
	}
	i := slices.IndexFunc(m.accepted, func(k Order) bool { return k.Op == o.Op })
	for _, l := range slices.Backward(m.accepted[i+1:]) {
		if l.Subject == o.Subject && overtakes(l.Fact.Kind(), o.Fact.Kind()) && known(l.Op) {
			l.Op += againMark // the same at every controller: it is written once
			if !m.placed[l.Op] {
				m.place(l)
				m.again = true
			}
			return
		}
	}
}

// againMark ends the operation of an order that is said again though it was not lost.
const againMark = "~"

// place puts an order behind all others, and forgets old ones.
func (m *Memory) place(o Order) {
	if m.placed[o.Op] {
		return
	}
	if m.placed == nil {
		m.placed = map[string]bool{}
	}
	m.placed[o.Op] = true
	m.accepted = append(m.accepted, o)
	for o.Said-m.accepted[0].Said > placeFor {
		delete(m.placed, m.accepted[0].Op)
		m.accepted = m.accepted[1:]
	}
}

// Doubt asks for the orders to be looked at: the ledger has lost facts.
func (m *Memory) Doubt() { m.again = true }

// Doubtful reports whether they are still to be looked at.
func (m *Memory) Doubtful() bool { return m.again }

// Due reports, once, whether they are to be looked at. Whoever then cannot write
// what is missing doubts anew.
func (m *Memory) Due() (again bool) {
	again, m.again = m.again, false
	return again
}

// Unknown are the orders that were done and that the ledger does not know, in their
// order: a log-in and the pause after it may be lost together.
func (m *Memory) Unknown(now time.Duration, known func(op string) bool) (lost []Order) {
	for _, o := range m.accepted {
		if now-o.Said <= KeepFor && !known(o.Op) {
			lost = append(lost, o)
		}
	}
	return lost
}

// Missing are those of Unknown that are to be said again. One that was overtaken by
// a later order that the ledger knows, or may know by now since that is on its way,
// is not: said again now, it would undo that one.
func (m *Memory) Missing(now time.Duration, known func(op string) bool) (lost []Order) {
	later := map[string][]fact.Kind{} // the kinds of those that come behind, by subject
	note := func(o Order) {
		if kinds := later[o.Subject]; !slices.Contains(kinds, o.Fact.Kind()) {
			later[o.Subject] = append(kinds, o.Fact.Kind())
		}
	}
	for _, o := range m.sent {
		note(o)
	}
	for _, o := range slices.Backward(m.accepted) {
		switch {
		case known(o.Op):
			note(o)
		case now-o.Said <= KeepFor && !slices.ContainsFunc(later[o.Subject], func(l fact.Kind) bool { return overtakes(l, o.Fact.Kind()) }):
			lost = append(lost, o)
		}
	}
	slices.Reverse(lost)
	return lost
}

// The kinds of which the last one about a subject counts.
var (
	presence      = []fact.Kind{fact.KindLoggedIn, fact.KindSeated, fact.KindLoggedOut, fact.KindPaused, fact.KindResumed}
	announcements = []fact.Kind{fact.KindAnnounced, fact.KindAnnouncementCleared}
)

// Concerns reports whether orders of a kind are remembered for all controllers: what
// people did about agents, and what they announced.
func Concerns(k fact.Kind) bool {
	return slices.Contains(presence, k) || slices.Contains(announcements, k) || k == fact.KindChanged
}

// overtakes reports whether a later command leaves nothing of an earlier one. A
// log-in says more than a pause does: where the agent sits, and what he can.
func overtakes(later, earlier fact.Kind) bool {
	switch {
	case slices.Contains(announcements, later) && slices.Contains(announcements, earlier):
		return true
	case later == earlier, later == fact.KindLoggedOut && slices.Contains(presence, earlier):
		return true
	case earlier == fact.KindLoggedIn, earlier == fact.KindSeated:
		return false
	}
	return slices.Contains(presence, later) && slices.Contains(presence, earlier)
}
