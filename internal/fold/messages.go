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
}

// Due reports whether the recording is to be deleted.
func (m *Message) Due(at int64) bool {
	return m.DoneAt != 0 && at >= m.DoneAt+m.Retention.Microseconds()
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
	s.Messages[f.Message] = &Message{
		ID: f.Message, Mailbox: f.Mailbox, Contact: rec.ID, Node: rec.Node, Entry: rec.Entry, Caller: rec.Caller, Withheld: rec.Withheld,
		Topic: f.Topic, Language: f.Language, At: at, Lasts: f.Lasts, Retention: f.Retention,
	}
	s.mailbox(f.Mailbox).Left++
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
	for _, m := range s.Messages {
		if m.Mailbox == mailbox && m.DoneAt == 0 && (at == 0 || m.At < at) {
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

// done notes who has dealt with a message.
func (s *State) done(e ledger.Entry, f fact.MessageDone) string {
	m := s.Messages[f.Message]
	switch {
	case m == nil || e.Subject != f.Message.Subject():
		return "there is no such message"
	case m.DoneAt != 0:
		return "it is done already"
	}
	m.DoneAt, m.DoneBy = e.At, f.By
	s.mailbox(m.Mailbox).Done++
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
	s.mailbox(m.Mailbox).Deleted++
	return ""
}
