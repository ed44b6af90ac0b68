package api

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// agents lists everybody, by center and id; ?center= chooses one center.
func (s *Server) agents(w http.ResponseWriter, r *http.Request) error {
	center := contact.Center(r.URL.Query().Get("center"))
	found := []Agent{}
	for _, a := range s.roll() {
		if center == "" || a.Center == center {
			found = append(found, a)
		}
	}
	return reply(w, http.StatusOK, found)
}

func (s *Server) agent(w http.ResponseWriter, r *http.Request) error {
	a, err := s.find(contact.Agent(r.PathValue("id")))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a)
}

// find looks on the floor, then among the configured.
func (s *Server) find(id contact.Agent) (Agent, error) {
	var found *Agent
	s.look(func(l lens) {
		if a := l.Floor.Agents[id]; a != nil {
			view := l.agent(a)
			found = &view
		}
	})
	if found == nil {
		card, configured := s.Controller.Card(id)
		if !configured {
			return Agent{}, notFound("agent", string(id), "see /api/v1/agents for those of the site")
		}
		view := absent(card)
		found = &view
	}
	found.Changed = s.byHand()[id]
	return *found, nil
}

// byHand says what was changed by hand, by agent.
func (s *Server) byHand() map[contact.Agent][]string {
	changed := map[contact.Agent][]string{}
	for _, d := range s.Controller.Version().Drift {
		changed[d.Agent] = d.Words
	}
	return changed
}

// roll is everybody: who is or was on the floor, and who is configured.
func (s *Server) roll() []Agent {
	var all []Agent
	known := map[contact.Agent]bool{}
	s.look(func(l lens) {
		for id, a := range l.Floor.Agents {
			known[id] = true
			all = append(all, l.agent(a))
		}
	})
	for id := range s.Controller.Site().Agents {
		if card, ok := s.Controller.Card(id); ok && !known[id] {
			all = append(all, absent(card))
		}
	}
	changed := s.byHand()
	for i := range all {
		all[i].Changed = changed[all[i].ID]
	}
	slices.SortFunc(all, func(a, b Agent) int {
		return cmp.Or(cmp.Compare(a.Center, b.Center), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func absent(card fact.LoggedIn) Agent {
	return Agent{ID: card.Agent, Name: card.Name, Center: card.Center, Phone: shownPhone(card.Phone), Skills: card.Skills, Capacity: card.Capacity, State: acd.LoggedOut}
}

func (l lens) agent(a *acd.Agent) Agent {
	view := Agent{
		ID: a.ID, Name: a.Name, Center: a.Center, Phone: shownPhone(a.Phone), Skills: a.Skills,
		State: a.State, Since: l.at(a.Since), Until: l.at(a.Until), Why: a.Why, Label: whyLabel(l.site.Floor, a.State, a.Why),
		Home: a.Home,
	}
	view.Contact, view.Capacity = l.Floor.ContactOf(a.ID), a.Capacity
	view.AtHand, view.Asides = l.atHand(a.ID), l.asides(a)
	switch {
	case a.LeaveWanted:
		view.Next = "logout"
	case a.PauseWanted != "":
		view.Next, view.NextWhy = "pause", a.PauseWanted
	}
	return view
}

// nothing is the body of a command that says all by its name.
type nothing struct{}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	return command(s, w, r, func(id contact.Agent, _ nothing) (fact.Fact, error) {
		return fact.LoggedOut{Agent: id}, nil
	})
}

func (s *Server) resume(w http.ResponseWriter, r *http.Request) error {
	return command(s, w, r, func(id contact.Agent, _ nothing) (fact.Fact, error) {
		if err := s.owes(r, id); err != nil {
			return nil, err
		}
		resumed := fact.Resumed{Agent: id}
		s.look(func(l lens) {
			a := l.Floor.Agents[id]
			resumed.Hands = a != nil && a.Kept() && l.Understood(fact.FormatHands)
		})
		return resumed, nil
	})
}

// command reads what somebody wants of an agent and answers with the agent as
// it is then. Without effect it is a conflict, never a silent success.
func command[T any](s *Server, w http.ResponseWriter, r *http.Request, make func(contact.Agent, T) (fact.Fact, error)) error {
	id := contact.Agent(r.PathValue("id"))
	var body T
	if err := readBody(r, &body); err != nil {
		return err
	}
	if _, err := s.find(id); err != nil {
		return err
	}
	f, err := make(id, body)
	if err != nil {
		return err
	}
	return s.order(w, r, id, f)
}

// order writes the fact of a command.
func (s *Server) order(w http.ResponseWriter, r *http.Request, id contact.Agent, f fact.Fact) error {
	op, err := operation(r)
	if err != nil {
		return err
	}
	answer, err := s.Controller.Command(r.Context(), id, f, op)
	if err != nil {
		return &Error{Status: http.StatusServiceUnavailable, Code: "ledger_unavailable",
			Message: "the command could not be written: " + err.Error(),
			Hint:    "send it again with the header Idempotency-Key: " + op + ", it then takes effect once"}
	}
	if answer.Void != "" {
		return withoutEffect(id, answer.Void)
	}
	after, err := s.find(id)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, Commanded{Agent: after, Operation: op, Position: answer.At})
}

// maxOperation bounds an operation id, in bytes; the ledger takes 256.
const maxOperation = 128

// operation is the id under which a repeated command takes effect once: the
// caller's own, or a new one.
func operation(r *http.Request) (string, error) {
	op := r.Header.Get("Idempotency-Key")
	switch {
	case op == "":
		return "api-" + rand.Text(), nil
	case len(op) > maxOperation || terminal.Plain(op) != op || !utf8.ValidString(op):
		return "", badRequest("the Idempotency-Key is not usable", fmt.Sprintf("use up to %d printable characters", maxOperation))
	}
	return op, nil
}
