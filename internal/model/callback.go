package model

import (
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// trunk is the endpoint by which people outside are called.
const trunk = "PJSIP/{number}@trunk"

// callbackPolicy calls twice within a minute, at any hour.
func callbackPolicy(contact.Queue) engine.CallbackPolicy {
	return engine.CallbackPolicy{
		Attempts: 2, RetryAfter: 15 * time.Second, Ring: 6 * time.Second, ExpiresAfter: time.Minute,
		Hours: func(time.Time) []contact.Window { return []contact.Window{{From: 0, Until: 1 << 60}} },
	}
}

// numbers lets every number be called, and hides none.
type numbers struct{}

func (numbers) Dialable(keyed string) (string, bool) {
	n, ok := contact.ParseNumber(keyed)
	return string(n), ok
}

func (n numbers) Callable(keyed string) (string, bool) {
	number, ok := n.Dialable(keyed)
	return contact.Number(number).National(), ok
}

func (numbers) Seal(_ contact.ID, number string) (sealed, hash string) { return number, number }

// numberOf is the number of the caller who is called back at it.
func numberOf(n int) string { return fmt.Sprintf("06120%05d", n) }

// personAt is who is reached at an endpoint, if it is somebody outside.
func (w *World) personAt(endpoint string) *caller {
	number, outside := strings.CutSuffix(strings.TrimPrefix(endpoint, "PJSIP/"), "@trunk")
	if !outside {
		return nil
	}
	for _, p := range w.callers {
		if full, ok := (numbers{}).Dialable(p.number); ok && full == number {
			return p
		}
	}
	return nil
}

// ringPerson is the phone of somebody who is called back, and what he does.
func (ch *channel) ringPerson() {
	w, p := ch.a.w, ch.caller
	if b := p.back; b != nil && !b.gone && b != ch {
		w.observer.report("I4", string(p.id), "is called twice at once, %s and %s", b.id, ch.id)
	}
	if call := strings.TrimPrefix(string(ch.id), "guichet-leg-"); !w.observer.claims[call] {
		w.observer.report("I4", string(p.id), "is called back by %s, which the ledger has not accepted", call)
	}
	w.observer.tooSoon(p)
	p.back = ch
	ch.setState("Ringing")
	after := w.between(100*time.Millisecond, 5*time.Second)
	switch w.random.IntN(8) {
	case 0:
		w.nature(after, func() { ch.declines(17) })
	case 1: // nobody at home
	default:
		w.nature(after, func() {
			if ch.gone {
				return
			}
			ch.setState("Up")
			w.trace(string(p.id), "answers the call back")
			w.nature(w.between(10*time.Second, 30*time.Second), func() {
				if !p.met {
					ch.hangUp(16, false)
				}
			})
		})
	}
}

// promised: somebody hangs up, or is hung up, who was told that he will be called. The
// ledger has accepted that.
func (p *caller) promised() bool {
	for _, c := range p.w.controllers {
		s := c.lives[p.id]
		if c.dead || s == nil || s.state.Record.Callback == nil || s.state.Phase == engine.Promising {
			continue
		}
		if !p.w.observer.claims[string(p.id)] {
			p.w.observer.report("I2", string(p.id), "is told of a promise that the ledger has not accepted")
		}
		return true
	}
	return false
}

// promisesKept (at the end): whoever was told that he will be called has an outcome, and
// it is none that says that he gave up, unless the one who told him is gone with the
// ledger's last second.
func (o *observer) promisesKept() {
	lost := o.w.faults.kinds
	if lost["killed"] || lost["emptied"] || lost["reboot"] {
		return
	}
	for _, p := range o.w.callers {
		if !p.told {
			continue
		}
		switch outcome, known := o.books.outcomes[p.id]; {
		case lost["failover"] && (!known || outcome != contact.Answered && outcome != contact.Failed):
			o.w.unkept++ // the residue in docs/ledger.md
			o.w.trace(string(p.id), "UNKEPT: was promised a call, and counts as %q", outcome)
		case !known:
			o.report("I2", string(p.id), "was promised a call, and is forgotten")
		case outcome != contact.Answered && outcome != contact.Failed:
			o.report("I5", string(p.id), "was promised a call, and counts as %s", outcome)
		}
	}
}
