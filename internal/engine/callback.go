package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// A callback is a contact that waits without a caller's leg. It is the caller's own:
//
//	InMenu ── callback node ──► Promising ── accepted ──► InMenu (told so, hangs up)
//	                                                         │ the caller's leg is gone
//	                                                         ▼
//	┌──────────────────────────── Waiting, away, with the same rank ◄──┐
//	│ expired: failed                │ offer accepted                  │
//	▼                                ▼                                 │ not reached: held
//	Gone ◄── attempts used ── Trying ── agent answers ──► Calling ─────┤ until the next
//	                                                         │         │ attempt
//	                             the person answers          ▼         │
//	                                                      Joining ─────┘
//	                                                         │ bridged: answered
//	                                                         ▼
//	                                                      Talking, as any call
//
// The outcome is fixed at the bridge (answered), or when it is given up (failed);
// until then the contact is still here.

// Callback is a promise to call somebody back, and what came of it so far.
type Callback struct {
	// Number is encrypted.
	Number      string           `json:"number"`
	NumberHash  string           `json:"number_hash"`
	Attempts    int              `json:"attempts"`
	RetryAfter  time.Duration    `json:"retry_after"`
	Ring        time.Duration    `json:"ring"`
	Hours       []contact.Window `json:"permitted,omitempty"`
	ExpiresAt   int64            `json:"expires_at"`
	RequestedAt int64            `json:"requested_at"`
	// Appointment is when the person chose to be called; nil is as soon as it is his turn.
	Appointment *fact.Appointment `json:"appointment,omitempty"`
	// Place is where the contact will wait, until it does.
	Place *fact.Queued `json:"place,omitempty"`
	// Call is the leg to the person that is being tried or talked through, since
	// CalledAt, and Offer that of the agent for whom it was made. Made counts the
	// attempts, Lost the calls that we lost one after the other, Result says why the last
	// one came to nothing, and NotBefore when the next may be.
	Call      fact.OfferID       `json:"call,omitempty"`
	Offer     fact.OfferID       `json:"offer,omitempty"`
	CalledAt  int64              `json:"called_at,omitempty"`
	Made      int                `json:"made,omitempty"`
	Lost      int                `json:"lost,omitempty"`
	Result    contact.RingResult `json:"result,omitempty"`
	NotBefore int64              `json:"not_before,omitempty"`
}

// CallbackPolicy is how people of a queue are called back.
type CallbackPolicy struct {
	// Attempts is how often at most, RetryAfter the pause between two, Ring how long
	// the phone rings.
	Attempts   int
	RetryAfter time.Duration
	Ring       time.Duration
	// MaxOpen is how many may wait to be called, PerCaller how many calls one number may
	// ask for in a day; 0 is no bound.
	MaxOpen   int
	PerCaller int
	// ExpiresAfter is for how long people are called; 0 is to the end of the next day
	// on which somebody serves.
	ExpiresAfter time.Duration
	// Hours are when people may be called, from a time on.
	Hours func(at time.Time) []contact.Window
}

// Unpromised is why somebody who asked was promised no call, or was not called after all.
type Unpromised string

// The reasons, a closed set. A number is refused where it is asked for, or before it is
// dialled; Limited is who has asked for as many today as one may.
const (
	NumberRefused Unpromised = "number"
	DialRefused   Unpromised = "dial"
	Limited       Unpromised = "limit"
	TooManyOpen   Unpromised = "full"
	AlreadyOpen   Unpromised = "already"
)

// Numbers tells what may be called back. Whatever a caller keys in goes through
// Dialable before it is anything else.
type Numbers interface {
	// Dialable is the number in the one form in which it is dialled.
	Dialable(keyed string) (number string, ok bool)
	// Callable is a number as people dial it, if it is Dialable.
	Callable(keyed string) (national string, ok bool)
	// Seal encrypts a number for the ledger, the same way each time for one contact,
	// and hashes it.
	Seal(id contact.ID, number string) (sealed, hash string)
}

