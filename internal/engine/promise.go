package engine

import (
	"cmp"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// promise asks the ledger to keep a promise, which the caller is told of only then.
func (st *step) promise(a ivr.Callback) {
	asks := st.attributes(a.Topic, a.Vars)
	asks.Callback = true
	d := st.rules.Plan.Route(asks, time.UnixMicro(st.at))
	f, refused := st.promised(a, d)
	if refused != "" {
		st.walk(ivr.NotPromised{Why: refused})
		return
	}
	st.s.Record.Topic, st.s.Record.Asked = a.Topic, true
	st.s.Refused = nil
	st.write(f)
	st.disarm(MenuTimer)
	st.stopPlay()
	st.s.Phase = Promising
	st.arm(RingTimer, ClaimTime)
}

// promised is the promise, or why there can be none.
func (st *step) promised(a ivr.Callback, d routing.Decision) (f fact.CallbackRequested, refused ivr.NoCallback) {
	if st.s.Record.Callback != nil {
		return f, ivr.CallbackAlready
	}
	if st.s.Record.Answered() || !st.mayWrite(fact.KindCallbackRequested) || st.rules.Numbers == nil || st.rules.Callbacks == nil || d.Service != nil || d.Queue == "" || len(d.Steps) == 0 {
		return f, ivr.CallbackFailed
	}
	number, ok := st.rules.Numbers.Dialable(a.Number)
	if !ok {
		st.refuse(NumberRefused)
		return f, ivr.CallbackFailed
	}
	policy := st.rules.Callbacks(d.Queue)
	if a.Slot != nil {
		policy.MaxOpen = 0 // the places of the times are the bound
	}
	f.Number, f.NumberHash = st.rules.Numbers.Seal(st.s.Record.ID, number)
	f.AskedBy = cmp.Or(st.s.Record.CallerHash, f.NumberHash)
	if f.Number == "" {
		return f, ivr.CallbackFailed
	}
	if refused := st.unpromised(policy, FloorQuery{
		Contact: st.s.Record.ID, Medium: st.s.Record.Medium, Topic: a.Topic, At: st.at, Decision: d,
		Callback: f.NumberHash, AskedBy: f.AskedBy, Today: st.midnight(),
	}); refused != "" {
		return f, refused
	}
	f.Once = true
	f.Attempts, f.RetryAfter, f.Ring = policy.Attempts, policy.RetryAfter, policy.Ring
	f.Place = st.queuedBy(d, a.Topic, a.Language)
	f.Place.Callback, f.Place.Closing = true, contact.Closing{}
	if a.Slot != nil {
		refused = st.atSlot(&f, *a.Slot, d)
	} else {
		refused = st.inTurn(&f, d, policy)
	}
	f.Place.Crossed, f.Place.Decided, f.Place.Menu = names(a.Crossed), st.decided(a.Decisions), st.menu()
	return f, refused
}

// inTurn makes a promise one of a call when it would have been the person's turn.
func (st *step) inTurn(f *fact.CallbackRequested, d routing.Decision, policy CallbackPolicy) ivr.NoCallback {
	f.Hours = policy.Hours(time.UnixMicro(st.at))
	f.Place.Hours = meanwhile(d, f.Hours)
	f.ExpiresAt = st.at + policy.ExpiresAfter.Microseconds()
	if policy.ExpiresAfter == 0 {
		f.ExpiresAt = st.endOfNextDay(f.Place.Hours)
	}
	if !opens(f.Place.Hours, st.at, f.ExpiresAt) {
		return ivr.CallbackFailed // nobody would serve before it is too late
	}
	return ""
}

// unpromised is why the floor, as far as the ledger has come, allows no promise.
func (st *step) unpromised(policy CallbackPolicy, q FloorQuery) ivr.NoCallback {
	floor := st.rules.Floor(q)
	switch {
	case floor.Promised:
		st.refuse(AlreadyOpen)
		return ivr.CallbackAlready
	case policy.PerCaller > 0 && floor.AskedToday >= policy.PerCaller:
		st.refuse(Limited)
		return ivr.CallbackFull
	case policy.MaxOpen > 0 && floor.Callbacks >= policy.MaxOpen:
		st.refuse(TooManyOpen)
		return ivr.CallbackFull
	}
	return ""
}

func (st *step) refuse(why Unpromised) {
	if st.rules.Refused != nil {
		st.rules.Refused(why)
	}
}

// meanwhile are the times at which a center serves and people may be called: so
// nobody is offered who may not be called.
func meanwhile(d routing.Decision, permitted []contact.Window) contact.Hours {
	both := contact.Hours{}
	for _, s := range d.Steps {
		for _, c := range s.Centers {
			open, listed := d.Hours[c]
			if !listed {
				open = permitted
			}
			both[c] = contact.Common(open, permitted)
		}
	}
	return both
}

// endOfNextDay is when the next day ends on which somebody serves, after today; a day
// from now if there is none.
func (st *step) endOfNextDay(hours contact.Hours) int64 {
	zone := cmp.Or(st.rules.Zone, time.UTC)
	day := func(at int64) string { return time.UnixMicro(at).In(zone).Format(time.DateOnly) }
	today, next, end := day(st.at), "", st.at+24*time.Hour.Microseconds()
	for _, windows := range hours {
		for _, w := range windows {
			switch d := day(max(w.From, st.at)); {
			case w.Until <= st.at || d == today || next != "" && d > next:
			case next == "" || d < next:
				next, end = d, w.Until
			default:
				end = max(end, w.Until)
			}
		}
	}
	return end
}

// opens reports whether a center serves between two times.
func opens(hours contact.Hours, from, until int64) bool {
	for _, windows := range hours {
		for _, w := range windows {
			if w.From < until && w.Until > from {
				return true
			}
		}
	}
	return false
}

func (st *step) callbackAccepted() {
	if st.s.Phase != Promising || st.s.Record.ForMessage() { // which is no promise
		return
	}
	st.disarm(RingTimer)
	st.s.Phase = InMenu
	st.walk(ivr.Promised{})
}

// callbackRefused follows the ledger, which has no such promise. A caller who waits to
// be told takes another exit. Whoever was told before a failover of the ledger lost that,
// and is gone, is called for the promise that the ledger has.
func (st *step) callbackRefused(e CallbackRefused) {
	rec := &st.s.Record
	switch {
	case rec.Callback == nil || rec.ForMessage():
	case st.s.Phase == Promising:
		switch e.Why {
		case ivr.CallbackAlready:
			st.refuse(AlreadyOpen)
		case ivr.CallbackFull:
			st.refuse(TooManyOpen)
		}
		st.disarm(RingTimer)
		rec.Callback = nil
		st.s.Phase = InMenu
		st.walk(ivr.NotPromised{Why: e.Why})
	case rec.Callback.Place != nil:
		rec.Callback = nil
	case st.s.Phase == Waiting && rec.Offer == "" && !st.s.Reached:
		why := "another call to that number is promised"
		if e.Why == ivr.CallbackFull {
			why = "the time that was chosen is taken"
		}
		st.giveUpCalling(why)
	}
}

// withdraw takes back what the ledger did not accept in time: nobody was told yet.
func (st *step) withdraw() {
	st.write(fact.CallbackWithdrawn{Reason: "the ledger did not accept it in time"})
	st.s.Phase = InMenu
	st.walk(ivr.NotPromised{Why: ivr.CallbackFailed})
}
