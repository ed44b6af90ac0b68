package acd

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// byDeadline orders the agents who have one: the soonest first, then by id.
func byDeadline(a, b *Agent) int {
	return cmp.Or(cmp.Compare(a.Until, b.Until), cmp.Compare(a.ID, b.ID))
}

// setDeadline gives an agent who has none a deadline; 0 is none.
func (f *Floor) setDeadline(a *Agent, until int64) {
	a.Until = until
	if until != 0 {
		f.deadlines = inserted(f.deadlines, a, byDeadline)
	}
}

func (f *Floor) dropDeadline(a *Agent) {
	f.deadlines = removed(f.deadlines, a, byDeadline)
	a.Until = 0
}

// aside is one medium that is kept from an agent until a time.
type aside struct {
	until  int64
	agent  *Agent
	medium contact.Medium
}

// byEnd orders them: the soonest first, then by agent and medium.
func byEnd(a, b aside) int {
	return cmp.Or(cmp.Compare(a.until, b.until), cmp.Compare(a.agent.ID, b.agent.ID), cmp.Compare(a.medium, b.medium))
}

// keepFrom and stopKeeping follow what an agent has at hand of a medium.
func (f *Floor) keepFrom(a *Agent, m contact.Medium) {
	if until := a.Hands[m].Until; until != 0 {
		f.asides = inserted(f.asides, aside{until, a, m}, byEnd)
	}
}

func (f *Floor) stopKeeping(a *Agent, m contact.Medium) {
	if until := a.Hands[m].Until; until != 0 {
		f.asides = removed(f.asides, aside{until, a, m}, byEnd)
	}
}

// Expiries lists the wrap-ups and set-asides whose deadline has passed, by
// agent, of whom each is in the list once, and how long it is until something is due again without any fact: the
// next deadline, the return of a contact that is held back, or a change of who
// may serve one (0 if there is none). It changes nothing: the leader writes the expiries down, and only
// their facts move an agent.
func (f *Floor) Expiries(at int64) (due []fact.Expired, next time.Duration) {
	n, _ := slices.BinarySearchFunc(f.deadlines, at, func(a *Agent, at int64) int {
		return beforeOrAt(a.Until, at)
	})
	for _, a := range f.deadlines[:n] {
		due = append(due, fact.Expired{Agent: a.ID, Version: a.Version})
	}
	k, _ := slices.BinarySearchFunc(f.asides, at, func(a aside, at int64) int { return beforeOrAt(a.until, at) })
	for _, a := range f.asides[:k] {
		due = append(due, fact.Expired{Agent: a.agent.ID, Version: a.agent.Version, Medium: a.medium})
	}
	if k < len(f.asides) {
		next = sooner(next, at, f.asides[k].until)
	}
	slices.SortFunc(due, func(a, b fact.Expired) int {
		return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Medium, b.Medium))
	})
	// One raises the version that the other would name: that follows.
	due = slices.CompactFunc(due, func(a, b fact.Expired) bool { return a.Agent == b.Agent })
	if n < len(f.deadlines) {
		next = sooner(next, at, f.deadlines[n].Until)
	}
	h, _ := slices.BinarySearchFunc(f.heldBack, at, func(t *Ticket, at int64) int {
		return beforeOrAt(t.NotBefore, at)
	})
	if h < len(f.heldBack) {
		next = sooner(next, at, f.heldBack[h].NotBefore)
	}
	if wait := f.nextChange(at); wait != 0 && (next == 0 || wait < next) {
		next = wait
	}
	if len(f.pressed) > 0 && (next == 0 || looksAgain < next) {
		next = looksAgain
	}
	return due, next
}

// beforeOrAt makes a search find the first time that is after at.
func beforeOrAt(t, at int64) int {
	if t <= at {
		return -1
	}
	return 1
}

// sooner is the shorter of a wait, 0 being none, and the time from at to then.
func sooner(wait time.Duration, at, then int64) time.Duration {
	left := time.Duration(then-at) * time.Microsecond
	if wait == 0 || left < wait {
		return left
	}
	return wait
}

// inserted and removed keep a line sorted by an order in which no two are equal.
func inserted[T any](line []T, x T, by func(a, b T) int) []T {
	i, _ := slices.BinarySearchFunc(line, x, by)
	return slices.Insert(line, i, x)
}

func removed[T any](line []T, x T, by func(a, b T) int) []T {
	switch i, found := slices.BinarySearchFunc(line, x, by); {
	case !found:
		return line
	case i == 0: // the first leaves: nobody has to move up
		clear(line[:1])
		return line[1:]
	default:
		return slices.Delete(line, i, i+1)
	}
}
