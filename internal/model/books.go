package model

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// books counts the facts of the log again, in their own way: each contact comes
// once and has its first outcome.
type books struct {
	opened   uint64 // counted before the log began
	decided  uint64
	arrived  map[contact.ID]bool
	outcomes map[contact.ID]contact.Outcome
	// bookings are the places of times that people chose, by contact.
	bookings map[contact.ID]booking
	// rated are those who were asked after the call, and ratedBefore counts those of before.
	rated       map[contact.ID]bool
	ratedBefore uint64
	// seqs are the numbers of owners' facts that had their effect, and holders who
	// may write them, by node.
	seqs    map[string]uint64
	holders map[string]holder
}

// holder is who took a node, and where.
type holder struct {
	name  string
	epoch ledger.ID
}

func newBooks(base *fold.State) books {
	b := books{
		arrived: map[contact.ID]bool{}, outcomes: map[contact.ID]contact.Outcome{}, rated: map[contact.ID]bool{},
		seqs: map[string]uint64{}, holders: map[string]holder{}, bookings: map[contact.ID]booking{},
	}
	if base != nil {
		for name, n := range base.Protocol.Nodes {
			b.holders[name] = holder{n.Holder, n.Epoch}
		}
		b.opened, b.decided = base.Tally.Offered.Total(), base.Tally.Outcomes.Total()
		b.ratedBefore = base.Tally.Ratings.Total()
		for id, rec := range base.Contacts {
			if cb := rec.Callback; cb != nil && cb.Appointment != nil && rec.ClosedAt == 0 && !rec.Answered() {
				b.bookings[id] = booking{cb.Appointment.Center, cb.Appointment.From}
			}
			if rec.Outcome != contact.StillHere {
				b.outcomes[id] = rec.Outcome
				b.decided--
			}
		}
	}
	return b
}

// add enters what became of an entry, as it is in the log; wrong is why it should
// not have had its effect.
func (b *books) add(e ledger.Entry, a fold.Applied) (wrong string) {
	switch {
	case e.Kind == ledger.KindTake && a.Verdict.Accepted():
		b.holders[e.Subject] = holder{e.Writer, e.Self.ID}
	case e.Kind == ledger.KindYield && a.Verdict.Accepted():
		delete(b.holders, e.Subject)
	}
	if !a.Effective() {
		return ""
	}
	if node := nodeOf(e); node != "" && b.holders[node] != (holder{e.Writer, e.Epoch}) {
		wrong = fmt.Sprintf("I2 %s of %s counts, though it does not hold %s at that epoch", e.Kind, e.Writer, node)
	}
	if e.Seq > 0 {
		if e.Seq <= b.seqs[e.Subject] {
			wrong = fmt.Sprintf("I5 %s with number %d counts twice", e.Kind, e.Seq)
		}
		b.seqs[e.Subject] = max(b.seqs[e.Subject], e.Seq)
	}
	if over := b.booked(a); over != "" {
		wrong = over
	}
	switch f := a.Fact.(type) {
	case fact.Arrived:
		b.arrived[a.Contact] = true
	case fact.Connected:
		b.settle(a.Contact, contact.Answered)
	case fact.Rated:
		if b.rated[a.Contact] {
			wrong = "I5 what was answered after the call counts twice"
		}
		b.rated[a.Contact] = true
	case fact.MessageDone:
		if a.Contact != "" {
			b.settle(a.Contact, contact.Answered)
		}
	case fact.Closed:
		b.settle(a.Contact, f.Outcome)
	}
	return wrong
}

func (b *books) settle(id contact.ID, o contact.Outcome) {
	if _, settled := b.outcomes[id]; !settled {
		b.outcomes[id] = o
	}
}

// differ compares the counters of a fold with the books.
func (b *books) differ(t *fold.Tally) bool {
	return t.Offered.Total() != b.opened+uint64(len(b.arrived)) || t.Outcomes.Total() != b.decided+uint64(len(b.outcomes)) ||
		t.Ratings.Total() != b.ratedBefore+uint64(len(b.rated))
}
