package report

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// heldBackFor is how long, in µs, a contact is out of the line after an offer
// that was taken back, or was lost again: those behind it may go first meanwhile.
const heldBackFor int64 = 1_000_000

// countLost holds a contact back from the second lost offer in a row.
func (l *life) countLost(at int64, result contact.RingResult) {
	if result != contact.Lost {
		l.lost = 0
		return
	}
	if l.lost++; l.lost > 1 {
		l.held = at + heldBackFor
	}
}

// waitsAgain puts a contact back in its line, now or when its hold is over.
func (r *recount) waitsAgain(at int64, l *life) {
	switch {
	case l.closed != 0 || !l.waits():
	case l.held > at:
		r.held = append(r.held, l)
	default:
		r.order.wait(l)
	}
}

// readmit puts back in line whose hold is over.
func (r *recount) readmit(at int64) {
	r.held = slices.DeleteFunc(r.held, func(l *life) bool {
		switch {
		case l.held == 0 || l.live != "" || l.closed != 0 || !l.waits():
			return true // queued again, offered, or gone since
		case l.held <= at:
			r.order.wait(l)
			return true
		}
		return false
	})
}

// stepsOut takes a contact out of its queue that left it by a key. An offer that had not
// rung gives way: its owner had not heard of it.
func (r *recount) stepsOut(a fold.Applied, l *life) {
	if l.live != "" {
		r.numbers.add("offers", "void")
		r.offerEnds(a, l, "")
	}
	l.held = 0
	r.order.leave(l)
	if l.quit == 0 && l.told != 0 {
		l.quit = a.Entry.At
	}
}

// restore follows an observation of an offer that the ledger had lost: what is
// really there binds contact and agent, and what was only meant gives way.
func (r *recount) restore(a fold.Applied, l *life, offer fact.OfferID, b fact.Bond) {
	beside := r.agent(b.Agent).besideCalls(l)
	for _, other := range r.arrived {
		if other.live != "" && other.since == 0 && (other == l || !beside && other.hand == nil && other.offer.Agent == b.Agent) {
			r.numbers.add("offers", "void")
			r.offerEnds(a, other, "")
		}
		for id, p := range other.parties {
			if p.agent == b.Agent && !p.joined && !beside { // called into another conversation, and seen here
				delete(other.parties, id)
				r.unbound(p.agent, id)
			}
		}
	}
	o := fact.Offered{Contact: l.id, Agent: b.Agent, Center: b.Center, Queue: b.Queue}
	r.checkDouble(a, l, o, offer)
	l.offer, l.live, l.since = o, offer, 0
	r.order.leave(l)
	r.pickUp(l)
	r.holder(l).reserve(a.Entry.At, l)
}
