package model

import (
	"time"

	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// letter gives a mail, or the contact of a message, its life, as in internal/node: the
// production engine, and what agents do with it.
type letter struct {
	m     *mailroom
	id    contact.ID
	rules engine.Rules
	state engine.Session
	seq   uint64

	box            []any
	begun, planned bool
	timers         map[engine.Timer]int
	unknown, over  bool
}

// act is an agent's deed on its way to the letter; done is called with what became of it.
type act struct {
	email.Deed
	op   string
	done func(refusal string)
}

func (m *mailroom) newLetter(id contact.ID) *letter {
	return &letter{m: m, id: id, rules: m.c.siteRules(id), timers: map[engine.Timer]int{}}
}

func (l *letter) put(e any) {
	l.box = append(l.box, e)
	l.plan()
}

func (l *letter) plan() {
	if l.planned || !l.begun || l.over || len(l.box) == 0 {
		return
	}
	l.planned = true
	c := l.m.c
	c.after(c.w.between(0, time.Millisecond), func() {
		l.planned = false
		for len(l.box) > 0 && !l.over {
			e := l.box[0]
			l.box = l.box[1:]
			if l.handle(e); l.state.Over() && l.known() {
				l.stop()
			}
		}
	})
}

func (l *letter) handle(m any) {
	switch m := m.(type) {
	case ledgerKnows:
		l.unknown = m.unknown
		if mine := l.state.Record.Offer; mine != "" && mine != m.offer && !l.state.Record.Connected() {
			l.step(engine.OfferGone{Offer: mine}, "")
		}
		if m.seq >= l.seq && !m.closed && !m.unknown {
			l.step(m.queueing, "")
		}
		if m.closed { // by another's word, and a reload folded it
			l.step(engine.MessageDone{}, "")
		}
	case act:
		events, refusal := m.Happens(&l.state)
		for _, e := range events {
			l.step(e, m.op)
			m.op = ""
		}
		m.done(refusal)
	case engine.Event:
		l.step(m, "")
	}
}

// step runs the core; what the medium does happens at once. The first fact answers the
// operation, if there is one.
func (l *letter) step(e engine.Event, op string) {
	w := l.m.c.w
	next, effects := engine.Step(l.rules, l.state, w.now, e)
	w.trace(l.m.c.name, "%s %T%+v: %s → %s", l.id, e, e, l.state.Phase, next.Phase)
	l.m.c.journal.write(contact.Mailroom, string(l.id), l.seq+1, w.now, effects.Facts)
	if n := len(effects.Facts); n > 0 && op != "" {
		j := l.m.c.journal
		j.waiting[len(j.waiting)-n].entry.Op = op
	}
	l.state = next
	l.seq += uint64(len(effects.Facts))
	for _, c := range effects.Commands {
		switch c := c.(type) {
		case engine.Arm:
			l.arm(c)
		case engine.Disarm:
			delete(l.timers, c.Timer)
		case engine.Ring:
			w.shown(l, c.Agent)
			l.follow(c)
		default:
			l.follow(c)
		}
	}
}

func (l *letter) follow(c engine.Command) {
	for _, e := range email.Do(c) {
		l.step(e, "")
	}
}

func (l *letter) arm(a engine.Arm) {
	l.timers[a.Timer] = a.N
	l.m.c.after(a.After, func() {
		if l.timers[a.Timer] == a.N {
			l.put(engine.Fired{Timer: a.Timer, N: a.N})
		}
	})
}

// known: the ledger has all that was written and has closed the contact, or will never know
// of it.
func (l *letter) known() bool {
	s := l.m.c.state
	return l.unknown && l.m.c.neverKnows(l.id) || s.Contacts[l.id] == nil && s.Protocol.Seq(string(l.id)) >= l.seq
}

func (l *letter) stop() {
	l.over, l.timers = true, map[engine.Timer]int{}
	if l.m.letters[l.id] == l {
		delete(l.m.letters, l.id)
	}
}
