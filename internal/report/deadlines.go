package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// I3: each reserved, ringing, wrap-up or set-aside agent has a deadline and is
// out of that state a second after it, while leader and owner were there.
const (
	// ringGrace is how long the owner lets Asterisk's own dial time-out act
	// before it asks what became of a leg.
	ringGrace = 2 * time.Second
	// lateBy is what a deadline may be exceeded by.
	lateBy = time.Second
)

// bound is what keeps an agent from being ready, as far as deadlines go.
type bound struct {
	id       contact.Agent
	beside   bool   // a hand of the agent, which holds one contact
	state    string // "", reserved, ringing, handling, talking, wrap-up, set aside
	since    int64
	deadline int64 // µs; 0 is none
	node     contact.Node
	wrapUp   *time.Duration // the agent's own
	capacity map[contact.Medium]int
	hands    map[contact.ID]*life // what he has at hand
	outside  bool                 // the phone is a number outside
	served   *life                // whose wrap-up it is
	// wanted during a contact, which changes what follows it
	leave, pause bool

	card, moved contact.Center // by the site, and by hand, which goes first
	center      contact.Center
	cameAt      int64     // when the running stay on the floor began, 0 if out
	left        bool      // a stay has ended
	workFrom    int64     // before then the running work was another center's
	stretches   []stretch // of stays and work that are over, see occupancy.go
}

func (r *recount) agent(id contact.Agent) *bound {
	b := r.agents[id]
	if b == nil {
		b = &bound{id: id}
		r.agents[id] = b
	}
	return b
}

func (b *bound) enter(state string, at, deadline int64) {
	b.worked(at)
	b.state, b.since, b.deadline = state, at, deadline
}

// free ends whatever bound the agent, who leaves if that was wanted.
func (b *bound) free(at int64) {
	b.enter("", at, 0)
	if b.leave {
		b.goes(at)
	}
	b.served, b.leave, b.pause = nil, false, false
}

func (b *bound) reserve(at int64, l *life) {
	b.node = l.node
	if b.cameAt == 0 && !b.beside { // what is really there binds who had logged out, and then lets go
		b.comes(at)
		b.leave = b.left
	}
	b.enter("reserved", at, after(at, l.policies.Ring+ringGrace))
}

func (b *bound) rings(at int64, l *life) {
	b.enter("ringing", at, after(at, l.policies.Ring+ringGrace))
}

func (b *bound) handles(at int64, l *life) {
	b.enter("handling", at, after(at, l.policies.Handle+ringGrace))
}

func (b *bound) talks(at int64) { b.enter("talking", at, 0) }

func (b *bound) wraps(at int64, l *life) {
	wrapUp := l.policies.WrapUp
	if b.wrapUp != nil {
		wrapUp = *b.wrapUp
	}
	if wrapUp <= 0 || b.beside {
		b.free(at)
		return
	}
	b.enter("wrap-up", at, after(at, wrapUp))
	b.served = l
}

func (b *bound) offerEnds(at int64, l *life, result contact.RingResult) {
	deadline, aside := setAside(l.policies, result, at)
	if b.outside && result == contact.Unreachable && l.policies.Unreachable == 0 {
		deadline = after(at, l.policies.NoAnswer) // it never registers
	}
	// Who had only laid it down, to call for it, is set aside if he was ready just then, which is
	// not followed here: no deadline is judged of that.
	if !aside || b.leave || b.pause || b.beside {
		b.free(at)
		return
	}
	b.enter("set aside", at, deadline)
}

func setAside(p contact.Policies, result contact.RingResult, at int64) (deadline int64, aside bool) {
	switch result {
	case contact.NoAnswer:
		return after(at, p.NoAnswer), true
	case contact.Busy:
		return after(at, p.Busy), true
	case contact.Refused, contact.Returned:
		return after(at, p.Refused), true
	case contact.Unreachable:
		if p.Unreachable != 0 {
			return after(at, p.Unreachable), true
		}
		return 0, true // until the phone registers
	}
	return 0, false
}

func after(at int64, d time.Duration) int64 { return at + d.Microseconds() }

