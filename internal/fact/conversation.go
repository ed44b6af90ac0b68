package fact

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Role is what a further party is in a conversation for.
type Role string

// The roles. Consulted talks with the agent while the caller hears music; Target gets
// the call as soon as it answers; Member joins everybody. The others are of a
// supervisor: whom nobody hears, whom the agent alone hears, and whom everybody hears.
const (
	Consulted Role = "consulted"
	Target    Role = "target"
	Member    Role = "member"
	Listening Role = "listening"
	Whispers  Role = "whispering"
	Barging   Role = "barging"
	// Leaving is who had the call and is being let go.
	Leaving Role = "leaving"
)

// Roles are those in which somebody may be invited.
var Roles = []Role{Consulted, Target, Member, Listening, Whispers, Barging}

// Supervises reports whether it is a supervisor's.
func (r Role) Supervises() bool { return r == Listening || r == Whispers || r == Barging }

// Held says that the caller of a conversation hears music, and Retrieved that he hears
// the agent again. Neither is a claim: it is done at once.
type Held struct {
	// By is the agent who wished it.
	By contact.Agent `json:"by,omitempty"`
}

// Retrieved: see Held.
type Retrieved struct {
	By contact.Agent `json:"by,omitempty"`
}

// Invited claims the leg of a further party of a conversation: it is dialled only after
// this fact was accepted. As with a transfer, the owner names it.
type Invited struct {
	Party OfferID `json:"party"`
	Role  Role    `json:"role"`
	// Agent is who is called, or Number, encrypted for this contact.
	Agent  contact.Agent  `json:"agent,omitempty"`
	Center contact.Center `json:"center,omitempty"`
	Number string         `json:"number,omitempty"`
	// By is the agent who wished it; a supervisor wishes for himself.
	By   contact.Agent `json:"by"`
	Ring time.Duration `json:"ring"`
	// Policies are those of the queue: what becomes of an agent who does not answer, and
	// how long he works on afterwards.
	Policies contact.Policies `json:"policies,omitzero"`
	// ByAgent and InAll are how many numbers one agent, and all of them, may have called
	// within the hour before; 0 is no bound.
	ByAgent int `json:"by_agent,omitempty"`
	InAll   int `json:"in_all,omitempty"`
}

// PartyJoined says that the party has answered.
type PartyJoined struct {
	Party OfferID `json:"party"`
}

// PartyMoved gives a party another role. Leaving is for who has the call: he is about to
// be let go, and his leg's end is told as before.
type PartyMoved struct {
	Party OfferID `json:"party"`
	Role  Role    `json:"role"`
	// By is the agent who wished it, empty if it follows from who has left.
	By contact.Agent `json:"by,omitempty"`
}

// PartyLeft says that the leg of a party is gone, or never came to be; only this frees
// an agent who was called so.
type PartyLeft struct {
	Party OfferID `json:"party"`
	// Result says why it never answered, empty if it had. Cause is the medium's own code.
	Result contact.RingResult `json:"result,omitempty"`
	Cause  int                `json:"cause,omitempty"`
	// By tells who ended it: "party", "agent", "caller" or "system".
	By string `json:"by"`
}

// HandedOver says that a party that has answered has the call from now on. The agent who
// had it, if he is there still, is about to be let go: his leg's end is told as before.
type HandedOver struct {
	Party OfferID `json:"party"`
	// Transfers is how often the call was passed on from agent to agent, with this time;
	// 0 if it is not: the party is a number outside.
	Transfers int `json:"transfers,omitempty"`
}

// Requeued gives a caller who was answered a place in a queue again, at the rank of his
// first arrival. The agent who had him, if he is there still, is about to be let go.
type Requeued struct {
	Queued
	// By is the agent who wished it, empty if nobody was reached whom he was sent to; then
	// Transfers counts that time with those before it.
	By        contact.Agent `json:"by,omitempty"`
	Transfers int           `json:"transfers,omitempty"`
}

// Kind implementations, one per struct.
func (Held) Kind() Kind        { return KindHeld }
func (Retrieved) Kind() Kind   { return KindRetrieved }
func (Invited) Kind() Kind     { return KindInvited }
func (PartyJoined) Kind() Kind { return KindPartyJoined }
func (PartyMoved) Kind() Kind  { return KindPartyMoved }
func (PartyLeft) Kind() Kind   { return KindPartyLeft }
func (HandedOver) Kind() Kind  { return KindHandedOver }
func (Requeued) Kind() Kind    { return KindRequeued }
