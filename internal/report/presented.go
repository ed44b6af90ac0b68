package report

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// firstStep are the centers that a contact should be answered by.
func firstStep(q fact.Queued) []contact.Center {
	if len(q.Steps) == 0 {
		return nil
	}
	return q.Steps[0].Centers
}

// circle is who may serve a waiting contact: the number of the step that is
// open, from 0, and those of its centers that serve.
type circle struct {
	step    int
	centers []contact.Center
}

// circleAt is the circle of a contact when it is queued: the first step of which
// a center is open, or the first of all with nobody.
func circleAt(q fact.Queued, at int64) circle {
	for i, s := range q.Steps {
		var open []contact.Center
		for _, c := range s.Centers {
			if q.Hours.Open(c, at) {
				open = append(open, c)
			}
		}
		if len(open) > 0 {
			return circle{step: i, centers: open}
		}
	}
	return circle{}
}

// opens gives a waiting contact its circle, and its place among those who have
// the same one.
func (r *recount) opens(at int64, l *life, c circle) {
	l.presentedTo(c.centers)
	r.order.leave(l)
	l.before, l.circle = l.circle, c
	l.place = place{line: l.line(), rank: l.queueing.Rank}
	if l.held <= at {
		r.order.wait(l)
	} // else it comes back when its hold is over
}

// presentedTo notes the centers that may serve the contact, while that decides
// anything.
func (l *life) presentedTo(centers []contact.Center) {
	if l.outcome != contact.StillHere {
		return
	}
	for _, c := range centers {
		if !slices.Contains(l.presented, c) {
			l.presented = append(l.presented, c)
		}
	}
}
