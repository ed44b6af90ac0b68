package acd

import (
	"container/heap"
	"time"
)

// agenda holds contacts by when they are due, the soonest at the top of a heap;
// each knows its place in it.
type agenda []*Ticket

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].dueAt != a[j].dueAt {
		return a[i].dueAt < a[j].dueAt
	}
	return a[i].Contact < a[j].Contact
}
func (a agenda) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].duePos, a[j].duePos = i, j
}
func (a *agenda) Push(t any) {
	t.(*Ticket).duePos = len(*a)
	*a = append(*a, t.(*Ticket))
}
func (a *agenda) Pop() any {
	n := len(*a) - 1
	last := (*a)[n]
	(*a)[n] = nil
	*a = (*a)[:n]
	return last
}

// until lists the contacts that are due at a time, in no order, and tells when
// the next one is; 0 is never.
func (a agenda) until(at int64) (due []*Ticket, next int64) {
	var visit func(i int)
	visit = func(i int) {
		switch {
		case i >= len(a):
		case a[i].dueAt > at:
			if next == 0 || a[i].dueAt < next {
				next = a[i].dueAt
			}
		default:
			due = append(due, a[i])
			visit(2*i + 1)
			visit(2*i + 2)
		}
	}
	visit(0)
	return due, next
}

// nextDue is the first of a contact's moments since its circle was set; 0 is
// never. One that has passed says that something may be due since then.
func (t *Ticket) nextDue() int64 {
	var due int64
	t.moments(t.CircleSince, func(at int64) {
		if due == 0 || at < due {
			due = at
		}
	})
	return due
}

func (f *Floor) schedule(t *Ticket) {
	if t.dueAt = t.nextDue(); t.dueAt != 0 {
		heap.Push(&f.due, t)
	}
}

func (f *Floor) unschedule(t *Ticket) {
	if t.dueAt != 0 {
		heap.Remove(&f.due, t.duePos)
		t.dueAt = 0
	}
}

// reschedule follows a change that moves when a contact is due.
func (f *Floor) reschedule(t *Ticket) {
	f.unschedule(t)
	f.schedule(t)
}

// nextChange is how long it is until time alone may change something for a
// contact; 0 if it never does.
func (f *Floor) nextChange(at int64) time.Duration {
	var wait time.Duration
	overdue, next := f.due.until(at)
	if next != 0 {
		wait = sooner(wait, at, next)
	}
	for _, t := range overdue { // nothing came of it; something else may
		t.moments(at, func(moment int64) {
			if moment > at {
				wait = sooner(wait, at, moment)
			}
		})
	}
	return wait
}
