package phone

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// Behaviour is what a phone does with a call that reaches it. The zero value
// rings for ever, or until the test that holds the call (Phone.NextCall, or
// the hook) answers or refuses it. Behaviours are values: each method returns
// a changed copy.
type Behaviour struct {
	reaction   reaction
	after      time.Duration // from the arrival of the INVITE, by the monotonic clock
	status     int
	talk       time.Duration
	oneAtATime bool
	hook       func(*Call)
}

type reaction int

const (
	ringOn reaction = iota
	answerIt
	refuseIt
	ignoreIt
)

// RingsForEver rings and leaves the rest to others.
func RingsForEver() Behaviour { return Behaviour{} }

// Answers rings, then answers so long after the INVITE arrived; at zero it
// answers without ringing.
func Answers(after time.Duration) Behaviour {
	return Behaviour{reaction: answerIt, after: after}
}

// Refuses rings, then refuses with a status from 300 to 699 so long after the
// INVITE arrived; at zero it refuses without ringing. 486 is busy, 603 the
// agent's reject key, 404 a phone that knows no such user.
func Refuses(status int, after time.Duration) Behaviour {
	return Behaviour{reaction: refuseIt, status: status, after: after}
}

// Silent gives no answer to the INVITE at all, not even 100 Trying: a phone
// whose cable was pulled while the server still has its registration.
func Silent() Behaviour { return Behaviour{reaction: ignoreIt} }

// TalksFor hangs up so long after the answer.
func (b Behaviour) TalksFor(d time.Duration) Behaviour { b.talk = d; return b }

// OneAtATime refuses with 486 while another call rings or talks here.
func (b Behaviour) OneAtATime() Behaviour { b.oneAtATime = true; return b }

// Then runs hook for each call as soon as it has been rung for, on a goroutine
// that Exchange.Close waits for: let it end with Call.Done.
func (b Behaviour) Then(hook func(*Call)) Behaviour { b.hook = hook; return b }

// react does what the behaviour says with a call that has just arrived.
func (b Behaviour) react(c *Call, others int) {
	if b.oneAtATime && others > 0 {
		_ = c.refuse(sip.StatusBusyHere)
		c.phone.present(c)
		return
	}
	if b.reaction == ringOn || b.after > 0 {
		c.ring()
	}
	c.phone.present(c)
	if b.hook != nil {
		c.x.spawn(func() { b.hook(c) })
	}
	switch b.reaction {
	case answerIt:
		b.inTime(c, func() { _ = c.accept() }) // lost to a CANCEL: the call's end says so
	case refuseIt:
		b.inTime(c, func() { _ = c.refuse(b.status) })
	}
}

func (b Behaviour) inTime(c *Call, act func()) {
	if wait := b.after - time.Since(c.Times().Invited); wait > 0 {
		c.later(wait, act)
		return
	}
	act()
}
