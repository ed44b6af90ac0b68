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
	// Identification are the questions by which agents have a caller say who he is, a tree of
	// nothing else; nil has none.
	Identification *ivr.Tree
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
	// Booked those at which it has somebody to call already, one for each person; nil
	// calls nobody at a time.
	Appointments func(center contact.Center, from time.Time) Appointments
	Booked       func(contact.Center) []contact.Window
	// Refused is told whom no call was promised, to be counted; nil counts nothing.
	Refused func(Unpromised)
	// Retention is for how long messages of a mailbox are kept once they are done.
	Retention func(mailbox string) time.Duration
	// MailboxQueue is the queue that serves the messages of a mailbox, empty for none, and how
	// soon somebody is to deal with one, 0 for no deadline; nil is none.
	MailboxQueue func(mailbox string) (queue contact.Queue, within time.Duration)
	// MailboxFull reports whether a mailbox takes no more; nil says that none is.
	MailboxFull func(mailbox string) bool
	// Colleague is what the floor knows of an agent, Queue whether the site has a queue, and
	// Outside which numbers agents may call; nil knows nobody, and calls nothing.
	Colleague func(contact.Agent) Colleague
	Queue     func(contact.Queue) bool
	Outside   Outside
	// Dialled is whom an agent means who dials or keys digits on his phone; nil is nobody.
	Dialled func(text string) Whom
	// KeyCodes are what who has the call, or supervises it, keys on his phone, by what it does;
	// see KeyedDeeds and SupervisorCodes.
	KeyCodes map[Deed]string
	// KeyRefused is what somebody hears whose code was refused; nothing by default.
	KeyRefused []ivr.Prompt
	// MaxMoves is how often agents may send one call on to a queue, and MaxTransfers to a
	// colleague; 0 is no bound.
	MaxMoves, MaxTransfers int
	// Watch is told of the menu's nodes and exits, in rehearsals; see ivr.Input.
	Watch func(node ivr.NodeID, exit string)
}

// Whom is whom an agent means by digits: a queue, an agent, or a number as it was written.
type Whom struct {
	Queue  contact.Queue
	Agent  contact.Agent
	Number string
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
