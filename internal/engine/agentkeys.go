package engine

import (
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Who has the call can do with it what his card can by keys of his phone, where the site
// has codes for it: a star, digits, and, where somebody is to be called, his number, or for
// a transfer that of a queue, and #.
// A code is a deed as any other, judged and refused as such. Two stars are for the
// recording, whatever the site says.
//
//	* ─► *3 ─► 1 0 0 2 ─► #   consult colleague 1002
//	└─ a star begins anew; a pause too long forgets what was keyed
//
// A supervisor who is in the conversation has codes of his own for how he takes part, and to
// have the call; that he may be there was judged when he was called.
//
// What is refused is told to the leg on which it was keyed, and nobody else hears that.
//
// What is keyed is in the memory of this process only.

// AgentKey is a key that the agent of a leg pressed on his phone.
type AgentKey struct {
	Offer fact.OfferID
	Key   byte
}

func (AgentKey) event() {}

// Keyed is what the agent of a leg has keyed since a star; the zero value is nothing.
type Keyed struct {
	Offer fact.OfferID
	// Code is as much of a code as there is; empty once it is known to be that of Deed,
	// and Target is being keyed.
	Code   string
	Deed   Deed
	Target string
	// At is when the last of these keys was pressed.
	At int64
}

// KeyedDeeds are those that can have a code for who has the call.
var KeyedDeeds = []Deed{Hold, SendTo, Consult, Complete, Cancel, Conference}

// SupervisorCodes are what a supervisor keys, by what it does.
var SupervisorCodes = []struct {
	Name string
	Do   Deed
	Role fact.Role
}{
	{"listen", Supervise, fact.Listening}, {"whisper", Supervise, fact.Whispers}, {"barge", Supervise, fact.Barging}, {"take_over", TakeOver, ""},
}

const (
	// twice is how fast two stars follow each other.
	twice = 2 * time.Second
	// codeGap is how fast the keys of a code do, and targetGap those of a number, which may
	// have to be looked up.
	codeGap, targetGap = 4 * time.Second, 15 * time.Second
	// longestTarget bounds a number that is keyed.
	longestTarget = 20
)

// goesOn reports whether a key pressed now can belong to what was keyed before.
func (k Keyed) goesOn(at int64) bool {
	gap := codeGap
	if k.Deed != "" {
		gap = targetGap
	}
	return at-k.At <= gap.Microseconds()
}

// keyedBefore takes what goes on at a leg. What others have begun at theirs stays, and is
// forgotten when it is too long ago.
func (st *step) keyedBefore(leg fact.OfferID) (k Keyed) {
	var others []Keyed
	for _, keyed := range st.s.AgentKeyed {
		switch {
		case !keyed.goesOn(st.at):
		case keyed.Offer == leg:
			k = keyed
		default:
			others = append(others, keyed)
		}
	}
	st.s.AgentKeyed = others
	return k
}

// keyGoesOn keeps what has been keyed at a leg so far; keyedBefore took it.
func (st *step) keyGoesOn(k Keyed) { st.s.AgentKeyed = append(st.s.AgentKeyed, k) }

// agentKey is a key of an agent. Only who has the call, and who supervises it, is listened
// to.
func (st *step) agentKey(e AgentKey) {
	supervisor := st.s.Record.supervisor(e.Offer)
	if e.Offer == "" || e.Offer != st.s.Record.Offer && supervisor == nil || st.s.Phase != Talking {
		return
	}
	k := st.keyedBefore(e.Offer)
	next := Keyed{Offer: e.Offer, At: st.at}
	switch {
	case supervisor == nil && e.Key == '*' && k.Code == "*" && st.at-k.At <= twice.Microseconds():
		st.twoStars()
	case e.Key == '*':
		next.Code = "*"
		st.keyGoesOn(next)
	case k.Deed != "" && e.Key == '#':
		st.keyed(k.Deed, k.Target)
		st.tellRefused(e.Offer)
	case k.Deed != "" && len(k.Target) < longestTarget:
		next.Deed, next.Target = k.Deed, k.Target+string(e.Key)
		st.keyGoesOn(next)
	case k.Code != "" && supervisor != nil:
		next.Code = k.Code + string(e.Key)
		st.supervisorCode(next, supervisor.Agent)
		st.tellRefused(e.Offer)
	case k.Code != "":
		next.Code = k.Code + string(e.Key)
		st.code(next)
		st.tellRefused(e.Offer)
	}
}

// tellRefused has who keyed something hear that it was refused, if it was and the site has
// words for it.
func (st *step) tellRefused(leg fact.OfferID) {
	if st.out.Refused != nil && len(st.rules.KeyRefused) > 0 {
		st.do(WhisperTo{Offer: leg, Prompts: st.rules.KeyRefused})
	}
}

// supervisor is who supervises by a leg, nil for nobody.
func (r *Record) supervisor(leg fact.OfferID) *Party {
	if p := r.Party(leg); p != nil && p.Role.Supervises() && p.Joined() {
		return p
	}
	return nil
}

// supervisorCode does what a supervisor's code stands for, unless more keys are needed.
func (st *step) supervisorCode(k Keyed, by contact.Agent) {
	more := false
	for _, c := range SupervisorCodes {
		switch code := st.rules.KeyCodes[Deed(c.Name)]; {
		case code == k.Code:
			st.direct(Direct{Do: c.Do, Role: c.Role, By: by, Of: st.s.Record.Agent})
			return
		case strings.HasPrefix(code, k.Code):
			more = true
		}
	}
	if more {
		st.keyGoesOn(k)
	}
}

// code does what a code stands for, unless more keys are needed.
func (st *step) code(k Keyed) {
	more := false
	for _, d := range KeyedDeeds {
		switch code := st.rules.KeyCodes[d]; {
		case code == k.Code && st.needsTarget(d):
			st.keyGoesOn(Keyed{Offer: k.Offer, Deed: d, At: k.At})
			return
		case code == k.Code:
			st.keyed(d, "")
			return
		case strings.HasPrefix(code, k.Code):
			more = true
		}
	}
	if more {
		st.keyGoesOn(k)
	}
}

// needsTarget reports whether somebody has to be named. Who is consulted already joins by
// the code of a conference alone.
func (st *step) needsTarget(d Deed) bool {
	return d == SendTo || d == Consult || d == Conference && st.s.Record.second() == nil
}

// keyed does what was keyed.
func (st *step) keyed(do Deed, target string) {
	d := Direct{Do: do, By: st.s.Record.Agent}
	switch {
	case do == Hold && st.s.Record.HeldAt != 0:
		d.Do = Unhold
	case target != "":
		st.means(&d, target)
	}
	st.direct(d)
}

// twoStars pause the recording, or go on with it.
func (st *step) twoStars() {
	rec := &st.s.Record
	switch {
	case rec.Tape == nil:
	case rec.Tape.Paused && !rec.Tape.Keys:
		st.pauseTape(rec.Agent, false)
	default:
		st.pauseTape(rec.Agent, true)
	}
}
