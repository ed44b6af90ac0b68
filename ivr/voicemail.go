package ivr

import (
	"fmt"
	"time"
)

// Voicemail has the caller leave a recorded message for a mailbox of the site. It is
// the node of type message.
type Voicemail struct {
	Common
	Mailbox string
	// Prompts are said before; any key ends them and lets the caller begin.
	Prompts []Prompt
	// MaxDuration bounds the message, MaxSilence is the silence that ends it.
	MaxDuration, MaxSilence time.Duration
	// MinDuration is how much must be spoken for a message to be one.
	MinDuration time.Duration
	// FinishKey ends the message: '#', '*', or zero for none.
	FinishKey byte
	// Beep is a tone before it.
	Beep bool
	// Next is taken after a message was kept, Empty when nothing was said, Full before
	// anything is said when the mailbox takes no more, Error when it could not be
	// recorded.
	Next               Target
	Empty, Full, Error Exit
}

// The bounds of a message. A silence is told in whole seconds.
const (
	minMessageTime  = 5 * time.Second
	maxMessageTime  = 10 * time.Minute
	minMessageHush  = time.Second
	maxMessageHush  = 30 * time.Second
	maxMessageLeast = 30 * time.Second
)

// recordGrace is for how long beyond its end the end of a recording is awaited before
// somebody looks what became of it.
const recordGrace = 10 * time.Second

type (
	// Record records what the caller says. Recorded with the same N tells its end.
	Record struct {
		// N tells the recordings of one call apart.
		N                       int
		Mailbox                 string
		MaxDuration, MaxSilence time.Duration
		// FinishKey ends it; zero for none.
		FinishKey byte
		Beep      bool
	}
	// FindRecording asks what became of a recording that may never have begun, be under
	// way, or be over. Recorded answers, at its end if it is under way.
	FindRecording struct{ N int }
	// Keep says that a recording is a message to the mailbox.
	Keep struct {
		Node    NodeID
		N       int
		Mailbox string
		// Lasts is how long it is, Spoken how much of it is not silence.
		Lasts, Spoken time.Duration
		Crossed       []NodeID
		Decisions     []Decision
	}
	// Discard says that a recording is of no use to anybody.
	Discard struct{ N int }
)

func (Record) isAction()        {}
func (FindRecording) isAction() {}
func (Keep) isAction()          {}
func (Discard) isAction()       {}

// Recorded is the end of a recording, as it lies there.
type Recorded struct {
	N int
	// Lasts is how long it is, Spoken how much of it is not silence.
	Lasts, Spoken time.Duration
	// Failed says that there is no recording though it was begun, Never that it was not
	// begun as far as anybody can tell.
	Failed, Never bool
}

func (Recorded) isEvent() {}

func (n *Voicemail) exits(visit func(string, Exit)) {
	visit("goto", Exit{Goto: n.Next})
	visit("on_empty", n.Empty)
	visit("on_full", n.Full)
	visit("on_error", n.Error)
}

// worth reports whether a recording is a message.
func (n *Voicemail) worth(e Recorded) bool {
	return !e.Failed && !e.Never && e.Spoken > 0 && e.Spoken >= n.MinDuration
}

// invite says what to do, unless the mailbox is full. The fact that it is the caller's
// turn names the recording that will follow: after a loss of the process it is looked
// for.
func (w *walk) invite(n *Voicemail) Target {
	if w.in.Messages != nil && !w.in.Messages() {
		w.takes("on_error")
		return w.leave(n.Error)
	}
	s := &w.state
	if w.in.MailboxFull != nil && w.in.MailboxFull(n.Mailbox) {
		return w.unrecorded(n, "on_full", n.full())
	}
	s.Recordings++
	s.Recording = s.Recordings
	s.dropKeys()
	w.say(n.Prompts, true)
	w.act(Wait{Node: s.Node, Crossed: s.Crossed, Decisions: s.Decisions, Vars: s.Vars, Records: n.Mailbox})
	s.Crossed, s.Decisions = nil, nil
	return ""
}

// unrecorded takes the way out for whoever can leave no message, and notes why.
func (w *walk) unrecorded(n *Voicemail, name string, e Exit) Target {
	w.decided(Decision{Node: w.state.Node, Case: name, Mailbox: n.Mailbox})
	w.takes(name)
	return w.leave(e)
}

