package status

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Wish is what somebody wants of a conversation: Of is the agent whose conversation it is,
// By who wants it, Do one of the deeds of package engine. Op names the operation: a
// repetition has the same effect as once.
type Wish struct {
	Of, By contact.Agent
	Do     string
	// Queue, Agent or Number is whom it is about, Topic the one that the caller turns out to
	// have, Party whom to remove, Role how a supervisor takes part.
	Queue  contact.Queue
	Topic  contact.Topic
	Agent  contact.Agent
	Number string
	// Contact is the call that is meant; empty for whichever the agent has.
	Contact contact.ID
	Party   fact.OfferID
	Role    fact.Role
	Op      string
}

// Cancelling is a call back that somebody cancels, and why, in words of his own. Op names the
// operation.
type Cancelling struct{ By, Reason, Op string }

// The reasons for which a call back is not cancelled.
const (
	NoCallback  Why = "no_callback"
	OnTheLine   Why = "on_the_line"
	BeingCalled Why = "being_called"
)

// The reasons for which a conversation stays as it is.
const (
	NoConversation Why = "no_conversation"
	NotYours       Why = "not_yours"
	HeldAlready    Why = "held_already"
	NotHeld        Why = "not_held"
	OthersCalled   Why = "others_called"
	NobodyCalled   Why = "nobody_called"
	Nowhere        Why = "nowhere"
	Oneself        Why = "oneself"
	NotReady       Why = "not_ready"
	NumberRefused  Why = "number_refused"
	QueueRefused   Why = "queue_refused"
	MovedTooOften  Why = "moved_too_often"
	PassedTooOften Why = "transferred_too_often"
	OlderBeside    Why = "older_controller"
	CatchingUp     Why = "catching_up"
	NotRecorded    Why = "not_recorded"
	PausedAlready  Why = "paused_already"
	NotPaused      Why = "not_paused"

	NoIdentification Why = "no_identification"
	BeingIdentified  Why = "being_identified"
)