// Away reports whether the person is to be called: nobody came on the line.
func (r *Record) Away() bool { return r.Callback != nil && r.Callback.Place == nil && !r.Returned }

// callsBy reports whether this is the live call to the person.
func (r *Record) callsBy(id fact.OfferID) bool {
	return id != "" && r.Callback != nil && r.Callback.Call == id
}

// AgentWaits reports whether the person is called, or on the line, for the agent of the
// live offer: who has answered, whatever that takes.
func (r *Record) AgentWaits() bool {
	cb := r.Callback
	return r.Offer != "" && cb != nil && cb.Call != "" && cb.Offer == r.Offer
}

// onLine reports whether the person can hear us.
func (st *step) onLine() bool { return !st.s.Record.Away() || st.s.Reached }

// keepsPlace lets a contact live on whose caller has gone: because a callback was
// promised, or because the person of one is gone before an agent was there, for a
// reason.
func (st *step) keepsPlace(why contact.RingResult) bool {
	rec := &st.s.Record
	switch {
	case rec.Callback == nil || rec.Met() || rec.Returned || st.s.Ending != nil && st.s.Ending.Reason == poisoned:
		return false
	case rec.Callback.Place != nil:
		st.awaitsCall(*rec.Callback.Place)
		return true
	case st.s.Phase == Leaving:
		return false
	}
	if rec.Callback.Call != "" {
		if !st.s.Reached {
			why = contact.Lost
		}
		st.notCalled(why, 0)
	}
	return true
}

// awaitsCall gives the contact its place, without a caller's leg.
func (st *step) awaitsCall(place fact.Queued) {
	st.disarm(MenuTimer)
	st.disarm(RingTimer)
	st.cancelFetch(0)
	place.Crossed, place.Decided, place.Menu = nil, nil, nil // told with the promise
	st.write(place)
	st.s.Ending, st.s.Cause, st.s.Playing = nil, 0, 0
	st.s.Refused, st.s.Greeting = nil, nil
	st.s.Phase = Waiting
	st.do(FreeLine{})
	st.armExpiry()
}

// armExpiry starts what is left of the time to call; or, while the person is on the
// line, of the time for which we let somebody wait whom we called: not longer than the
// pause after which we would call again.
func (st *step) armExpiry() {
	cb := st.s.Record.Callback
	until := cb.ExpiresAt
	if st.s.Reached {
		until = st.s.ReachedAt + cb.RetryAfter.Microseconds()
	}
	st.arm(RouteTimer, time.Duration(max(until-st.at, 0))*time.Microsecond)
}

// expire gives up who was not reached in time, and lets go who waits on the line in
// vain. If an agent is tried just then, it does so afterwards, if that comes to nothing.
func (st *step) expire() {
	switch {
	case st.s.Phase != Waiting || st.s.Record.Offer != "":
	case st.s.Reached:
		st.do(Release{Cause: normalClearing})
		st.notCalled(contact.Lost, 0)
	default:
		st.giveUpCalling("")
	}
}

// giveUpCalling closes the contact; why is empty if it is as usual.
func (st *step) giveUpCalling(why string) {
	closed := st.uncalled()
	closed.Reason = cmp.Or(why, closed.Reason)
	st.write(closed)
	st.disarm(RingTimer)
	st.disarm(RouteTimer)
	st.s.Phase = Gone
}

// uncalled is the closing fact of somebody whom we did not reach.
func (st *step) uncalled() fact.Closed {
	rec := &st.s.Record
	why := "not called back in time"
	if cb := rec.Callback; rec.ForMessage() && cb.Result != "" {
		why = fmt.Sprintf("the person was not reached: %s", cb.Result)
	} else if cb.Made > 0 {
		why = fmt.Sprintf("called back %d times, not reached: %s", cb.Made, cb.Result)
	}
	return fact.Closed{
		Outcome: contact.Failed, Queue: rec.Queue, Organisation: rec.Organisation, Asked: !rec.ForMessage(), Topic: rec.Topic, Reason: why,
	}
}

