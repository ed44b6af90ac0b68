// Package keypad is what an agent says by the keys of his own phone: he dials a code,
// and to log in keys his number and his PIN; a supervisor keys whom he will listen to.
//
// It is pure: keys, silences and answers in, what is said and wanted out. It knows no
// agent and no telephone; whoever runs it carries wishes out. What is keyed in stays in
// the state, which is kept nowhere. Read Start and State.Key.
package keypad

import "strings"

// Deed is what a code stands for.
type Deed string

// The deeds.
const (
	Login     Deed = "login"
	Logout    Deed = "logout"
	Pause     Deed = "pause"
	Ready     Deed = "ready"
	Finish    Deed = "wrap_up"
	Extend    Deed = "extend"
	Supervise Deed = "supervise"
)

// Deeds lists them.
var Deeds = []Deed{Login, Logout, Pause, Ready, Finish, Extend, Supervise}

// Prompt names what is said; each is a prompt of the site.
type Prompt string

// The prompts.
const (
	AskNumber  Prompt = "agent_number"     // whoever logs in, or supervises, keys his number
	AskPIN     Prompt = "agent_pin"        // and his PIN
	Wrong      Prompt = "agent_wrong"      // one of both is wrong
	Locked     Prompt = "agent_locked"     // too many were
	Taken      Prompt = "agent_taken"      // somebody else is logged in here
	Elsewhere  Prompt = "agent_elsewhere"  // he is logged in at another phone
	Nobody     Prompt = "agent_nobody"     // nobody is logged in here
	NoReason   Prompt = "agent_no_reason"  // no pause of that key
	NoEffect   Prompt = "agent_no_effect"  // it cannot be done now
	LoggedIn   Prompt = "agent_logged_in"  // done
	LoggedOut  Prompt = "agent_logged_out" // done
	Paused     Prompt = "agent_paused"     // done
	IsReady    Prompt = "agent_ready"      // done
	WrapUpOver Prompt = "agent_wrap_up"    // done

	WrapUpLonger  Prompt = "agent_wrap_up_longer"  // done
	WrapUpLongest Prompt = "agent_wrap_up_longest" // it lasts as long as one may

	AskWhom      Prompt = "agent_supervised"    // a supervisor keys the number of whom he will listen to
	NotTalking   Prompt = "agent_not_talking"   // no agent of that number is in a conversation
	NoSupervisor Prompt = "agent_no_supervisor" // he may not listen
	WillRing     Prompt = "agent_will_ring"     // done: his phone rings when this call is over
)

// prompts are all that can be said, and later those that only some deeds say: who has no
// code for it need not have them.
var (
	prompts = []Prompt{AskNumber, AskPIN, Wrong, Locked, Taken, Elsewhere, Nobody, NoReason, NoEffect, LoggedIn, LoggedOut, Paused, IsReady, WrapUpOver}
	later   = map[Deed][]Prompt{Extend: {WrapUpLonger, WrapUpLongest}, Supervise: {AskWhom, NotTalking, NoSupervisor, WillRing}}
)

// Prompts lists all that can be said by those who dial one of these codes, none without any.
func Prompts(codes map[Deed]string) (all []Prompt) {
	if len(codes) == 0 {
		return nil
	}
	all = append(all, prompts...)
	for _, d := range Deeds {
		if codes[d] != "" {
			all = append(all, later[d]...)
		}
	}
	return all
}

var done = map[Deed]Prompt{
	Login: LoggedIn, Logout: LoggedOut, Pause: Paused, Ready: IsReady, Finish: WrapUpOver, Extend: WrapUpLonger, Supervise: WillRing,
}

// Wish is what is to be done for who calls. To supervise are two: first somebody is to be
// known for a supervisor, by number and PIN, and then to be heard is Whom.
type Wish struct {
	Deed Deed
	// Number and PIN are those of who logs in, or supervises.
	Number, PIN string
	// Whom is the number of the agent whom a supervisor will listen to.
	Whom string
	// Reason is the key of a pause; empty for none.
	Reason string
}

// Move is what follows: something is said, or wished. After the last word the call ends.
type Move struct {
	Say  Prompt
	Wish *Wish
	Ends bool
}

// State is one call. The zero value has not begun.
type State struct {
	deed   Deed
	asks   Prompt // AskNumber, AskPIN or AskWhom while keys are awaited
	keyed  string
	number string
	known  bool // he is a supervisor
	wrong  int
}

// maxTries is how often somebody may key something wrong, or nothing, in one call, and
// maxKeys how much of it is listened to.
const (
	maxTries = 3
	maxKeys  = 16
)

// Find says what a dialled number stands for; what follows the code of a pause is the
// key of its reason.
func Find(codes map[Deed]string, dialled string) (deed Deed, reason string, found bool) {
	for _, d := range Deeds {
		rest, is := strings.CutPrefix(dialled, codes[d])
		if codes[d] == "" || !is || rest != "" && d != Pause {
			continue
		}
		return d, rest, true
	}
	return "", "", false
}

// Start begins the call of a deed.
func Start(deed Deed, reason string) (State, Move) {
	if deed == Login || deed == Supervise {
		return State{deed: deed, asks: AskNumber}, Move{Say: AskNumber}
	}
	return State{deed: deed}, Move{Wish: &Wish{Deed: deed, Reason: reason}}
}

// Key is one key; # ends what is keyed in.
func (s State) Key(key byte) (State, Move) {
	switch {
	case s.asks == "":
	case key == '#':
		return s.entered()
	case key >= '0' && key <= '9' && len(s.keyed) < maxKeys:
		s.keyed += string(key)
	}
	return s, Move{}
}

// Silence is that no key came for a while.
func (s State) Silence() (State, Move) {
	switch {
	case s.asks == "":
		return s, Move{}
	case s.keyed != "":
		return s.entered()
	}
	return s.again(s.asks)
}

func (s State) entered() (State, Move) {
	keyed := s.keyed
	s.keyed = ""
	switch {
	case keyed == "":
		return s.again(s.asks)
	case s.asks == AskNumber:
		s.number, s.asks = keyed, AskPIN
		return s, Move{Say: AskPIN}
	case s.asks == AskWhom:
		s.asks = ""
		return s, Move{Wish: &Wish{Deed: s.deed, Whom: keyed}}
	}
	s.asks = ""
	return s, Move{Wish: &Wish{Deed: s.deed, Number: s.number, PIN: keyed}}
}

// again asks once more, unless that was the last time.
func (s State) again(say Prompt) (State, Move) {
	if s.wrong++; s.wrong >= maxTries {
		s.asks = ""
		if s.known {
			return s, Move{Say: NotTalking, Ends: true}
		}
		return s, Move{Say: Wrong, Ends: true}
	}
	return s, Move{Say: say}
}

// Done is what became of the wish: nothing to say if it was done, otherwise why not.
func (s State) Done(why Prompt) (State, Move) {
	switch {
	case why == "" && s.deed == Supervise && !s.known:
		return State{deed: s.deed, known: true, asks: AskWhom}, Move{Say: AskWhom}
	case why == "":
		return s, Move{Say: done[s.deed], Ends: true}
	case why == Wrong:
		return s.anew(Wrong, AskNumber)
	case why == NotTalking:
		return s.anew(NotTalking, AskWhom)
	}
	return s, Move{Say: why, Ends: true}
}

// anew has him begin again with what was wrong, unless that was the last time.
func (s State) anew(say, asks Prompt) (State, Move) {
	next, move := s.again(say)
	if !move.Ends {
		next.number, next.asks = "", asks
	}
	return next, move
}
