package node

import (
	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// letter gives one mail its life, as session does a call: what agents do with it,
// its deadlines and the ledger come through one mailbox and are handled in order
// by one goroutine.
type letter struct {
	life
}

// act is an agent's deed on its way to the letter. Told is buffered: the letter
// does not wait.
type act struct {
	email.Deed
	op   string
	told chan<- done
}

// done says what became of a deed: it is in the ledger with the fact of that
// number. Nothing was written for a deed that changes nothing.
type done struct {
	refusal string
	wrote   bool
	seq     uint64
	gone    bool // the letter was over, or its room was closed
}

func (m *mailroom) newLetter(id contact.ID, rules engine.Rules) *letter {
	return &letter{life{c: m.c, node: contact.Mailroom, id: id, rules: rules, box: newMailbox()}}
}

// run handles the mailbox until the mail is over or the room is closed.
func (l *letter) run() {
	defer l.cleanUp()
	for {
		taken := l.box.take()
		for i, m := range taken {
			if _, end := m.(stop); end || l.overAfter(m) {
				for _, rest := range taken[i+1:] {
					tooLate(rest)
				}
				return
			}
		}
	}
}

// overAfter handles what came and reports whether the mail is over.
func (l *letter) overAfter(m any) bool {
	l.guarded(func() { l.handle(m) }, func(e engine.Event) { l.step(e, "") }, l.writeFailed)
	return l.ended || l.state.Over() && l.known()
}

func (l *letter) handle(m any) {
	switch m := m.(type) {
	case engineEvent:
		l.step(m.event, "")
	case ledgerKnows:
		if gone, lost := l.lostOffer(m); lost {
			l.step(gone, "")
		}
		if m.seq >= l.seq && !m.closed && !m.unknown {
			l.step(m.queueing, "")
		}
		if m.closed { // by another's word: somebody has dealt with the message, and a reload folded it
			l.step(engine.MessageDone{}, "")
		}
	case act:
		l.act(m)
	case poison:
		l.giveUp(func(e engine.Event) { l.step(e, "") }, l.writeFailed)
	}
}

// step runs the core; what a mail's medium does happens at once.
func (l *letter) step(e engine.Event, op string) {
	l.happen(e, op, l.carryOut)
}

func (l *letter) carryOut(c engine.Command) {
	for _, e := range email.Do(c) {
		l.step(e, "")
	}
}

func (l *letter) act(a act) {
	answer := done{gone: true} // should it panic
	defer func() { a.told <- answer }()
	events, refusal := a.Happens(&l.state)
	before := l.seq
	for _, e := range events {
		l.step(e, a.op)
		a.op = ""
	}
	answer = done{refusal: refusal, wrote: l.seq > before, seq: l.seq}
}

func (l *letter) cleanUp() {
	l.disarmAll()
	l.c.forget(&l.life)
	l.box.passOn(tooLate)
}

// tooLate answers a deed that nobody will do any more.
func tooLate(m any) {
	if a, is := m.(act); is {
		a.told <- done{gone: true}
	}
}
