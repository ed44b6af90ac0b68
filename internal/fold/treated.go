package fold

import (
	"slices"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// Served is the contact that an agent answered last, as he needs it to note what it
// was: the contact itself may be over long before. Times are µs of site time.
type Served struct {
	Contact        contact.ID         `json:"contact"`
	Medium         contact.Medium     `json:"medium"`
	Entry          contact.Entry      `json:"entry"`
	Queue          contact.Queue      `json:"queue,omitempty"`
	Topic          contact.Topic      `json:"topic,omitempty"`
	Department     contact.Department `json:"department,omitempty"`
	Caller         string             `json:"caller,omitempty"`
	CallerHash     string             `json:"caller_hash,omitempty"`
	Withheld       bool               `json:"withheld,omitempty"`
	Authentication int                `json:"authentication,omitempty"`
	Path           []string           `json:"path,omitempty"`
	ArrivedAt      int64              `json:"arrived_at"`
	QueuedAt       int64              `json:"queued_at,omitempty"`
	AnsweredAt     int64              `json:"answered_at"`
	// Treated is what the agent noted, at TreatedAt; nil before.
	Treated   *fact.Treated `json:"treated,omitempty"`
	TreatedAt int64         `json:"treated_at,omitempty"`
}

// Bounds of what one contact may be noted with: more is no note of a person's.
const (
	maxActs     = 20
	maxCode     = 64      // bytes of a name
	maxSealed   = 8 << 10 // bytes of a note, encrypted
	maxHistory  = 5       // earlier contacts of one person
	maxContacts = 50_000  // of all
	historyLast = 30 * 24 * 60 * minute
)

// serve notes whom an agent talks with: who has answered, and who was called into the
// conversation, once the caller hears him.
func (s *State) serve(agent contact.Agent, rec *engine.Record) {
	if last := s.Served[agent]; agent == "" || last != nil && last.Contact == rec.ID {
		return // what he noted of it stays
	}
	if s.Served == nil {
		s.Served = map[contact.Agent]*Served{}
	}
	s.Served[agent] = &Served{
		Contact: rec.ID, Medium: rec.Medium, Entry: rec.Entry, Queue: rec.Queue, Topic: rec.Topic, Department: rec.Department,
		Caller: rec.Caller, CallerHash: rec.CallerHash, Withheld: rec.Withheld, Authentication: rec.Authentication, Path: rec.Path,
		ArrivedAt: rec.ArrivedAt, QueuedAt: rec.QueuedAt, AnsweredAt: rec.AnsweredAt,
	}
}

// besideACall reports whether the agent has answered a contact that was at hand while he is
// at work on another: that one is what he notes afterwards.
func (s *State) besideACall(rec *engine.Record) bool {
	o, a := s.Floor.Offers[rec.Offer], s.Floor.Agents[rec.Agent]
	return o != nil && a != nil && o.Beside && (a.Offer != "" || a.State == acd.WrapUp)
}

// Unnoted is the queue of the contact that an agent works on after, and has not noted;
// false if there is none.
func (s *State) Unnoted(agent contact.Agent) (contact.Queue, bool) {
	a, served := s.Floor.Agents[agent], s.Served[agent]
	if a == nil || a.State != acd.WrapUp || served == nil || served.Treated != nil {
		return "", false
	}
	return served.Queue, true
}

// treated keeps what an agent notes of the contact that he answered last.
func (s *State) treated(e ledger.Entry, f fact.Treated) string {
	served := s.Served[f.Agent]
	switch {
	case served == nil || string(served.Contact) != e.Subject:
		return "it is not the contact that the agent answered last"
	case f.Topic == "" && len(f.Acts) == 0 && f.Result == "" && f.Note == "":
		return "nothing is noted"
	case len(f.Topic) > maxCode || len(f.Result) > maxCode || len(f.Acts) > maxActs || len(f.Note) > maxSealed,
		slices.ContainsFunc(f.Acts, func(a string) bool { return a == "" || len(a) > maxCode }):
		return "more is noted than may be"
	}
	served.Treated, served.TreatedAt = &f, e.At
	s.History.noted(served.CallerHash, served.Contact, f)
	return ""
}

// History is the earlier contacts of people, by the keyed hash of their number: for
// thirty days, at most five of each, and of all as many as memory is meant for.
type History struct {
	People map[string][]Past `json:"people,omitempty"`
	// Contacts is how many there are in all.
	Contacts int `json:"contacts,omitempty"`
	// Swept is when what is older was forgotten last.
	Swept int64 `json:"swept,omitempty"`
}

// Past is a contact that has its outcome.
type Past struct {
	Contact contact.ID      `json:"contact"`
	Medium  contact.Medium  `json:"medium"`
	At      int64           `json:"at"` // of its arrival
	Queue   contact.Queue   `json:"queue,omitempty"`
	Topic   contact.Topic   `json:"topic,omitempty"`
	Outcome contact.Outcome `json:"outcome"`
	Agent   contact.Agent   `json:"agent,omitempty"`
	Treated *fact.Treated   `json:"treated,omitempty"`
}

// Earlier are the earlier contacts of who has this hash, newest last, without one.
func (s *State) Earlier(callerHash string, but contact.ID) (past []Past) {
	for _, p := range s.History.People[callerHash] {
		if p.Contact != but {
			past = append(past, p)
		}
	}
	return past
}

// add keeps a contact whose outcome has just been fixed.
func (h *History) add(at int64, rec *engine.Record) {
	if rec.CallerHash == "" {
		return
	}
	if h.People == nil {
		h.People = map[string][]Past{}
	}
	past := append(h.People[rec.CallerHash], Past{
		Contact: rec.ID, Medium: rec.Medium, At: rec.ArrivedAt, Queue: rec.Queue, Topic: rec.Topic, Outcome: rec.Outcome, Agent: rec.Agent,
	})
	h.Contacts++
	if len(past) > maxHistory {
		h.Contacts -= len(past) - maxHistory
		past = slices.Clone(past[len(past)-maxHistory:])
	}
	h.People[rec.CallerHash] = past
	if at-h.Swept > sweptEvery {
		h.forget(at - historyLast)
		h.Swept = at
	}
	if h.Contacts > maxContacts {
		h.forget(h.quarter())
	}
}

// quarter is before when a quarter of all was.
func (h *History) quarter() int64 {
	all := make([]int64, 0, h.Contacts)
	for _, past := range h.People {
		for _, p := range past {
			all = append(all, p.At)
		}
	}
	slices.Sort(all)
	return all[len(all)/4] + 1
}

// forget forgets what was before a time.
func (h *History) forget(before int64) {
	h.Contacts = 0
	for person, past := range h.People {
		left := slices.DeleteFunc(past, func(p Past) bool { return p.At < before })
		h.Contacts += len(left)
		if len(left) == 0 {
			delete(h.People, person)
			continue
		}
		h.People[person] = left
	}
}

// noted adds what an agent has noted of a contact.
func (h *History) noted(person string, id contact.ID, f fact.Treated) {
	for i := range h.People[person] {
		if p := &h.People[person][i]; p.Contact == id {
			p.Treated = &f
		}
	}
}
