package status

import "github.com/guichet/guichet/internal/contact"

// CallsBack is an agent who wants to call back who left a message that he has. Op names the
// operation: a repetition has the same effect as once.
type CallsBack struct {
	// Message is the contact of the message.
	Message contact.ID
	Agent   contact.Agent
	Op      string
}

// The reasons for which nobody is called.
const (
	// NoNumber: it was withheld, or cannot be read.
	NoNumber Why = "no_number"
	// NotFree: the agent does something else, or his phone cannot ring.
	NotFree Why = "not_free"
	// OutsideHours: people of the queue are not called at this hour.
	OutsideHours Why = "outside_hours"
	// CalledAlready: the person is to be called already, or an agent calls him just now.
	CalledAlready Why = "called_already"
	// TooManyCalls: as many were called within the hour as may be.
	TooManyCalls Why = "too_many_calls"
	// NoTrunk: no Asterisk of the controller has a trunk.
	NoTrunk Why = "no_trunk"
)
