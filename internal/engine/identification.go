package engine

import (
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Who has the call can have the caller key in who he is, by the questions of the menus, where
// the site has some for it. The caller is on hold meanwhile, but hears the questions and no
// music: nobody hears his keys, and nothing is recorded.
//
//	together ── identify ──► identifying: the questions ── their end, whatever it is ──► together
//	                              │
//	                              └── unhold: the agent takes him back
//
// What he keys in is in the memory of this process only, and is forgotten at the end: how
// far he is identified is what the ledger has. A process that takes the call up asks again
// from the beginning.

// Identify is the deed.
const Identify Deed = "identify"

// The reasons for which it is refused.
const (
	NoIdentification WhyNot = "no_identification" // the site has no questions for it
	BeingIdentified  WhyNot = "being_identified"
)

// refusesIdentify says why the caller is not asked now who he is.
func (st *step) refusesIdentify() *NotDone {
	rec := &st.s.Record
	switch {
	case st.rules.Identification == nil:
		return no(NoIdentification, "this site asks nobody who he is during a conversation")
	case rec.Identifying:
		return no(BeingIdentified, "the caller is being asked already")
	case rec.HeldAt != 0 || rec.second() != nil:
		return no(HeldAlready, "the caller does not hear the agent; take him back first")
	}
	return st.refusesOlder(fact.KindIdentifying)
}

// identify asks the caller who he is. What is recorded stops before, and he is out of the
// bridge before the first question is said.
func (st *step) identify(d Direct) {
	st.write(fact.Identifying{By: d.By})
	st.tapes(true, false)
	st.s.Identification = &ivr.State{}
	st.arrange(false)
	state, actions := ivr.Start(st.rules.Identification, st.input())
	st.questioned(state, actions)
}

// asking reports whether this process asks the caller.
func (st *step) asking() bool { return st.s.Identification != nil }

// question takes an event to the questions.
func (st *step) question(e ivr.Event) {
	state, actions := ivr.Step(st.rules.Identification, *st.s.Identification, e, st.input())
	st.questioned(state, actions)
}

// questioned carries out what the questions ask for.
func (st *step) questioned(state ivr.State, actions []ivr.Action) {
	st.s.Identification = &state
	for _, a := range actions {
		switch a := a.(type) {
		case ivr.Say:
			a.Language = st.language()
			st.say(a)
		case ivr.StopPlay:
			st.stopPlay()
		case ivr.Arm:
			st.arm(MenuTimer, a.After)
		case ivr.Disarm:
			st.disarm(MenuTimer)
		case ivr.HangUp: // the end of the questions is the end of no call
			st.endIdentification()
			st.write(fact.Identified{Authentication: state.Authentication})
			st.s.Menu.Authentication = max(st.s.Menu.Authentication, state.Authentication) // routing asks the menu
			if state.Authentication == ivr.Unidentified {
				st.mayKeyOn()
			}
		}
	}
}

// endIdentification asks no more, and forgets what was keyed in: at the end of the questions,
// or because the caller is on his way elsewhere.
func (st *step) endIdentification() {
	if !st.asking() {
		return
	}
	asked := *st.s.Identification
	asked.Forget()
	st.s.Identification = nil
	st.stopPlay()
	st.disarm(MenuTimer)
	if t := st.s.Record.Tape; t != nil && t.Keys {
		st.arm(MenuTimer, keysSilence)
	}
}

// mayKeyOn is for a caller who may be in the middle of his number yet: as after any key,
// nothing is recorded before he has pressed none for a while.
func (st *step) mayKeyOn() { st.callerKeys() }

// noMoreAsked ends what a change of the conversation has ended: the caller is with somebody
// again.
func (st *step) noMoreAsked() {
	if st.asking() && (st.s.Phase != Talking || !st.s.Record.Identifying) {
		st.endIdentification()
		st.mayKeyOn()
	}
}

// identificationRestarted asks again what a gap may have lost: the present question, or all of
// them if another process has asked them.
func (st *step) identificationRestarted() {
	switch {
	case !st.s.Record.Identifying:
	case st.rules.Identification == nil: // another version of the site
		st.write(fact.Identified{})
	case st.asking():
		st.stopPlay()
		st.disarm(MenuTimer)
		st.arrange(true)
		state, actions := ivr.Resume(st.rules.Identification, *st.s.Identification, st.input())
		st.questioned(state, actions)
	default:
		st.s.Identification = &ivr.State{}
		st.arrange(true)
		state, actions := ivr.Start(st.rules.Identification, st.input())
		st.questioned(state, actions)
	}
}
