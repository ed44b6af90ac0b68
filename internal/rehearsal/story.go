package rehearsal

import (
	"slices"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Moment is one thing of a call worth telling: Entered, Took, Heard, Refused,
// Told, Queued, SentOut, Promised, MessageLeft or Closed.
type Moment interface{ moment() }

// The moments of a call.
type (
	// Entered says that the call has come to a node.
	Entered struct{ Node ivr.NodeID }
	// Took says that it has left one, by the exit of that name.
	Took struct {
		Node ivr.NodeID
		Exit string
	}
	// Heard says that the caller has heard a prompt to its end.
	Heard struct {
		Prompt   ivr.Prompt
		Language string
	}
	// Refused says that a queue has turned the call away.
	Refused struct{ engine.Refusal }
	// Queued says that a queue has taken the call.
	Queued struct{ fact.Queued }
	// SentOut says that the call was sent to its local service.
	SentOut struct{ fact.Transferring }
	// Promised says that the caller will be called back.
	Promised struct{ fact.CallbackRequested }
	// Closed says what became of the call.
	Closed struct{ fact.Closed }
)

func (Entered) moment()  {}
func (Took) moment()     {}
func (Heard) moment()    {}
func (Refused) moment()  {}
func (Queued) moment()   {}
func (SentOut) moment()  {}
func (Promised) moment() {}
func (Closed) moment()   {}

// Story is everything so far, in order.
func (c *Call) Story() []Moment { return slices.Clip(c.story) }

func (c *Call) tell(m Moment) { c.story = append(c.story, m) }

// refused is told before the exit that it led to, though it is learnt after.
func (c *Call) refused(r *engine.Refusal) {
	at := len(c.story)
	exit := "on_" + string(r.Reason)
	for i, m := range slices.Backward(c.story) {
		if t, ok := m.(Took); ok && t.Exit == exit {
			at = i
			break
		}
	}
	c.story = slices.Insert(c.story, at, Moment(Refused{*r}))
}
