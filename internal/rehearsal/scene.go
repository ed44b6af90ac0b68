// Package rehearsal plays calls against menu trees in virtual time, without a
// telephone: for the tests of a site folder and for trying a tree in the terminal.
//
// A call here is a session of package engine, walked by package ivr and routed by
// package routing, as in production; this package only stands in for the caller,
// the clock and the floor. Whatever is said is heard to its end unless a key or
// the end of the call comes first, and hearing takes no time: time passes while
// everybody is silent. So a rehearsal goes the same way on every machine, whatever
// the length of a recording. Read Scene, Call and Step first.
package rehearsal

import (
	"maps"
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// Scene is what a call comes into.
type Scene struct {
	Tree  *ivr.Tree
	Entry contact.Entry
	// At is when the call arrives, in the zone of the site.
	At time.Time
	// Campaign is the one in which the call begins, empty for none.
	Campaign string
	// Caller is the caller's number; without one it is not known.
	Caller   string
	Withheld bool
	// CallsToday is how often this number called today; 0 is this call alone.
	CallsToday int
	// From is the node that the call begins at, the start of the tree if it is
	// empty, and Given are attributes that it has before.
	From  ivr.NodeID
	Given ivr.Vars
	// Authentication is how far the caller is identified before.
	Authentication int
	// Announced is what was announced before the call comes, in that order.
	Announced []Announcement

	Plan  *routing.Plan
	Hours func(calendarName string, at time.Time) calendar.Status
	Why   func(calendarName string, at time.Time) string
	Limit func(contact.Queue) Limit
	// Comfort is what those hear who wait; nil is music.
	Comfort func(contact.Queue) Comfort
	// Callbacks is how people are called back; nil calls nobody.
	Callbacks func(contact.Queue) CallbackPolicy
	// Appointments are the times at which centers call people back, all of them free; nil has
	// none.
	Appointments func(center contact.Center, from time.Time) Appointments
	// MayCall is a number as it is dialled, if the site may call it; nil may none.
	MayCall func(keyed string) (contact.Number, bool)
	// Queues are those that are not as Quiet says.
	Queues map[contact.Queue]Queue
	// Answers are those of back-ends and of numbers outside, and what becomes of
	// messages, by node.
	Answers map[ivr.NodeID]Answer
}

// Comfort is what callers of a queue hear while they wait.
type Comfort = engine.Comfort

// Recording is how conversations of a queue are recorded.
type Recording = engine.Recording

// Whisper is what agents of a queue hear before the caller hears them.
type Whisper = engine.Whisper

// Appointments are the times at which a center calls people back.
type Appointments = engine.Appointments

// Satisfaction is what callers of a queue are asked after the call.
type Satisfaction = engine.Satisfaction

// The variables of what is said of the wait.
const (
	VarPosition = engine.VarPosition
	VarWait     = engine.VarWait
)

// Limit is when a queue accepts nobody more.
type Limit = engine.Limit

// Queue is how a queue is found.
type Queue struct {
	// Waiting is how many are before the caller, EstimatedWait how long he would
	// wait.
	Waiting       int
	EstimatedWait time.Duration
	// Agents are logged in and could serve him; Ready of them are free.
	Agents, Ready int
	// Shut says that the queue takes nobody, whatever its hours.
	Shut bool
}

// Quiet is a queue that nobody waits in and an agent is free for.
var Quiet = Queue{Agents: 1, Ready: 1}

// In changes how a queue is found, in a copy of the scene.
func (s Scene) In(name contact.Queue, q Queue) Scene {
	s.Queues = maps.Clone(s.Queues)
	if s.Queues == nil {
		s.Queues = map[contact.Queue]Queue{}
	}
	s.Queues[name] = q
	return s
}

// Queue is how a queue is found.
func (s Scene) Queue(name contact.Queue) Queue {
	if q, said := s.Queues[name]; said {
		return q
	}
	return Quiet
}

// Refusing is the scene in which a queue turns the caller away for a reason, or
// false if it never does.
func (s Scene) Refusing(name contact.Queue, why contact.Refusal) (Scene, bool) {
	q := s.Queue(name)
	switch why {
	case contact.NoAgent:
		q.Agents, q.Ready = 0, 0
	case contact.Closed:
		q.Shut = true
	case contact.Full:
		var limit Limit
		if s.Limit != nil {
			limit = s.Limit(name)
		}
		switch {
		case limit.Waiting > 0:
			q.Waiting = max(q.Waiting, limit.Waiting)
		case limit.PerAgent > 0:
			q.Agents = max(q.Agents, 1)
			q.Waiting, q.Ready = max(q.Waiting, limit.PerAgent*q.Agents), 0
		case limit.EstimatedWait > 0:
			q.EstimatedWait = max(q.EstimatedWait, limit.EstimatedWait+time.Second)
		default:
			return s, false
		}
	default:
		return s, false
	}
	return s.In(name, q), true
}

// rules are those of the engine for this scene.
func (s Scene) rules(watch func(ivr.NodeID, string)) engine.Rules {
	limit := s.Limit
	if limit == nil {
		limit = func(contact.Queue) Limit { return Limit{} }
	}
	return engine.Rules{
		Callbacks: s.Callbacks, Numbers: s.numbers(), Appointments: s.Appointments,
		Tree: s.Tree, Hours: s.Hours, Why: s.Why, Campaign: s.Campaign, Zone: s.At.Location(), Caller: s.Caller, Plan: s.Plan,
		Floor: func(q engine.FloorQuery) engine.FloorView {
			found := s.Queue(q.Decision.Queue)
			return engine.FloorView{
				InQueue: found.Waiting, Wait: found.EstimatedWait, Able: found.Agents, Ready: found.Ready, Shut: found.Shut,
			}
		},
		MailboxFull: s.mailboxFull, Called: s.called, Comfort: s.Comfort,
		Limit: limit,
		Watch: watch,
	}
}

// called is how often this number called today. One that is not known never did.
func (s Scene) called(string, int64) int {
	if s.Caller == "" && !s.Withheld {
		return 0
	}
	return max(1, s.CallsToday)
}

// entrance is a node before the one that a call begins at; no id of a site folder
// looks like it.
const entrance ivr.NodeID = " "

// opening is the tree as it is entered: what the scene gives the call, then the first
// node. From the menu's first wait on the call is in the tree itself.
func (s Scene) opening() *ivr.Tree {
	if s.From == "" && len(s.Given) == 0 && s.Authentication == 0 {
		return s.Tree
	}
	first := s.From
	if first == "" {
		first = s.Tree.Start
	}
	opened := *s.Tree
	opened.Start, opened.Nodes = entrance, maps.Clone(s.Tree.Nodes)
	opened.Nodes[entrance] = &ivr.Set{Common: ivr.Common{Set: s.Given}, Next: ivr.Target(first)}
	if s.Authentication > 0 { // no node gives it without a question: the call waits while it gets it
		opened.Nodes[entrance] = &ivr.Play{Common: ivr.Common{Set: s.Given}, Prompts: []ivr.Prompt{nothing}, Next: ivr.Target(first)}
	}
	return &opened
}

// nothing says a value that is never set, so nothing.
const nothing ivr.Prompt = "digits:var. "
