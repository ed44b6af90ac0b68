package report

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// openedAt are the centers that a contact is presented to when it is queued:
// those open of the first step of which one is.
func openedAt(q fact.Queued, at int64) []contact.Center {
	for _, s := range q.Steps {
		var open []contact.Center
		for _, c := range s.Centers {
			if q.Hours.Open(c, at) {
				open = append(open, c)
			}
		}
		if len(open) > 0 {
			return open
		}
	}
	return nil
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
