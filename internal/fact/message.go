package fact

import (
	"encoding/json"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// MessageID names a recorded message, and its recording at its node.
type MessageID string

// Subject is the message as the subject of what people and the leader say of it. No
// contact, agent or node has such a name.
func (id MessageID) Subject() string { return "message:" + string(id) }

// MessageLeft says that the caller has left a message. What was said is at the node of
// the contact alone, under the name of the message. Written by the owner of the contact.
type MessageLeft struct {
	Message MessageID `json:"message"`
	Mailbox string    `json:"mailbox"`
	// Lasts is how long it is, Spoken how much of it is not silence.
	Lasts  time.Duration `json:"lasts"`
	Spoken time.Duration `json:"spoken"`
	// Retention is for how long it is kept once it is done.
	Retention time.Duration `json:"retention"`
	Topic     contact.Topic `json:"topic,omitempty"`
	Language  string        `json:"language,omitempty"`
	// Crossed and Decided are what was passed since the fact before.
	Crossed []string  `json:"crossed,omitempty"`
	Decided []Decided `json:"decided,omitempty"`
	// Menu is the state from which the menu goes on.
	Menu json.RawMessage `json:"menu,omitempty"`
	// For is the queue for which the message is a contact of its own; nil without one.
	For *ForQueue `json:"for,omitempty"`
}

// ForQueue is what a message that a queue serves is routed by, as a caller who asks for
// that queue would be.
type ForQueue struct {
	Queue          contact.Queue        `json:"queue"`
	Department     contact.Department   `json:"department,omitempty"`
	PostalCode     string               `json:"postal_code,omitempty"`
	Authentication int                  `json:"authentication,omitempty"`
	Organisation   contact.Organisation `json:"organisation,omitempty"`
	// Within is how soon somebody is to deal with it; 0 is no deadline.
	Within time.Duration `json:"within,omitempty"`
}

// Voicemail is the message of the contact that is born for it.
type Voicemail struct {
	Message MessageID `json:"message"`
	Mailbox string    `json:"mailbox"`
	// LeftBy is the contact of the caller, who left it LeftAt, in µs.
	LeftBy   contact.ID    `json:"left_by"`
	LeftAt   int64         `json:"left_at"`
	Lasts    time.Duration `json:"lasts"`
	Topic    contact.Topic `json:"topic,omitempty"`
	Language string        `json:"language,omitempty"`
	For      ForQueue      `json:"for"`
}

// Due is when somebody is to have dealt with it, in µs; 0 is no deadline.
func (v Voicemail) Due() int64 {
	if v.For.Within == 0 {
		return 0
	}
	return v.LeftAt + v.For.Within.Microseconds()
}

// Urgent reports whether less than a quarter of the time within which somebody is to deal with
// it is left, at a time in µs.
func (v Voicemail) Urgent(at int64) bool { return v.For.Within != 0 && at >= v.UrgentFrom() }

// UrgentFrom is when that is so, in µs, of one that has a deadline.
func (v Voicemail) UrgentFrom() int64 { return v.Due() - v.For.Within.Microseconds()/4 }

// Contact is the contact that is born for the message: one, whoever does it and however
// often.
func (id MessageID) Contact() contact.ID { return contact.ID("vm-" + string(id)) }

// MessageDone says that somebody has dealt with a message, and closes the contact that was
// born for it. An agent to whom that contact was offered says so by Connected instead.
type MessageDone struct {
	Message MessageID `json:"message"`
	By      string    `json:"by"`
}

// MessageDeleted says that a recording is not there any more, after its retention.
// Written by the leader only.
type MessageDeleted struct {
	Message MessageID `json:"message"`
}

// Kind implementations, one per struct.
func (MessageLeft) Kind() Kind    { return KindMessageLeft }
func (MessageDone) Kind() Kind    { return KindMessageDone }
func (MessageDeleted) Kind() Kind { return KindMessageDeleted }
