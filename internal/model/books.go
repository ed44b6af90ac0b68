package model

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// books counts the facts of the log again, in their own way: each contact comes
// once and has its first outcome.
type books struct {
	opened   uint64 // counted before the log began
	decided  uint64
	arrived  map[contact.ID]bool
	outcomes map[contact.ID]contact.Outcome
}

func newBooks(base *fold.State) books {
	b := books{arrived: map[contact.ID]bool{}, outcomes: map[contact.ID]contact.Outcome{}}
	if base != nil {
		b.opened, b.decided = base.Tally.Offered.Total(), base.Tally.Outcomes.Total()
		for id, rec := range base.Contacts {
			if rec.Outcome != contact.StillHere {
				b.outcomes[id] = rec.Outcome
				b.decided--
			}
		}
	}
	return b
}

func (b *books) add(a fold.Applied) {
	if !a.Effective() {
		return
	}
	switch f := a.Fact.(type) {
	case fact.Arrived:
		b.arrived[a.Contact] = true
	case fact.Connected:
		b.settle(a.Contact, contact.Answered)
	case fact.Closed:
		b.settle(a.Contact, f.Outcome)
	}
}

func (b *books) settle(id contact.ID, o contact.Outcome) {
	if _, settled := b.outcomes[id]; !settled {
		b.outcomes[id] = o
	}
}

// differ compares the counters of a fold with the books.
func (b *books) differ(t *fold.Tally) bool {
	return t.Offered.Total() != b.opened+uint64(len(b.arrived)) || t.Outcomes.Total() != b.decided+uint64(len(b.outcomes))
}
