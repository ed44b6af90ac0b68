package ivr

import "strings"

// interrupts tells whether a key ends the prompt of a question: only those that may
// answer it do. Whoever touches another by mistake goes on hearing what there is to
// choose; it counts as wrong when the prompt has ended and no better one came.
func (w *walk) interrupts(key byte) bool {
	switch n := w.tree.Nodes[w.state.Node].(type) {
	case *Menu:
		choice, longer := n.match(string(rune(key)))
		return choice != nil || longer
	case *Collect:
		if w.state.confirms(n) {
			return key == n.Confirm.Yes || key == n.Confirm.No
		}
		return n.wants(key)
	case *Identify:
		return n.asks(w.state.Question).wants(key)
	case *CallbackNode:
		if w.state.Question == ChoosingSlot {
			return w.state.choosesBy(key, n)
		}
		if w.state.confirming() {
			return key == n.Confirm.Yes || key == n.Confirm.No || key == n.FinishKey
		}
		return n.asks().wants(key)
	}
	return true
}

// wants tells whether a key has a place in the input, or ends or erases it.
func (c *Collect) wants(key byte) bool {
	return strings.IndexByte("0123456789", key) >= 0 || key == c.FinishKey || key == c.CancelKey
}
