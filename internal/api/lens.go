package api

import (
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
)

// lens is one look at the fold, under its read lock. Site and time are taken
// before: who holds the lock must not ask the controller again, for a writer
// that waits in between would stop both for good.
type lens struct {
	*fold.State
	site *config.Site
	now  int64 // µs of site time
	// caller masks the number of a caller.
	caller func(sealed string) string
}

// look calls read with a lens; what is kept must be a copy.
func (s *Server) look(read func(lens)) {
	l := lens{site: s.Controller.Site(), now: s.Controller.Now(), caller: s.caller}
	s.Controller.View(func(state *fold.State) {
		l.State = state
		read(l)
	})
}

// at is a time of the fold for people: in the site's zone, absent for 0.
func (l lens) at(us int64) time.Time { return timeIn(l.site.Zone, us) }

func timeIn(zone *time.Location, us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).In(zone)
}
