package ivr

import (
	"maps"

	"github.com/guichet/guichet/internal/contact"
)

// Phase is what a call in the tree waits for.
type Phase string

// The phases. The diagram of the package comment joins them.
const (
	// Telling: something is said that only has to end.
	Telling Phase = "telling"
	// Prompting: the prompt of a menu or collect runs, and keys count.
	Prompting Phase = "prompting"
	// Listening: silence, the timer runs, and keys count.
	Listening Phase = "listening"
	// Fetching: a back-end is being asked; keys are kept.
	Fetching Phase = "fetching"
	// Recording: the caller leaves a message; keys count for nothing.
	Recording Phase = "recording"
	// AtRouting: the tree was left by Ask or SendOut.
	AtRouting Phase = "at_routing"
	// Ended: HangUp was sent.
	Ended Phase = "ended"
)

// State is where one caller stands in a tree: small, plain, and complete in its
// JSON form but for the keys pressed and not yet used. Those never leave the
// process, because they may be part of something secret, and neither do sensitive
// variables; after a loss of the process they are asked for again. A State is a
// value: Step never changes the one it was given, but for digits that are used up,
// which are wiped wherever they are.
type State struct {
	Node  NodeID `json:"node"`
	Phase Phase  `json:"phase"`
	// Message is what an exit says on the way to Then, while Telling.
	Message []Prompt `json:"message,omitempty"`
	Then    Target   `json:"then,omitempty"`
	// Attempt counts from 1 within one visit of a menu or collect; NoInput and
	// Invalid say what became of the earlier ones.
	Attempt int `json:"attempt,omitempty"`
	NoInput int `json:"no_input,omitempty"`
	Invalid int `json:"invalid,omitempty"`
	// Trail holds the latest nodes that waited for the caller, for Back.
	Trail []NodeID `json:"trail,omitempty"`
	// Crossed are the nodes entered since the latest Wait.
	Crossed []NodeID `json:"crossed,omitempty"`
	// Decisions are the latest branches passed since the latest Wait.
	Decisions []Decision `json:"decisions,omitempty"`
	Vars      Vars       `json:"vars,omitempty"`
	// Sealed says at which node each sensitive variable was keyed in. What was keyed
	// in is in the process only.
	Sealed map[string]NodeID `json:"sealed,omitempty"`
	// Question is which of its questions a node asks, Pending the number that the
	// caller is asked to confirm, and Authentication how far
	// the latest one has identified the caller.
	Question       Question `json:"question,omitempty"`
	Pending        string   `json:"pending,omitempty"`
	Authentication int      `json:"authentication,omitempty"`
	// Slots are the times of which the caller is to choose one, Slot the one that was chosen.
	Slots []Slot `json:"slots,omitempty"`
	Slot  *Slot  `json:"slot,omitempty"`
	// Asked says that the caller has asked for an agent.
	Asked bool `json:"asked,omitempty"`
	// Served says that a node marked serves was heard, and nothing failed after it.
	Served bool `json:"served,omitempty"`
	// OutOfHours says that the latest calendar asked was not open.
	OutOfHours bool `json:"out_of_hours,omitempty"`
	// Exhausted says that all attempts were used at some node.
	Exhausted bool `json:"exhausted,omitempty"`
	// Refused is why the latest queue turned the contact away.
	Refused contact.Refusal `json:"refused,omitempty"`
	// Unreached says that the local service asked for last could not be reached.
	Unreached bool `json:"unreached,omitempty"`
	// Fetch numbers the requests to back-ends. While Fetching, Held counts how often
	// the hold prompt was begun, and Holding says that it runs.
	Fetch   int  `json:"fetch,omitempty"`
	Held    int  `json:"held,omitempty"`
	Holding bool `json:"holding,omitempty"`
	// Recordings numbers the recordings of the call; Recording is the one that is being
	// made, or about to be, 0 for none. Left says that a message was left, and no agent
	// asked for since.
	Recordings int  `json:"recordings,omitempty"`
	Recording  int  `json:"recording,omitempty"`
	Left       bool `json:"left,omitempty"`
	// Turns counts how often the machine waited, for whatever; Overrun says that
	// a bound was reached once already.
	Turns   int  `json:"turns,omitempty"`
	Overrun bool `json:"overrun,omitempty"`
	// Ignored counts keys dropped because too many were pressed ahead.
	Ignored int `json:"ignored,omitempty"`

	keys    keys
	secrets map[string]Secret
}

// keys is what was pressed and not used yet. A copied State shares nothing of it
// that could change, but for a number that is wiped.
type keys struct {
	// ahead waits for a node that accepts keys.
	ahead typed
	// entered belongs to the current menu or collect, number to one that is
	// sensitive.
	entered string
	number  Secret
	// spare is the finish key of a collect that ended before it was pressed.
	spare byte
}

// maxAhead bounds the keys kept for later. Nobody types further ahead than this
// through a menu; a machine that sends digits by the kilobyte is not followed.
const maxAhead = 64

func (s *State) keepKey(key byte) {
	if !s.keys.ahead.add(key) {
		s.Ignored++
	}
}

// takeKey removes the first key kept.
func (s *State) takeKey() byte { return s.keys.ahead.take() }

func (s *State) dropKeys() {
	s.keys.number.Wipe()
	s.keys.ahead.wipe()
	s.keys = keys{}
}

// begun reports whether something was entered that may not be complete.
func (k *keys) begun() bool { return k.entered != "" || !k.number.Empty() }

// restart forgets what was entered so far.
func (k *keys) restart() {
	k.number.Wipe()
	k.entered, k.number = "", Secret{}
}

// set adds attributes to a copy, because earlier states and actions share the map.
func (s *State) set(more Vars) {
	if len(more) == 0 {
		return
	}
	vars := maps.Clone(s.Vars)
	if vars == nil {
		vars = make(Vars, len(more))
	}
	maps.Copy(vars, more)
	s.Vars = vars
}

// Topic returns the topic chosen so far, empty if none.
func (s State) Topic() contact.Topic { return contact.Topic(s.Vars[VarTopic]) }

// Reason returns why the call ends if it ends now by the tree's doing.
func (s State) Reason() Reason {
	switch {
	case s.Left:
		return MessageLeft
	case s.Refused == contact.Full:
		return TurnedFull
	case s.Refused == contact.NoAgent:
		return TurnedNoAgent
	case s.Served:
		return Served
	case s.Unreached && s.Refused != contact.Closed: // closed stays closed for who is sent outside then
		return NoService
	case s.OutOfHours || s.Refused == contact.Closed:
		return OutOfHours
	case s.Exhausted:
		return Exhausted
	}
	return Finished
}
