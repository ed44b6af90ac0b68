package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// What an agent sees of the calls back that the person is promised whom he talks with, and how
// he cancels one: who has just been served, or has said so in a message, needs no call any more.

// callbacksOf are those of the person of a contact, but for the contact itself. A person is
// known by the number that he calls from, or is called at.
func (s *Server) callbacksOf(l lens, rec *engine.Record) (found []Callback) {
	known := numbersOf(rec)
	if len(known) == 0 {
		return nil
	}
	for id, other := range l.Contacts {
		if id == rec.ID || other.Callback == nil || !slices.ContainsFunc(numbersOf(other), func(n string) bool { return slices.Contains(known, n) }) {
			continue
		}
		if cb, is := s.callback(l, other); is {
			found = append(found, cb)
		}
	}
	inTurn(found)
	return found
}

// numbersOf are the keyed hashes of the numbers of a contact's person.
func numbersOf(rec *engine.Record) (hashes []string) {
	if rec.CallerHash != "" {
		hashes = append(hashes, rec.CallerHash)
	}
	if cb := rec.Callback; cb != nil && cb.NumberHash != "" {
		hashes = append(hashes, cb.NumberHash)
	}
	return hashes
}

// ownCancel is an agent who cancels a call back of the person whom he serves just now: whom he
// talks with, or whose message or mail he has. The ledger keeps his name.
func (s *Server) ownCancel(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Callback contact.ID `json:"callback"`
		Reason   string     `json:"reason"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	reason := strings.TrimSpace(body.Reason)
	switch {
	case body.Callback == "":
		return badRequest("say which call back", `name the one that you see: {"callback": …}`)
	case !short(reason):
		return badRequest("the reason is not usable", fmt.Sprintf("say why in up to %d printable characters", maxShort))
	}
	id := contact.Agent(r.PathValue("id"))
	if _, err := s.find(id); err != nil {
		return err
	}
	op, err := operation(r)
	if err != nil {
		return err
	}
	by, err := s.mayCancel(id, body.Callback)
	if err != nil {
		return err
	}
	return s.cancel(w, r, body.Callback, by, reason, op)
}

// mayCancel is the agent as the ledger names him, or why the call back is not his to cancel. One
// that is over is told by who keeps it: the answer may have been lost.
func (s *Server) mayCancel(id contact.Agent, callback contact.ID) (by string, err error) {
	err = conflict("not_this_person", fmt.Sprintf("agent %s serves nobody who is to be called by contact %s", id, callback),
		"an agent cancels the calls of the person whom he talks with; a supervisor those of anybody, at /api/v1/callbacks")
	s.look(func(l lens) {
		name := string(id)
		if known := l.nameOf(id); known != name {
			name = fmt.Sprintf("%s (%s)", known, id)
		}
		if l.Contacts[callback] == nil {
			by, err = name, nil
			return
		}
		for _, has := range l.contactsOf(id) {
			rec := l.Contacts[has]
			if rec == nil || !l.serves(id, rec) {
				continue
			}
			if slices.ContainsFunc(s.callbacksOf(l, rec), func(cb Callback) bool { return cb.Contact == callback }) {
				by, err = name, nil
			}
		}
	})
	return by, err
}

// serves reports whether the agent talks with the person of a contact, and has the call; or has
// taken what the person wrote or said.
func (l lens) serves(id contact.Agent, rec *engine.Record) bool {
	if rec.Agent != id {
		return false
	}
	a := l.Floor.Agents[id]
	if !rec.Medium.Interactive() {
		return rec.TakenAt != 0
	}
	return rec.Connected() && a != nil && a.State == acd.Talking
}