// record begins the recording. What was pressed before is for nobody.
func (w *walk) record(n *Voicemail) {
	s := &w.state
	s.dropKeys()
	s.Phase = Recording
	w.act(Record{
		N: s.Recording, Mailbox: n.Mailbox, MaxDuration: n.MaxDuration, MaxSilence: n.MaxSilence, FinishKey: n.FinishKey, Beep: n.Beep,
	})
	w.act(Arm{After: n.MaxDuration + recordGrace})
}

// findRecording looks what became of a recording: its end is late, or whoever waited
// for it was lost.
func (w *walk) findRecording(n *Voicemail) {
	if w.state.Turns++; w.state.Turns > maxTurns { // nobody ever knows
		w.state.Phase = Recording
		w.recorded(Recorded{N: w.state.Recording, Failed: true})
		return
	}
	w.state.Phase = Recording
	w.act(FindRecording{N: w.state.Recording})
	w.act(Arm{After: n.MaxDuration + recordGrace})
}

// recorded takes the way out for what was said.
func (w *walk) recorded(e Recorded) {
	s := &w.state
	n, ok := w.tree.Nodes[s.Node].(*Voicemail)
	if !ok || s.Phase != Recording || e.N != s.Recording {
		return
	}
	s.dropKeys()
	if e.Never {
		w.follow(Target(s.Node))
		return
	}
	s.Recording = 0
	switch {
	case e.Failed:
		w.follow(w.unrecorded(n, "on_error", n.Error))
	case n.worth(e):
		w.keep(n, e)
		w.takes("goto")
		w.follow(n.Next.orEnd())
	default:
		w.act(Discard{N: e.N})
		w.takes("on_empty")
		w.follow(w.leave(n.empty()))
	}
}

func (w *walk) keep(n *Voicemail, e Recorded) {
	s := &w.state
	s.Left = true
	w.act(Keep{
		Node: s.Node, N: e.N, Mailbox: n.Mailbox, Lasts: e.Lasts, Spoken: e.Spoken, Crossed: s.Crossed, Decisions: s.Decisions,
	})
	s.Crossed, s.Decisions = nil, nil
}

// empty is the way out for whoever said nothing: that of the others, if nothing else
// is written.
func (n *Voicemail) empty() Exit { return n.Empty.or(Exit{Goto: n.Next}) }

// full is the way out when the mailbox takes no more: that of an error, if nothing
// else is written.
func (n *Voicemail) full() Exit { return n.Full.or(n.Error) }

// Gone takes the end of a recording whose caller has hung up: what he said so far is a
// message as any other, if there is enough of it.
func Gone(t *Tree, s State, e Recorded, in Input) (State, []Action) {
	w := walk{tree: t, in: in, state: s}
	n, ok := t.Nodes[s.Node].(*Voicemail)
	switch {
	case !ok || s.Recording == 0 || e.N != s.Recording:
		return s, nil
	case n.worth(e):
		w.keep(n, e)
		w.takes("goto")
	case e.Failed:
		w.decided(Decision{Node: s.Node, Case: "on_error", Mailbox: n.Mailbox})
	case !e.Never:
		w.act(Discard{N: e.N})
	}
	w.state.Recording = 0
	return w.state, w.actions
}

// voicemail checks a node.
func (c *checker) voicemail(id NodeID, n *Voicemail) {
	if n.Mailbox == "" {
		c.missing(id, "mailbox", "name a mailbox of queues.yaml", "the message is for nobody")
	}
	if len(n.Prompts) == 0 {
		c.missing(id, "prompt", "say what to leave: prompt: laissez_un_message", "callers are not told that they are recorded")
	}
	for _, b := range []struct {
		name             string
		value, low, high time.Duration
	}{
		{"max_duration", n.MaxDuration, minMessageTime, maxMessageTime},
		{"max_silence", n.MaxSilence, minMessageHush, maxMessageHush},
		{"min_duration", n.MinDuration, 0, min(n.MaxDuration, maxMessageLeast)},
	} {
		if b.value < b.low || b.value > b.high {
			c.fault(id, b.name, fmt.Sprintf("between %s and %s", b.low, b.high), "%s cannot be %s", b.name, b.value)
		}
	}
	if n.MaxDuration%time.Second != 0 || n.MaxSilence%time.Second != 0 {
		c.fault(id, "max_duration", "write them like 2m and 4s", "max_duration and max_silence are whole seconds")
	}
	if n.FinishKey != 0 && n.FinishKey != '#' && n.FinishKey != '*' {
		c.fault(id, "finish_key", `write "#" or "*", or "" for none`, "a message cannot be ended by the key %q", n.FinishKey)
	}
}
