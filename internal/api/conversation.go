package api

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/status"
)

// Conversation is where the parties of a call stand.
type Conversation struct {
	// State is together, held, asking, consulting, sending, inviting or conference.
	State engine.Conversation `json:"state"`
	// HeldSince is when the caller was put on hold; absent while he is not.
	HeldSince time.Time `json:"held_since,omitzero"`
	// Identifying says that he is on hold to be asked who he is.
	Identifying bool `json:"identifying,omitempty"`
	// Recording is on, paused (by the agent, or for keys of the caller), or interrupted while
	// the caller hears music or a number outside is there; absent if there is none.
	Recording engine.TapeState `json:"recording,omitempty"`
	// Parties are those beside the caller and who has the call.
	Parties []Party `json:"parties"`
}

// Party is one of them.
type Party struct {
	ID   fact.OfferID `json:"id"`
	Role fact.Role    `json:"role"`
	// Agent is who it is, or Number, masked.
	Agent  contact.Agent `json:"agent,omitempty"`
	Name   string        `json:"name,omitempty"` // of the agent
	Number string        `json:"number,omitempty"`
	// By is the agent who wished it.
	By    contact.Agent `json:"by,omitempty"`
	Since time.Time     `json:"since"`
	// Joined is when it answered; absent while it is being called.
	Joined time.Time `json:"joined,omitzero"`
}

// conversation is nil for a contact that is in none.
func (l lens) conversation(rec *engine.Record) *Conversation {
	state := rec.Conversation()
	if state == engine.Apart {
		return nil
	}
	c := &Conversation{State: state, HeldSince: l.at(rec.HeldAt), Identifying: rec.Identifying, Recording: rec.TapeState(), Parties: []Party{}}
	for _, p := range rec.Parties {
		shown := Party{ID: p.ID, Role: p.Role, Agent: p.Agent, By: p.By, Since: l.at(p.At), Joined: l.at(p.JoinedAt)}
		if p.Number != "" {
			shown.Number = hiddenNumber
		}
		if p.Agent != "" {
			shown.Name = l.nameOf(p.Agent)
		}
		c.Parties = append(c.Parties, shown)
	}
	return c
}

// hiddenNumber stands for a number outside: the ledger has it under a key of its own.
const hiddenNumber = "**"

// direction is the body of what is wanted of a conversation.
type direction struct {
	Queue  contact.Queue `json:"queue"`
	Topic  contact.Topic `json:"topic"`
	Agent  contact.Agent `json:"agent"`
	Number string        `json:"number"`
	Party  fact.OfferID  `json:"party"`
	// Contact is the call that is meant: if the agent has another by now, nothing is done.
	Contact contact.ID `json:"contact"`
	// Supervisor is who supervises, Mode how.
	Supervisor contact.Agent `json:"supervisor"`
	Mode       fact.Role     `json:"mode"`
}

// maxTarget bounds what is written for whom to call, in characters.
const maxTarget = 64

// Directed is the answer to what was wanted of a conversation: how it stands then.
type Directed struct {
	Agent contact.Agent `json:"agent"`
	Do    string        `json:"do"`
	// Contact is the call, absent if the agent has none any more.
	Contact *Call `json:"contact,omitempty"`
	// Operation is the id to repeat the command with.
	Operation string `json:"operation"`
}

// directs is the answer to one deed. What is given must be what the deed takes.
func (s *Server) directs(deed engine.Deed, takes ...string) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := contact.Agent(r.PathValue("id"))
		var body direction
		if err := readBody(r, &body); err != nil {
			return err
		}
		if err := body.check(takes); err != nil {
			return err
		}
		if _, err := s.find(id); err != nil {
			return err
		}
		by := id
		if body.Supervisor != "" {
			by = body.Supervisor
			if _, err := s.find(by); err != nil {
				return err
			}
		}
		if site := s.Controller.Site(); body.Topic != "" && !slices.Contains(site.Topics, body.Topic) {
			return badRequest(fmt.Sprintf("there is no topic %q", body.Topic), "the topics are "+joined(site.Topics))
		}
		op, err := operation(r)
		if err != nil {
			return err
		}
		err = s.Controller.Direct(r.Context(), status.Wish{
			Of: id, By: by, Do: string(deed), Queue: body.Queue, Topic: body.Topic, Agent: body.Agent, Number: body.Number,
			Contact: body.Contact, Party: body.Party, Role: body.Mode, Op: op,
		})
		if err != nil {
			return refusal(err)
		}
		return reply(w, http.StatusOK, Directed{Agent: id, Do: string(deed), Contact: s.contactOf(id), Operation: op})
	}
}

// contactOf is the call an agent is bound to, nil if there is none.
func (s *Server) contactOf(id contact.Agent) (found *Call) {
	s.look(func(l lens) {
		if rec := l.Contacts[l.Floor.ContactOf(id)]; rec != nil {
			call := l.call(rec)
			found = &call
		}
	})
	return found
}

func (d direction) check(takes []string) error {
	for name, text := range map[string]string{
		"queue": string(d.Queue), "topic": string(d.Topic), "agent": string(d.Agent), "number": d.Number, "party": string(d.Party), "contact": string(d.Contact),
		"supervisor": string(d.Supervisor), "mode": string(d.Mode),
	} {
		switch {
		case text == "":
		case name != "contact" && !slices.Contains(takes, name):
			return badRequest(fmt.Sprintf("this takes no %s", name), "see /api/v1/openapi.yaml for what it takes")
		case !short(text) || name == "number" && len(text) > maxTarget:
			return badRequest(fmt.Sprintf("the %s is not usable", name), fmt.Sprintf("use up to %d printable characters", maxShort))
		}
	}
	if slices.Contains(takes, "supervisor") && d.Supervisor == "" {
		return badRequest("say who supervises", `send {"supervisor": …}`)
	}
	if slices.Contains(takes, "mode") && !d.Mode.Supervises() {
		return badRequest(fmt.Sprintf("there is no mode %q", d.Mode), `send {"mode": "listening"}, "whispering" or "barging"`)
	}
	return nil
}