// callBack claims the leg to the person, now that an agent is there. Whoever may not
// be called any more at this hour is offered again when he may. Whoever was called
// before, as a new process knows from the ledger, is not called twice: it waits to be
// told what became of that call.
func (st *step) callBack() {
	rec := &st.s.Record
	if rec.Callback.Call != "" {
		st.s.Phase = Calling
		st.arm(RingTimer, JoinTime)
		return
	}
	if cb := rec.Callback; st.at < cb.NotBefore || st.at >= cb.ExpiresAt || !permitted(cb.Hours, st.at) {
		st.disarm(RingTimer)
		st.s.Phase = Waiting
		st.do(DropLeg{Offer: rec.Offer})
		return
	}
	st.s.Phase = Calling
	st.write(fact.CallingBack{Call: st.callID(), Offer: rec.Offer})
	st.arm(RingTimer, ClaimTime)
}

func permitted(hours []contact.Window, at int64) bool {
	return slices.ContainsFunc(hours, func(w contact.Window) bool { return w.From <= at && at < w.Until })
}

// callID names a call by its contact and its instant, as transferID does.
func (st *step) callID() fact.OfferID {
	rec := &st.s.Record
	return fact.OfferID(fmt.Sprintf("back-%s-%s.%d", rec.ID, strconv.FormatInt(st.at, 36), rec.Callback.Made))
}

// callAccepted dials, once.
func (st *step) callAccepted(e TransferAccepted) {
	cb := st.s.Record.Callback
	if st.s.Phase != Calling || !st.s.Record.callsBy(e.Transfer) || st.s.Called == e.Transfer {
		return
	}
	st.s.Called = e.Transfer
	st.do(CallBack{Call: cb.Call, Number: cb.Number, Timeout: cb.Ring})
	st.arm(RingTimer, cb.Ring+RingGrace)
}

// personAnswered joins both, or lets the person wait if the agent is gone.
func (st *step) personAnswered() {
	rec := &st.s.Record
	switch {
	case st.s.Phase == Gone:
		st.do(Release{Cause: normalClearing})
		return
	case st.s.Reached && st.s.Phase != Calling:
		return
	}
	st.s.Reached, st.s.ReachedAt = true, st.at
	if st.s.Phase != Calling {
		if rec.ForMessage() && rec.Offer == "" {
			st.nobodyElse()
			return
		}
		st.do(st.music())
		st.armExpiry()
		return
	}
	st.s.Phase = Joining
	st.do(Join{Offer: rec.Offer})
	st.arm(RingTimer, JoinTime)
}

// notCalled is defined in every phase: the leg to the person is gone.
func (st *step) notCalled(result contact.RingResult, cause int) {
	rec := &st.s.Record
	switch {
	case rec.Met() || rec.Returned:
		st.callerLeft(st.closing(), "")
		return
	case st.s.Phase == Gone:
		return
	}
	agent := rec.Offer
	st.disarm(RingTimer)
	st.s.Phase = Waiting
	st.uncall(cmp.Or(result, contact.Lost), cause)
	if st.s.Phase == Waiting {
		st.armExpiry()
	}
	if agent != "" {
		st.do(DropLeg{Offer: agent})
	}
}

// excused is how many calls lost one after the other are no attempt. The first one is
// made again at once: a link that came back costs nobody his turn. Whatever lost two
// may lose any number.
const excused = 2

// uncall notes that the person was not reached. The contact waits for the next
// attempt, unless that was the last.
func (st *step) uncall(result contact.RingResult, cause int) {
	cb := st.s.Record.Callback
	f := fact.CallbackFailed{Call: cb.Call, Result: result, Cause: cause}
	if result != contact.Lost || cb.Lost > 0 {
		f.NotBefore = st.at + cb.RetryAfter.Microseconds()
	}
	st.write(f)
	st.s.Reached, st.s.ReachedAt = false, 0
	st.do(FreeLine{})
	if st.s.Record.Callback.Made >= cb.Attempts || f.NotBefore >= cb.ExpiresAt || st.s.Record.ForMessage() {
		st.giveUpCalling("")
	}
}

