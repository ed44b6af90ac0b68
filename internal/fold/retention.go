package fold

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Overdue is a file at a node whose retention is over: that of a message or of a
// conversation.
type Overdue struct {
	Node contact.Node
	// Since is when the retention was over, in µs.
	Since int64
	// Message or Recording names it; the other is empty.
	Message   fact.MessageID
	Recording fact.RecordingID
}

// Deleted is the fact that says that the file is gone.
func (o Overdue) Deleted() fact.Fact {
	if o.Message != "" {
		return fact.MessageDeleted{Message: o.Message}
	}
	return fact.RecordingDeleted{Recording: o.Recording}
}

// Subject is that of the fact.
func (o Overdue) Subject() string {
	if o.Message != "" {
		return o.Message.Subject()
	}
	return o.Recording.Subject()
}

// Overdue are the files that are to be deleted at a time, the longest overdue first.
func (s *State) Overdue(at int64) (due []Overdue) {
	due = s.shelf.overdue(at)
	slices.SortFunc(due, Overdue.compare)
	return due
}

// Keeps reports whether the file is still in the books.
func (s *State) Keeps(o Overdue) bool {
	return o.Message != "" && s.Messages[o.Message] != nil || o.Recording != "" && s.Recordings[o.Recording] != nil
}
