package rehearsal

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// CallbackPolicy is how people of a queue are called back.
type CallbackPolicy = engine.CallbackPolicy

// numbers are what may be called back. Nothing is encrypted: no ledger keeps it.
type numbers struct {
	mayCall func(keyed string) (contact.Number, bool)
}

// numbers is nil if nobody may be called back here.
func (s Scene) numbers() engine.Numbers {
	if s.MayCall == nil {
		return nil
	}
	return numbers{s.MayCall}
}

func (n numbers) Dialable(keyed string) (string, bool) {
	number, ok := n.mayCall(keyed)
	return string(number), ok
}

func (n numbers) Callable(keyed string) (string, bool) {
	number, ok := n.mayCall(keyed)
	return number.National(), ok
}

func (numbers) Seal(contact.ID, string) (sealed, hash string) { return "rehearsal", "rehearsal" }

// hungUp ends the call of somebody who will be called back: nothing more of it is in
// the tree, and what becomes of the promise is nobody's to rehearse.
func (c *Call) hungUp(place fact.Queued) {
	c.closed = &fact.Closed{Outcome: contact.Callback, Queue: place.Queue, Asked: true, Topic: place.Topic}
	c.tell(Closed{*c.closed})
}
