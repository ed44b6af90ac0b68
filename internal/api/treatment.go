package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/status"
)

// maxNote bounds a note, in characters.
const maxNote = 1000

// Noted is what an agent notes of a contact: what it was really about, what was done,
// what came of it.
type Noted struct {
	Contact contact.ID    `json:"contact"`
	Topic   contact.Topic `json:"topic,omitempty"`
	Acts    []string      `json:"acts,omitempty"`
	Result  string        `json:"result,omitempty"`
	Note    string        `json:"note,omitempty"`
}

// Treatment is what can be noted of the contact that the agent has or had last, and
// what was.
type Treatment struct {
	Contact contact.ID `json:"contact"`
	// Required: the agent is not ready again before it is noted.
	Required bool            `json:"required"`
	Topics   []contact.Topic `json:"topics"`
	Acts     []config.Coded  `json:"acts"`
	Results  []config.Coded  `json:"results"`
	// Notes: a free text can be kept.
	Notes bool `json:"notes"`
	// Saved is in the ledger since SavedAt; Draft is what was begun after that, on this
	// controller.
	Saved   *Noted    `json:"saved,omitempty"`
	SavedAt time.Time `json:"saved_at,omitzero"`
	Draft   *Noted    `json:"draft,omitempty"`
}

// drafts are what agents have begun to note, so that a page that is loaded again has
// it; of one contact each, in memory.
type drafts struct {
	mu sync.Mutex
	of map[contact.Agent]Noted
}

func (d *drafts) keep(agent contact.Agent, n Noted) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.of[agent] = n
}

func (d *drafts) drop(agent contact.Agent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.of, agent)
}

// about is the draft of an agent of a contact, if there is one.
func (d *drafts) about(agent contact.Agent, id contact.ID) *Noted {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, begun := d.of[agent]
	if !begun || n.Contact != id {
		return nil
	}
	return &n
}

// draft keeps what an agent has begun to note. It is nobody's but his, and is not
// checked before it is meant.
func (s *Server) draft(w http.ResponseWriter, r *http.Request) error {
	var n Noted
	if err := readBody(r, &n); err != nil {
		return err
	}
	agent := visiting(r).Agent()
	t := s.treatment(agent)
	if t == nil || t.Contact != n.Contact {
		return notTheLast(n.Contact)
	}
	if utf8.RuneCountInString(n.Note) > maxNote {
		return tooLong(fmt.Sprintf("a note may have %d characters", maxNote))
	}
	s.drafts.keep(agent, n)
	return reply(w, http.StatusOK, n)
}

func notTheLast(id contact.ID) *Error {
	return &Error{Status: http.StatusConflict, Code: "no_effect", Message: fmt.Sprintf("%s is not the contact that you answered last", id),
		Hint: "the card shows the one that it is"}
}

// treated writes what an agent notes.
func (s *Server) treated(w http.ResponseWriter, r *http.Request) error {
	var n Noted
	if err := readBody(r, &n); err != nil {
		return err
	}
	agent := visiting(r).Agent()
	t := s.treatment(agent)
	if t == nil || t.Contact != n.Contact {
		return notTheLast(n.Contact)
	}
	n.Note = strings.TrimSpace(n.Note)
	if err := t.check(n); err != nil {
		return err
	}
	op, err := operation(r)
	if err != nil {
		return err
	}
	answer, err := s.Controller.Treat(r.Context(), agent, status.Treatment(n), op)
	var refused *status.Refused
	switch {
	case errors.As(err, &refused):
		return refusal(err)
	case err != nil:
		return &Error{Status: http.StatusServiceUnavailable, Code: "ledger_unavailable", Message: "what was noted could not be written: " + err.Error(),
			Hint: "send it again with the header Idempotency-Key: " + op + ", it is then noted once"}
	case answer.Void != "":
		return &Error{Status: http.StatusConflict, Code: "no_effect", Message: "contact " + string(n.Contact) + ": " + answer.Void, Hint: "the card shows what can be noted now"}
	}
	s.drafts.drop(agent)
	return s.card(w, r)
}

