package rehearsal

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Place is where something is announced: an entry, or a queue.
type Place = fact.Place

// Announcement is a message outside the tree: heard before the menu by who comes to an
// entry, and in the place of the music by who waits in a queue.
type Announcement struct {
	Place
	// Prompt is what is heard, by the name of a prompt or as sound:NAME.
	Prompt ivr.Prompt
	// Until is its end. For counts from when it is announced instead, if it is not 0.
	Until time.Time
	For   time.Duration
	// HangUp ends the call after it; only an entry can be closed like this.
	HangUp bool
}

// from is the announcement with its end, announced at a time.
func (a Announcement) from(at time.Time) Announcement {
	if a.For != 0 {
		a.Until, a.For = at.Add(a.For), 0
	}
	return a
}

// Announcing is the scene in which that is announced before the call comes.
func (s Scene) Announcing(a Announcement) Scene {
	s.Announced = append(slices.Clip(s.Announced), a)
	return s
}

// announcedAt is what the engine hears of at a place: the latest word for it, as long
// as that lasts. What it is in which language is not of interest here.
func (c *Call) announcedAt(at Place, now int64) *fact.Announced {
	for _, a := range slices.Backward(c.announced) {
		if a.Place != at {
			continue
		}
		if a.Until.UnixMicro() <= now {
			return nil
		}
		return &fact.Announced{
			Place: at, Prompt: string(a.Prompt), Sounds: map[string][]string{"": {string(a.Prompt)}},
			Until: a.Until.UnixMicro(), HangUp: a.HangUp,
		}
	}
	return nil
}

// announcing is the place whose announcement begins, if that is what is being said.
func (c *Call) announcing() (Place, bool) {
	s := &c.session
	switch {
	case s.Greeting != nil:
		return s.Greeting.Place, true
	case s.Phase == engine.Waiting:
		return Place{Queue: s.Record.Queue}, true // else it is music
	}
	return Place{}, false
}

// Announce announces something while the call is under way. It reports whether that
// has an end to come, and place for who comes later: what is announced at an entry is
// not heard by who is in its menu already.
func (c *Call) Announce(a Announcement) bool {
	a = a.from(c.now)
	if !a.Until.After(c.now) {
		return false
	}
	c.announced = append(c.announced, a)
	if a.Queue != "" && c.closed == nil {
		c.do(engine.Announced{Queue: a.Queue})
	}
	return true
}

// Announce is the step: something is announced at a queue while the call is under way.
type Announce struct{ Announcement }

// Run implements Step.
func (s Announce) Run(c *Call) *Miss {
	if !c.Announce(s.Announcement) {
		return &Miss{
			Wanted: "to announce " + string(s.Prompt) + " until " + s.Until.Format(instant), Came: "that it is " + c.now.Format(instant),
			Hint: "write a later end, or announce it earlier",
		}
	}
	return nil
}

const instant = "2006-01-02 15:04:05"

// Told says that an announcement begins to be heard.
type Told struct {
	Place
	Until  time.Time
	HangUp bool
}

func (Told) moment() {}

// told tells of the announcement whose first words are being said.
func (c *Call) told() {
	at, is := c.announcing()
	if !is {
		return
	}
	if a := c.announcedAt(at, c.now.UnixMicro()); a != nil {
		c.tell(Told{Place: at, Until: time.UnixMicro(a.Until).In(c.scene.At.Location()), HangUp: a.HangUp})
	}
}
