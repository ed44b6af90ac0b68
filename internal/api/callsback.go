package api

import (
	"net/http"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/status"
)

// CallsBack is the answer to an agent who calls back who left a message: Contact is that of the
// call, absent for a repetition whose call is over.
type CallsBack struct {
	Agent   contact.Agent `json:"agent"`
	Message contact.ID    `json:"message"`
	Contact contact.ID    `json:"contact,omitempty"`
	// Operation is the id to repeat the command with.
	Operation string `json:"operation"`
}

// callBackFor has an agent call back who left the message that he names: what he sees, and not what
// has come to him since. It answers when the ledger has it; the agent's phone rings after.
func (s *Server) callBackFor(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Contact contact.ID `json:"contact"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Contact == "" {
		return badRequest("say of which message", `name the contact that you see: {"contact": …}`)
	}
	id := contact.Agent(r.PathValue("id"))
	if _, err := s.find(id); err != nil {
		return err
	}
	op, err := operation(r)
	if err != nil {
		return err
	}
	call, err := s.Controller.CallBackFor(r.Context(), status.CallsBack{Message: body.Contact, Agent: id, Op: op})
	if err != nil {
		return refusal(err)
	}
	return reply(w, http.StatusOK, CallsBack{Agent: id, Message: body.Contact, Contact: call, Operation: op})
}
