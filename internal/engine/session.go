package engine

import (
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
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
	// AgentKeyed is what the agent who has the call has keyed so far on his phone.
	AgentKeyed Keyed
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

// Rules are the site's version that a contact began with.
type Rules struct {
	Tree  *ivr.Tree
	Hours func(calendar string, at time.Time) calendar.Status
	// Why says for people what is special about a day; nil says nothing.
	Why func(calendar string, at time.Time) string
	// Campaign is the one in which the contact began, empty for none.
	Campaign string
	// Announced is what is announced at a place at a time, or nil.
	Announced func(at fact.Place, now int64) *fact.Announced
	// Zone is that of the site, for what the menu knows of the time; nil is UTC.
	Zone *time.Location
	// Caller is the number of this contact's caller, as the menu may look at it.
	// It is in no fact.
	Caller string
	Plan   *routing.Plan
	// Floor reads the live queue.
	Floor func(FloorQuery) FloorView
	// Called is how often somebody called since a time, in µs, by the hash of the
	// number; nil is never.
	Called func(callerHash string, since int64) int
	// Person recognises a number or an address, without telling it, in the facts that
	// count what somebody was sent.
	Person func(address string) string
	// Music is the class a queue's callers hear; nil means the default.
	Music func(contact.Queue) string
	// Comfort is what callers of a queue hear while they wait, and Standing where a
	// contact stands that waits on the line; nil says nothing.
	Comfort  func(contact.Queue) Comfort
	Standing func(id contact.ID, at int64) (Standing, bool)
	// Whisper is what agents of a queue hear before the caller hears them; nil is nothing.
	Whisper func(contact.Queue) Whisper
	// Recording is how conversations of a queue are recorded; nil records none.
	Recording func(contact.Queue) Recording
	// Satisfaction is what callers of a queue are asked after the call; nil asks nobody.
	Satisfaction func(contact.Queue) Satisfaction
	// Limit is when a queue accepts nobody more.
	Limit func(contact.Queue) Limit
	// Callbacks is how people of a queue are called back, and Numbers what may be
	// called; nil calls nobody back.
	Callbacks func(contact.Queue) CallbackPolicy
	Numbers   Numbers
	// MayWrite says whether everybody who reads the ledger understands facts of a kind;
	// nil is yes.
	MayWrite func(fact.Kind) bool
	// Understood says whether everybody who reads the ledger understands a format of it, by
	// which older kinds say more; nil is yes.
	Understood func(format int) bool
	// Appointments are the times at which a center calls people back, from a time on, and
	// Booked how many are to be called by it already, by the beginning of the time; nil
	// calls nobody at a time.
	Appointments func(center contact.Center, from time.Time) Appointments
	Booked       func(contact.Center) map[int64]int
	// Refused is told whom no call was promised, to be counted; nil counts nothing.
	Refused func(Unpromised)
	// Retention is for how long messages of a mailbox are kept once they are done.
	Retention func(mailbox string) time.Duration
	// MailboxFull reports whether a mailbox takes no more; nil says that none is.
	MailboxFull func(mailbox string) bool
	// Colleague is what the floor knows of an agent, Queue whether the site has a queue, and
	// Outside which numbers agents may call; nil knows nobody, and calls nothing.
	Colleague func(contact.Agent) Colleague
	Queue     func(contact.Queue) bool
	Outside   Outside
	// Dialled is whom an agent means who dials on his phone, an agent or a number as it was
	// written; nil is nobody.
	Dialled func(text string) (agent contact.Agent, number string)
	// KeyCodes are what who has the call keys on his phone, by what it does; see KeyedDeeds.
	KeyCodes map[Deed]string
	// MaxMoves is how often agents may send one call on to a queue; 0 is no bound.
	MaxMoves int
	// Watch is told of the menu's nodes and exits, in rehearsals; see ivr.Input.
	Watch func(node ivr.NodeID, exit string)
}

// Limit is what a queue takes at most. 0 is no limit.
type Limit struct {
	Waiting       int
	EstimatedWait time.Duration
	// PerAgent is how many may wait for each agent who is logged in and could serve.
	PerAgent int
}

// Exceeded names the limit that a queue has reached, waiting, estimated_wait or
// per_agent; empty if it takes one more. Whoever is to be called back takes no place, and
// nobody is turned away from an agent who is free.
func (l Limit) Exceeded(floor FloorView) string {
	onLine := floor.InQueue - floor.ToCall
	switch {
	case l.Waiting > 0 && onLine >= l.Waiting:
		return fact.FullOnLine
	case l.EstimatedWait > 0 && floor.Wait > l.EstimatedWait:
		return fact.FullWait
	case l.PerAgent > 0 && floor.Ready == 0 && onLine >= l.PerAgent*floor.Able:
		return fact.FullPerAgent
	}
	return ""
}

// Reached is what a queue was found full by, for the fact that tells of it: see
// fact.FullBy. It is nil of one that takes one more.
func (l Limit) Reached(floor FloorView) map[string]string {
	by := l.Exceeded(floor)
	onLine := strconv.Itoa(floor.InQueue - floor.ToCall)
	switch by {
	case fact.FullOnLine:
		return map[string]string{fact.FullBy: by, fact.FullLimit: strconv.Itoa(l.Waiting), fact.FullOnLine: onLine}
	case fact.FullWait:
		return map[string]string{
			fact.FullBy: by, fact.FullLimit: inSeconds(l.EstimatedWait),
			fact.FullWait: inSeconds(floor.Wait), fact.FullWaitBy: floor.WaitBy,
		}
	case fact.FullPerAgent:
		return map[string]string{
			fact.FullBy: by, fact.FullLimit: strconv.Itoa(l.PerAgent), fact.FullOnLine: onLine, fact.FullAgents: strconv.Itoa(floor.Able),
		}
	}
	return nil
}

func inSeconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// FloorQuery is a contact about to be queued.
type FloorQuery struct {
	Contact    contact.ID
	Medium     contact.Medium
	CallerHash string
	Topic      contact.Topic
	At         int64
	// Rank is the first arrival, by which it would be queued; 0 is At.
	Rank     int64
	Decision routing.Decision
	// Callback is the hash of the number that asks to be called back, if one does;
	// AskedBy is under which that counts, and Today when the day began, in µs.
	Callback string
	AskedBy  string
	Today    int64
}

// FloorView is what admission to a queue needs to know of it.
type FloorView struct {
	// InQueue is how many hold a place, Able how many agents are logged in who
	// could serve at a center that is open.
	InQueue, Able int
	// ToCall is how many of those in the queue are not on the line but to be called:
	// they take no place from callers.
	ToCall int
	// Ready is how many of them are free now.
	Ready int
	// Wait is how long the contact would wait, and WaitBy the estimator whose word that
	// is; 0 if somebody is free for it, or nobody can say.
	Wait   time.Duration
	WaitBy string
	// Shut says that the queue takes nobody, whatever its hours: so a rehearsal
	// finds out what callers hear then.
	Shut bool
	// Kept is the place of an earlier contact of the same person, if it may be
	// kept.
	Kept *KeptPlace
	// Callbacks is how many of the queue wait to be called back, Promised says that
	// somebody does with that number and topic, and AskedToday how often a call back was
	// promised today to who asks.
	Callbacks  int
	Promised   bool
	AskedToday int
}

// Standing is where somebody stands who waits on the line.
type Standing struct {
	// Position counts from 1.
	Position int
	// Wait is how long it still takes, and By the estimator whose word that is, if it is
	// Known.
	Wait  time.Duration
	By    string
	Known bool
}

// KeptPlace is the place that somebody had who hung up and calls again.
type KeptPlace struct {
	Contact contact.ID
	Rank    int64
}

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
	// Replied says that the agent has answered a mail, with a sealed text.
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

// Effects are what a step asks of the shell: facts first into the journal, in
// order, then the commands.
type Effects struct {
	Facts    []fact.Fact
	Commands []Command
	// Refused is why nothing was done of what somebody wished; nil if it was done.
	Refused *NotDone
}
