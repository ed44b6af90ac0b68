package fold

import (
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// Announcement is what is announced at a place. Its end is a time and no fact:
// whoever looks compares it with his own.
type Announcement struct {
	fact.Announced
	// At is when it was said.
	At int64 `json:"at"`
}

// Over reports whether its end has passed.
func (a Announcement) Over(at int64) bool { return a.Until <= at }

// keptAnnouncements is at how many places something may be announced. A bound of
// the protocol: it decides what the state holds.
const keptAnnouncements = 256

// announce keeps the latest word for a place. What has ended at other places is
// forgotten on that occasion, by the time of the entry.
func (s *State) announce(e ledger.Entry, f fact.Announced) string {
	running := 0
	for subject, a := range s.Announcements {
		if subject != e.Subject && !a.Over(e.At) {
			running++
		}
	}
	switch {
	case !f.Valid() || f.Subject() != e.Subject:
		return "an announcement is for one entry or one queue"
	case f.HangUp && f.Entry == "":
		return "only an entry can be closed"
	case !audible(f.Sounds):
		return "there is nothing to hear"
	case f.Until <= e.At:
		return "its end has passed"
	case running >= keptAnnouncements:
		return "something is announced at too many places"
	}
	for subject, a := range s.Announcements {
		if a.Over(e.At) {
			delete(s.Announcements, subject)
		}
	}
	if s.Announcements == nil {
		s.Announcements = map[string]Announcement{}
	}
	s.Announcements[e.Subject] = Announcement{Announced: f, At: e.At}
	return ""
}

// audible reports whether every language has something to hear.
func audible(sounds map[string][]string) bool {
	for _, media := range sounds {
		if len(media) == 0 {
			return false
		}
	}
	return len(sounds) > 0
}

func (s *State) clearAnnouncement(e ledger.Entry, f fact.AnnouncementCleared) string {
	a, there := s.Announcements[f.Subject()]
	switch {
	case !f.Valid() || f.Subject() != e.Subject:
		return "an announcement is for one entry or one queue"
	case !there || a.Over(e.At):
		return "nothing is announced there"
	}
	delete(s.Announcements, e.Subject)
	return ""
}

// Announced is what is announced at a place at a time, or nil.
func (s *State) Announced(at fact.Place, now int64) *fact.Announced {
	a, there := s.Announcements[at.Subject()]
	if !there || a.Over(now) {
		return nil
	}
	return &a.Announced
}
