package report

import (
	"container/heap"
	"strings"

	"github.com/guichet/guichet/internal/fold"
)

// place is a contact's place among its equals.
type place struct {
	line    string // those who wait for the same people
	rank    int64  // first arrival, µs
	waiting bool
}

// order is I6: each line of equals that wait, the earliest rank first. Contacts
// that left a line stay in its heap until they come to the top.
type order map[string]*line

func (o order) wait(l *life) {
	l.place.waiting = true
	waiting := o[l.place.line]
	if waiting == nil {
		waiting = &line{}
		o[l.place.line] = waiting
	}
	heap.Push(waiting, seat{l, l.place.line})
}

func (o order) leave(l *life) { l.place.waiting = false }

// ahead is who waits in l's line with an earlier rank than l, if anybody.
func (o order) ahead(l *life) *life {
	waiting := o[l.place.line]
	for waiting != nil && len(*waiting) > 0 {
		first := (*waiting)[0]
		if first.life.place.waiting && first.life.place.line == first.line {
			if first.life.place.rank < l.place.rank {
				return first.life
			}
			return nil
		}
		heap.Pop(waiting)
	}
	return nil
}

// checkOrder finds an offer to a contact while an equal one with an earlier
// rank waited. It is judged at the offer's place in the ledger.
func (r *recount) checkOrder(a fold.Applied, l *life) {
	if first := r.order.ahead(l); first != nil {
		r.violate("I6", a.Entry.Self.ID, "contact %s was offered to agent %s while %s, which came %s earlier, waited for the same people",
			l.id, l.offer.Agent, first.id, Span(l.place.rank-first.place.rank))
	}
}

// seat is a contact in the line it joined.
type seat struct {
	life *life
	line string
}

// line is a heap of seats by rank, then id.
type line []seat

func (l line) Len() int { return len(l) }
func (l line) Less(i, j int) bool {
	a, b := l[i].life, l[j].life
	if a.place.rank != b.place.rank {
		return a.place.rank < b.place.rank
	}
	return strings.Compare(string(a.id), string(b.id)) < 0
}
func (l line) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l *line) Push(s any)   { *l = append(*l, s.(seat)) }
func (l *line) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
