package ivr

import (
	"slices"

	"github.com/guichet/guichet/internal/calendar"
)

// The bounds of the machine. A tree that passed New never reaches maxCrossed;
// a caller, or a machine that calls, may reach maxTurns. Either leads to the
// tree's failure exit, and the second time to the end of the call.
const (
	maxCrossed = 100
	maxTurns   = 200
	maxTrail   = 16
)

// Start begins a call at the start of the tree.
func Start(t *Tree, in Input) (State, []Action) {
	w := walk{tree: t, in: in}
	if len(t.Languages) > 0 {
		w.state.set(Vars{VarLanguage: t.Languages[0]})
	}
	w.follow(Home)
	return w.state, w.actions
}

// Step advances a call by one event. It never fails: an event that means
// nothing in the state, such as a key after the end, changes nothing.
func Step(t *Tree, s State, ev Event, in Input) (State, []Action) {
	w := walk{tree: t, in: in, state: s}
	switch ev := ev.(type) {
	case Digit:
		w.pressed(ev.Key)
	case PromptEnded:
		w.promptEnded()
	case TimedOut:
		w.timedOut()
	case TurnedAway:
		w.turnedAway(ev)
	case NotReached:
		w.notReached(ev)
	case SteppedOut:
		w.steppedOut(ev)
	case Promised:
		w.promised()
	case NotPromised:
		w.notPromised(ev)
	case Fetched:
		w.fetched(ev)
	case Recorded:
		w.recorded(ev)
	}
	if _, timed := ev.(TimedOut); !timed && s.armed() && !w.state.armed() {
		w.actions = append([]Action{Disarm{}}, w.actions...)
	}
	return w.state, w.actions
}

// Resume says again what the caller was hearing when the process that led the
// call was lost. A menu restarts at its node: keys pressed before are gone, but
// attempts used stay used. No new Wait is emitted, since the old one stands.
func Resume(t *Tree, s State, in Input) (State, []Action) {
	w := walk{tree: t, in: in, state: s}
	w.state.dropKeys()
	node, known := t.Nodes[s.Node]
	switch {
	case s.Phase == "":
		return Start(t, in)
	case s.Phase == Ended:
		w.hangUp(causeOf(node))
	case len(s.Message) > 0:
		w.say(s.Message, w.interruptible())
	case !known:
		w.follow(w.fail())
	default:
		w.restart(node)
	}
	return w.state, w.actions
}

// causeOf returns the cause a node ends calls with, 0 for the normal one.
func causeOf(node Node) int {
	if n, ok := node.(*Hangup); ok {
		return n.Cause
	}
	return 0
}

func (w *walk) restart(node Node) {
	switch n := node.(type) {
	case *Menu:
		w.prompt(n.Prompts, &n.Tries)
	case *Collect:
		if w.state.confirms(n) {
			w.prompt(n.readBack(w.state.Pending), &n.Tries)
			return
		}
		w.prompt(n.Prompts, &n.Tries)
	case *Identify:
		w.prompt(n.asks(w.state.Question).Prompts, &n.Tries)
	case *CallbackNode:
		w.resumeCallback(n)
	case *Play:
		w.say(n.Prompts, n.Interruptible)
	case *Hangup:
		w.say(n.Prompts, false)
	case *Voicemail:
		w.findRecording(n)
	case *Queue:
		w.ask(n)
	case *Transfer:
		w.sendOut(n)
	case asker:
		w.takeUp(n)
	default:
		w.follow(Target(w.state.Node))
	}
}

// walk is one step being taken: the state under construction and the actions
// collected on the way.
type walk struct {
	tree    *Tree
	in      Input
	state   State
	actions []Action
	crossed int
}

// takes tells whoever watches that the present node is left by an exit.
func (w *walk) takes(exit string) {
	if w.in.Watch != nil {
		w.in.Watch(w.state.Node, exit)
	}
}

func (w *walk) act(a Action) { w.actions = append(w.actions, a) }

// follow enters nodes until one of them has to wait for something.
func (w *walk) follow(to Target) {
	for to != "" {
		if w.crossed > maxCrossed || w.state.Turns > maxTurns {
			to = w.overrun()
			continue
		}
		to = w.enter(w.resolve(to))
	}
}

// overrun ends what has no other end.
func (w *walk) overrun() Target {
	w.crossed, w.state.Turns = 0, 0
	if w.state.Overrun {
		w.state.Exhausted = true
		w.hangUp(0)
		return ""
	}
	w.state.Overrun = true
	return w.fail()
}

// fail takes the tree's failure exit.
func (w *walk) fail() Target {
	w.state.Exhausted = true
	return w.leave(w.tree.Failure)
}

