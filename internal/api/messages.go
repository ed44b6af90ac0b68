package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/terminal"
)

// Message is a recorded message that a caller has left.
type Message struct {
	ID      fact.MessageID `json:"id"`
	Mailbox string         `json:"mailbox"`
	Contact contact.ID     `json:"contact"`
	Entry   contact.Entry  `json:"entry"`
	Node    contact.Node   `json:"node"`
	// Caller is masked in lists: whoever answers one message sees its number.
	Caller   string        `json:"caller"`
	Topic    contact.Topic `json:"topic,omitempty"`
	Language string        `json:"language,omitempty"`
	At       time.Time     `json:"at"`
	Seconds  float64       `json:"seconds"`
	// Due is when somebody is to have dealt with it; absent once it is done, and in a mailbox
	// without a deadline.
	Due time.Time `json:"due,omitzero"`
	// DoneAt and DoneBy say when somebody dealt with it, and who; Until is when its
	// recording is deleted.
	DoneAt *time.Time `json:"done_at,omitempty"`
	DoneBy string     `json:"done_by,omitempty"`
	Until  *time.Time `json:"until,omitempty"`
	// Queue is the one that serves the message, and ServedAs the contact that it is there;
	// absent in a mailbox without a queue. Standing is where that contact is, absent once it
	// is over, and Agent who has it.
	Queue    contact.Queue `json:"queue,omitempty"`
	ServedAs contact.ID    `json:"served_as,omitempty"`
	Standing string        `json:"standing,omitempty"`
	Agent    contact.Agent `json:"agent,omitempty"`
}

func (s *Server) message(l lens, m *fold.Message) Message {
	shown := Message{
		ID: m.ID, Mailbox: m.Mailbox, Contact: m.Contact, Entry: m.Entry, Node: m.Node, Caller: s.caller(m.Caller),
		Topic: m.Topic, Language: m.Language, At: l.at(m.At), Seconds: m.Lasts.Seconds(),
	}
	if m.For != nil {
		shown.Queue, shown.ServedAs = m.For.Queue, m.Born
	}
	if rec := l.Contacts[m.Born]; rec != nil {
		shown.Standing, shown.Agent = rec.Standing(), rec.Agent
	}
	if m.DoneAt == 0 {
		shown.Due = l.site.Mailboxes[m.Mailbox].Due(shown.At)
	} else {
		done, until := l.at(m.DoneAt), l.at(m.DoneAt+m.Retention.Microseconds())
		shown.DoneAt, shown.DoneBy, shown.Until = &done, m.DoneBy, &until
	}
	return shown
}

// messages lists what is to be done, the oldest first; with all=true what is done, too.
func (s *Server) messages(w http.ResponseWriter, r *http.Request) error {
	mailbox, all := r.URL.Query().Get("mailbox"), r.URL.Query().Get("all") == "true"
	found := []Message{}
	s.look(func(l lens) {
		for _, m := range l.Messages {
			if (mailbox == "" || m.Mailbox == mailbox) && (all || m.DoneAt == 0) {
				found = append(found, s.message(l, m))
			}
		}
	})
	slices.SortFunc(found, func(a, b Message) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return reply(w, http.StatusOK, found)
}

// showMessage shows one, with the number to call back.
func (s *Server) showMessage(w http.ResponseWriter, r *http.Request) error {
	m, err := s.findMessage(r)
	if err != nil {
		return err
	}
	var sealed string
	s.look(func(l lens) {
		if kept := l.Messages[m.ID]; kept != nil && !kept.Withheld {
			sealed = kept.Caller
		}
	})
	if number, ok := s.reveal(sealed); ok {
		m.Caller = number
	}
	return reply(w, http.StatusOK, m)
}

func (s *Server) reveal(sealed string) (string, bool) {
	if s.Reveal == nil || sealed == "" {
		return "", false
	}
	return s.Reveal(sealed)
}

func (s *Server) findMessage(r *http.Request) (found Message, err error) {
	return s.messageOf(fact.MessageID(r.PathValue("id")))
}

func (s *Server) messageOf(id fact.MessageID) (found Message, err error) {
	err = notFound("message", string(id), "see /api/v1/messages?all=true for what is kept")
	s.look(func(l lens) {
		if m := l.Messages[id]; m != nil {
			found, err = s.message(l, m), nil
		}
	})
	return found, err
}

// recording sends what was said. Who listens is noted in the log.
func (s *Server) recording(w http.ResponseWriter, r *http.Request) error {
	m, err := s.findMessage(r)
	if err != nil {
		return err
	}
	by, err := actor(r, r.URL.Query().Get("by"))
	if err != nil {
		return err
	}
	return s.sendRecording(w, r, m, by)
}

func (s *Server) sendRecording(w http.ResponseWriter, r *http.Request, m Message, by string) error {
	file, err := s.Controller.Recording(r.Context(), m.Node, m.ID)
	switch {
	case err == nil && file == nil:
		return &Error{Status: http.StatusNotFound, Code: "not_found", Message: "the recording is not at its Asterisk any more", Hint: "see the folder recording in its spool"}
	case err != nil:
		return &Error{Status: http.StatusServiceUnavailable, Code: "busy", Message: "the recording could not be read: " + err.Error(), Hint: "try again when its Asterisk answers"}
	}
	s.Log.Info("recording fetched", zap.String("message", string(m.ID)), zap.String("mailbox", m.Mailbox), zap.String("by", by), zap.String("from", terminal.Plain(r.RemoteAddr)))
	return s.replySound(w, file)
}

// messageDone marks a message as dealt with: from then on its retention counts.
func (s *Server) messageDone(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		By string `json:"by"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	by, err := actor(r, body.By)
	if err == nil && by == "" {
		err = badRequest("nobody is named who has dealt with it", "say by whom")
	}
	if err != nil {
		return err
	}
	m, err := s.findMessage(r)
	if err != nil {
		return err
	}
	op, err := operation(r)
	if err != nil {
		return err
	}
	answer, err := s.Controller.MessageDone(r.Context(), m.ID, by, op)
	switch {
	case err != nil:
		return &Error{Status: http.StatusServiceUnavailable, Code: "ledger_unavailable", Message: "the command could not be written: " + err.Error(),
			Hint: "send it again with the header Idempotency-Key: " + op + ", the message is then marked once"}
	case answer.Void != "":
		return &Error{Status: http.StatusConflict, Code: "no_effect", Message: "message " + string(m.ID) + ": " + answer.Void, Hint: "see /api/v1/messages?all=true"}
	}
	m, err = s.findMessage(r)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, m)
}
