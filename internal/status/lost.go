package status

import "github.com/guichet/guichet/internal/contact"

// Loss is an Asterisk that somebody declares lost, and why, in words of his own.
type Loss struct {
	Node       contact.Node
	By, Reason string
	// MachineIsOff: he is sure that nobody talks on it.
	MachineIsOff bool
}

// DeclaredLost is what came of it.
type DeclaredLost struct {
	// By and Reason are of the first who declared it.
	By, Reason string
	// At is when he did, in µs of site time.
	At int64
	// Calls is how many callers were on the line, Open how many of their contacts are
	// still to be closed, once the ledger takes it.
	Calls, Open int
}

// The reasons for which an Asterisk is not declared lost.
const (
	// UnknownNode: the site has no Asterisk of that name.
	UnknownNode Why = "unknown_node"
	// NodeAnswers: it does, so its machine is on.
	NodeAnswers Why = "node_answers"
	// HeldElsewhere: another controller has it.
	HeldElsewhere Why = "held_elsewhere"
	// NotConfirmed: nobody said that its machine is off.
	NotConfirmed Why = "not_confirmed"
)
