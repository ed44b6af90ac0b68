package ivr

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// CallbackNode promises the caller a call back: the place in the queue is kept, and
// nobody has to hold the line. Whom to call is a number that nobody need see: it is
// kept like a sensitive variable.
type CallbackNode struct {
	Common
	// Number says whose number it is; Own does not ask.
	Number NumberSource
	// Appointment has the caller choose when he is called; nil calls when it would have been
	// his turn.
	Appointment *Appointment
	// Prompts ask for a number, Reprompt at further attempts.
	Prompts, Reprompt []Prompt
	// Confirm reads a number back before it counts. With No another one is given.
	Confirm Confirm
	// FinishKey, pressed alone, wants no call. CancelKey erases what was keyed in;
	// zero for none.
	FinishKey, CancelKey byte
	// Accepted is taken when the call is promised; Refused by who wants none, or has
	// no number that may be called; Full when too many wait to be called, Already
	// when this number is to be called for this topic, Failed when it cannot be
	// promised just now.
	Accepted, Refused, Full, Already, Failed Exit
	Tries
}

// NumberSource is where the number to call comes from.
type NumberSource string

// The sources. With Confirmed the caller's own is read back, and another may be given.
const (
	Confirmed NumberSource = "confirm"
	Own       NumberSource = "caller"
	Given     NumberSource = "ask"
)

// The questions of the node: the first is whether the number that calls is the one to
// call, and Confirming is asked about a number that was keyed in.
const (
	ConfirmingOwn Question = "confirm_own"
	AskingNumber  Question = "number"
)

// callbackNumber is the secret that holds the number. No author's variable has such a
// name.
const callbackNumber = "callback number"

// NoCallback is why no call is promised.
type NoCallback string

// The reasons, which are exits of the node.
const (
	CallbackFull    NoCallback = "full"
	CallbackAlready NoCallback = "already"
	CallbackFailed  NoCallback = "error"
)

type (
	// Callback asks to promise a call. The answer is Promised or NotPromised.
	Callback struct {
		Node   NodeID
		Number string
		// Slot is when to call; nil is when it would have been the caller's turn.
		Slot      *Slot
		Topic     contact.Topic
		Language  string
		Vars      Vars
		Crossed   []NodeID
		Decisions []Decision
	}
	// Promised says that the call is promised.
	Promised struct{}
	// NotPromised says that it is not.
	NotPromised struct{ Why NoCallback }
)

func (Callback) isAction()   {}
func (Promised) isEvent()    {}
func (NotPromised) isEvent() {}

func (n *CallbackNode) exits(visit func(string, Exit)) {
	visit("on_accepted", n.Accepted)
	visit("on_refused", n.Refused)
	visit("on_full", n.Full)
	visit("on_already", n.Already)
	visit("on_error", n.Failed)
	if n.Number != Own || n.Appointment != nil {
		n.Tries.exits(visit)
	}
}

// asks is the question for a number as the collect that it is: a national number.
func (n *CallbackNode) asks() *Collect {
	return &Collect{
		Prompts: n.Prompts, Reprompt: n.Reprompt, Variable: callbackNumber, Sensitive: true, MinDigits: 10, MaxDigits: 10,
		FinishKey: n.FinishKey, CancelKey: n.CancelKey, Tries: n.Tries,
	}
}

// confirming reports whether a number is being read back.
func (s *State) confirming() bool { return s.Question == Confirming || s.Question == ConfirmingOwn }

// callable is a number as people of the country dial it, if it may be called.
func (in Input) callable(number string) (national string, ok bool) {
	if in.Callable == nil || number == "" {
		return "", false
	}
	return in.Callable(number)
}

// callback begins with the time to call, if it is to be chosen.
func (w *walk) callback(n *CallbackNode) Target {
	if s := &w.state; n.Appointment != nil && (s.Question == "" || s.Question == ChoosingSlot) {
		return w.offerSlots(n)
	}
	if n.Appointment == nil {
		w.state.Slot = nil
	}
	return w.number(n)
}

// number begins at the caller's own number if the author wants that, and if it may
// be called.
func (w *walk) number(n *CallbackNode) Target {
	s := &w.state
	own, known := w.in.callable(w.in.Caller)
	switch {
	case n.Number == Own && known:
		return w.request(n, own)
	case n.Number == Own:
		w.takes("on_refused")
		return w.leave(n.Refused)
	case s.Question == "" && n.Number == Confirmed && known:
		s.Question = ConfirmingOwn
		s.seal(callbackNumber, secretOf(own))
	case !s.confirming() || s.secrets[callbackNumber].Empty():
		s.Question = AskingNumber
	}
	switch {
	case s.confirming():
		return w.visit(w.readBackNumber(n), &n.Tries)
	case s.Attempt > 1:
		return w.visit(n.asks().reprompt(), &n.Tries)
	}
	return w.visit(n.Prompts, &n.Tries)
}

func secretOf(text string) (s Secret) {
	for i := range len(text) {
		s = s.with(text[i])
	}
	return s
}

func (w *walk) readBackNumber(n *CallbackNode) []Prompt {
	digits := w.state.secrets[callbackNumber].Reveal()
	return slices.Concat(n.Confirm.Before, []Prompt{Prompt("digits:" + digits)}, n.Confirm.Prompts)
}

