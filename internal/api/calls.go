package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/explanation"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/terminal"
)

// calls lists live contacts, oldest first.
func (s *Server) calls(w http.ResponseWriter, _ *http.Request) error {
	found := []Call{}
	s.look(func(l lens) {
		for _, rec := range l.Contacts {
			found = append(found, l.call(rec))
		}
	})
	slices.SortFunc(found, func(a, b Call) int {
		return cmp.Or(a.Arrived.Compare(b.Arrived), cmp.Compare(a.ID, b.ID))
	})
	return reply(w, http.StatusOK, found)
}

func (l lens) call(rec *engine.Record) Call {
	agent := rec.Agent
	if rec.Connected() && rec.Conversation() == engine.Apart {
		agent = "" // he is free: whoever he was is in the story
	}
	return Call{
		ID: rec.ID, Medium: rec.Medium, Entry: rec.Entry, Node: rec.Node, Caller: l.caller(rec.Caller),
		Standing: l.standing(rec), Arrived: l.at(rec.ArrivedAt), Queued: l.at(rec.QueuedAt), Answered: l.at(rec.AnsweredAt), WaitsSince: l.at(rec.WaitsSince()),
		Menu: terminal.Plain(rec.MenuNode), Topic: rec.Topic, Department: rec.Department, Authentication: rec.Authentication,
		Queue: rec.Queue, Agent: agent, Center: rec.Center, Conversation: l.conversation(rec),
	}
}

// rating is the standing of who is asked after the call what he thinks of it.
const rating = "rating"

// standing says where a contact stands, of whom the record alone knows only that his agent has
// gone: that he is asked follows from his queue.
func (l lens) standing(rec *engine.Record) string {
	if l.site.Queues[rec.Queue].Satisfaction.Asking(rec) {
		return rating
	}
	return rec.Standing()
}

// call tells the story of one contact, live or past, by its id or a prefix
// that no other has.
func (s *Server) call(w http.ResponseWriter, r *http.Request) error {
	return s.reading(w, func() error {
		story, err := report.Tell(r.Context(), s.Controller, r.PathValue("id"))
		if err != nil {
			return unfound(r.PathValue("id"), err)
		}
		answer := CallStory{Story: story}
		s.look(func(l lens) {
			if rec := l.Contacts[story.Contact.ID]; rec != nil {
				live := l.call(rec)
				answer.Live = &live
			}
		})
		return reply(w, http.StatusOK, answer)
	})
}

// explain says why a contact waits, and why each agent got it.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) error {
	return s.reading(w, func() error {
		e, err := explanation.Of(r.Context(), s.Controller, r.PathValue("id"))
		if err != nil {
			return unfound(r.PathValue("id"), err)
		}
		return reply(w, http.StatusOK, e)
	})
}

// unfound is the error of an id that names no contact, or several.
func unfound(id string, err error) error {
	var ambiguous *report.Ambiguous
	var trimmed *report.Trimmed
	switch {
	case errors.As(err, &trimmed):
		return notFound("contact", id, "the ledger goes back to "+trimmed.Since.Format(time.RFC3339)+" only: older entries are gone, and contacts that arrived before cannot be told any more")
	case errors.Is(err, report.ErrUnknown):
		return notFound("contact", id, "see /api/v1/calls for live ones and /api/v1/report for past ones")
	case errors.As(err, &ambiguous):
		return &Error{Status: http.StatusConflict, Code: "ambiguous", Message: ambiguous.Error(), Hint: "give more of the id"}
	}
	return err
}
