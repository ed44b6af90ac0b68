package ivr

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// visit opens a menu or collect. Keys pressed ahead may answer it before a word
// is said, and then the caller never waited here.
func (w *walk) visit(prompts []Prompt, t *Tries) Target {
	s := &w.state
	s.Attempt = max(s.Attempt, 1)
	s.keys.restart()
	if n := len(s.Trail); n == 0 || s.Trail[n-1] != s.Node {
		s.Trail = append(slices.Clone(s.Trail[max(0, n-maxTrail+1):]), s.Node)
	}
	if s.keys.ahead.empty() {
		w.turn(prompts, t)
		return ""
	}
	to := w.consume()
	if to == "" && s.Phase == Listening && s.keys.begun() {
		w.wait() // half a choice pressed ahead: the rest is awaited in silence
	}
	return to
}

// turn gives the caller the turn: the prompt begins and keys count.
func (w *walk) turn(prompts []Prompt, t *Tries) {
	w.prompt(prompts, t)
	w.wait()
}

func (w *walk) prompt(prompts []Prompt, t *Tries) {
	if len(prompts) == 0 {
		w.listen(t)
		return
	}
	w.state.Phase = Prompting
	w.saying(prompts, t.Interruptible)
}

// wait emits the fact that the caller's turn has come.
func (w *walk) wait() {
	s := &w.state
	s.Turns++
	w.act(Wait{Node: s.Node, Crossed: s.Crossed, Decisions: s.Decisions, Vars: s.Vars})
	s.Crossed, s.Decisions = nil, nil
}

// listen arms the timer for the next key.
func (w *walk) listen(t *Tries) {
	w.state.Phase = Listening
	after := t.NoInputTimeout
	if w.state.keys.begun() {
		after = t.InterDigitTimeout
	}
	w.act(Arm{After: after})
}

// say plays something that only has to end.
func (w *walk) say(prompts []Prompt, interruptible bool) {
	w.state.Phase = Telling
	w.state.Turns++
	w.saying(prompts, interruptible)
}

func (w *walk) promptEnded() {
	s := &w.state
	switch s.Phase {
	case Telling:
		w.follow(w.told())
	case Prompting:
		// Keys may wait here if the prompt could not be interrupted.
		w.follow(w.consume())
	case Fetching:
		w.held()
	}
}

// told goes on after something was said.
func (w *walk) told() Target {
	s := &w.state
	if len(s.Message) > 0 {
		to := s.Then
		s.Message, s.Then = nil, ""
		return to
	}
	switch n := w.tree.Nodes[s.Node].(type) {
	case *Play:
		if n.FlushInput {
			s.dropKeys()
		}
		w.takes("goto")
		return n.Next.orEnd()
	case *Voicemail:
		w.record(n)
		return ""
	case *Hangup:
		w.credit()
		w.hangUp(n.Cause)
		return ""
	}
	return w.fail()
}

func (w *walk) timedOut() {
	if w.state.Phase == Fetching {
		w.answerIsLate()
		return
	}
	if n, is := w.tree.Nodes[w.state.Node].(*Voicemail); is && w.state.Phase == Recording {
		w.findRecording(n)
		return
	}
	if w.state.Phase != Listening {
		return
	}
	switch n := w.tree.Nodes[w.state.Node].(type) {
	case *Menu:
		w.follow(w.menuTimedOut(n))
	case *Collect:
		w.follow(w.collectTimedOut(n))
	case *Identify:
		w.follow(w.collectTimedOut(n.asks(w.state.Question)))
	case *CallbackNode:
		w.follow(w.numberTimedOut(n))
	}
}

func (w *walk) menuTimedOut(m *Menu) Target {
	if w.state.keys.entered == "" {
		return w.silent(&m.Tries, m.reprompt())
	}
	if choice, _ := m.match(w.state.keys.entered); choice != nil {
		return w.chosen(choice)
	}
	return w.wrong(&m.Tries, m.reprompt())
}

