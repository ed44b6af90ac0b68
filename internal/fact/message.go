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
}

// MessageDone says that somebody has dealt with a message.
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
