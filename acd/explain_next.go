package acd

import (
	"slices"
	"time"
)

// Next is the step that opens next for a contact.
type Next struct {
	// Step is its number, from 1.
	Step int `json:"step"`
	// At is when, at the earliest.
	At  time.Time `json:"at"`
	Why NextWhy   `json:"why"`
	// Skipped are the numbers of the steps between that would not open now,
	// because nobody is logged in who could serve them at an open center.
	Skipped []int `json:"skipped,omitempty"`
}

// NextWhy says what a step waits for.
type NextWhy string

// The reasons. A step opens after its delay, unless an agent of the present one
// is ready then; at once when nobody of the present one is logged in.
const (
	AfterDelay  NextWhy = "delay"
	NobodyHere  NextWhy = "nobody_here"
	ReadyBefore NextWhy = "ready_before"
)

// End is when a person who waits is not kept waiting any more.
type End struct {
	// AloneSince is since when nobody is logged in who could serve any step, and
	// Alone when the wait ends if it stays so.
	AloneSince time.Time `json:"alone_since,omitzero"`
	Alone      time.Time `json:"alone,omitzero"`
	// Closed is when the last center stops serving who waits; absent if that is
	// not in sight.
	Closed time.Time `json:"closed,omitzero"`
}

// next finds the step that opens next as the floor itself would: of those that
// somebody could serve now, the first when nobody of the present one is there,
// otherwise the soonest, and of several whose time has come the last.
func (x *explainer) next(steps []StepView) *Next {
	now := x.time(x.At)
	n := x.byDelay(steps, now)
	if steps[0].Here == 0 {
		n = Next{Why: NobodyHere, At: now}
		if i := slices.IndexFunc(steps[1:], func(s StepView) bool { return s.Here > 0 }); i >= 0 {
			n.Step = steps[1+i].Number
		}
	}
	if n.Step == 0 {
		return nil
	}
	for _, s := range steps[1:] {
		if s.Number < n.Step && s.Here == 0 {
			n.Skipped = append(n.Skipped, s.Number)
		}
	}
	return &n
}

// byDelay is the step whose time comes first; its Step is 0 if there is none.
func (x *explainer) byDelay(steps []StepView, now time.Time) Next {
	n := Next{Why: AfterDelay}
	for _, s := range steps[1:] {
		if s.Here == 0 || s.Opens.IsZero() {
			continue
		}
		opens := s.Opens
		if opens.Before(now) {
			opens = now
		}
		if n.Step == 0 || !opens.After(n.At) {
			n.Step, n.At = s.Number, opens
		}
	}
	if n.Step != 0 && !n.At.After(now) && steps[0].Ready() > 0 {
		n.Why = ReadyBefore
	}
	return n
}

// end of the wait of a person; a mail waits for the next opening.
func (x *explainer) end() End {
	t, e := x.Ticket, End{}
	if !t.interactive() {
		return e
	}
	if at, ever := t.closesAt(x.At); ever {
		e.Closed = x.time(at)
	}
	if t.AloneSince != 0 {
		e.AloneSince = x.time(t.AloneSince)
		e.Alone = x.time(t.AloneSince + t.Closing.NobodyLeft.Microseconds())
	}
	return e
}
