package engine

import (
	"cmp"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// normalClearing is the Q.850 cause of an ordinary end of a call.
const normalClearing = 16

// Step is the life of one contact: what happened, at which site time (µs), and
// what follows. It changes nothing but the returned session.
func Step(r Rules, s Session, at int64, e Event) (Session, Effects) {
	st := step{rules: r, s: s, at: at}
	st.on(e)
	st.tellUnreached()
	st.endEar()
	st.noMoreAsked()
	st.tapes(true, false)
	st.arrange(false)
	st.tapes(false, false)
	st.announceTape()
	if st.s.Phase != InMenu {
		st.s.Menu.Forget() // what was keyed in is of use to the menu only
	}
	return st.s, st.out
}

// step is one run of Step: the session so far and the effects so far.
type step struct {
	rules Rules
	s     Session
	at    int64
	out   Effects
}

func (st *step) on(e Event) {
	switch e := e.(type) {
	case Arrived:
		st.arrived(e)
	case Key:
		st.key(e)
	case Played:
		st.played(e)
	case Fired:
		st.fired(e)
	case Fetched:
		st.fetched(e)
	case LinkAccepted:
		st.linkAccepted(e)
	case LinkRefused:
		st.linkRefused(e)
	case Recorded:
		st.recorded(e)
	case CallerLeft:
		if st.recording() {
			st.save()
			return
		}
		st.unrated()
		st.callerLeft(st.closing(), contact.Refused)
	case NodeDied:
		st.callerLeft(st.cutOff(), contact.Lost)
	case OfferAccepted:
		st.offerAccepted(e)
	case TransferAccepted:
		st.transferAccepted(e)
		st.callAccepted(e)
	case CallbackAccepted:
		st.callbackAccepted()
	case CallbackRefused:
		st.callbackRefused(e)
	case CallsBackAccepted:
		st.callsBackAccepted(e)
	case CallsBackRefused:
		st.callsBackRefused()
	case CancelCallback:
		st.cancelCallback(e)
	case GivenUp:
		st.givenUp(e)
	case Announced:
		st.announcedHere(e)
	case OfferGone:
		st.offerGone(e)
	case AgentRings:
		st.agentRings(e)
	case AgentAnswered:
		st.agentAnswered(e)
	case Whispered:
		st.whispered(e)
	case Bridged:
		st.connected(e.Offer, "")
	case Replied:
		st.connected(e.Offer, e.Reply)
	case AgentLeft:
		st.agentLeft(e)
	case Restarted:
		st.restarted()
	case MessageDone:
		st.messageDone(e)
	case QueueingVoid:
		st.queueingVoid(e)
	case Direct:
		st.direct(e)
	case PartyAccepted:
		st.partyAccepted(e)
	case PartyRefused:
		st.partyRefused(e)
	case PhoneHolds:
		st.phoneHolds(e)
	case PhoneTransfers:
		st.phoneTransfers(e)
	case OwnCall:
		st.ownCall(e)
	case OwnCallEnded:
		st.ownCallEnded(e)
	case BothTold:
		st.bothTold(e)
	case TapeLost:
		st.tapeLost(e)
	case AgentKey:
		st.agentKey(e)
	case Poisoned:
		st.poisoned(e)
	}
}

// write adds a fact, and folds it into the session's own record at once: what
// an owner writes about its own contact is true for it from that moment.
func (st *step) write(f fact.Fact) {
	st.out.Facts = append(st.out.Facts, f)
	st.s.Record.Apply(st.at, "", f)
}

func (st *step) mayWrite(kind fact.Kind) bool {
	return st.rules.MayWrite == nil || st.rules.MayWrite(kind)
}

func (st *step) do(c ...Command) { st.out.Commands = append(st.out.Commands, c...) }

// arm starts the timer of a kind under a new number.
func (st *step) arm(t Timer, after time.Duration) {
	st.s.Timers[t]++
	st.do(Arm{Timer: t, N: st.s.Timers[t], After: after})
}

// disarm stops a timer; raising its number makes a late firing a stranger.
func (st *step) disarm(t Timer) {
	st.s.Timers[t]++
	st.do(Disarm{Timer: t})
}

func (st *step) arrived(e Arrived) {
	if st.s.Phase != New {
		return
	}
	st.s.Record.ID = e.ID
	st.write(e.Fact)
	if e.Fact.CallsBack != nil {
		st.s.Phase = Promising
		st.arm(RingTimer, ClaimTime)
		return
	}
	if !st.interactive() {
		st.posted()
		return
	}
	st.s.Phase = InMenu
	st.do(Answer{})
	st.greet()
}

func (st *step) fired(e Fired) {
	if e.N != st.s.Timers[e.Timer] {
		return
	}
	switch {
	case e.Timer == ComfortTimer:
		st.comfortDue()
	case e.Timer == TapeTimer:
		if st.s.Record.Tape != nil {
			st.endTape()
		}
	case e.Timer == MenuTimer && st.s.Phase == InMenu:
		st.menuTimedOut()
	case e.Timer == RingTimer && st.s.Phase == Promising && st.s.Record.ForMessage():
		st.callsBackLate()
	case e.Timer == RingTimer && st.s.Phase == Promising:
		st.withdraw()
	case e.Timer == RingTimer && st.s.Phase == Calling:
		st.do(AskLeg{Offer: st.s.Record.Callback.Call})
	case e.Timer == RouteTimer && st.s.Record.Away():
		st.expire()
	case e.Timer == MenuTimer && st.s.Phase == Rating:
		st.ratingLate()
	case e.Timer == MenuTimer && st.s.Phase == Talking && st.asking():
		st.question(ivr.TimedOut{})
	case e.Timer == MenuTimer && st.s.Phase == Talking:
		st.keysOver()
	case e.Timer == MenuTimer && st.s.Phase == Saving:
		st.findAgain()
	case e.Timer == RingTimer && st.whispering():
		st.whisperLate()
	case e.Timer == RingTimer && (st.s.Phase == Trying || st.s.Phase == Joining):
		// The dial's own time-out should have ended the leg inside Asterisk.
		st.do(AskLeg{Offer: st.s.Record.Leg()})
	case e.Timer == RingTimer && st.s.Phase == Talking:
		st.partyLate()
	case e.Timer == RingTimer && st.s.Phase == Claiming:
		st.notReached(contact.Lost, 0)
	case e.Timer == RouteTimer && st.s.Phase == Waiting:
		st.routeMail()
	}
}

// cutOff is the closing fact of a contact whose node died: whoever had no outcome
// yet did not leave by his own will, and who talked did not finish.
func (st *step) cutOff() fact.Closed {
	c := st.closing()
	switch {
	case c.Outcome == contact.Abandoned:
		c.Outcome, c.Stage, c.Reason = contact.Failed, "", fact.NodeDied
	case c.Outcome == contact.Answered && st.s.Phase == Talking:
		c.Reason = fact.NodeDied
	}
	return c
}

// callerLeft is defined in every phase: the caller may go at any instant. Why is what
// that means of a person who was called back and waited for an agent.
func (st *step) callerLeft(closed fact.Closed, why contact.RingResult) {
	switch st.s.Phase {
	case New, Saving:
		return
	case Gone:
		st.dropParties()
		st.dropLeg() // told again after a gap: nobody's phone may keep ringing
		return
	}
	if st.keepsPlace(why) {
		return
	}
	st.disarm(MenuTimer)
	st.disarm(RingTimer)
	st.disarmComfort()
	st.disarmRoute()
	st.dropCall()
	st.cancelFetch(0)
	undialled := st.s.Phase == Claiming
	if !undialled {
		st.dropLeg()
	}
	st.dropParties()
	st.endTape()
	st.write(closed)
	if undialled {
		st.transferEnded("caller")
	}
	st.s.Phase = Gone
}

func (st *step) dropLeg() {
	if leg := st.s.Record.Leg(); leg != "" {
		st.do(DropLeg{Offer: leg})
	}
}

// closing is the fact that ends the contact in its present phase.
func (st *step) closing() fact.Closed {
	rec := &st.s.Record
	c := fact.Closed{Asked: rec.Asked, Topic: rec.Topic, Queue: rec.Queue, Organisation: rec.Organisation, Decided: st.decided(st.s.Menu.Decisions)}
	switch {
	case rec.Answered():
		c.Outcome = contact.Answered
	case rec.TransferredAt != 0:
		c.Outcome = contact.TransferredOut
	case st.s.Ending != nil:
		return *st.s.Ending
	case rec.Away():
		return st.uncalled()
	case st.s.Menu.Left && (st.s.Phase == InMenu || st.s.Phase == Saving):
		c.Outcome, c.Reason = contact.Message, string(ivr.MessageLeft)
	case st.s.Greeting != nil && st.s.Greeting.HangUp:
		closedByAnnouncement(&c)
	case rec.GivenUp != "":
		return st.unserved()
	case st.s.Refused != nil:
		d := st.dissuaded()
		d.Decided = c.Decided
		return d
	case st.s.Phase == Waiting:
		c.Outcome, c.Stage = contact.Abandoned, contact.InQueue
	case st.s.Phase == Claiming || st.s.Phase == Trying || st.s.Phase == Joining:
		c.Outcome, c.Stage = contact.Abandoned, contact.InRing
	case st.s.Menu.Served && st.s.Menu.Unreached && rec.Queueings == 0:
		c.Outcome = contact.SelfServed // by a node that he heard after it
	case rec.Unreached != "" || st.s.Menu.Unreached:
		// Left while being told so, or later: nobody has served him since.
		c.Outcome, c.Reason = contact.Failed, string(ivr.NoService)
	case rec.SteppedOut != "":
		c = st.gaveUpWaiting(c)
	case st.s.Menu.Served:
		c.Outcome = contact.SelfServed
	case st.s.Menu.OutOfHours:
		// Left while being told so: as closed as for one who listened to the end.
		c.Outcome, c.Refusal = contact.Dissuaded, contact.Closed
	default:
		c.Outcome, c.Stage = contact.Abandoned, contact.InMenu
	}
	return c
}

// leave hangs the caller up; the closing fact is written when the leg is gone.
func (st *step) leave(ending *fact.Closed, cause int) {
	st.s.Ending, st.s.Cause = ending, cause
	st.s.Phase = Leaving
	st.endIdentification()
	st.disarm(MenuTimer)
	st.endTape()
	st.dropParties()
	st.do(Release{Cause: cause})
}

// restarted derives again what may have been lost in a gap: what the caller
// should hear, or that he should be gone. The medium has reported what it found
// of legs and bridges as ordinary events before.
func (st *step) restarted() {
	if !st.interactive() {
		st.mailRestarted()
		return
	}
	st.conversationRestarted()
	if st.s.Record.Away() && st.s.Phase != Rating {
		st.callbackRestarted()
		return
	}
	switch st.s.Phase {
	case InMenu:
		st.do(Answer{})
		switch rec := &st.s.Record; {
		case st.s.Menu.Phase == "":
			st.greetedAgain()
		case rec.Callback != nil && st.s.Menu.Phase == ivr.AtRouting:
			st.walk(ivr.Promised{})
		case st.s.Menu.Phase != ivr.AtRouting:
			st.resumeMenu()
		case rec.GivenUp != "":
			st.walk(ivr.TurnedAway{Reason: rec.GivenUp})
		case rec.Unreached != "":
			st.walk(ivr.NotReached{Result: rec.Unreached})
		case rec.SteppedOut != "":
			st.walk(ivr.SteppedOut{Key: rec.SteppedOut[0]})
		default:
			st.resumeMenu()
		}
	case Waiting, Claiming:
		st.stopPlay()
		st.do(Answer{})
		if st.s.Record.Outcome == contact.Answered { // sent back to a queue, he may be in the bridge yet
			st.do(Arrange{Class: st.music().Class})
		} else {
			st.do(st.music())
		}
		if st.s.Phase == Waiting {
			st.armComfort(next)
		}
	case Promising:
		st.do(Answer{})
		st.arm(RingTimer, ClaimTime)
	case Trying:
		st.stopPlay()
		st.do(Answer{}, st.music())
		st.armComfort(next)
		st.armRing()
	case Rating:
		st.ratingRestarted()
	case Leaving:
		st.do(Release{Cause: cmp.Or(st.s.Cause, normalClearing)})
	case Saving:
		st.findAgain()
	case Gone:
		st.dropParties()
		st.dropLeg()
	}
}

// armRing starts the ring timer for what is left of the ring time.
func (st *step) armRing() {
	rec := &st.s.Record
	since, ring := max(rec.OfferedAt, rec.RungAt), rec.Policies.Ring
	if rec.Transfer != nil {
		since, ring = rec.Transfer.At, rec.Transfer.Ring
	}
	left := ring + RingGrace - time.Duration(st.at-since)*time.Microsecond
	st.arm(RingTimer, max(left, 0))
}
