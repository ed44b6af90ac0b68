package rehearsal

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
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

// Promised reports whether the caller was promised a call back.
func (c *Call) Promised() bool { return c.promised }
