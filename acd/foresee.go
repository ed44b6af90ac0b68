package acd

import (
	"container/heap"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// ForeseeQueued says which offer Propose would make first now, once a contact has been
// queued (by a fact of the time at), so that both may be written at once. It changes
// nothing, and is silent (false) where it does not know: another offer is due already,
// the contact has a place, or it is the first that ever asked for these people.
func (f *Floor) ForeseeQueued(now, at int64, id contact.ID, m contact.Medium, q fact.Queued) (fact.Offered, bool) {
	if q.Queue == "" || len(q.Steps) == 0 || strategies[q.Strategy] == nil || f.Tickets[id] != nil {
		return fact.Offered{}, false
	}
	t := newTicket(at, id, m, q)
	t.WaitingSince, t.Version = at, f.Left[id]+1
	var room [keyRoom]byte
	c := f.circles[circleKey(t.appendCircleKey(room[:0]))]
	if c == nil || !t.inLine(now) || f.somethingIsDue(now) {
		return fact.Offered{}, false
	}
	if first := c.first(now); first != nil && first.before(t) < 0 {
		return fact.Offered{}, false
	}
	best, refused := c.choose(make(choices, 0, 1+maxRunnersUp), f.poolOfReady())
	if len(best) == 0 {
		return fact.Offered{}, false
	}
	o := f.offerOf(t, best, refused)
	o.QueueVersion++
	return o, true
}

// ForeseeEnded says so of the end of a leg, which may free its agent.
func (f *Floor) ForeseeEnded(now, at int64, id fact.OfferID) (fact.Offered, bool) {
	o := f.Offers[id]
	if o == nil || !o.Connected || o.Beside {
		return fact.Offered{}, false
	}
	a := f.Agents[o.Agent]
	if a.wrapUpAfter(o.Policies) > 0 {
		return fact.Offered{}, false
	}
	return f.foreseeReady(now, at, a)
}

// ForeseeExpired says so of a wrap-up or set-aside that expires.
func (f *Floor) ForeseeExpired(now, at int64, e fact.Expired) (fact.Offered, bool) {
	a := f.Agents[e.Agent]
	if a == nil || a.Version != e.Version || a.Until == 0 || e.Medium != "" {
		return fact.Offered{}, false
	}
	return f.foreseeReady(now, at, a)
}

// foreseeReady is about an agent who is not ready yet, and becomes so.
func (f *Floor) foreseeReady(now, at int64, a *Agent) (fact.Offered, bool) {
	if a.LeaveWanted || a.PauseWanted != "" || a.crew == nil || f.somethingIsDue(now) {
		return fact.Offered{}, false
	}
	next := *a
	next.State, next.Since, next.ReadySince = Ready, at, at
	next.Version++
	free := f.poolOfReady()
	with := a.crew.with(&next)
	if with.left > 1 {
		free[a.crew.readyAt] = with
	} else {
		free = append(free, with)
	}
	heads := headsOf([]*crew{a.crew}, len(f.rounds), now)
	for ; len(heads) > 0; heap.Pop(&heads) {
		head := heads[0]
		if best, refused := head.circle.choose(make(choices, 0, 1+maxRunnersUp), free); len(best) > 0 {
			return f.offerOf(head.first, best, refused), true
		}
	}
	return fact.Offered{}, false
}

// with is a crew of whom one more is ready.
func (c *crew) with(a *Agent) supply {
	s := supply{crew: c.at, left: len(c.ready) + 1, line: inserted(slices.Clone(c.ready), a, byReadiness)}
	for _, m := range c.media() {
		if s.spare == nil {
			s.spare = map[contact.Medium][]*Agent{}
		}
		if s.spare[m] = c.spare[m]; a.room(m) {
			s.spare[m] = inserted(slices.Clone(c.spare[m]), a, byLoad(m))
		}
	}
	return s
}

// somethingIsDue reports whether an offer may be made as things are: what comes
// next is then not for the contact or agent who joins.
func (f *Floor) somethingIsDue(now int64) bool { return len(f.Propose(now, 1)) > 0 }
