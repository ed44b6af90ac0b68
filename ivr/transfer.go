package ivr

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Transfer sends the caller to a number outside, for good: whoever answers there has
// the call. The tree goes on only if nobody does.
type Transfer struct {
	Common
	// Number is called for at most Ring.
	Number string
	Ring   time.Duration
	// Busy, NoAnswer and Error say why nobody was reached; Error stands in for the
	// others where they are not given.
	Busy, NoAnswer, Error Exit
}

// The bounds of the ring time of a transfer.
const (
	MinRing = 5 * time.Second
	MaxRing = 2 * time.Minute
)

func (n *Transfer) exits(visit func(string, Exit)) {
	visit("on_busy", n.Busy)
	visit("on_no_answer", n.NoAnswer)
	visit("on_error", n.Error)
}

// unreached is the name and the exit of a way in which nobody was reached. A number
// that refuses the call is taken for a busy one: somebody is there, and not for us.
func (n *Transfer) unreached(r contact.RingResult) (string, Exit) {
	switch {
	case (r == contact.Busy || r == contact.Refused) && n.Busy.given():
		return "on_busy", n.Busy
	case r == contact.NoAnswer && n.NoAnswer.given():
		return "on_no_answer", n.NoAnswer
	}
	return "on_error", n.Error
}

// SendOut leaves the tree towards a number outside. The answer is silence, since the
// caller talks to somebody there, or NotReached.
type SendOut struct {
	Node NodeID
	// Name says who is called, for people: the label of the node, or else its id.
	Name       string
	Number     string
	Ring       time.Duration
	Topic      contact.Topic
	Department contact.Department
	Crossed    []NodeID
	Decisions  []Decision
}

func (SendOut) isAction() {}

func (w *walk) sendOut(n *Transfer) {
	s := &w.state
	s.Phase, s.Unreached = AtRouting, false
	s.dropKeys()
	name := n.Label
	if name == "" {
		name = string(s.Node)
	}
	w.act(SendOut{
		Node: s.Node, Name: name, Number: n.Number, Ring: n.Ring,
		Topic: s.Topic(), Department: contact.Department(s.Vars[VarDepartment]),
		Crossed: s.Crossed, Decisions: s.Decisions,
	})
	s.Crossed, s.Decisions = nil, nil
}

// transfer checks a node.
func (c *checker) transfer(id NodeID, n *Transfer) {
	if n.Number == "" {
		c.fault(id, "to", "write to: 02 61 91 00 35", "the transfer has no number")
	}
	if n.Ring < MinRing || n.Ring > MaxRing {
		c.fault(id, "timeout", "between 5s and 2m", "a number cannot ring for %s", n.Ring)
	}
}