// agentLeftFirst: whoever was being called has nobody to talk to. If the phone rang,
// that was an attempt.
func (st *step) agentLeftFirst() {
	result := contact.Lost
	if st.s.Called == st.s.Record.Callback.Call {
		result = contact.Returned
	}
	st.dropCall()
	st.uncall(result, 0)
}

// dropCall hangs up on the person who is being called; nobody is there to talk to.
func (st *step) dropCall() {
	if rec := &st.s.Record; rec.Callback != nil && rec.Callback.Call != "" && !st.s.Reached && !rec.Met() && !rec.Returned {
		st.do(DropLeg{Offer: rec.Callback.Call})
	}
}

// callbackRestarted derives again what a new process, or one after a gap, must do
// for somebody who is to be called. The medium has told before what is left of legs.
func (st *step) callbackRestarted() {
	rec := &st.s.Record
	switch st.s.Phase {
	case Waiting:
		if rec.ForMessage() {
			st.nobodyElse()
			return
		}
		if st.s.Reached {
			st.do(st.music())
		}
		st.armExpiry()
	case Trying:
		st.armRing()
		st.armExpiry()
	case Calling:
		left := rec.Callback.Ring + RingGrace - time.Duration(st.at-rec.Callback.CalledAt)*time.Microsecond
		st.arm(RingTimer, max(left, 0))
	case Leaving:
		st.do(Release{Cause: cmp.Or(st.s.Cause, normalClearing)})
	case Gone:
		st.dropLeg()
	}
}

// applyCallback folds the facts of a callback. Records are shared: the promise is
// never changed, but replaced.
func (r *Record) applyCallback(at int64, f fact.Fact) {
	switch f := f.(type) {
	case fact.CallbackRequested:
		place := f.Place
		r.Callback = &Callback{
			Number: f.Number, NumberHash: f.NumberHash, Attempts: f.Attempts, RetryAfter: f.RetryAfter, Ring: f.Ring,
			Hours: f.Hours, ExpiresAt: f.ExpiresAt, RequestedAt: at, Place: &place, Appointment: f.Appointment,
		}
		r.Asked, r.Topic, r.Unreached = true, cmp.Or(f.Place.Topic, r.Topic), ""
		r.routed(f.Place.Department, f.Place.Organisation)
		if len(f.Place.Menu) > 0 {
			r.Menu = f.Place.Menu
		}
	case fact.CallbackWithdrawn:
		r.Callback = nil
	case fact.CallingBack:
		if r.Callback != nil {
			cb := *r.Callback
			cb.Call, cb.Offer, cb.CalledAt = f.Call, f.Offer, at
			r.Callback = &cb
		}
	case fact.CallbackFailed:
		if r.callsBy(f.Call) {
			r.notReached(f)
		}
	default:
		r.applyConversation(at, f)
	}
}

func (r *Record) notReached(f fact.CallbackFailed) {
	cb := *r.Callback
	cb.Call, cb.Offer, cb.CalledAt, cb.Result, cb.NotBefore = "", "", 0, f.Result, f.NotBefore
	if f.Result != contact.Lost {
		cb.Lost = 0
	} else {
		cb.Lost++
	}
	if f.Result != contact.Lost || cb.Lost > excused {
		cb.Made++ // few that we lost are none of the person's
	}
	r.Callback = &cb
}

// calledOrNot follows a queueing: the caller's leg is gone, and the person is to be
// called, or he waits on the line after all.
func (r *Record) calledOrNot(callback bool) {
	switch {
	case !callback:
		r.Callback = nil
	case r.Callback != nil:
		cb := *r.Callback
		cb.Place = nil
		r.Callback, r.Line = &cb, ""
	}
}
