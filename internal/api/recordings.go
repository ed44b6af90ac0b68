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

// Recording is a recorded conversation whose file is kept.
type Recording struct {
	ID      fact.RecordingID `json:"id"`
	Contact contact.ID       `json:"contact"`
	Node    contact.Node     `json:"node"`
	Queue   contact.Queue    `json:"queue"`
	Agent   contact.Agent    `json:"agent"`
	Purpose string           `json:"purpose"`
	At      time.Time        `json:"at"`
	// Ended is absent while it goes on; Failed says that there may be no file, or only a part.
	Ended  *time.Time `json:"ended,omitempty"`
	Failed bool       `json:"failed,omitempty"`
	// Until is when its file is deleted.
	Until *time.Time `json:"until,omitempty"`
}

func (l lens) recording(r *fold.Recording) Recording {
	shown := Recording{
		ID: r.ID, Contact: r.Contact, Node: r.Node, Queue: r.Queue, Agent: r.Agent, Purpose: r.Purpose, At: l.at(r.At), Failed: r.Failed,
	}
	if r.EndedAt != 0 {
		ended, until := l.at(r.EndedAt), l.at(r.EndedAt+r.Retention.Microseconds())
		shown.Ended, shown.Until = &ended, &until
	}
	return shown
}

// recordings lists those that are kept, the oldest first.
func (s *Server) recordings(w http.ResponseWriter, r *http.Request) error {
	queue := contact.Queue(r.URL.Query().Get("queue"))
	found := []Recording{}
	s.look(func(l lens) {
		for _, kept := range l.Recordings {
			if queue == "" || kept.Queue == queue {
				found = append(found, l.recording(kept))
			}
		}
	})
	slices.SortFunc(found, func(a, b Recording) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return reply(w, http.StatusOK, found)
}

func (s *Server) findRecording(r *http.Request) (found Recording, err error) {
	id := fact.RecordingID(r.PathValue("id"))
	err = notFound("recording", string(id), "see /api/v1/recordings for what is kept")
	s.look(func(l lens) {
		if kept := l.Recordings[id]; kept != nil {
			found, err = l.recording(kept), nil
		}
	})
	return found, err
}

// ended is a recording that is over: what is being said now is for nobody.
func (s *Server) ended(r *http.Request) (Recording, error) {
	found, err := s.findRecording(r)
	if err == nil && found.Ended == nil {
		err = &Error{Status: http.StatusConflict, Code: "no_effect", Message: "recording " + string(found.ID) + " is still going on", Hint: "wait for the end of the conversation"}
	}
	return found, err
}

// listen sends what was said. Who listens is noted in the log, and has to say so.
func (s *Server) listen(w http.ResponseWriter, r *http.Request) error {
	found, err := s.ended(r)
	if err != nil {
		return err
	}
	by, err := actor(r, r.URL.Query().Get("by"))
	if err == nil && by == "" {
		err = badRequest("nobody is named who listens", "say by whom, with by=NAME")
	}
	if err != nil {
		return err
	}
	file, err := s.Controller.Conversation(r.Context(), found.Node, found.ID)
	switch {
	case err == nil && file == nil:
		return &Error{Status: http.StatusNotFound, Code: "not_found", Message: "the recording is not at its Asterisk", Hint: "see the folder recording in its spool"}
	case err != nil:
		return &Error{Status: http.StatusServiceUnavailable, Code: "busy", Message: "the recording could not be read: " + err.Error(), Hint: "try again when its Asterisk answers"}
	}
	s.Log.Info("recording of a conversation fetched", zap.String("recording", string(found.ID)), zap.String("contact", string(found.Contact)),
		zap.String("by", by), zap.String("from", terminal.Plain(r.RemoteAddr)))
	return s.replySound(w, file)
}

// eraseRecording deletes one before its retention is over; the ledger keeps who did.
func (s *Server) eraseRecording(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		By string `json:"by"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	by, err := actor(r, body.By)
	if err == nil && by == "" {
		err = badRequest("nobody is named who deletes it", "say by whom")
	}
	if err != nil {
		return err
	}
	found, err := s.ended(r)
	if err != nil {
		return err
	}
	op, err := operation(r)
	if err != nil {
		return err
	}
	answer, err := s.Controller.EraseRecording(r.Context(), found.Node, found.ID, by, op)
	switch {
	case err != nil:
		return &Error{Status: http.StatusServiceUnavailable, Code: "busy", Message: "the recording could not be deleted: " + err.Error(),
			Hint: "send it again with the header Idempotency-Key: " + op}
	case answer.Void != "":
		return &Error{Status: http.StatusConflict, Code: "no_effect", Message: "recording " + string(found.ID) + ": " + answer.Void, Hint: "see /api/v1/recordings"}
	}
	return reply(w, http.StatusOK, found)
}
