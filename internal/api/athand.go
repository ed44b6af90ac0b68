package api

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// AtHand is a contact that an agent has beside his calls.
type AtHand struct {
	Contact contact.ID     `json:"contact"`
	Medium  contact.Medium `json:"medium"`
	Queue   contact.Queue  `json:"queue"`
	// Since is when he was offered it, and Taken whether he has taken it.
	Since time.Time `json:"since"`
	Taken bool      `json:"taken"`
}

// Aside is one medium of which nothing more is offered to an agent until a time, because he
// left something of it, or gave it back. Resume ends it.
type Aside struct {
	Medium contact.Medium `json:"medium"`
	Until  time.Time      `json:"until"`
	// Why is what he did, Label what people call it.
	Why   string `json:"why"`
	Label string `json:"label,omitempty"`
}

// asides are those of an agent, by medium.
func (l lens) asides(a *acd.Agent) (all []Aside) {
	for _, m := range slices.Sorted(maps.Keys(a.Hands)) {
		if h := a.Hands[m]; h.Until != 0 {
			all = append(all, Aside{Medium: m, Until: l.at(h.Until), Why: h.Why, Label: asideLabels[h.Why]})
		}
	}
	return all
}

// atHand is what an agent has beside his calls.
func (l lens) atHand(id contact.Agent) (all []AtHand) {
	for _, o := range l.Floor.AtHand(id) {
		all = append(all, AtHand{
			Contact: o.Contact, Medium: o.Medium, Queue: o.Queue, Since: l.at(o.At), Taken: o.TakenAt != 0 || o.Connected,
		})
	}
	return all
}

// contactsOf are those that an agent has: the one that he is bound to, then those at hand.
func (l lens) contactsOf(id contact.Agent) []contact.ID {
	all := []contact.ID{l.Floor.ContactOf(id)}
	for _, o := range l.Floor.AtHand(id) {
		all = append(all, o.Contact)
	}
	return all
}

// agentContacts is all that an agent has been given: the contact that he is bound to, if any,
// then what he has at hand beside.
func (s *Server) agentContacts(w http.ResponseWriter, r *http.Request) error {
	id := contact.Agent(r.PathValue("id"))
	if _, err := s.find(id); err != nil {
		return err
	}
	all := []Assigned{}
	var records []engine.Record
	s.look(func(l lens) {
		for _, has := range l.contactsOf(id) {
			if rec := l.Contacts[has]; rec != nil {
				all = append(all, Assigned{Contact: l.call(rec), Message: s.given(l, rec), Mail: l.mail(rec)})
				records = append(records, *rec)
			}
		}
	})
	for i := range all {
		if all[i].Mail != nil {
			if err := s.unseal(all[i].Mail, &records[i]); err != nil {
				return err
			}
		}
	}
	return reply(w, http.StatusOK, all)
}
