package acd

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// Foremost are the contacts whose turn is first, of those who ask for the same people,
// at one place of the log. It is for whoever watches the order in which contacts are
// offered: it is found from the tickets, and not from the lines by which offers are
// decided and accepted, so that a line that is out of order shows.
type Foremost map[circleKey][]standing

// standing is a contact that waits, under a version that it keeps only while it waits
// for the same people without a break.
type standing struct {
	ticket  *Ticket
	version uint64
}

// maxForemost bounds how many of a line are noted: as many of its offers are judged
// until the next look.
const maxForemost = 16

// Foremost finds who is first everywhere.
func (f *Floor) Foremost() Foremost {
	found := make([][]standing, len(f.rounds)) // at the places of the circles: keys are long
	for _, t := range f.Tickets {
		if t.Offer == "" && t.circle != nil {
			found[t.circle.at] = foremost(found[t.circle.at], t)
		}
	}
	all := Foremost{}
	for at, first := range found {
		if len(first) > 0 {
			all[f.rounds[at].key] = first
		}
	}
	return all
}

// foremost adds a ticket to the first of its circle, if it is one of them.
func foremost(first []standing, t *Ticket) []standing {
	if len(first) == maxForemost {
		if t.before(first[maxForemost-1].ticket) > 0 {
			return first
		}
		first = first[:maxForemost-1]
	}
	i, _ := slices.BinarySearchFunc(first, t, func(s standing, t *Ticket) int { return s.ticket.before(t) })
	return slices.Insert(first, i, standing{t, t.Version})
}

// Passed is a contact that was passed by when another one was offered just now, at a time:
// it has waited for the same people since the foremost were found, and it was its turn. It
// is empty if there is none among them.
func (f *Floor) Passed(front Foremost, offered contact.ID, at int64) contact.ID {
	t := f.Tickets[offered]
	if t == nil {
		return ""
	}
	var room [keyRoom]byte
	key := t.appendCircleKey(room[:0])
	for _, s := range front[circleKey(key)] {
		first := s.ticket
		if first.before(t) >= 0 {
			break
		}
		waits := f.Tickets[first.Contact] == first && first.Offer == "" && first.Version == s.version
		if waits && first.inLine(at) {
			return first.Contact
		}
	}
	return ""
}
