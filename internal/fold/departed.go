package fold

import (
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Departure is a place in a queue that somebody left before it was answered.
// Who calls again soon for the same topic finds it kept.
type Departure struct {
	Contact contact.ID `json:"contact"`
	Rank    int64      `json:"rank"`
	Arrived int64      `json:"arrived"`
	Left    int64      `json:"left"`
	// Shared says that two people were here from this number at the same time, for
	// whatever topics: it tells nothing about who calls.
	Shared bool `json:"shared,omitempty"`
}

// departed notes the place of somebody who hung up while waiting.
func (s *State) departed(at int64, rec *engine.Record) {
	if rec.Outcome != contact.Abandoned || rec.QueuedAt == 0 || rec.CallerHash == "" {
		return
	}
	d := &Departure{Contact: rec.ID, Rank: rec.Rank, Arrived: rec.ArrivedAt, Left: at}
	number := Join(rec.CallerHash, "")
	for key, before := range s.Departed {
		switch {
		case at-before.Left > contact.MaxRedial.Microseconds():
			delete(s.Departed, key)
		case strings.HasPrefix(string(key), string(number)) && (before.Shared || rec.ArrivedAt < before.Left):
			// Whatever each of them asked for.
			marked := *before
			d.Shared, marked.Shared = true, true
			s.Departed[key] = &marked
		}
	}
	s.Departed[Join(rec.CallerHash, string(rec.Topic))] = d
}

// keptPlace is the place a contact may take up again: the same number, neither
// withheld nor shared, asks for the same topic within the grace time.
func (s *State) keptPlace(q engine.FloorQuery) *engine.KeptPlace {
	if q.CallerHash == "" || q.Decision.Redial == 0 {
		return nil
	}
	d := s.Departed[Join(q.CallerHash, string(q.Topic))]
	if d == nil || d.Shared || q.At-d.Left > q.Decision.Redial.Microseconds() {
		return nil
	}
	for id, rec := range s.Contacts {
		if id != q.Contact && rec.CallerHash == q.CallerHash && rec.ClosedAt == 0 && rec.Medium.Interactive() {
			return nil // somebody else is here from that number; a message that he left is nobody
		}
	}
	return &engine.KeptPlace{Contact: d.Contact, Rank: d.Rank}
}

// keptBy forgets a place that was taken up again.
func (s *State) keptBy(rec *engine.Record, f fact.Queued) {
	key := Join(rec.CallerHash, string(f.Topic))
	if d := s.Departed[key]; d != nil && f.Redial != "" && d.Contact == f.Redial {
		delete(s.Departed, key)
	}
}
