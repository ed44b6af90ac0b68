package api

import (
	"net/http"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// GivenMessage is a recorded message as the agent has it to whom it was offered: with the number
// to call back, unless that was withheld. What was said is at /api/v1/agents/{id}/contact/recording.
type GivenMessage struct {
	Message
	Department contact.Department `json:"department,omitempty"`
	// Until is when it is taken away again, unless it is taken, or done.
	Until time.Time `json:"until,omitzero"`
}

// given is the message of a contact; nil for any other.
func (s *Server) given(l lens, rec *engine.Record) *GivenMessage {
	if rec.Voicemail == nil {
		return nil
	}
	m := l.Messages[rec.Voicemail.Message]
	if m == nil {
		return nil
	}
	g := &GivenMessage{Message: s.message(l, m), Department: rec.Department, Until: l.at(until(rec))}
	if number, ok := s.reveal(m.Caller); ok && !m.Withheld {
		g.Caller = number
	}
	return g
}

// agentRecording sends what was said in the message that an agent has: the one that he sees, if he
// names it. Who listens is noted in the log.
func (s *Server) agentRecording(w http.ResponseWriter, r *http.Request) error {
	id := contact.Agent(r.PathValue("id"))
	if _, err := s.find(id); err != nil {
		return err
	}
	var heard fact.MessageID
	seen := contact.ID(r.URL.Query().Get("contact"))
	s.look(func(l lens) {
		for _, has := range l.contactsOf(id) {
			if rec := l.Contacts[has]; heard == "" && rec != nil && rec.Voicemail != nil && (seen == "" || seen == rec.ID) {
				heard = rec.Voicemail.Message
			}
		}
	})
	if heard == "" {
		return notFound("recorded message of agent", string(id), "the agent has none now")
	}
	by, err := actor(r, string(id))
	if err != nil {
		return err
	}
	m, err := s.messageOf(heard)
	if err != nil {
		return err
	}
	return s.sendRecording(w, r, m, by)
}
