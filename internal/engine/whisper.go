package engine

import (
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Whisper is what an agent hears of a contact once he has answered, and before the caller
// hears him. Without a part nothing is said.
type Whisper struct {
	// Language is that of agents.
	Language string
	// Topics say what the contact is about; of a topic that is not here nothing is said.
	Topics map[contact.Topic][]ivr.Prompt
	// Department and Wait say where the caller is from, and how long he has waited, by the
	// variables VarDepartment of package ivr and VarWait.
	Department, Wait []ivr.Prompt
}

// WhisperTime bounds how long an agent is told something: then both are joined, whatever
// was still to be said.
const WhisperTime = 8 * time.Second

// sayableWait is the longest wait that is said: beyond, a number of minutes tells nobody
// anything.
const sayableWait = 12 * time.Hour

type (
	// WhisperTo plays prompts to the agent's leg as one; Whispered reports the end, or that
	// nothing could be said.
	WhisperTo struct {
		Offer    fact.OfferID
		Prompts  []ivr.Prompt
		Language string
	}
	// StopWhisper ends them early.
	StopWhisper struct{ Offer fact.OfferID }
	// Whispered says that the agent was told.
	Whispered struct{ Offer fact.OfferID }
)

func (WhisperTo) command()   {}
func (StopWhisper) command() {}
func (Whispered) event()     {}

// says reports whether there is something to say of some contact.
func (w Whisper) says() bool { return len(w.Topics)+len(w.Department)+len(w.Wait) > 0 }

// about is what is said of a contact at a time: the parts of which something is known. A
// department with a letter (2A) is not said, for half of it would be another one.
func (w Whisper) about(r *Record, at int64) (prompts []ivr.Prompt) {
	prompts = append(prompts, w.Topics[r.Topic]...)
	if d := string(r.Department); d != "" && strings.Trim(d, "0123456789") == "" {
		prompts = append(prompts, ivr.Vars{ivr.VarDepartment: d}.Fill(w.Department)...)
	}
	if wait := time.Duration(max(at-r.WaitsSince(), 0)) * time.Microsecond; wait <= sayableWait {
		prompts = append(prompts, ivr.Vars{VarWait: strconv.Itoa(int(wait / time.Second))}.Fill(w.Wait)...)
	}
	return prompts
}

func (st *step) whisper() Whisper {
	if st.rules.Whisper == nil {
		return Whisper{}
	}
	return st.rules.Whisper(st.s.Record.Queue)
}

// whispers tells the agent who has just answered what the queue wants him to hear; false
// if he is to meet the caller now. What was begun before a gap, or by another process, is
// broken off: the caller has waited for it once, and nobody knows how far it came.
func (st *step) whispers(o fact.OfferID) bool {
	rec := &st.s.Record
	w := st.whisper()
	if o != rec.Offer || !w.says() {
		return false
	}
	if st.s.Whispering == o || st.s.Rung != o {
		st.s.Whispering = ""
		st.do(StopWhisper{Offer: o})
		return false
	}
	prompts := w.about(rec, st.at)
	if len(prompts) == 0 {
		return false
	}
	st.s.Whispering = o
	st.do(WhisperTo{Offer: o, Prompts: prompts, Language: w.Language})
	st.arm(RingTimer, WhisperTime)
	return true
}

// whispering reports whether the agent who has answered is being told something.
func (st *step) whispering() bool {
	return st.s.Phase == Trying && st.s.Whispering != "" && st.s.Whispering == st.s.Record.Offer
}

// whispered lets agent and caller meet once the agent was told.
func (st *step) whispered(e Whispered) {
	if st.whispering() && st.s.Whispering == e.Offer {
		st.s.Whispering = ""
		st.meet(e.Offer)
	}
}

// whisperLate is for a whisper that takes too long.
func (st *step) whisperLate() {
	o := st.s.Whispering
	st.do(StopWhisper{Offer: o})
	st.whispered(Whispered{Offer: o})
}
