package ivr

import "strings"

// allKeys are the sixteen keys of DTMF.
const allKeys = "0123456789*#ABCD"

// pressed takes one key. Where keys count it is used at once, elsewhere it is
// kept for the node that will want it.
func (w *walk) pressed(key byte) {
	s := &w.state
	if !strings.ContainsRune(allKeys, rune(key)) || s.Phase == AtRouting || s.Phase == Recording || s.Phase == Ended {
		return
	}
	if s.Phase == Prompting && w.interruptible() {
		if !w.interrupts(key) {
			s.keepKey(key) // a wrong one, should no other follow until the prompt has ended
			return
		}
		s.keys.ahead.wipe()
	}
	s.keepKey(key)
	switch {
	case s.Phase == Listening:
		w.follow(w.consume())
	case !w.interruptible():
	case s.Phase == Prompting:
		w.act(StopPlay{})
		w.follow(w.consume())
	case s.Phase == Telling:
		w.act(StopPlay{})
		w.follow(w.told())
	}
}

// interruptible tells whether a key ends what is being said. Last words before
// hanging up are always said to the end.
func (w *walk) interruptible() bool {
	if len(w.state.Message) > 0 && w.state.Then == End {
		return false
	}
	switch n := w.tree.Nodes[w.state.Node].(type) {
	case *Play:
		return n.Interruptible
	case *Menu:
		return n.Interruptible
	case *Collect:
		return n.Interruptible
	case *Identify:
		return n.Interruptible
	case *CallbackNode:
		return n.Interruptible
	case *Hangup:
		return false
	}
	return true
}

// consume gives the keys kept to the current menu or collect until it has
// decided or needs more.
func (w *walk) consume() Target {
	switch n := w.tree.Nodes[w.state.Node].(type) {
	case *Menu:
		return w.choose(n)
	case *Collect:
		return w.collect(n)
	case *Identify:
		return w.collect(n.asks(w.state.Question))
	case *CallbackNode:
		return w.numberAwaited(n)
	}
	return ""
}

// choose looks for the choice that the keys name. A key that could begin a
// longer choice waits for the rest.
func (w *walk) choose(m *Menu) Target {
	s := &w.state
	w.skipSpare(m)
	for !s.keys.ahead.empty() {
		s.keys.entered += string(rune(s.takeKey()))
		choice, longer := m.match(s.keys.entered)
		switch {
		case longer:
		case choice != nil:
			return w.chosen(choice)
		default:
			return w.wrong(&m.Tries, m.reprompt())
		}
	}
	w.listen(&m.Tries)
	return ""
}

// skipSpare drops a # that confirms the number just collected, unless the menu
// has a meaning for it: callers press it although the last digit was enough.
func (w *walk) skipSpare(m *Menu) {
	k := &w.state.keys
	if k.ahead.empty() || k.spare == 0 {
		return
	}
	if choice, longer := m.match(string(rune(k.spare))); k.ahead.next() == k.spare && choice == nil && !longer {
		k.ahead.take()
	}
	k.spare = 0
}

// match returns the choice with exactly these keys, and whether more keys could
// make a longer one.
func (m *Menu) match(entered string) (exact *Choice, longer bool) {
	for i, c := range m.Choices {
		if c.Keys == entered {
			exact = &m.Choices[i]
		} else if strings.HasPrefix(c.Keys, entered) {
			longer = true
		}
	}
	return exact, longer
}

func (w *walk) chosen(c *Choice) Target {
	w.state.keys.entered = ""
	w.state.set(c.Set)
	w.takes("choices." + c.Keys)
	return c.Goto.orEnd()
}

// collect takes digits until the finish key, the last possible digit, or a key
// that has no place in a number.
func (w *walk) collect(c *Collect) Target {
	if w.state.confirms(c) {
		return w.confirm(c)
	}
	k := &w.state.keys
	if k.spare != 0 && !k.ahead.empty() {
		if k.ahead.next() == k.spare {
			k.ahead.take()
		}
		k.spare = 0
	}
	for !k.ahead.empty() {
		switch key := w.state.takeKey(); {
		case key == c.FinishKey:
			return w.collected(c)
		case key == c.CancelKey:
			k.restart()
		case key < '0' || key > '9':
			return w.wrong(&c.Tries, c.reprompt())
		default:
			if k.add(key, c.Sensitive) >= c.MaxDigits {
				k.spare = c.FinishKey
				return w.collected(c)
			}
		}
	}
	w.listen(&c.Tries)
	return ""
}

// collected accepts what was entered or counts a wrong attempt.
func (w *walk) collected(c *Collect) Target {
	k := &w.state.keys
	if c.Sensitive {
		return w.collectedSecret(c)
	}
	digits := k.entered
	if !c.accepts(digits) {
		return w.wrong(&c.Tries, c.reprompt())
	}
	k.entered = ""
	if c.Confirm != nil {
		return w.doubt(c, digits)
	}
	return w.take(c, digits)
}

// collectedSecret does the same with digits that nobody may see.
func (w *walk) collectedSecret(c *Collect) Target {
	k := &w.state.keys
	if n, calls := w.tree.Nodes[w.state.Node].(*CallbackNode); calls {
		return w.numberKeyed(n)
	}
	n, identifies := w.tree.Nodes[w.state.Node].(*Identify)
	digits := k.number.Reveal()
	switch {
	case identifies && digits == "":
		return w.declined(n)
	case !c.accepts(digits) || c.Check == birthDate && !plausibleBirth(digits, w.in.At):
		return w.wrong(&c.Tries, c.reprompt())
	}
	w.state.seal(c.Variable, k.number)
	k.number = Secret{}
	if identifies {
		return w.answered(n)
	}
	w.takes("goto")
	return c.Next.orEnd()
}

func (c *Collect) accepts(digits string) bool {
	if len(digits) < c.MinDigits || len(digits) > c.MaxDigits {
		return false
	}
	if digits == "" {
		return true // the finish key alone, where the tree allows it
	}
	return (c.Pattern == nil || c.Pattern.MatchString(digits)) && c.Check.Holds(digits)
}

func (m *Menu) reprompt() []Prompt    { return orPrompts(m.Reprompt, m.Prompts) }
func (c *Collect) reprompt() []Prompt { return orPrompts(c.Reprompt, c.Prompts) }

func orPrompts(first, second []Prompt) []Prompt {
	if len(first) > 0 {
		return first
	}
	return second
}
