// Package ivr is the menu tree a caller walks and the machine that walks it.
//
// The machine is a pure function: a state and an event in, a new state and
// actions out. It reads no clock and plays no sound; whoever calls it carries
// the actions out and brings the events back. The tree yields attributes only
// (topic, department, language): it never names a queue or a center, which is
// the business of package routing. Read Tree, State and Step first.
//
//	        Start ──▶ walk nodes until one must wait
//	                    │
//	   ┌────────────────┼──────────────┬─────────────┐
//	   ▼                ▼              ▼             ▼
//	Telling         Prompting ──▶ Listening       Asked ──TurnedAway──▶ walk on
//	(play, exit     (a menu's     (silence, a      (left to  NotReached
//	 message,        prompt:       timer runs)      routing)
//	 farewell)       keys count)      │
//	   │ PromptEnded     │ key        │ key, TimedOut
//	   ▼                 ▼            ▼
//	walk on, or Ended  choose, try again, or take the failure exit
package ivr

import (
	"regexp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// NodeID names a node within its tree.
type NodeID string

// Prompt names something a caller hears, by its name in the site's manifest or
// as a value such as "number:12" or "number:var.position". Only the shell knows
// its sound.
type Prompt string

// Target is where an exit leads: the id of a node or one of the words below.
type Target string

// The built-in targets. They are reserved: no node may have such an id.
const (
	// Repeat says the current menu or collect again.
	Repeat Target = "repeat"
	// Back returns to the latest node that waited for the caller: from a menu
	// to the one before it, from anything else to the menu it was reached from.
	Back Target = "back"
	// Home returns to the start of the tree.
	Home Target = "start"
	// End hangs up without a further word.
	End Target = "hangup"
)

// Tree is one menu tree. Build it with New, which checks it; a tree is
// immutable afterwards and shared by all calls.
type Tree struct {
	// ID is the name of the tree in the site folder.
	ID string
	// Start is the first node.
	Start NodeID
	// Nodes holds every node by its id.
	Nodes map[NodeID]Node
	// Languages are what the prompts exist in; the first is the default.
	Languages []string
	// Failure is where a caller goes when all attempts of a menu without an own
	// failure exit are used up, and when a bound of the machine is reached.
	Failure Exit

	// asks holds the nodes from which every choice leads to an agent.
	asks map[NodeID]bool
}

// Vars are the attributes gathered on the way, by name.
type Vars map[string]string

// The variables that routing reads. All others are carried along untouched.
const (
	VarTopic      = "topic"
	VarDepartment = "department"
	VarPostalCode = "postal_code"
	VarLanguage   = "language"
)

// Speaks returns the language in which a caller with these attributes is spoken
// to: the chosen one if the tree has it, since an attribute that only routing
// understands must not leave callers in silence, and otherwise the first.
func (t *Tree) Speaks(v Vars) string {
	if chosen := v[VarLanguage]; slices.Contains(t.Languages, chosen) || len(t.Languages) == 0 {
		return chosen
	}
	return t.Languages[0]
}

// Node is one of *Play, *Set, *Menu, *Collect, *Identify, *Hours, *Branch, *Lookup, *HTTP,
// *Link, *Voicemail, *CallbackNode, *Queue, *Transfer and *Hangup.
type Node interface {
	common() *Common
	// exits calls visit for each way out, in a fixed order.
	exits(visit func(name string, e Exit))
}

// Common is what every node has.
type Common struct {
	// Label is shown in diagrams, statistics and to the agent.
	Label string
	// Set holds attributes that entering the node gives to the contact.
	Set Vars
	// Serves marks a node that gives callers what they came for. Whoever leaves
	// the line after hearing it was served without an agent.
	Serves bool
}

func (c *Common) common() *Common { return c }

// Exit is one way out of a node: something to say, then where to go.
type Exit struct {
	Prompts []Prompt
	Goto    Target
}

// Play says something and goes on.
type Play struct {
	Common
	Prompts []Prompt
	// Interruptible lets a key end the prompt; the key is kept for what follows.
	Interruptible bool
	// FlushInput drops keys pressed so far, so that they choose nothing later.
	FlushInput bool
	Next       Target
}

// Set gives the contact the attributes of its Common.Set, in silence.
type Set struct {
	Common
	Next Target
}

// Menu offers choices by key.
type Menu struct {
	Common
	// Prompts is what the caller hears first, Reprompt what is said at each
	// further attempt (Prompts again when empty).
	Prompts, Reprompt []Prompt
	// Choices holds what the caller may press, one key or several.
	Choices []Choice
	Tries
}

// Choice is one line of a menu.
type Choice struct {
	// Keys is what the caller presses: digits, * or #.
	Keys  string
	Goto  Target
	Label string
	// Set holds attributes that choosing this gives to the contact.
	Set Vars
}

// Tries is what menus and collects share: how long to wait, how often, and the
// three separate ways in which an attempt goes wrong.
type Tries struct {
	// Interruptible lets a key that may answer end the prompt.
	Interruptible bool
	// NoInputTimeout runs from the end of the prompt to the first key,
	// InterDigitTimeout between keys where more could follow.
	NoInputTimeout, InterDigitTimeout time.Duration
	// MaxAttempts bounds all attempts at one visit, whatever went wrong.
	MaxAttempts int
	// NoInput is taken when nothing was pressed, Invalid when something else
	// was than what the node accepts, Failure when all attempts are used.
	NoInput, Invalid, Failure Exit
}

// Collect takes a number of digits into a variable.
type Collect struct {
	Common
	Prompts, Reprompt []Prompt
	// Variable receives the digits.
	Variable string
	// Sensitive keeps the digits in the memory of the process, out of the attributes:
	// only the body of a request may carry them.
	Sensitive bool
	// MinDigits and MaxDigits bound what is accepted; at MaxDigits the input
	// ends by itself.
	MinDigits, MaxDigits int
	// FinishKey ends the input early, CancelKey erases it; zero for none.
	FinishKey, CancelKey byte
	// Pattern, if any, must match the whole input.
	Pattern *regexp.Regexp
	// Check, if any, must hold for the whole input.
	Check Check
	// Confirm asks whether the number is the right one; nil for no such question.
	Confirm *Confirm
	Next    Target
	Tries
}

// Hours branches on a calendar. An empty calendar is that of the entry.
type Hours struct {
	Common
	Calendar                         string
	Open, Closed, Holiday, Exception Exit
}

// Queue leaves the tree towards routing, which decides queue and centers.
type Queue struct {
	Common
	// Full, Closed and NoAgent are taken when the contact is turned away before
	// it was accepted. An exit without a target hangs up after its prompts.
	Full, Closed, NoAgent Exit
	// Unreachable is taken when the local service that the contact was sent to
	// did not answer. If it is not given, routing is asked again: whoever has no
	// local service goes to the agents.
	Unreachable Exit
	// WayOut is what callers may press while they wait, one key each: whoever does leaves
	// the queue. Who comes back to a queue has the rank kept.
	WayOut []WayOut
}

// Hangup says good-bye and ends the call.
type Hangup struct {
	Common
	Prompts []Prompt
	// Cause is the Q.850 cause sent to the caller's side; 0 means normal (16).
	Cause int
}

func (n *Play) exits(visit func(string, Exit)) { visit("goto", Exit{Goto: n.Next}) }

func (n *Set) exits(visit func(string, Exit)) { visit("goto", Exit{Goto: n.Next}) }

func (n *Menu) exits(visit func(string, Exit)) {
	for _, c := range n.Choices {
		visit("choices."+c.Keys, Exit{Goto: c.Goto})
	}
	n.Tries.exits(visit)
}

func (n *Collect) exits(visit func(string, Exit)) {
	visit("goto", Exit{Goto: n.Next})
	n.Tries.exits(visit)
}

func (t *Tries) exits(visit func(string, Exit)) {
	visit("on_no_input", t.NoInput)
	visit("on_invalid", t.Invalid)
	visit("on_failure", t.Failure)
}

func (n *Hours) exits(visit func(string, Exit)) {
	visit("open", n.Open)
	visit("closed", n.Closed)
	visit("holiday", n.Holiday)
	visit("exception", n.Exception)
}

func (n *Queue) exits(visit func(string, Exit)) {
	visit("on_full", n.Full)
	visit("on_closed", n.Closed)
	visit("on_no_agent", n.NoAgent)
	visit("on_unreachable", n.Unreachable)
	for _, c := range n.WayOut {
		visit(wayOut+c.Keys, Exit{Goto: c.Goto})
	}
}

func (n *Hangup) exits(func(string, Exit)) {}

// refusal returns the exit for a contact that was turned away.
func (n *Queue) refusal(r contact.Refusal) Exit {
	switch r {
	case contact.Full:
		return n.Full
	case contact.Closed:
		return n.Closed
	case contact.NoAgent:
		return n.NoAgent
	}
	return Exit{}
}
