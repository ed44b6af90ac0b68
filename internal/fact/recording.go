package fact

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// RecordingID names the recording of a conversation, and its file at its node.
type RecordingID string

// Subject is the recording as the subject of what people and the leader say of it. No
// contact, agent, node or message has such a name.
func (id RecordingID) Subject() string { return "recording:" + string(id) }

// RecordingBegun says that a conversation is being recorded, after caller and agent were
// told so. Written by the owner of the contact before the recording is asked for, so that
// no file is without its line in the ledger.
type RecordingBegun struct {
	Recording RecordingID   `json:"recording"`
	Queue     contact.Queue `json:"queue"`
	// Purpose is what it is made for, in the site's words.
	Purpose string `json:"purpose"`
	// Retention is for how long the file is kept from its end on.
	Retention time.Duration `json:"retention"`
}

// RecordingPaused says that nothing is recorded until RecordingResumed: an agent wished it,
// or the caller keys something in.
type RecordingPaused struct {
	Recording RecordingID   `json:"recording"`
	By        contact.Agent `json:"by,omitempty"`
	// Keys: because of the caller's keys, and until he has pressed none for a while.
	Keys bool `json:"keys,omitempty"`
}

// RecordingResumed ends a pause.
type RecordingResumed struct {
	Recording RecordingID   `json:"recording"`
	By        contact.Agent `json:"by,omitempty"`
}

// RecordingEnded says that the recording is over, or, with Failed, that none was made or
// that it broke off at a time that nobody knows.
type RecordingEnded struct {
	Recording RecordingID `json:"recording"`
	Failed    bool        `json:"failed,omitempty"`
}

// RecordingDeleted says that its file is not there any more: after its retention, by the
// leader, or before it, by whom it names.
type RecordingDeleted struct {
	Recording RecordingID `json:"recording"`
	By        string      `json:"by,omitempty"`
}

// Kind implementations, one per struct.
func (RecordingBegun) Kind() Kind   { return KindRecordingBegun }
func (RecordingPaused) Kind() Kind  { return KindRecordingPaused }
func (RecordingResumed) Kind() Kind { return KindRecordingResumed }
func (RecordingEnded) Kind() Kind   { return KindRecordingEnded }
func (RecordingDeleted) Kind() Kind { return KindRecordingDeleted }
