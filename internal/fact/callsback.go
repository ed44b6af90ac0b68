package fact

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// FormatCallsBack is the format of the ledger from which on an agent may have somebody called
// back whose message he has at hand: that contact's arrival says so. FormatHands is that from
// which on an agent who is ready again by his own will may say so of what he has at hand while
// his phone is in a call of its own.
const (
	FormatCallsBack = 19
	FormatHands     = 19
	callsBackEntry  = 3
	handsEntry      = 2
)

// CallsBack begins the contact by which an agent calls back who left a message that he has at
// hand. It claims the agent: his phone is dialled only after the arrival was accepted, and
// the person is called when he has answered. Everything is resolved, as in CallbackRequested.
type CallsBack struct {
	// Message is the contact of the message, which stays at hand.
	Message contact.ID     `json:"message"`
	Agent   contact.Agent  `json:"agent"`
	Center  contact.Center `json:"center"`
	// Offer names the leg of the agent. As with a transfer, the owner names it.
	Offer OfferID `json:"offer"`
	// Number is where to call, encrypted for this contact, and NumberHash its keyed hash: two
	// agents do not call one person about one topic.
	Number       string               `json:"number"`
	NumberHash   string               `json:"number_hash"`
	Queue        contact.Queue        `json:"queue"`
	Topic        contact.Topic        `json:"topic,omitempty"`
	Department   contact.Department   `json:"department,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// Policies are those of a call of the queue, Ring how long the person's phone rings.
	Policies contact.Policies `json:"policies"`
	Ring     time.Duration    `json:"ring"`
	// Hours are when people may be called.
	Hours []contact.Window `json:"permitted,omitempty"`
	// ByAgent and InAll are how many numbers one agent, and all of them, may have called
	// within an hour; 0 is no bound. One more is void.
	ByAgent int `json:"by_agent,omitempty"`
	InAll   int `json:"in_all,omitempty"`
}
