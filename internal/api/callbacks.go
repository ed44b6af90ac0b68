package api

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/status"
	"github.com/guichet/guichet/internal/terminal"
)

// Callback is a person who was promised a call and has not been reached yet.
type Callback struct {
	Contact contact.ID    `json:"contact"`
	Entry   contact.Entry `json:"entry"`
	Queue   contact.Queue `json:"queue"`
	Topic   contact.Topic `json:"topic,omitempty"`
	// Number is masked in lists: whoever looks at one sees it.
	Number string `json:"number"`
	// Standing is where it stands: "promised" (the person is on the line still), "callback",
	// "offered", "ringing" (an agent's phone) or "calling back".
	Standing  string    `json:"standing"`
	Requested time.Time `json:"requested"`
	// Attempts were made, of at most MaxAttempts; the next one comes not before NotBefore, and
	// none after Expires.
	Attempts    int       `json:"attempts"`
	MaxAttempts int       `json:"max_attempts"`
	NotBefore   time.Time `json:"not_before,omitzero"`
	Expires     time.Time `json:"expires"`
	// Center, From and Until are those of an appointment.
	Center contact.Center `json:"center,omitempty"`
	From   time.Time      `json:"from,omitzero"`
	Until  time.Time      `json:"until,omitzero"`
}

// callback shows who is to be called back; it is false for anybody else.
func (s *Server) callback(l lens, rec *engine.Record) (Callback, bool) {
	cb := rec.Callback
	if cb == nil || rec.ClosedAt != 0 || rec.Answered() {
		return Callback{}, false
	}
	shown := Callback{
		Contact: rec.ID, Entry: rec.Entry, Queue: rec.Queue, Topic: rec.Topic, Standing: rec.Standing(), Number: hidden, Requested: l.at(cb.RequestedAt),
		Attempts: cb.Made, MaxAttempts: cb.Attempts, NotBefore: l.at(cb.NotBefore), Expires: l.at(cb.ExpiresAt),
	}
	if cb.Place != nil {
		shown.Queue, shown.Standing = cb.Place.Queue, "promised"
	}
	if a := cb.Appointment; a != nil {
		shown.Center, shown.From, shown.Until = a.Center, l.at(a.From), l.at(a.Until)
	}
	if number, ok := s.revealCallback(rec.ID, cb.Number); ok {
		shown.Number = mask(number)
	}
	return shown, true
}

func (s *Server) revealCallback(id contact.ID, sealed string) (string, bool) {
	if s.RevealCallback == nil {
		return "", false
	}
	return s.RevealCallback(id, sealed)
}

// callbacks lists who is to be called back: by the time that was chosen, or asked at.
func (s *Server) callbacks(w http.ResponseWriter, r *http.Request) error {
	queue := contact.Queue(r.URL.Query().Get("queue"))
	found := []Callback{}
	s.look(func(l lens) {
		for _, rec := range l.Contacts {
			if cb, is := s.callback(l, rec); is && (queue == "" || cb.Queue == queue) {
				found = append(found, cb)
			}
		}
	})
	inTurn(found)
	return reply(w, http.StatusOK, found)
}

func inTurn(all []Callback) {
	slices.SortFunc(all, func(a, b Callback) int {
		return cmp.Or(a.turn().Compare(b.turn()), cmp.Compare(a.Contact, b.Contact))
	})
}

// turn is from when on the person may be called.
func (c Callback) turn() time.Time {
	if !c.From.IsZero() {
		return c.From
	}
	return c.Requested
}

// showCallback shows one, with the number.
func (s *Server) showCallback(w http.ResponseWriter, r *http.Request) error {
	found, err := s.findCallback(r)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, found)
}

func (s *Server) findCallback(r *http.Request) (found Callback, err error) {
	id := contact.ID(r.PathValue("id"))
	err = notFound("call back", string(id), "see /api/v1/callbacks for who is to be called back, and guichet call show for what became of one")
	sealed := ""
	s.look(func(l lens) {
		if rec := l.Contacts[id]; rec != nil {
			if cb, is := s.callback(l, rec); is {
				found, err, sealed = cb, nil, rec.Callback.Number
			}
		}
	})
	if number, ok := s.revealCallback(id, sealed); ok && sealed != "" {
		found.Number = number
	}
	return found, err
}

// accountable is who does something that the log or the ledger keeps, and why.
func accountable(r *http.Request, by, reason, does string) (who, why string, err error) {
	who, err = actor(r, by)
	why = strings.TrimSpace(reason)
	switch {
	case err != nil:
	case who == "":
		err = badRequest("nobody is named who "+does, "say by whom")
	case !short(why):
		err = badRequest("the reason is not usable", fmt.Sprintf("say why in up to %d printable characters", maxShort))
	}
	return who, why, err
}

// cancelCallback has somebody not called after all. The ledger keeps who wanted it, and why.
func (s *Server) cancelCallback(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		By     string `json:"by"`
		Reason string `json:"reason"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	by, reason, err := accountable(r, body.By, body.Reason, "cancels it")
	if err != nil {
		return err
	}
	op, err := operation(r)
	if err != nil {
		return err
	}
	return s.cancel(w, r, contact.ID(r.PathValue("id")), by, reason, op)
}

// cancel has it done.
func (s *Server) cancel(w http.ResponseWriter, r *http.Request, id contact.ID, by, reason, op string) error {
	if err := s.Controller.CancelCallback(r.Context(), id, status.Cancelling{By: by, Reason: reason, Op: op}); err != nil {
		return refusal(err)
	}
	s.Log.Info("call back cancelled", zap.String("contact", string(id)), zap.String("by", by), zap.String("from", terminal.Plain(r.RemoteAddr)))
	return reply(w, http.StatusOK, CallbackCancelled{Contact: id, By: by, Reason: reason, Operation: op})
}

// CallbackCancelled is the answer to a call back that was cancelled.
type CallbackCancelled struct {
	Contact contact.ID `json:"contact"`
	By      string     `json:"by"`
	Reason  string     `json:"reason"`
	// Operation is the id to repeat the command with.
	Operation string `json:"operation"`
}