// leave takes an exit: its message first, if it has one, then its target. A
// missing target ends the call.
func (w *walk) leave(e Exit) Target {
	to := e.Goto.orEnd()
	if len(e.Prompts) == 0 {
		return to
	}
	w.state.Message, w.state.Then = e.Prompts, to
	w.say(e.Prompts, w.interruptible())
	return ""
}

// orEnd makes a missing target the end of the call.
func (t Target) orEnd() Target {
	if t == "" {
		return End
	}
	return t
}

// resolve turns the words repeat, back and start into the id of a node.
func (w *walk) resolve(to Target) Target {
	s := &w.state
	switch to {
	case Repeat:
		return Target(s.Node)
	case Home:
		s.Trail = nil
		return Target(w.tree.Start)
	case Back:
		if n := len(s.Trail); n > 0 && s.Trail[n-1] == s.Node {
			s.Trail = append([]NodeID(nil), s.Trail[:n-1]...) // nil when empty, as after JSON
		}
		if n := len(s.Trail); n > 0 {
			return Target(s.Trail[n-1])
		}
		return Target(w.tree.Start)
	}
	return to
}

// enter makes a node the current one and returns where it leads at once, or
// nothing if the call waits there.
func (w *walk) enter(to Target) Target {
	s := &w.state
	w.credit()
	if to == End {
		w.hangUp(0)
		return ""
	}
	node, known := w.tree.Nodes[NodeID(to)]
	if !known {
		w.crossed = maxCrossed + 1 // only a tree that New refused gets here
		return Home
	}
	w.crossed++
	again := s.Node == NodeID(to) && s.Attempt > 0
	s.Node, s.Message, s.Then = NodeID(to), nil, ""
	w.takes("")
	if len(s.Crossed) < maxCrossed {
		s.Crossed = append(slices.Clip(s.Crossed), s.Node)
	}
	s.set(node.common().Set)
	if w.tree.asks[s.Node] && s.Topic() != "" {
		w.asked()
	}
	if !again {
		s.Attempt, s.NoInput, s.Invalid, s.Question, s.Pending = 0, 0, 0, "", ""
	}
	return w.begin(node)
}

// credit records that a node which serves was heard to its end.
func (w *walk) credit() {
	node, ok := w.tree.Nodes[w.state.Node]
	if _, asks := node.(asker); asks || !ok {
		return // by what it was answered
	}
	if node.common().Serves {
		w.state.Served = true
	}
}

func (w *walk) begin(node Node) Target {
	switch n := node.(type) {
	case *Play:
		if len(n.Prompts) == 0 {
			w.takes("goto")
			return n.Next.orEnd()
		}
		w.say(n.Prompts, n.Interruptible)
	case *Set:
		w.takes("goto")
		return n.Next.orEnd()
	case *Menu:
		return w.visit(n.Prompts, &n.Tries)
	case *Collect:
		if w.state.confirms(n) {
			return w.visit(n.readBack(w.state.Pending), &n.Tries)
		}
		return w.visit(n.Prompts, &n.Tries)
	case *Identify:
		return w.identify(n)
	case *CallbackNode:
		return w.callback(n)
	case *Hours:
		return w.leave(w.hours(n))
	case *Branch:
		return w.leave(w.decide(n))
	case *Lookup:
		return w.leave(w.lookUp(n))
	case asker:
		return w.inquire(n, false)
	case *Voicemail:
		return w.invite(n)
	case *Queue:
		w.state.Turns++
		w.ask(n)
	case *Transfer:
		w.state.Turns++
		w.sendOut(n)
	case *Hangup:
		if len(n.Prompts) == 0 {
			w.hangUp(n.Cause)
			return ""
		}
		w.say(n.Prompts, false)
	}
	return ""
}

// hours asks the calendar and returns the exit for its answer.
func (w *walk) hours(n *Hours) Exit {
	status := calendar.Open
	if w.in.Hours != nil {
		status = w.in.Hours(n.Calendar, w.in.At)
	}
	w.state.OutOfHours = status != calendar.Open
	if w.in.Why != nil {
		if why := w.in.Why(n.Calendar, w.in.At); why != "" {
			w.decided(Decision{Node: w.state.Node, Case: string(status), Read: map[string]string{"today": bounded(why)}})
		}
	}
	w.takes(string(status))
	return n.exit(status)
}

// exit is the way out for an answer of the calendar.
func (n *Hours) exit(status calendar.Status) Exit {
	switch status {
	case calendar.Open:
		return n.Open
	case calendar.Holiday:
		return n.Holiday.or(n.Closed)
	case calendar.Exception:
		return n.Exception.or(n.Closed)
	}
	return n.Closed
}

// or returns e, or the fallback if e was not given.
func (e Exit) or(fallback Exit) Exit {
	if e.Goto == "" && len(e.Prompts) == 0 {
		return fallback
	}
	return e
}
