package engine

import (
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Comfort is what callers hear while they wait in a queue, in the place of the music.
type Comfort struct {
	// First is how long after the queueing it is said first, and Every the pause from then
	// on; without First nothing is said.
	First, Every time.Duration
	// Position and Wait say where the caller stands and how long it still takes, by the
	// variables VarPosition and VarWait; Prompts are said in any case.
	Position, Wait, Prompts []ivr.Prompt
}

// The variables of what is said of the wait: a number counted from 1, and seconds.
const (
	VarPosition = "position"
	VarWait     = "wait"
)

// Told is what a caller was told of the wait. It never gets worse: Position is the last
// one, Until the earliest time by which an agent would be there. Both are 0 if nothing
// was said of them.
type Told struct {
	At       int64  `json:"at"`
	Position int    `json:"position,omitempty"`
	Until    int64  `json:"until,omitempty"`
	By       string `json:"by,omitempty"`
	// Times is how often something was told.
	Times int `json:"times"`
	// LeftAt is when he left the queue by a key after he was told until when, and was told
	// no other time since; 0 if he did not.
	LeftAt int64 `json:"left_at,omitempty"`
}

// foretold folds what was told. Records are shared: it is never changed, but replaced.
func (r *Record) foretold(at int64, f fact.Foretold) {
	told := Told{}
	if r.Told != nil {
		told = *r.Told
	}
	told.At = at
	told.Times++
	if f.Position != 0 {
		told.Position = f.Position
	}
	if f.Until != 0 {
		told.Until, told.By, told.LeftAt = f.Until, f.By, 0
	}
	r.Told = &told
}

// leaves folds that who was told a time has left the queue by a key: what comes later says
// nothing of that time any more.
func (r *Record) leaves(at int64) {
	if r.Told == nil || r.Told.Until == 0 || r.Told.LeftAt != 0 {
		return
	}
	told := *r.Told
	told.LeftAt = at
	r.Told = &told
}

func (st *step) comfort() Comfort {
	if st.rules.Comfort == nil {
		return Comfort{}
	}
	return st.rules.Comfort(st.s.Record.Queue)
}

// armComfort starts the time to the first message of a wait that begins, or to the next
// one.
func (st *step) armComfort(after func(Comfort) time.Duration) {
	if wait := after(st.comfort()); wait > 0 && st.interactive() && !st.s.Record.Away() {
		st.s.Comforting = true
		st.arm(ComfortTimer, wait)
	}
}

func (st *step) disarmComfort() {
	if st.s.Comforting {
		st.s.Comforting = false
		st.disarm(ComfortTimer)
	}
}

func first(c Comfort) time.Duration { return c.First }

// next is the pause before the next message, none where there is no first.
func next(c Comfort) time.Duration {
	if c.First == 0 {
		return 0
	}
	return c.Every
}

// comfortDue says a message to whoever waits. While a phone rings, or something else is
// heard, it passes: nothing is put off for it, and it puts nothing off.
func (st *step) comfortDue() {
	switch st.s.Phase {
	case Waiting, Trying, Joining:
		st.armComfort(next)
	}
	if st.s.Phase != Waiting || st.s.Playing != 0 || !st.interactive() || !st.onLine() || st.s.Record.Away() {
		return
	}
	prompts, told := st.comforting(st.comfort())
	if len(prompts) == 0 {
		return
	}
	if told != (fact.Foretold{}) {
		st.write(told)
	}
	st.do(StopMusic{})
	st.say(ivr.Say{Prompts: prompts, Language: st.language()})
}

// comforting is what a caller may be told now, and what of it is a promise: nothing that
// would be worse than what he was told before.
func (st *step) comforting(c Comfort) (prompts []ivr.Prompt, told fact.Foretold) {
	vars := ivr.Vars{}
	for name, value := range st.s.Menu.Vars {
		vars[name] = value
	}
	if standing, known := st.standing(); known && st.mayWrite(fact.KindForetold) {
		was := Told{}
		if before := st.s.Record.Told; before != nil {
			was = *before
		}
		if len(c.Position) > 0 && standing.Position > 0 && (was.Position == 0 || standing.Position <= was.Position) {
			told.Position = standing.Position
			vars[VarPosition] = strconv.Itoa(standing.Position)
			prompts = append(prompts, vars.Fill(c.Position)...)
		}
		if until := st.at + heard(standing.Wait).Microseconds(); len(c.Wait) > 0 && standing.Known && (was.Until == 0 || until <= was.Until) {
			told.Until, told.By = until, standing.By
			vars[VarWait] = strconv.Itoa(int(standing.Wait / time.Second))
			prompts = append(prompts, vars.Fill(c.Wait)...)
		}
	}
	return append(prompts, vars.Fill(c.Prompts)...), told
}

func (st *step) standing() (Standing, bool) {
	if st.rules.Standing == nil {
		return Standing{}, false
	}
	return st.rules.Standing(st.s.Record.ID, st.at)
}

// heard is a wait as it is said: less than a minute, or whole minutes, rounded up.
func heard(wait time.Duration) time.Duration {
	return max(wait+time.Minute-1, time.Minute).Truncate(time.Minute)
}

// wayOut leaves the queue by a key, if the node has one for it. While a phone rings the
// key waits for what comes of that: an agent who answers is what the caller waits for.
func (st *step) wayOut(key byte) {
	if !st.interactive() || st.s.Record.Away() || !st.mayWrite(fact.KindSteppedOut) {
		return
	}
	if _, leads := ivr.Leaves(st.rules.Tree, st.s.Menu, key); !leads {
		return
	}
	st.s.WantsOut = string(rune(key))
	st.stepsOut()
}

// stepsOut lets go who wants out of the queue, unless an agent's leg is still there.
func (st *step) stepsOut() {
	key := st.s.WantsOut
	if key == "" || st.s.Phase != Waiting || st.s.Record.Leg() != "" {
		return
	}
	st.s.WantsOut = ""
	st.write(fact.SteppedOut{Key: key})
	st.s.Phase = InMenu
	st.disarmComfort()
	st.silence()
	st.walk(ivr.SteppedOut{Key: key[0]})
}

// gaveUpWaiting is the closing fact of who left a queue by a key, and was served by
// nobody since: he asked for an agent, and whatever the menu told him makes no rate
// better.
func (st *step) gaveUpWaiting(c fact.Closed) fact.Closed {
	c.Outcome, c.Stage, c.Refusal = contact.Abandoned, contact.InQueue, ""
	return c
}
