package rehearsal

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// Walk is a call that somebody leads by hand, step by step, and may want to keep
// as a test.
type Walk struct {
	Scene Scene
	acts  []Step
	call  *Call
	// before is where the walk was before each thing that was said of it, the latest last.
	before []stretch
}

// stretch is a walk so far.
type stretch struct {
	scene Scene
	acts  []Step
}

// anew begins the walk again, from where it can be undone.
func (w *Walk) anew(s Scene, acts []Step) {
	w.before = append(w.before, stretch{w.Scene, w.acts})
	w.replay(s, acts)
}

// NewWalk begins one, and listens up to the first silence.
func NewWalk(s Scene) *Walk {
	w := &Walk{Scene: s}
	w.replay(s, nil)
	return w
}

func (w *Walk) replay(s Scene, acts []Step) {
	w.Scene, w.acts, w.call = s, acts, Begin(s)
	w.call.Listen()
	for i, a := range acts {
		if a.Run(w.call) != nil {
			w.acts = acts[:i:i]
			return
		}
		w.call.Listen()
	}
}

// Call is where the walk is.
func (w *Walk) Call() *Call { return w.call }

// Do lets something happen, and listens up to the next silence. What cannot
// happen is said, and is no part of the walk.
func (w *Walk) Do(act Step) *Miss {
	if miss := act.Run(w.call); miss != nil {
		w.replay(w.Scene, w.acts) // some of its keys may have been taken
		return miss
	}
	w.before = append(w.before, stretch{w.Scene, w.acts})
	w.acts = append(w.acts[:len(w.acts):len(w.acts)], act)
	w.call.Listen()
	return nil
}

// Refuse goes back to where the queue took the call, and lets it be refused. It
// reports whether the queue ever refuses so.
func (w *Walk) Refuse(why contact.Refusal) bool {
	queue := w.call.Queue()
	s, can := w.Scene.Refusing(queue, why)
	if !can {
		return false
	}
	w.anew(s, w.actsUntil((*Call).Waits))
	return true
}

// actsUntil are the acts that led to where something holds of the call, without
// those since.
func (w *Walk) actsUntil(holds func(*Call) bool) []Step {
	acts := w.acts
	for len(acts) > 0 {
		before := Walk{}
		before.replay(w.Scene, acts[:len(acts)-1])
		if !holds(before.call) {
			break
		}
		acts = acts[:len(acts)-1]
	}
	return acts[:len(acts):len(acts)]
}

// Announce lets a call begin anew to which that was announced before it came: at an
// entry it is heard by nobody who is in the menu already.
func (w *Walk) Announce(a Announcement) { w.anew(w.Scene.Announcing(a), nil) }

// Answer lets the back-end of a node answer, from where the walk came to it.
func (w *Walk) Answer(node ivr.NodeID, a Answer) {
	asked := func(c *Call) bool {
		n, silent := c.Unanswered()
		return silent && n == node
	}
	w.anew(w.Scene.Answering(node, a), w.actsUntil(asked))
}

// Undo takes back what was done last, or said of the queue, a back-end or an announcement,
// and reports whether there was something.
func (w *Walk) Undo() bool {
	if len(w.before) == 0 {
		return false
	}
	last := w.before[len(w.before)-1]
	w.before = w.before[:len(w.before)-1]
	w.replay(last.scene, last.acts)
	return true
}

// Steps are the walk as a test: what was heard, what was done, and where it led.
func (w *Walk) Steps() []Step {
	c := Begin(w.Scene)
	c.Listen()
	steps := heardSince(c, 0)
	for _, a := range w.acts {
		before := len(c.heard)
		a.Run(c)
		c.Listen()
		steps = append(append(steps, a), heardSince(c, before)...)
	}
	if why := c.Refused(); why != "" {
		steps = append(steps, IsRefused{why})
	}
	if d, sent := c.Decision(); sent && !c.Over() {
		to := Arrives{Queue: d.Queue}
		if d.Service != nil {
			to.Service = d.Service.Number
		}
		steps = append(steps, to)
	}
	if len(c.Vars()) > 0 {
		steps = append(steps, Has{c.Vars()})
	}
	if level := c.Authentication(); level > 0 {
		steps = append(steps, IsIdentified{level})
	}
	steps = append(steps, Path{c.Path()})
	if end, over := c.Ending(); over {
		steps = append(steps, Ends{end.Outcome})
	}
	return steps
}

// heardSince demands everything that was heard after the first prompts.
func heardSince(c *Call, first int) []Step {
	if len(c.heard) == first {
		return nil
	}
	return []Step{Hears{slices.Clone(c.heard[first:])}}
}