// check holds what is noted to what the site has.
func (t *Treatment) check(n Noted) error {
	switch {
	case n.Topic != "" && !slices.Contains(t.Topics, n.Topic):
		return badRequest(fmt.Sprintf("there is no topic %q", n.Topic), "the topics are "+joined(t.Topics))
	case !coded(t.Results, n.Result):
		return badRequest(fmt.Sprintf("there is no result %q", n.Result), "see treatment of queues.yaml")
	case utf8.RuneCountInString(n.Note) > maxNote:
		return tooLong(fmt.Sprintf("a note may have %d characters", maxNote))
	case t.Required && n.Topic == "":
		return required("topic")
	case t.Required && len(t.Results) > 0 && n.Result == "":
		return required("result")
	}
	for i, act := range n.Acts {
		if act == "" || !coded(t.Acts, act) || slices.Contains(n.Acts[:i], act) {
			return badRequest(fmt.Sprintf("%q is no act of the agent's center, or is noted twice", act), "see treatment of queues.yaml, and acts of centers.yaml")
		}
	}
	if n.Topic == "" && len(n.Acts) == 0 && n.Result == "" && n.Note == "" {
		return badRequest("nothing is noted", "give a topic, acts, a result or a note")
	}
	return nil
}

// coded reports whether a name is one of those, or none.
func coded(all []config.Coded, name string) bool {
	return name == "" || slices.ContainsFunc(all, func(c config.Coded) bool { return c.Name == name })
}

// labelOf is what agents call a thing; its name if the site has it no more.
func labelOf(all []config.Coded, name string) string {
	for _, c := range all {
		if c.Name == name {
			return c.Label
		}
	}
	return name
}

func required(what string) *Error {
	return &Error{Status: http.StatusUnprocessableEntity, Code: "code_required", Message: "the " + what + " is missing", Hint: "the queue requires it of each contact"}
}

// treatment is what an agent can note now; nil if he has answered nobody.
func (s *Server) treatment(agent contact.Agent) (t *Treatment) {
	s.look(func(l lens) { t = s.treatmentIn(l, agent) })
	return t
}

func (s *Server) treatmentIn(l lens, agent contact.Agent) *Treatment {
	served := l.Served[agent]
	if served == nil {
		return nil
	}
	t := &Treatment{
		Contact: served.Contact, Required: l.site.Queues[served.Queue].CodeRequired, Topics: list(l.site.Topics),
		Results: list(l.site.Treatment.Results), Notes: l.site.Key.Given(), SavedAt: l.at(served.TreatedAt),
		Saved: s.noted(served.Contact, served.Treated), Draft: s.drafts.about(agent, served.Contact),
	}
	if a := l.Floor.Agents[agent]; a != nil {
		t.Acts = list(l.site.ActsOf(l.site.Centers[a.Center]))
	}
	return t
}

// noted is what was noted, in clear.
func (s *Server) noted(id contact.ID, f *fact.Treated) *Noted {
	if f == nil {
		return nil
	}
	n := &Noted{Contact: id, Topic: f.Topic, Acts: f.Acts, Result: f.Result}
	n.Note, _ = s.reveal(f.Note)
	return n
}

// owes refuses an agent who must note a contact before he is ready again. A supervisor
// may free him.
func (s *Server) owes(r *http.Request, id contact.Agent) (err error) {
	if v := visiting(r); v == nil || v.Agent() != id {
		return nil
	}
	s.look(func(l lens) {
		if l.owes(id) {
			err = required("note of the last contact")
		}
	})
	return err
}

// owes reports whether an agent must note a contact before he is ready again.
func (l lens) owes(agent contact.Agent) bool {
	queue, unnoted := l.Unnoted(agent)
	return unnoted && l.site.Queues[queue].CodeRequired
}