// agentFact follows what agents, people and the leader do to an agent.
func (r *recount) agentFact(a fold.Applied, id contact.Agent) {
	b := r.agent(id)
	busy := b.state == "reserved" || b.state == "ringing" || b.state == "handling" || b.state == "talking"
	switch f := a.Fact.(type) {
	case fact.LoggedIn:
		b.wrapUp, b.leave, b.capacity = f.WrapUp, false, f.Capacity
		b.card, b.outside = f.Center, contact.IsOutside(f.Phone)
		b.worksAt(a.Entry.At)
		b.comes(a.Entry.At)
	case fact.AgentSeated:
		b.wrapUp, b.leave, b.capacity = f.Card.WrapUp, false, f.Card.Capacity
		b.card, b.outside = f.Card.Center, contact.IsOutside(f.Phone)
		b.worksAt(a.Entry.At)
		b.comes(a.Entry.At)
	case fact.AgentWrapUp:
		r.wrappedUp(a, b, f)
	case fact.AgentRenewed:
		b.wrapUp, b.capacity = f.Card.WrapUp, f.Card.Capacity
		b.card, b.outside = f.Card.Center, contact.IsOutside(f.Card.Phone)
		b.worksAt(a.Entry.At)
	case fact.AgentChanged:
		if f.Reset || f.Center != "" {
			b.moved = f.Center
		}
		b.worksAt(a.Entry.At)
	case fact.LoggedOut:
		if b.leave = true; !busy {
			r.endWrapUp(a, b)
			r.leaves(a, b)
		}
	case fact.Paused:
		if b.pause = busy || b.state == "wrap-up"; !b.pause {
			r.leaves(a, b)
		}
	case fact.Resumed:
		b.leave, b.pause = false, false
		if !busy {
			r.endWrapUp(a, b)
			r.leaves(a, b)
		}
	case fact.Reachable:
		r.leaves(a, b)
	case fact.Expired:
		if f.Medium == "" {
			r.endWrapUp(a, b)
			r.leaves(a, b)
		}
	}
}

// wrappedUp ends a wrap-up, or gives it the later deadline.
func (r *recount) wrappedUp(a fold.Applied, b *bound, f fact.AgentWrapUp) {
	if f.Extend == 0 {
		r.endWrapUp(a, b)
		r.leaves(a, b)
		return
	}
	b.deadline = min(after(b.deadline, f.Extend), after(b.since, f.Longest))
}

// endWrapUp counts a wrap-up that was used up, or ended early by the agent.
func (r *recount) endWrapUp(a fold.Applied, b *bound) {
	if b.state != "wrap-up" {
		return
	}
	took := Span(max(a.Entry.At-b.since, 0))
	b.served.wrapUp = took
	r.numbers.observe("wrap_up", took)
}

func (r *recount) leaves(a fold.Applied, b *bound) {
	r.checkDeadline(a, b)
	b.free(a.Entry.At)
}

// checkDeadline judges the state that an agent leaves with this entry.
func (r *recount) checkDeadline(a fold.Applied, b *bound) {
	r.judgeDeadline(a.Entry.Self.ID, a.Entry.At, b)
}

func (r *recount) judgeDeadline(position ledger.ID, at int64, b *bound) {
	if b.deadline == 0 {
		return
	}
	due := r.absence.excuse(b.deadline, at, string(b.node))
	if late := at - due; late > lateBy.Microseconds() {
		r.violate("I3", position, "agent %s was %s for %s, %s longer than allowed",
			b.id, b.state, Span(at-b.since), Span(at-b.deadline))
	}
}

// stuck finds agents whose deadline had passed when the ledger ended.
func (r *recount) stuck() {
	bounds := make([]*bound, 0, len(r.agents))
	for _, b := range r.agents {
		bounds = append(bounds, b)
	}
	slices.SortFunc(bounds, func(a, b *bound) int { return cmp.Compare(a.id, b.id) })
	for _, b := range append(bounds, r.hands()...) {
		r.judgeDeadline(r.last, r.lastAt, b)
	}
}
