package fold

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// Recording is what is known of a recorded conversation until its file is deleted. Times
// are µs.
type Recording struct {
	ID      fact.RecordingID `json:"id"`
	Contact contact.ID       `json:"contact"`
	// Node is where the file lies.
	Node  contact.Node  `json:"node"`
	Queue contact.Queue `json:"queue"`
	// Agent is who talked with the caller when it began.
	Agent   contact.Agent `json:"agent"`
	Purpose string        `json:"purpose"`
	At      int64         `json:"at"`
	EndedAt int64         `json:"ended_at,omitempty"`
	Failed  bool          `json:"failed,omitempty"`
	// Retention counts from EndedAt.
	Retention time.Duration `json:"retention"`
}

// Due reports whether the file is to be deleted.
func (r *Recording) Due(at int64) bool {
	return r.EndedAt != 0 && at >= r.EndedAt+r.Retention.Microseconds()
}

// recordingFact judges what an owner writes of the recording of a conversation.
func (s *State) recordingFact(rec *engine.Record, f fact.Fact) string {
	switch f := f.(type) {
	case fact.RecordingBegun:
		switch {
		case !talks(rec):
			return "contact is in no conversation"
		case rec.Tape != nil:
			return "it is being recorded already"
		case f.Recording == "" || s.Recordings[f.Recording] != nil:
			return "a recording without a name of its own"
		case f.Purpose == "" || f.Retention <= 0:
			return "a recording without a purpose, or without an end of its retention"
		}
		return ""
	case fact.RecordingPaused:
		t := rec.Tape
		if t == nil || t.ID != f.Recording || t.Paused && (f.Keys || !t.Keys) {
			return "nothing is recorded"
		}
	case fact.RecordingResumed:
		if rec.Tape == nil || rec.Tape.ID != f.Recording || !rec.Tape.Paused {
			return "the recording is not paused"
		}
	case fact.RecordingEnded:
		if rec.Tape == nil || rec.Tape.ID != f.Recording {
			return "nothing is recorded"
		}
	}
	return ""
}

// taped follows what a fact has done to the recording of a contact: tape was the one
// before. One that is closed with its contact has ended with it.
func (s *State) taped(at int64, rec *engine.Record, tape *engine.Tape, f fact.Fact) {
	if begun, is := f.(fact.RecordingBegun); is {
		if s.Recordings == nil {
			s.Recordings = map[fact.RecordingID]*Recording{}
		}
		s.Recordings[begun.Recording] = &Recording{
			ID: begun.Recording, Contact: rec.ID, Node: rec.Node, Queue: begun.Queue, Agent: rec.Agent, Purpose: begun.Purpose,
			At: at, Retention: begun.Retention,
		}
		return
	}
	if tape == nil || rec.Tape != nil {
		return
	}
	if r := s.Recordings[tape.ID]; r != nil {
		ended, is := f.(fact.RecordingEnded)
		r.EndedAt, r.Failed = at, is && ended.Failed
		s.shelf.recording(r)
	}
}

// untaped forgets a recording whose file is gone.
func (s *State) untaped(e ledger.Entry, f fact.RecordingDeleted) string {
	r := s.Recordings[f.Recording]
	switch {
	case r == nil || e.Subject != f.Recording.Subject():
		return "there is no such recording"
	case r.EndedAt == 0:
		return "it is being recorded"
	case f.By == "" && (e.Role != ledger.RoleLeader || !r.Due(e.At)):
		return "it is to be kept"
	}
	delete(s.Recordings, f.Recording)
	s.shelf.remove(e.Subject)
	return ""
}