// numberKeyed judges a number when all of it was keyed in.
func (w *walk) numberKeyed(n *CallbackNode) Target {
	s := &w.state
	keyed := s.keys.number.Reveal()
	if keyed == "" {
		w.takes("on_refused")
		return w.leave(n.Refused)
	}
	number, ok := w.in.callable(keyed)
	if !ok || len(keyed) < n.asks().MinDigits {
		return w.wrong(&n.Tries, n.asks().reprompt())
	}
	s.keys.restart()
	s.seal(callbackNumber, secretOf(number))
	s.Question = Confirming
	if s.keys.ahead.empty() {
		w.turn(w.readBackNumber(n), &n.Tries)
		return ""
	}
	return w.confirmNumber(n)
}

// confirmNumber takes the answer to what was read back.
func (w *walk) confirmNumber(n *CallbackNode) Target {
	s := &w.state
	if !s.keys.ahead.empty() && s.keys.spare != 0 && s.keys.ahead.next() == s.keys.spare {
		s.keys.ahead.take()
	}
	s.keys.spare = 0
	if s.keys.ahead.empty() {
		w.listen(&n.Tries)
		return ""
	}
	switch key := s.takeKey(); {
	case key == n.Confirm.Yes:
		return w.request(n, s.secrets[callbackNumber].Reveal())
	case key == n.Confirm.No && s.Question == ConfirmingOwn:
		s.Question = AskingNumber
		return w.visit(n.Prompts, &n.Tries)
	case key == n.Confirm.No:
		s.Question = AskingNumber
		return w.wrong(&n.Tries, n.asks().reprompt())
	case key == n.FinishKey:
		w.takes("on_refused")
		return w.leave(n.Refused)
	}
	return w.wrong(&n.Tries, w.readBackNumber(n))
}

// numberAwaited takes keys, or waits for more.
func (w *walk) numberAwaited(n *CallbackNode) Target {
	if w.state.Question == ChoosingSlot {
		return w.chooseSlot(n)
	}
	if w.state.confirming() {
		return w.confirmNumber(n)
	}
	return w.collect(n.asks())
}

func (w *walk) numberTimedOut(n *CallbackNode) Target {
	switch {
	case w.state.Question == ChoosingSlot:
		return w.silent(&n.Tries, w.slotsToChoose(n))
	case w.state.confirming():
		return w.silent(&n.Tries, w.readBackNumber(n))
	case !w.state.keys.begun():
		return w.silent(&n.Tries, n.asks().reprompt())
	}
	return w.numberKeyed(n)
}

// request asks for the promise.
func (w *walk) request(n *CallbackNode, number string) Target {
	w.asked()
	s := &w.state
	s.Phase, s.Question, s.Refused, s.Unreached = AtRouting, "", "", false
	s.dropKeys()
	s.Turns++
	w.act(Callback{
		Node: s.Node, Number: number, Slot: s.Slot, Topic: s.Topic(), Language: s.Vars[VarLanguage], Vars: s.Vars,
		Crossed: s.Crossed, Decisions: s.Decisions,
	})
	s.Crossed, s.Decisions = nil, nil
	return ""
}

// answeredPromise takes the exit for what became of a request.
func (w *walk) answeredPromise(name string, exit func(*CallbackNode) Exit) {
	n, ok := w.tree.Nodes[w.state.Node].(*CallbackNode)
	if !ok || w.state.Phase != AtRouting {
		return
	}
	w.takes(name)
	w.follow(w.leave(exit(n)))
}

func (w *walk) promised() {
	w.answeredPromise("on_accepted", func(n *CallbackNode) Exit { return n.Accepted })
}

func (w *walk) notPromised(e NotPromised) {
	w.answeredPromise("on_"+string(e.Why), func(n *CallbackNode) Exit {
		switch e.Why {
		case CallbackFull:
			return n.Full
		case CallbackAlready:
			return n.Already
		}
		return n.Failed
	})
}

// resumeCallback begins the node again: a number that was keyed in is gone with the
// process.
func (w *walk) resumeCallback(n *CallbackNode) {
	s := &w.state
	own, known := w.in.callable(w.in.Caller)
	switch {
	case s.Question == ChoosingSlot && len(s.Slots) > 0:
		w.prompt(w.slotsToChoose(n), &n.Tries)
	case n.Appointment != nil && s.Slot == nil:
		w.follow(w.offerSlots(n))
	case n.Number == Own:
		w.follow(w.number(n))
	case n.Number == Confirmed && known && (s.Question == ConfirmingOwn || s.Phase == AtRouting):
		s.Question = ConfirmingOwn
		s.seal(callbackNumber, secretOf(own))
		w.prompt(w.readBackNumber(n), &n.Tries)
	default:
		s.Question = AskingNumber
		w.prompt(n.Prompts, &n.Tries)
	}
}

func (c *checker) callback(id NodeID, n *CallbackNode) {
	if n.Appointment != nil {
		c.appointment(id, n)
	}
	switch n.Number {
	case Own:
		if n.Appointment != nil {
			c.tries(id, &n.Tries)
		}
		return
	case Confirmed, Given:
	default:
		c.fault(id, "number", "one of confirm, caller, ask", "there is no number %q", n.Number)
	}
	c.tries(id, &n.Tries)
	switch {
	case n.Confirm.Yes == n.Confirm.No:
		c.fault(id, "confirm", "choose two different keys", "confirm_key and correct_key are both %q", n.Confirm.Yes)
	case n.FinishKey != 0 && (n.FinishKey == n.Confirm.Yes || n.FinishKey == n.Confirm.No):
		c.fault(id, "finish_key", "choose another key", "finish_key %q is also a key of confirm", n.FinishKey)
	case n.FinishKey != 0 && n.FinishKey == n.CancelKey:
		c.fault(id, "cancel_key", "choose two different keys", "finish_key and cancel_key are both %q", n.FinishKey)
	}
}