func (w *walk) collectTimedOut(c *Collect) Target {
	if w.state.confirms(c) {
		return w.silent(&c.Tries, c.readBack(w.state.Pending))
	}
	if !w.state.keys.begun() {
		return w.silent(&c.Tries, c.reprompt())
	}
	return w.collected(c)
}

func (w *walk) silent(t *Tries, reprompt []Prompt) Target {
	w.state.NoInput++
	return w.again(t, "on_no_input", t.NoInput, reprompt)
}

func (w *walk) wrong(t *Tries, reprompt []Prompt) Target {
	w.state.Invalid++
	return w.again(t, "on_invalid", t.Invalid, reprompt)
}

// again decides what follows a failed attempt: another one, the exit the tree
// wrote for it, or the failure exit once all attempts are used.
func (w *walk) again(t *Tries, name string, e Exit, reprompt []Prompt) Target {
	s := &w.state
	s.dropKeys() // what was typed answered a question that is now asked again
	if s.Attempt >= t.MaxAttempts {
		s.Exhausted = true
		w.takes("on_failure")
		return w.leave(t.Failure.or(w.tree.Failure))
	}
	w.takes(name)
	if e.Goto != "" && e.Goto != Repeat {
		return w.leave(e)
	}
	s.Attempt++
	w.turn(slices.Concat(e.Prompts, reprompt), t)
	return ""
}

// asked emits once that the caller asked for an agent.
func (w *walk) asked() {
	if !w.state.Asked {
		w.state.Asked = true
		w.act(Asked{Topic: w.state.Topic()})
	}
}

func (w *walk) ask(n *Queue) {
	w.asked()
	s := &w.state
	s.Phase, s.Refused, s.Unreached, s.Left = AtRouting, "", false, false
	s.dropKeys()
	w.act(Ask{
		Node:       s.Node,
		Label:      n.Label,
		Topic:      s.Topic(),
		Department: contact.Department(s.Vars[VarDepartment]),
		Language:   s.Vars[VarLanguage],
		Vars:       s.Vars,
		Crossed:    s.Crossed,
		Decisions:  s.Decisions,
	})
	s.Crossed, s.Decisions = nil, nil
}

func (w *walk) turnedAway(ev TurnedAway) {
	n, ok := w.tree.Nodes[w.state.Node].(*Queue)
	if !ok || w.state.Phase != AtRouting {
		return
	}
	w.state.Refused = ev.Reason
	exit := "on_" + string(ev.Reason)
	if len(ev.Read) > 0 {
		w.decided(Decision{Node: w.state.Node, Case: exit, Read: ev.Read})
	}
	w.takes(exit)
	w.follow(w.leave(n.refusal(ev.Reason)))
}

func (w *walk) notReached(ev NotReached) {
	if w.state.Phase != AtRouting {
		return
	}
	switch n := w.tree.Nodes[w.state.Node].(type) {
	case *Transfer:
		w.unreached(n.unreached(ev.Result))
	case *Queue:
		if !n.Unreachable.given() {
			w.ask(n)
			return
		}
		w.unreached("on_unreachable", n.Unreachable)
	}
}

// unreached goes on where nobody answered outside. What served the caller before was
// not all that he wanted; what serves him from now on does.
func (w *walk) unreached(exit string, e Exit) {
	w.state.Unreached, w.state.Served = true, false
	w.takes(exit)
	w.follow(w.leave(e))
}

// normalClearing is the Q.850 cause of an ordinary end.
const normalClearing = 16

func (w *walk) hangUp(cause int) {
	if cause == 0 {
		cause = normalClearing
	}
	s := &w.state
	s.Phase, s.Message, s.Then = Ended, nil, ""
	s.Forget()
	w.act(HangUp{Cause: cause, Reason: s.Reason(), Crossed: s.Crossed, Decisions: s.Decisions})
	s.Crossed, s.Decisions = nil, nil
}
