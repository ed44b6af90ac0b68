// Package orders remembers what people commanded through one controller: what they
// were told was done, for as long as a failover of Redis may lose it, and what is on
// its way. Nobody else would say it again, and an acknowledged pause must hold.
//
// It is pure, and not safe for several goroutines; the running controller and the
// model of the protocol keep one Memory each.
package orders

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/fact"
)

// KeepFor is how long an order is remembered.
const KeepFor = 30 * time.Second

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
	// Said is when it was said, by the clock of this process.
	Said time.Duration

	// sent: on its way, and nobody knows yet what became of it.
	sent bool
}

// Memory holds the orders of one controller. The zero Memory is empty.
type Memory struct {
	kept  []Order // oldest first
	again bool    // the ledger may lack some: they are to be looked at
}

// Send remembers an order that is being sent, and forgets old ones.
func (m *Memory) Send(o Order) {
	o.sent = true
	m.kept = append(m.kept, o)
	m.dropOld(o.Said)
}

// Became says what came of an order that was sent. One that came to nothing has
// overtaken none before it.
func (m *Memory) Became(op string, done bool) {
	i := slices.IndexFunc(m.kept, func(o Order) bool { return o.Op == op && o.sent })
	switch {
	case i < 0:
	case done:
		m.kept[i].sent = false
	default:
		m.kept, m.again = slices.Delete(m.kept, i, i+1), true
	}
}

// Doubt asks for the orders to be looked at: the ledger has lost facts.
func (m *Memory) Doubt() { m.again = true }

// Due reports, once, whether they are to be looked at. Whoever then cannot write
// what is missing doubts anew.
func (m *Memory) Due() (again bool) {
	again, m.again = m.again, false
	return again
}

// Unknown are the orders that were done and that the ledger does not know, in their
// order: a log-in and the pause after it may be lost together.
func (m *Memory) Unknown(now time.Duration, known func(op string) bool) (lost []Order) {
	m.dropOld(now)
	for _, o := range m.kept {
		if !o.sent && !known(o.Op) {
			lost = append(lost, o)
		}
	}
	return lost
}

// Missing are those of Unknown that are to be said again. One that was overtaken by
// a later order that the ledger knows, or may know by now since that is on its way,
// is not: said again now, it would undo that one.
func (m *Memory) Missing(now time.Duration, known func(op string) bool) []Order {
	return slices.DeleteFunc(m.Unknown(now, known), func(o Order) bool {
		later := m.kept[slices.IndexFunc(m.kept, func(k Order) bool { return k.Op == o.Op })+1:]
		return slices.ContainsFunc(later, func(l Order) bool {
			return l.Subject == o.Subject && overtakes(l.Fact.Kind(), o.Fact.Kind()) && (l.sent || known(l.Op))
		})
	})
}

func (m *Memory) dropOld(now time.Duration) {
	m.kept = slices.DeleteFunc(m.kept, func(o Order) bool { return now-o.Said > KeepFor })
}

// overtakes reports whether a later command leaves nothing of an earlier one. A
// log-in says more than a pause does: where the agent sits, and what he can.
func overtakes(later, earlier fact.Kind) bool {
	presence := []fact.Kind{fact.KindLoggedIn, fact.KindSeated, fact.KindLoggedOut, fact.KindPaused, fact.KindResumed}
	announcements := []fact.Kind{fact.KindAnnounced, fact.KindAnnouncementCleared}
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
