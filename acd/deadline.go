package acd

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/fact"
)

// watch notes a deadline; 0 is none.
func (f *Floor) watch(until int64) {
	if until != 0 && (f.earliest == 0 || until < f.earliest) {
		f.earliest = until
	}
}

// Expiries lists the wrap-ups and set-asides whose deadline has passed, by
// agent, and how long it is until the next deadline (0 if there is none). The
// leader writes them down; only their facts move an agent.
func (f *Floor) Expiries(at int64) (due []fact.Expired, next time.Duration) {
	if f.earliest == 0 {
		return nil, 0
	}
	if at < f.earliest {
		return nil, time.Duration(f.earliest-at) * time.Microsecond
	}
	f.earliest = 0
	for _, a := range f.Agents {
		f.watch(a.Until)
		if a.Until != 0 && a.Until <= at {
			due = append(due, fact.Expired{Agent: a.ID, Version: a.Version})
		}
	}
	slices.SortFunc(due, func(a, b fact.Expired) int { return cmp.Compare(a.Agent, b.Agent) })
	if f.earliest > at {
		next = time.Duration(f.earliest-at) * time.Microsecond
	}
	return due, next
}
