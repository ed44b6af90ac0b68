package fact

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// The kinds of facts about an agent's day at the desk, from the third format of the
// ledger on.
const (
	KindSeated Kind = "agent_seated"
	KindWrapUp Kind = "agent_wrap_up"
	KindPhone  Kind = "agent_phone"
)

// AgentSeated logs an agent in at a phone of his own choice, until he logs out. Unlike
// a log-in it moves nobody: void if he is logged in at another phone, or if another
// agent is logged in at this one.
type AgentSeated struct {
	// Card is what the site says of him, his own phone included.
	Card LoggedIn `json:"card"`
	// Phone is where he sits, perhaps his own.
	Phone string `json:"phone"`
	// OnCall says that he spoke from this phone and has not hung up: it cannot ring yet.
	OnCall bool `json:"on_call,omitempty"`
}

// AgentWrapUp ends the running wrap-up of an agent, or makes it longer, as he wishes.
type AgentWrapUp struct {
	Agent contact.Agent `json:"agent"`
	// Since is when that wrap-up began, in µs: another one is not meant.
	Since int64 `json:"since"`
	// Extend is by how much it becomes longer; 0 ends it.
	Extend time.Duration `json:"extend,omitempty"`
	// Longest is what it may last in all.
	Longest time.Duration `json:"longest,omitempty"`
}

// AgentPhone says what the node's owner sees of an agent's phone: whether it can ring
// for a contact now. Written when that changes.
type AgentPhone struct {
	Agent contact.Agent `json:"agent"`
	Phone string        `json:"phone"`
	// Trouble is why it cannot; empty if it can.
	Trouble contact.PhoneTrouble `json:"trouble,omitempty"`
}

// Kind implementations, one per struct.
func (AgentSeated) Kind() Kind { return KindSeated }
func (AgentWrapUp) Kind() Kind { return KindWrapUp }
func (AgentPhone) Kind() Kind  { return KindPhone }
