package node

import (
	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// What a look at the state cannot tell of the invariants is judged here, when it happens:
// I1 by what this controller does to callers, I4 also by the legs that Asterisk has, I6 at
// each offer and each queueing that is folded. Nothing is reported that may be otherwise.

// watchEnd follows what the core wants of the caller's line (I1). Whom we hang up on has
// his end decided before; if none was, and he then counts as one who left by himself, he
// was cut off. The state is that after the step.
func (v *life) watchEnd(next *engine.Session, e engine.Effects) {
	for _, f := range e.Facts {
		if closed, is := f.(fact.Closed); is && v.cutOff && closed.Outcome == contact.Abandoned {
			v.c.violation("I1 contact " + string(v.id) + " was hung up on, and counts as one who left")
		}
	}
	for _, c := range e.Commands {
		switch c.(type) {
		case engine.Release:
			v.cutOff = next.Ending == nil
		case engine.CallBack: // the person is on the line again, if he answers
			v.cutOff = false
		}
	}
}

// drops tells of a contact that is given up (I1): somebody on the line who had been
// accepted, and had an end neither by himself, nor by an agent, nor by the site.
func (v *life) drops() {
	switch v.state.Phase {
	case engine.New, engine.Talking, engine.Rating, engine.Saving, engine.Leaving, engine.Gone:
		return
	}
	if v.state.Record.Medium.Interactive() && (!v.state.Record.Away() || v.state.Reached) {
		v.c.violation("I1 contact " + string(v.id) + " is let go, for what it makes the program do panics")
	}
}

// rungTwice tells of a leg that belongs to no live offer (I4), if it is at the phone of an
// agent who has that of a live one there.
func (l *link) rungTwice(orphan ari.Channel, snapshot voice.Snapshot) {
	var twice contact.Agent
	l.c.View(func(s *fold.State) {
		a := s.Floor.At(phoneOf(orphan.Name))
		if a == nil || a.Offer == "" {
			return
		}
		if _, there := snapshot.Channels[voice.LegID(a.Offer)]; there {
			twice = a.ID
		}
	})
	if twice != "" {
		l.c.violation("I4 the phone of agent " + string(twice) + " has a second leg, " + string(orphan.ID))
	}
}

// order is what I6 is judged by.
type order struct {
	// front are who was first everywhere at the last look. It is replaced by whoever looks,
	// with the state locked for reading, and read with the state locked.
	front acd.Foremost
}

// rankOf is the rank of a contact before an entry about it is folded; ok is false if the
// entry cannot change it.
func (c *Controller) rankOf(e ledger.Entry) (rank int64, ok bool) {
	if k := fact.Kind(e.Kind); k != fact.KindQueued && k != fact.KindRequeued {
		return 0, false
	}
	rec := c.state.Contacts[contact.ID(e.Subject)]
	if rec == nil {
		return 0, false
	}
	return rec.Rank, true
}

// judgeOrder judges an entry at its place in the ledger (I6). Called with the lock held.
func (c *Controller) judgeOrder(a fold.Applied, rank int64, ranked bool) {
	if !a.Effective() {
		return
	}
	if ranked && a.Record != nil && a.Record.Rank > rank {
		c.violation("I6 contact " + a.Entry.Subject + " has lost its rank")
	}
	if o, is := a.Fact.(fact.Offered); is {
		if passed := c.state.Floor.Passed(c.order.front, o.Contact, a.Entry.At); passed != "" {
			c.violation("I6 contact " + string(o.Contact) + " was offered while " + string(passed) + ", who came earlier, waited for the same people")
		}
	}
}
