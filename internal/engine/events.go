package engine

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Event is something that happened to the contact. At is µs of site time.
type Event interface{ event() }

// The events of a session.
type (
	// Arrived begins a session.
	Arrived struct {
		ID   contact.ID
		Fact fact.Arrived
	}
	// Key is a key the caller pressed: 0-9, *, #, A-D.
	Key struct{ Key byte }
	// Played says that the prompt of that number has ended.
	Played struct{ N int }
	// Fired says that a timer has run out.
	Fired struct {
		Timer Timer
		N     int
	}
	// CallerLeft says that the caller's leg is gone.
	CallerLeft struct{ Cause int }
	// NodeDied says that the caller's leg is gone because its node restarted:
	// nobody hung up.
	NodeDied struct{}
	// OfferAccepted says that the ledger accepted an offer of an agent, whose
	// phone is at the given address.
	OfferAccepted struct {
		Offer fact.OfferID
		Fact  fact.Offered
		Phone string
	}
	// TransferAccepted says that the ledger accepted a transfer: the outside
	// number may be dialled.
	TransferAccepted struct{ Transfer fact.OfferID }
	// CallbackAccepted says that the ledger accepted the promise to call back.
	CallbackAccepted struct{}
	// CallbackRefused says that the ledger did not accept it, and why.
	CallbackRefused struct{ Why ivr.NoCallback }
	// GivenUp says that nobody will serve the contact where it waits. Queueing
	// tells which of its waits is meant (Record.Queueings).
	GivenUp struct {
		Reason   contact.Refusal
		Queueing int
	}
	// OfferGone says that the ledger took back an offer without us.
	OfferGone struct{ Offer fact.OfferID }
	// The legs of a transfer are told like those of an offer: in the events and
	// commands below, a transfer stands for the offer and the local service for
	// the agent.

	// AgentRings says that the agent's leg was dialled.
	AgentRings struct {
		Offer fact.OfferID
		Leg   string
	}
	// AgentAnswered says that the agent's leg is up.
	AgentAnswered struct{ Offer fact.OfferID }
	// Bridged says that caller and agent hear each other.
	Bridged struct{ Offer fact.OfferID }
	// Replied says that the agent has answered a mail, with a sealed text, or dealt with a
	// recorded message, without one.
	Replied struct {
		Offer fact.OfferID
		Reply string
	}
	// AgentLeft says that the agent's leg is gone or never came to be. Result
	// is meaningful while it was not bridged.
	AgentLeft struct {
		Offer  fact.OfferID
		Result contact.RingResult
		Cause  int
	}
	// Restarted says that the medium lost track (a link came back, a
	// controller took over): what was in flight must be derived again.
	Restarted struct{}
)

func (Arrived) event()          {}
func (Key) event()              {}
func (Played) event()           {}
func (Fired) event()            {}
func (CallerLeft) event()       {}
func (NodeDied) event()         {}
func (OfferAccepted) event()    {}
func (TransferAccepted) event() {}
func (CallbackAccepted) event() {}
func (CallbackRefused) event()  {}
func (GivenUp) event()          {}
func (OfferGone) event()        {}
func (AgentRings) event()       {}
func (AgentAnswered) event()    {}
func (Bridged) event()          {}
func (Replied) event()          {}
func (AgentLeft) event()        {}
func (Restarted) event()        {}

// Command is something the medium should do for the contact.
type Command interface{ command() }

// The commands of a session.
type (
	// Answer accepts the caller's leg.
	Answer struct{}
	// Play plays prompts as one; Played{N} reports its end.
	Play struct {
		N        int
		Prompts  []ivr.Prompt
		Language string
	}
	// StopPlay ends a prompt early.
	StopPlay struct{ N int }
	// StartMusic and StopMusic govern what a waiting caller hears; Class is the
	// medium's name for the music, empty for its default.
	StartMusic struct{ Class string }
	StopMusic  struct{}
	// Arm starts or replaces the timer of its kind; Disarm stops it.
	Arm struct {
		Timer Timer
		N     int
		After time.Duration
	}
	Disarm struct{ Timer Timer }
	// Ring creates and dials the agent's leg.
	Ring struct {
		Offer fact.OfferID
		Agent contact.Agent
		Phone string
		// Display is what the phone shows as the caller's name.
		Display string
		Timeout time.Duration
	}
	// CallOut creates and dials the leg to a local service, with the caller's own
	// identity.
	CallOut struct {
		Transfer fact.OfferID
		Number   string
		Timeout  time.Duration
	}
	// CallBack creates and dials the leg to the person, who is on the caller's line
	// from the answer on. The number is encrypted.
	CallBack struct {
		Call    fact.OfferID
		Number  string
		Timeout time.Duration
	}
	// FreeLine says that the contact lives on though the caller's leg is gone.
	FreeLine struct{}
	// DropLeg hangs the agent's leg up; it is never bridged afterwards.
	DropLeg struct{ Offer fact.OfferID }
	// AskLeg asks what became of the agent's leg and drops it unless it is up.
	AskLeg struct{ Offer fact.OfferID }
	// Join bridges the caller and the agent's leg.
	Join struct{ Offer fact.OfferID }
	// Release hangs the caller up, with a Q.850 cause.
	Release struct{ Cause int }
)

func (Answer) command()     {}
func (Play) command()       {}
func (StopPlay) command()   {}
func (StartMusic) command() {}
func (StopMusic) command()  {}
func (Arm) command()        {}
func (Disarm) command()     {}
func (Ring) command()       {}
func (CallOut) command()    {}
func (CallBack) command()   {}
func (FreeLine) command()   {}
func (DropLeg) command()    {}
func (AskLeg) command()     {}
func (Join) command()       {}
func (Release) command()    {}
