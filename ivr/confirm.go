package ivr

import "slices"

// Confirm has a caller listen to the number that he keyed in before it counts.
type Confirm struct {
	// Prompts are said after the digits, Before before them.
	Before, Prompts []Prompt
	// Yes accepts the number, No asks for it again.
	Yes, No byte
}

// Confirming is the question whether a number is the right one.
const Confirming Question = "confirm"

// readBack are the digits one by one, between what the author says around them.
func (c *Collect) readBack(digits string) []Prompt {
	return slices.Concat(c.Confirm.Before, []Prompt{Prompt("digits:" + digits)}, c.Confirm.Prompts)
}

// confirms reports whether the number keyed in is being confirmed.
func (s *State) confirms(c *Collect) bool { return c.Confirm != nil && s.Question == Confirming }

// doubt reads the digits back and asks. Attempts go on counting.
func (w *walk) doubt(c *Collect, digits string) Target {
	s := &w.state
	s.Question, s.Pending = Confirming, digits
	s.keys.restart()
	if s.keys.ahead.empty() {
		w.turn(c.readBack(digits), &c.Tries)
		return ""
	}
	return w.confirm(c)
}

// confirm takes the answer.
func (w *walk) confirm(c *Collect) Target {
	s := &w.state
	if !s.keys.ahead.empty() && s.keys.spare != 0 && s.keys.ahead.next() == s.keys.spare {
		s.keys.ahead.take()
	}
	s.keys.spare = 0
	if s.keys.ahead.empty() {
		w.listen(&c.Tries)
		return ""
	}
	switch s.takeKey() {
	case c.Confirm.Yes:
		digits := s.Pending
		s.Question, s.Pending = "", ""
		return w.take(c, digits)
	case c.Confirm.No:
		s.Question, s.Pending = "", ""
		return w.wrong(&c.Tries, c.reprompt())
	}
	return w.wrong(&c.Tries, c.readBack(s.Pending))
}

// take makes the digits an attribute.
func (w *walk) take(c *Collect, digits string) Target {
	w.state.set(Vars{c.Variable: digits})
	w.takes("goto")
	return c.Next.orEnd()
}

func (c *checker) confirm(id NodeID, n *Collect) {
	switch {
	case n.Sensitive:
		c.fault(id, "confirm", "leave out confirm", "what is sensitive cannot be read back aloud")
	case n.Confirm.Yes == n.Confirm.No:
		c.fault(id, "confirm", "choose two different keys", "confirm_key and correct_key are both %q", n.Confirm.Yes)
	}
}
