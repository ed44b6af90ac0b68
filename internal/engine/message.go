package engine

import (
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

type (
	// RecordCaller records the caller; Recorded with its Name reports the end.
	RecordCaller struct {
		Name fact.MessageID
		ivr.Record
	}
	// FindRecording looks for a recording that was to be made; Recorded reports what
	// became of it, at its end if it is under way.
	FindRecording struct {
		Name fact.MessageID
		N    int
	}
	// Discard deletes a recording that is of no use.
	Discard struct{ Name fact.MessageID }
	// Recorded says what became of a recording; see ivr.Recorded.
	Recorded struct {
		N             int
		Lasts, Spoken time.Duration
		Failed, Never bool
	}
)

func (RecordCaller) command()  {}
func (FindRecording) command() {}
func (Discard) command()       {}
func (Recorded) event()        {}

// A caller who hangs up while he is recorded has left what he said so far. Asterisk
// needs a moment to close the file; findEvery is how often it is asked what became of
// it if it tells nothing, and maxFinds how often at most.
const (
	findEvery = 2 * time.Second
	maxFinds  = 15
)

// messageID names a recording by its contact and its number: whoever takes the contact
// up finds it under the same name.
func (st *step) messageID(n int) fact.MessageID {
	return fact.MessageID(fmt.Sprintf("%s.%d", st.s.Record.ID, n))
}

func (st *step) record(a ivr.Record) { st.do(RecordCaller{Name: st.messageID(a.N), Record: a}) }

func (st *step) find(n int) { st.do(FindRecording{Name: st.messageID(n), N: n}) }

func (st *step) discard(n int) { st.do(Discard{Name: st.messageID(n)}) }

// keep writes that there is a message, with the state of the menu behind it: nobody
// leaves the same one twice.
func (st *step) keep(a ivr.Keep) {
	st.write(fact.MessageLeft{
		Message: st.messageID(a.N), Mailbox: a.Mailbox, Lasts: a.Lasts, Spoken: a.Spoken, Retention: st.retention(a.Mailbox),
		Topic: st.s.Menu.Topic(), Language: st.s.Menu.Vars[ivr.VarLanguage],
		Crossed: names(a.Crossed), Decided: st.decided(a.Decisions), Menu: st.menu(),
		For: st.forQueue(a.Mailbox),
	})
}

func (st *step) retention(mailbox string) time.Duration {
	if st.rules.Retention == nil {
		return 0
	}
	return st.rules.Retention(mailbox)
}

// recorded takes the end of a recording to the menu, or, when the caller has hung up,
// closes the contact by it.
func (st *step) recorded(e Recorded) {
	switch st.s.Phase {
	case InMenu:
		st.walk(ivr.Recorded(e))
	case Saving:
		if e.N != st.s.Menu.Recording {
			return
		}
		menu, actions := ivr.Gone(st.rules.Tree, st.s.Menu, ivr.Recorded(e), st.input())
		st.walked(menu, actions)
		st.saved()
	}
}

// recording reports whether the caller is being recorded, or may have been before this
// process took the contact up.
func (st *step) recording() bool { return st.s.Phase == InMenu && st.s.Menu.Recording != 0 }

// save waits for the end of the recording before the contact is closed.
func (st *step) save() {
	st.s.Phase, st.s.Finds = Saving, 0
	st.stopPlay()
	st.findAgain()
}

// findAgain asks what became of the recording, until somebody knows.
func (st *step) findAgain() {
	if st.s.Finds >= maxFinds {
		st.saved()
		return
	}
	st.s.Finds++
	st.find(st.s.Menu.Recording)
	st.arm(MenuTimer, findEvery)
}

// saved closes the contact of a caller who has hung up.
func (st *step) saved() {
	st.disarm(MenuTimer)
	st.write(st.closing())
	st.s.Phase = Gone
}
