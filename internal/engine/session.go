package engine

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Phase is where a session stands; see the diagram in the package comment.
type Phase string

// The phases of a session.
const (
	New     Phase = ""
	InMenu  Phase = "menu"
	Waiting Phase = "waiting"
	// Claiming: sent to a local service; the ledger has not accepted that yet.
	Claiming Phase = "claiming"
	// Promising: asked to be called back; the ledger has not accepted that yet.
	Promising Phase = "promising"
	Trying    Phase = "trying"
	// Calling: an agent is on the line, and the person is being called back.
	Calling Phase = "calling"
	Joining Phase = "joining"
	Talking Phase = "talking"
	// Rating: the agent has hung up, and the caller is asked what he thinks.
	Rating Phase = "rating"
	// Saving: the caller has hung up while he left a message, which is being kept.
	Saving  Phase = "saving"
	Leaving Phase = "leaving"
	Gone    Phase = "gone"
)

// Session is the live state of one contact at the controller that owns its
// node: the ledger's record with our own facts already in it, and what the
// ledger need not know.
type Session struct {
	Record Record
	Phase  Phase
	Menu   ivr.State
	// Playing numbers the prompt being played; 0 is none. Numbers are never
	// used twice, so that a late end of an old prompt is told apart.
	Playing, Played int
	// Fetching is the request to a back-end that this process has under way; 0 is none.
	Fetching int
	// claim is a message with a link that the ledger has not accepted yet. It says who
	// gets it, and so never leaves this process.
	claim *ivr.Fetch
	// Timers hold the number of the live timer of each kind.
	Timers [TimerKinds]int
	// Refused is what turned the contact away last, until a queue accepts it.
	Refused *Refusal
	// Greeting is what is announced before the menu, while it is heard, and ahead the
	// keys pressed meanwhile. told is what was announced since the last fact.
	Greeting *fact.Announced
	ahead    string
	told     []fact.Decided
	// Ending is the closing fact of a hang-up that was decided by us, and Cause
	// its Q.850 cause.
	Ending *fact.Closed
	Cause  int
	// Called is the call back that was dialled last, and Reached says that the person
	// is on the line, since ReachedAt as far as this process knows.
	Called    fact.OfferID
	Reached   bool
	ReachedAt int64
	// Comforting says that the caller is to be told something while he waits.
	Comforting bool
	// WantsOut is the key by which the caller wants to leave the queue, while an agent's
	// phone rings.
	WantsOut string
	// Rung is the offer whose phone this process rang last, and Whispering the one whose
	// agent has answered and is being told something.
	Rung, Whispering fact.OfferID
	// AgentKeyed is what those who have codes have keyed so far on their phones, one for each
	// of them: who has the call, and who supervises it.
	AgentKeyed []Keyed
	// Finds counts how often it was asked what became of a recording, while Saving.
	Finds int
	// Asked is the party of a conversation whose claim the ledger has not accepted yet, and
	// Arranged what the medium was told last of who hears whom.
	Asked    fact.OfferID
	Arranged Arrange
	// ByKey is the party to whom the Transfer key of the phone of who has the call sends
	// the caller; empty if none does. Ear is a call of that phone's own by which its agent
	// speaks with whom he consults.
	ByKey fact.OfferID
	Ear   Ear
	// Telling numbers what is being said to both before they are recorded, and Tellings
	// counts them. TapeRuns is what the medium was told last of the recording.
	Telling, Tellings int
	TapeRuns          bool
	// Identification is how far the caller, who is asked who he is during a conversation, has
	// come with the questions; nil while this process asks none.
	Identification *ivr.State
	// KeyRefused is the leg whose Transfer key was refused last, KeyRefusedAt when.
	KeyRefused   fact.OfferID
	KeyRefusedAt int64
	// KeyedAt is the last key that was none of an answer, and begins with the question; 0 once
	// the caller answers.
	KeyedAt int64
	// Questions counts how often the caller was asked, while Rating, RatingSince.
	Questions   int
	RatingSince int64
	// Settled holds the latest offers that need nothing more from us. A ledger
	// read anew tells its facts again, and an offer must not ring twice.
	Settled [keptOffers]fact.OfferID
}

// keptOffers bounds how many finished offers a session recognises.
const keptOffers = 8

// Refusal is a queue that turned the contact away.
type Refusal struct {
	Reason       contact.Refusal
	Queue        contact.Queue
	Organisation contact.Organisation
}

// Over reports whether nothing is left to do for the contact.
func (s *Session) Over() bool {
	return s.Phase == Gone && s.Record.Leg() == "" && len(s.Record.Parties) == 0
}

// Timer names what a timer of a caller's own leg is for.
type Timer int

// The timers of a session. Each has at most one running. The ring timer also
// bounds what an agent who has answered is told, the time between the answer and the bridge, the work on the answer to a
// mail, and the time until the ledger has accepted a transfer; the route timer
// has a mail routed anew before its hours run out; the comfort timer has those who wait
// told something.
const (
	MenuTimer Timer = iota
	RingTimer
	RouteTimer
	ComfortTimer
	// TapeTimer ends what is recorded on the last day of its purpose.
	TapeTimer
	// TimerKinds counts them.
	TimerKinds
)

// String names the timer in logs.
func (t Timer) String() string { return [...]string{"menu", "ring", "route", "comfort", "tape"}[t] }

// JoinTime is how long an answered leg may take to be bridged. Then it is given
// up, the caller is back at his rank and the agent is free.
const JoinTime = 5 * time.Second

// RingGrace is how long after the ring time the owner asks what became of a
// leg whose own dial time-out should have ended it inside Asterisk.
const RingGrace = 2 * time.Second

// Effects are what a step asks of the shell: facts first into the journal, in
// order, then the commands.
type Effects struct {
	Facts    []fact.Fact
	Commands []Command
	// Refused is why nothing was done of what somebody wished; nil if it was done.
	Refused *NotDone
}
