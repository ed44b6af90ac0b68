package node

import (
	"errors"
	"runtime/debug"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// A contact whose events make the program panic harms nobody else: the goroutine
// that handles its events is the boundary, for calls and mails alike. The event
// that panicked is dropped, with its effects, for the core's state is replaced only
// when a step is complete; and the contact is derived again from that state, as
// after a gap. The third time it takes the safe route (engine.Poisoned). If even
// that panics, it is ended without asking the core.

// maxPanics is how many a contact may cause before it is given up.
const maxPanics = 3

// The repairs that are counted here.
const (
	panicked = "panic"    // an event or a fact of a contact made the program panic
	poisoned = "poisoned" // a contact was given up for that
)

// poison tells a contact that the ledger's fold panics on its facts.
type poison struct{}

// guarded handles one event; step runs the core, and end ends the contact without
// it.
func (v *life) guarded(handle func(), step func(engine.Event), end func()) {
	if v.survives(handle) {
		return
	}
	for v.panics < maxPanics {
		if v.survives(func() { step(v.afresh()) }) {
			return
		}
	}
	v.giveUp(step, end)
}

// afresh has the core derive again what is wanted from the last good state.
func (v *life) afresh() engine.Event {
	if v.first != nil && v.state.Phase == engine.New {
		return *v.first
	}
	return engine.Restarted{}
}

// giveUp sends the contact the safe route, once. Whoever talks is left to talk,
// whatever else panics.
func (v *life) giveUp(step func(engine.Event), end func()) {
	if !v.givenUp {
		v.givenUp = true
		v.c.live.repaired(poisoned)
		v.drops()
		v.c.log.Error("contact given up; what it makes the program do panics",
			zap.String("contact", string(v.id)), zap.String("standing", v.state.Record.Standing()))
		if v.survives(func() { step(engine.Poisoned{Arrived: v.first}) }) {
			return
		}
	}
	if !v.state.Record.Met() && !v.ended {
		v.ended = true
		v.survives(end)
	}
}

// survives reports whether do returned; a panic is counted and told with its stack.
func (v *life) survives(do func()) (returned bool) {
	defer func() {
		if p := recover(); p != nil {
			v.panics++
			v.c.live.repaired(panicked)
			v.c.log.Error("panic while an event of a contact was handled; the event is dropped",
				zap.String("contact", string(v.id)), zap.String("node", string(v.node)), zap.Int("times", v.panics),
				zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
		}
	}()
	do()
	return true
}

// factPanicked follows a fact on which the fold panicked: it is void everywhere,
// and its contact takes the safe route where it lives. Called with the lock held.
func (c *Controller) factPanicked(a fold.Applied) {
	c.live.repaired(panicked)
	c.log.Error("panic while a fact was folded; the fact is void",
		zap.String("kind", a.Entry.Kind), zap.String("subject", a.Entry.Subject),
		zap.Stringer("entry", a.Entry.Self.ID), zap.String("panic", a.Panic))
	if v := c.lives[contact.ID(a.Entry.Subject)]; v != nil {
		v.box.put(poison{})
	}
}

// surely decides one kind of thing and reports whether that returned; should it panic,
// the others are decided all the same, and no leader after us falls over it either.
func (l *leader) surely(what string, decide func()) (returned bool) {
	defer func() {
		if p := recover(); p != nil {
			l.c.live.repaired(panicked)
			l.c.log.Error("panic while the leader decided", zap.String("what", what),
				zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
		}
	}()
	decide()
	return true
}

// writeFailed closes the contact in the ledger without asking the core.
func (v *life) writeFailed() {
	v.c.journal.write(v.node, string(v.id), v.seq+1, v.c.clock.now(), nil, []fact.Fact{
		fact.Closed{Outcome: contact.Failed, Reason: poisoned},
	})
	v.seq++
}

var errPoisoned = errors.New("its events make the program panic")

// endBlindly hangs the caller up. What is left of a leg is found by the next
// comparison.
func (s *session) endBlindly() {
	channel := s.channel
	if s.state.Record.Away() {
		channel = voice.CallerOf(&s.state.Record)
	}
	if channel != "" { // otherwise the person is to be called: nobody is on the line
		s.link.refuse(channel, newMailbox(), poisoned, errPoisoned)
	}
	s.writeFailed()
}
