package ivr

import (
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// Input is what the outside world knows at the time of an event.
type Input struct {
	// At is the instant of the event.
	At time.Time
	// Hours answers for a calendar by name; the empty name is the calendar of
	// the entry that was dialled. A nil function means always open.
	Hours func(calendarName string, at time.Time) calendar.Status
	// Why says for people what is special about the day, by such a calendar; nil
	// says nothing.
	Why func(calendarName string, at time.Time) string
	// Campaign is the one in which the call began, empty for none.
	Campaign string
	// Caller is the caller's number, empty if it is withheld or not known;
	// Dialled is the entry. At, Caller, Withheld and Dialled are what conditions
	// see of the call.
	Caller   string
	Withheld bool
	Dialled  string
	// CallsToday is how often this number called today, this call included; 0 if it is
	// withheld or not known. A nil function is always 0.
	CallsToday func() int
	// Queue looks at a queue for a caller with these attributes. A nil function
	// shows queues that nobody waits in and nobody serves.
	Queue func(name contact.Queue, gathered Vars, authentication int) QueueView
	// MailboxFull reports whether a mailbox takes no more messages. A nil function says
	// that none is.
	MailboxFull func(mailbox string) bool
	// Callable is a number as people of the country dial it, if the site may call it
	// back. A nil function calls nobody.
	Callable func(number string) (national string, ok bool)
	// Slots are the next free times at which a caller with this topic and these attributes
	// may be called, the earliest first. A nil function has none.
	Slots func(topic contact.Topic, gathered Vars, authentication int) []Slot
	// Messages says whether a message could be kept. A nil function keeps all.
	Messages func() bool
	// Links says whether a message to a person could be counted. A nil function counts all.
	Links func() bool
	// Watch, if not nil, is told of every node that is entered, with no exit, and
	// of every exit that is taken, by its name in the site folder. It is for
	// rehearsals: nothing of the walk may depend on it.
	Watch func(node NodeID, exit string)
}

// Event is one of Digit, PromptEnded, TimedOut, TurnedAway, NotReached, SteppedOut,
// Promised, NotPromised, Fetched and Recorded.
//
// Whoever sends PromptEnded and TimedOut vouches that they belong to the latest
// Say and the latest Arm: the end of a stopped prompt must not be passed on.
type Event interface{ isEvent() }

// Digit is a key pressed by the caller: 0 to 9, *, #, A to D. Any other byte is
// ignored.
type Digit struct{ Key byte }

// PromptEnded says that everything of the latest Say was played to the end.
type PromptEnded struct{}

// TimedOut says that the time of the latest Arm has passed.
type TimedOut struct{}

// TurnedAway says that the contact was refused after Ask, before any queue
// accepted it; the exit of the queue node for that refusal is taken.
type TurnedAway struct {
	Reason contact.Refusal
	// Read is what the refusal was decided by, by name, if it is a matter of figures.
	Read map[string]string
}

// NotReached says that the number to which the contact was sent could not be reached,
// and why. After SendOut the exit of the transfer for that is taken. After Ask it was
// the local service that routing chose: the exit of the queue node for that is taken;
// without one the tree asks again, for routing then knows that it was tried.
type NotReached struct{ Result contact.RingResult }

func (Digit) isEvent()       {}
func (PromptEnded) isEvent() {}
func (TimedOut) isEvent()    {}
func (TurnedAway) isEvent()  {}
func (NotReached) isEvent()  {}

// Action is one of Say, StopPlay, Arm, Disarm, Wait, Fetch, Record, FindRecording, Keep,
// Discard, Asked, Ask, SendOut, Callback and HangUp.
type Action interface{ isAction() }

// Say asks to play prompts one after the other; PromptEnded answers at the end.
// There is at most one at a time.
type Say struct {
	Prompts []Prompt
	// Language is the one to say it in, one of the tree's.
	Language string
	// Interruptible tells that a key may stop it; the machine sends StopPlay
	// itself.
	Interruptible bool
}

// StopPlay ends the prompt that runs. No PromptEnded follows.
type StopPlay struct{}

// Arm starts the one timer; a new Arm replaces the old.
type Arm struct{ After time.Duration }

// Disarm stops the timer.
type Disarm struct{}

// Wait says that the caller's turn has come, once for each new wait for input; or
// that a back-end is being asked.
// It becomes a fact in the ledger, beside the state it comes with.
type Wait struct {
	Node NodeID
	// Crossed are the nodes entered since the previous fact, in order, and
	// Decisions the branches among them.
	Crossed   []NodeID
	Decisions []Decision
	// Vars are the attributes gathered so far.
	Vars Vars
	// Asks is what a back-end is being asked, without any value of the call.
	Asks string
	// Records is the mailbox that the caller is recorded for.
	Records string
}

// Asked says that the caller asked for an agent: a topic was chosen from which
// every way leads to one, or the caller is being sent to one. It comes at most
// once in a call, before the Ask.
type Asked struct{ Topic contact.Topic }

// Ask leaves the tree towards routing. The answer is silence, since the contact
// is queued or talks to its local service, or TurnedAway, or NotReached.
type Ask struct {
	// Node and Label are those of the queue node.
	Node       NodeID
	Label      string
	Topic      contact.Topic
	Department contact.Department
	Language   string
	// Vars are all attributes gathered, those above included.
	Vars      Vars
	Crossed   []NodeID
	Decisions []Decision
}

// HangUp ends the call; nothing follows it.
type HangUp struct {
	// Cause is a Q.850 cause, 16 for a normal end.
	Cause  int
	Reason Reason
	// Crossed are the nodes entered since the previous fact, in order.
	Crossed   []NodeID
	Decisions []Decision
}

func (Say) isAction()      {}
func (StopPlay) isAction() {}
func (Arm) isAction()      {}
func (Disarm) isAction()   {}
func (Wait) isAction()     {}
func (Asked) isAction()    {}
func (Ask) isAction()      {}
func (HangUp) isAction()   {}

// Reason says why the tree itself ended a call.
type Reason string

// The reasons, in the order in which they win when several hold.
const (
	// MessageLeft: a message was left, and no agent asked for since: that is what came of
	// the call, whatever was refused before.
	MessageLeft Reason = "message"
	// TurnedFull and TurnedNoAgent: refused by the queue. Information heard
	// before or after does not make up for it: the caller had asked for an agent.
	TurnedFull    Reason = "full"
	TurnedNoAgent Reason = "no_agent"
	// NoService: the local service could not be reached, and nobody else served.
	NoService Reason = "local_service_not_reached"
	// Served: a node marked serves was heard before.
	Served Reason = "served"
	// OutOfHours: a calendar said closed, or the queue did.
	OutOfHours Reason = "closed"
	// Exhausted: all attempts of a menu were used, or a bound was reached.
	Exhausted Reason = "exhausted"
	// Finished: the tree simply came to its end.
	Finished Reason = "finished"
)

// Outcome returns what became of a contact that ended for this reason without
// ever being queued, and the refusal if it was dissuaded.
func (r Reason) Outcome() (contact.Outcome, contact.Refusal) {
	switch r {
	case MessageLeft:
		return contact.Message, ""
	case TurnedFull:
		return contact.Dissuaded, contact.Full
	case TurnedNoAgent:
		return contact.Dissuaded, contact.NoAgent
	case Served:
		return contact.SelfServed, ""
	case OutOfHours:
		return contact.Dissuaded, contact.Closed
	case NoService, Exhausted:
		return contact.Failed, ""
	}
	// Nobody served, refused or failed this caller: the call ended in the menu.
	return contact.Abandoned, ""
}
