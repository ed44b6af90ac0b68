package model

import (
	"cmp"
	"container/heap"
)

// agenda is what is still to happen, the earliest first; what falls on the same
// instant happens in the order in which it was planned.
type agenda struct {
	events []event
	serial uint64
}

// event is one step of the model. Of a process that was killed it never happens,
// of one that is frozen it waits.
type event struct {
	at     int64
	serial uint64
	of     *process // nil: happens whoever lives
	run    func()
}

func (a *agenda) plan(at int64, of *process, run func()) {
	a.serial++
	heap.Push(a, event{at: at, serial: a.serial, of: of, run: run})
}

// next takes the earliest event, unless it is later than until.
func (a *agenda) next(until int64) (event, bool) {
	if len(a.events) == 0 || a.events[0].at > until {
		return event{}, false
	}
	return heap.Pop(a).(event), true
}

func (a *agenda) Len() int { return len(a.events) }
func (a *agenda) Less(i, j int) bool {
	x, y := &a.events[i], &a.events[j]
	return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.serial, y.serial)) < 0
}
func (a *agenda) Swap(i, j int) { a.events[i], a.events[j] = a.events[j], a.events[i] }
func (a *agenda) Push(e any)    { a.events = append(a.events, e.(event)) }
func (a *agenda) Pop() any {
	n := len(a.events) - 1
	last := a.events[n]
	a.events[n] = event{}
	a.events = a.events[:n]
	return last
}
