package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// What is announced at an entry is heard before the menu begins, and at a queue in
// the place of the music: once, by who comes and by who waits already. It stands
// outside the tree, never delays an offer, and nothing of it need be resumed: who is
// taken up in the middle of it hears it again if it still holds.

// Announced says that something is announced at the queue from now on.
type Announced struct{ Queue contact.Queue }

func (Announced) event() {}

// announcement is why a contact ends that was told so and hung up on.
const announcement = "announcement"

// maxAhead bounds the keys pressed while an announcement is heard.
const maxAhead = 16

// announced is what is announced at a place now, or nil.
func (st *step) announced(at fact.Place) *fact.Announced {
	if st.rules.Announced == nil {
		return nil
	}
	return st.rules.Announced(at, st.at)
}

// greet begins a contact: what is announced at its entry, then the menu.
func (st *step) greet() {
	a := st.announced(fact.Place{Entry: st.s.Record.Entry})
	if a == nil {
		st.startMenu()
		return
	}
	st.s.Greeting = a
	st.note(a)
	st.tell(a, st.rules.Tree.Speaks(nil))
}

// greeted goes on to the menu, with the keys that were pressed meanwhile, or ends
// the call.
func (st *step) greeted() {
	a, ahead := st.s.Greeting, st.s.ahead
	st.s.Greeting, st.s.ahead = nil, ""
	if a.HangUp {
		closed := fact.Closed{Decided: st.decided(nil)}
		closedByAnnouncement(&closed)
		st.leave(&closed, normalClearing)
		return
	}
	st.startMenu()
	for i := range len(ahead) {
		st.key(Key{Key: ahead[i]})
	}
}

// greetedAgain begins anew for who was taken up before his menu had begun.
func (st *step) greetedAgain() {
	st.stopPlay()
	st.disarm(MenuTimer)
	st.s.Greeting, st.s.ahead = nil, ""
	st.greet()
}

// closedByAnnouncement is the outcome of who was told that the entry is closed, to
// the end or not.
func closedByAnnouncement(c *fact.Closed) {
	c.Outcome, c.Refusal, c.Reason = contact.Dissuaded, contact.Closed, announcement
}

// listen is what a caller who begins to wait hears: what is announced at the queue,
// if something is, then music.
func (st *step) listen(a *fact.Announced) {
	if a != nil {
		st.tell(a, st.language())
		return
	}
	st.do(st.music())
}

// announcedHere interrupts the music of who waits already. Whose agent's phone rings
// is not told any more.
func (st *step) announcedHere(e Announced) {
	if st.s.Phase != Waiting || !st.interactive() || !st.onLine() || st.s.Record.Queue != e.Queue {
		return
	}
	if a := st.announced(fact.Place{Queue: e.Queue}); a != nil {
		st.silence()
		st.note(a)
		st.tell(a, st.language())
	}
}

// heard goes back to the music after an announcement.
func (st *step) heard() {
	switch st.s.Phase {
	case Waiting, Trying:
		st.do(st.music())
	}
}

// silence ends whatever a waiting caller hears.
func (st *step) silence() {
	st.stopPlay()
	st.do(StopMusic{})
}

func (st *step) language() string { return st.rules.Tree.Speaks(st.s.Menu.Vars) }

// tell plays an announcement, in the caller's language if it is said in it.
func (st *step) tell(a *fact.Announced, language string) {
	sounds, said := a.Sounds[language]
	if !said {
		sounds = a.Sounds[slices.Sorted(maps.Keys(a.Sounds))[0]]
	}
	prompts := make([]ivr.Prompt, len(sounds))
	for i, sound := range sounds {
		prompts[i] = ivr.Prompt(sound)
	}
	st.say(ivr.Say{Prompts: prompts, Language: language})
}

// note has the next fact tell people what was heard.
func (st *step) note(a *fact.Announced) {
	st.s.told = append(slices.Clip(st.s.told), fact.Decided{
		Node: a.Place.String(), Case: "heard the announcement " + cmp.Or(a.Prompt, a.Text),
	})
}

// decided are the branches passed since the fact before, behind what was announced.
func (st *step) decided(branches []ivr.Decision) []fact.Decided {
	all := append(slices.Clip(st.s.told), decided(branches)...)
	st.s.told = nil
	return all
}
