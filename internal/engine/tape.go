package engine

import (
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// A conversation is recorded where its queue says so, with a purpose and an end date: once
// caller and agent were told. It is called a tape here, since a record is what the ledger
// knows of a contact. Whether it runs is derived: while the caller hears an agent in the
// bridge, nobody has paused it, and the caller keys nothing in.
//
//	connected ─► told ─► running ◄──► paused (an agent's wish, the caller's keys)
//	                        │  ▲         held, consulting, sent on: it does not run either
//	                        ▼  │
//	              who has the call is gone, the caller waits or leaves ─► over
//
// The medium keeps the file by the name of the tape; whoever takes the call up goes on
// with it, or finds that it is not there and writes so.

// Recording is how conversations of a queue are recorded. Without a purpose they are not.
type Recording struct {
	Purpose string
	// Until is the first moment at which nothing is recorded any more.
	Until time.Time
	// Announcement is said to both before.
	Announcement []ivr.Prompt
	// Retention is for how long the file is kept from its end on.
	Retention time.Duration
}

// active reports whether conversations are recorded at a time.
func (r Recording) active(at int64) bool {
	return r.Purpose != "" && r.Retention > 0 && len(r.Announcement) > 0 && time.UnixMicro(at).Before(r.Until)
}

// Tape is the recording of the conversation that goes on.
type Tape struct {
	ID fact.RecordingID `json:"id"`
	At int64            `json:"at"`
	// Paused: by an agent's wish, or, with Keys, for what the caller keys in.
	Paused bool `json:"paused,omitempty"`
	Keys   bool `json:"keys,omitempty"`
}

// The deeds about a recording.
const (
	PauseRecording  Deed = "pause_recording"
	ResumeRecording Deed = "resume_recording"
)

// The reasons for which they are refused.
const (
	NotRecorded   WhyNot = "not_recorded"
	PausedAlready WhyNot = "paused_already"
	NotPaused     WhyNot = "not_paused"
)

type (
	// TellBoth plays prompts to everybody in the bridge; BothTold reports the end.
	TellBoth struct {
		N        int
		Prompts  []ivr.Prompt
		Language string
	}
	// BothTold says so; Failed if they may not have heard it.
	BothTold struct {
		N      int
		Failed bool
	}
	// StartTape records the bridge, for so long at most.
	StartTape struct {
		Tape    fact.RecordingID
		Longest time.Duration
	}
	// RunTape has it run or not.
	RunTape struct {
		Tape fact.RecordingID
		Runs bool
	}
	// StopTape ends it and keeps the file.
	StopTape struct{ Tape fact.RecordingID }
	// TapeLost says that there is no such recording, or not any more; Kept if it has come
	// to its end.
	TapeLost struct {
		Tape fact.RecordingID
		Kept bool
	}
)

func (TellBoth) command()  {}
func (StartTape) command() {}
func (RunTape) command()   {}
func (StopTape) command()  {}
func (BothTold) event()    {}
func (TapeLost) event()    {}

const (
	// keysSilence is how long a caller has pressed no key when his conversation is recorded
	// again: who reads a number from a card looks up between its groups.
	keysSilence = 10 * time.Second
	// longestTape bounds a recording, should everything else forget it.
	longestTape = 4 * time.Hour
)

// applyTape folds the facts of a recording. Records are shared: what they hold is never
// changed, but replaced.
func (r *Record) applyTape(at int64, f fact.Fact) {
	switch f := f.(type) {
	case fact.RecordingBegun:
		r.Tape, r.Tapes = &Tape{ID: f.Recording, At: at}, r.Tapes+1
	case fact.RecordingPaused:
		if r.Tape != nil {
			r.Tape = &Tape{ID: r.Tape.ID, At: r.Tape.At, Paused: true, Keys: f.Keys}
		}
	case fact.RecordingResumed:
		if r.Tape != nil {
			r.Tape = &Tape{ID: r.Tape.ID, At: r.Tape.At}
		}
	case fact.RecordingEnded:
		r.Tape, r.TapeOver = nil, true
	}
}

func (st *step) recordingPolicy() Recording {
	if st.rules.Recording == nil {
		return Recording{}
	}
	return st.rules.Recording(st.s.Record.Queue)
}

// together reports whether what is said may be recorded.
func (st *step) together() bool {
	return st.s.Phase == Talking && st.interactive() && st.s.Record.together(st.s.Asked)
}

// TapeState is how the recording of a conversation stands.
type TapeState string

// The states; an interrupted one goes on by itself when the caller hears an agent again, and
// nobody outside is there.
const (
	NoTape          TapeState = ""
	TapeOn          TapeState = "on"
	TapePaused      TapeState = "paused"
	TapeInterrupted TapeState = "interrupted"
)

// TapeState is what the ledger says of it.
func (r *Record) TapeState() TapeState {
	switch {
	case r.Tape == nil:
		return NoTape
	case r.Tape.Paused:
		return TapePaused
	case !r.together(""):
		return TapeInterrupted
	}
	return TapeOn
}

// together reports whether the caller and an agent are in the bridge, and nobody else who
// was not told: a number outside was not. asked is a party that the ledger has not accepted.
func (r *Record) together(asked fact.OfferID) bool {
	outside := r.partyWhere(func(p *Party) bool { return p.Role == fact.Member && p.Agent == "" && p.Joined() })
	return r.Offer != "" && outside == nil && r.arrangement(asked).Caller
}

// tapes has what is recorded follow what has changed: stops before who is heard changes,
// and starts after.
func (st *step) tapes(before, anew bool) {
	rec := &st.s.Record
	t := rec.Tape
	if t == nil || st.s.Phase != Talking {
		return
	}
	if runs := st.together() && !t.Paused; runs != before && (anew || runs != st.s.TapeRuns) {
		st.s.TapeRuns = runs
		st.do(RunTape{Tape: t.ID, Runs: runs})
	}
}

// announceTape tells both that they are recorded, where the queue wants that. Whoever was
// put on hold meanwhile has not heard it all: it is said again when he is back.
func (st *step) announceTape() {
	rec := &st.s.Record
	if rec.Tape != nil || rec.TapeOver || rec.Queue == "" || !st.together() {
		st.s.Telling = 0
		return
	}
	p := st.recordingPolicy()
	if st.s.Telling != 0 || !p.active(st.at) || !st.mayWrite(fact.KindRecordingBegun) {
		return
	}
	st.s.Tellings++
	st.s.Telling = st.s.Tellings
	st.do(TellBoth{N: st.s.Telling, Prompts: p.Announcement, Language: st.language()})
}

// bothTold begins the recording. What may not have been heard begins none.
func (st *step) bothTold(e BothTold) {
	if e.N == 0 || e.N != st.s.Telling {
		return
	}
	rec, p := &st.s.Record, st.recordingPolicy()
	left := p.Until.Sub(time.UnixMicro(st.at))
	if e.Failed || !p.active(st.at) || left < time.Second {
		st.s.Telling = untold
		return
	}
	st.s.Telling = 0
	id := fact.RecordingID(fmt.Sprintf("%s.r%d", rec.ID, rec.Tapes+1))
	st.write(fact.RecordingBegun{Recording: id, Queue: rec.Queue, Purpose: p.Purpose, Retention: p.Retention})
	st.s.TapeRuns = true
	st.do(StartTape{Tape: id, Longest: min(longestTape, left)})
	st.arm(TapeTimer, left) // Asterisk does not count pauses
}

// untold is no number of an announcement: this one failed, and none is tried again while
// both are together.
const untold = -1

// endTape ends the recording, if there is one, with the conversation.
func (st *step) endTape() {
	st.s.Telling = 0
	if t := st.s.Record.Tape; t != nil {
		st.tapeOver(t, false)
		st.do(StopTape{Tape: t.ID})
	}
}

func (st *step) tapeOver(t *Tape, failed bool) {
	if t.Keys && !st.asking() {
		st.disarm(MenuTimer)
	}
	st.disarm(TapeTimer)
	st.write(fact.RecordingEnded{Recording: t.ID, Failed: failed})
}

// tapeLost follows the medium: the conversation goes on, and is not recorded any more.
func (st *step) tapeLost(e TapeLost) {
	if t := st.s.Record.Tape; t != nil && t.ID == e.Tape {
		st.tapeOver(t, !e.Kept)
	}
}

// callerKeys pauses the recording while the caller keys something in: it may be the number
// of a card.
func (st *step) callerKeys() {
	t := st.s.Record.Tape
	if t == nil || st.s.Phase != Talking || t.Paused && !t.Keys {
		return
	}
	if !t.Paused {
		st.write(fact.RecordingPaused{Recording: t.ID, Keys: true})
	}
	st.arm(MenuTimer, keysSilence)
}

// keysOver goes on when the caller has pressed no key for a while.
func (st *step) keysOver() {
	if t := st.s.Record.Tape; t != nil && t.Paused && t.Keys {
		st.write(fact.RecordingResumed{Recording: t.ID})
	}
}

// refusesTape says why a recording is not paused, or does not go on.
func (st *step) refusesTape(d Direct) *NotDone {
	t := st.s.Record.Tape
	switch {
	case t == nil:
		return no(NotRecorded, "this conversation is not recorded")
	case d.Do == PauseRecording && t.Paused && !t.Keys:
		return no(PausedAlready, "the recording is paused already")
	case d.Do == ResumeRecording && !t.Paused:
		return no(NotPaused, "the recording is not paused")
	}
	return nil
}

// pauseTape does what an agent wishes of the recording.
func (st *step) pauseTape(by contact.Agent, pause bool) {
	t := st.s.Record.Tape
	if t.Keys && !st.asking() {
		st.disarm(MenuTimer)
	}
	if pause {
		st.write(fact.RecordingPaused{Recording: t.ID, By: by})
		return
	}
	st.write(fact.RecordingResumed{Recording: t.ID, By: by})
}

// tapeRestarted derives again what a gap may have lost.
func (st *step) tapeRestarted() {
	t := st.s.Record.Tape
	if t == nil {
		st.s.Telling = 0 // whether it was heard nobody knows: it is said again
		return
	}
	st.tapes(true, true)
	st.tapes(false, true)
	st.arm(TapeTimer, max(0, st.recordingPolicy().Until.Sub(time.UnixMicro(st.at))))
	if t.Keys {
		st.arm(MenuTimer, keysSilence)
	}
}
