package acd

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Overlooked counts by queue the contacts that have waited for longer than
// patience while an agent was ready who may serve them. With a leader at work it
// is empty: such a pair is offered at once. It changes nothing.
func (f *Floor) Overlooked(at int64, patience time.Duration) map[contact.Queue]int {
	counts := map[contact.Queue]int{}
	for _, c := range f.circles {
		if len(c.line) == 0 {
			continue
		}
		ready, somebody := c.readySince(f.ready)
		if !somebody {
			continue
		}
		for _, t := range c.line {
			since := max(ready, t.WaitingSince, t.NotBefore, t.CircleSince)
			if at-since > patience.Microseconds() {
				counts[t.Queue]++
			}
		}
	}
	return counts
}

// readySince is since when the first of those is ready who may serve the circle;
// ok is false if nobody is.
func (c *circle) readySince(ready []*crew) (since int64, ok bool) {
	for _, w := range ready {
		if c.verdicts[w.at].why != 0 {
			continue
		}
		for _, a := range w.forMedium(c.ask.Medium) {
			if may := a.roomSince(c.ask.Medium); !ok || may < since {
				since, ok = may, true
			}
		}
	}
	return since, ok
}
