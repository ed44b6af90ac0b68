package config

import (
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// CenterOpen reports whether people may be served at a center at a time: it
// exists then, it is within its own hours if it has any, and at least one entry
// is open.
func (s *Site) CenterOpen(c contact.Center, at time.Time) bool {
	terms := s.Plan.Centers[c]
	if !terms.Period.Contains(at) || terms.Calendar != nil && terms.Calendar.At(at) != calendar.Open {
		return false
	}
	view := s.At(at)
	for e := range view.Entries {
		if view.Hours(e)("", at) == calendar.Open {
			return true
		}
	}
	return false
}
