package fold

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// Message is a message that somebody left, until its recording is deleted. Times are µs.
type Message struct {
	ID      fact.MessageID `json:"id"`
	Mailbox string         `json:"mailbox"`
	Contact contact.ID     `json:"contact"`
	// Node is where the recording lies.
	Node  contact.Node  `json:"node"`
	Entry contact.Entry `json:"entry"`
	// Caller is the caller's number, encrypted with the site key.
	Caller   string        `json:"caller,omitempty"`
	Withheld bool          `json:"withheld,omitempty"`
	Topic    contact.Topic `json:"topic,omitempty"`
	Language string        `json:"language,omitempty"`
	At       int64         `json:"at"`
	Lasts    time.Duration `json:"lasts"`
	// Retention counts from DoneAt.
	Retention time.Duration `json:"retention"`
	DoneAt    int64         `json:"done_at,omitempty"`
	DoneBy    string        `json:"done_by,omitempty"`
	// For is the queue that serves the message, CallerHash the keyed hash of the caller's
	// number, and Born the contact that was born for it; all three are empty without a queue.
	For        *fact.ForQueue `json:"for,omitempty"`
	CallerHash string         `json:"caller_hash,omitempty"`
	Born       contact.ID     `json:"born,omitempty"`
}

// Due reports whether the recording is to be deleted.
func (m *Message) Due(at int64) bool {
	return m.DoneAt != 0 && at >= m.DoneAt+m.Retention.Microseconds()
}

// Unborn reports whether a queue serves the message, and its contact is still to be born.
func (m *Message) Unborn() bool { return m.For != nil && m.Born == "" && m.DoneAt == 0 }

// Voicemail is what the contact knows that is born for a message of a queue.
func (m *Message) Voicemail() fact.Voicemail {
	return fact.Voicemail{
		Message: m.ID, Mailbox: m.Mailbox, LeftBy: m.Contact, LeftAt: m.At, Lasts: m.Lasts, Topic: m.Topic, Language: m.Language, For: *m.For,
	}
}

// Mailbox counts the messages of one mailbox.
type Mailbox struct {
	Left uint64 `json:"left"`
	// Failed are those that could not be recorded, Refused the callers who found it full.
	Failed  uint64 `json:"failed,omitempty"`
	Refused uint64 `json:"refused,omitempty"`
	Done    uint64 `json:"done,omitempty"`
	Deleted uint64 `json:"deleted,omitempty"`
}

// mayLeave judges a message of a contact.
func (s *State) mayLeave(rec *engine.Record, f fact.MessageLeft) string {
	switch {
	case rec.ClosedAt != 0 || rec.Met() || rec.Transfer != nil:
		return "contact is past its menu"
	case f.Message == "" || f.Mailbox == "":
		return "a message without a name or a mailbox"
	case s.Messages[f.Message] != nil:
		return "message is known already"
	}
	return ""
}

// left keeps what is known of a message.
func (s *State) left(at int64, rec *engine.Record, f fact.MessageLeft) {
	if s.Messages == nil {
		s.Messages = map[fact.MessageID]*Message{}
	}
	m := &Message{
		ID: f.Message, Mailbox: f.Mailbox, Contact: rec.ID, Node: rec.Node, Entry: rec.Entry, Caller: rec.Caller, Withheld: rec.Withheld,
		Topic: f.Topic, Language: f.Language, At: at, Lasts: f.Lasts, Retention: f.Retention, For: f.For,
	}
	if m.For != nil {
		m.CallerHash = rec.CallerHash
	}
	s.Messages[f.Message] = m
	s.shelf.message(m)
	s.mailbox(f.Mailbox).Left++
}

// mayBeBorn judges the arrival of a contact that is born for a message: there is one for
// each, under the name that follows from the message.
func (s *State) mayBeBorn(id contact.ID, f fact.Arrived) string {
	if (f.Medium == contact.Voicemail) != (f.Voicemail != nil) {
		return "a message and its medium come together"
	}
	if f.Voicemail == nil {
		return ""
	}
	m := s.Messages[f.Voicemail.Message]
	switch {
	case m == nil || m.For == nil:
		return "there is no such message for a queue"
	case m.DoneAt != 0:
		return "the message is done already"
	case m.Born != "":
		return "the message has its contact already"
	case id != m.ID.Contact():
		return "another contact is born for the message"
	}
	return ""
}

// born keeps that a message has its contact.
func (s *State) born(rec *engine.Record) {
	if v := rec.Voicemail; v != nil {
		s.Messages[v.Message].Born = rec.ID
	}
}

// heard marks the message as done that an agent has dealt with, as its contact.
func (s *State) heard(at int64, rec *engine.Record) {
	if rec.Voicemail == nil {
		return
	}
	if m := s.Messages[rec.Voicemail.Message]; m != nil && m.DoneAt == 0 {
		s.markDone(m, at, string(rec.Agent))
	}
}

func (s *State) markDone(m *Message, at int64, by string) {
	m.DoneAt, m.DoneBy = at, by
	s.shelf.message(m)
	s.mailbox(m.Mailbox).Done++
}

// MessagesWaiting is how many messages of a mailbox nobody has dealt with yet.
func (s *State) MessagesWaiting(mailbox string) int {
	m := s.Mailboxes[mailbox]
	if m == nil {
		return 0
	}
	return int(m.Left - m.Done)
}

// OldestMessage is when the oldest of those was left; 0 if there is none.
func (s *State) OldestMessage(mailbox string) (at int64) {
	for m := range s.Waiting() {
		if m.Mailbox == mailbox && (at == 0 || m.At < at) {
			at = m.At
		}
	}
	return at
}

// unrecorded counts those who could leave no message.
func (s *State) unrecorded(decided []fact.Decided) {
	for _, d := range decided {
		switch {
		case d.Mailbox == "":
		case d.Case == fact.OnFull:
			s.mailbox(d.Mailbox).Refused++
		default:
			s.mailbox(d.Mailbox).Failed++
		}
	}
}

func (s *State) mailbox(name string) *Mailbox {
	if s.Mailboxes == nil {
		s.Mailboxes = map[string]*Mailbox{}
	}
	if s.Mailboxes[name] == nil {
		s.Mailboxes[name] = &Mailbox{}
	}
	return s.Mailboxes[name]
}

// done notes who has dealt with a message. The contact that was born for it is over with
// that: it is taken from wherever it waits, and from whoever has it on his screen.
func (s *State) done(a *Applied, f fact.MessageDone) string {
	e, m := a.Entry, s.Messages[f.Message]
	switch {
	case m == nil || e.Subject != f.Message.Subject():
		return "there is no such message"
	case m.DoneAt != 0:
		return "it is done already"
	}
	s.markDone(m, e.At, f.By)
	if rec := s.Contacts[m.Born]; rec != nil && rec.ClosedAt == 0 {
		a.Contact, a.Record = rec.ID, rec
		s.Floor.Leave(rec.ID)
		s.apply(a, rec, "")
		s.letGo(rec)
	}
	return ""
}

// deleted forgets a message whose recording is gone.
func (s *State) deleted(e ledger.Entry, f fact.MessageDeleted) string {
	m := s.Messages[f.Message]
	switch {
	case m == nil || e.Subject != f.Message.Subject():
		return "there is no such message"
	case !m.Due(e.At):
		return "it is to be kept"
	}
	delete(s.Messages, f.Message)
	s.shelf.remove(e.Subject)
	s.mailbox(m.Mailbox).Deleted++
	return ""
}
