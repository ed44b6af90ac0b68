package voice

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// confirmation is what a leg to an agent outside owes before it counts as
// answered: there a voicemail may pick up, and only a person presses a key.
//
//	up ─► asked ─► asked again, until the key or the end of the ring time
//	          └─ 1 ─► AgentAnswered
//
// The engine knows nothing of it: such an agent has simply not answered yet, so
// that the ring time bounds everything from the dial to the key.
type confirmation struct {
	owed bool
	// given: the key was pressed, or they met already, or the person is called for this
	// agent. Atomic, for a prompt that waits in its lane looks at it when its turn has
	// come.
	given atomic.Bool
	asked int // how often the prompt was sent
}

const (
	confirmationKey = '1'
	// askPause is between two prompts. A greeting hides the first one from who
	// listens to it, and a person may have said hello meanwhile.
	askPause = time.Second
	// owesKey marks such a leg in the arguments of the application, where
	// whoever takes it up from Asterisk finds it: what the site says of the
	// agent's phone may have changed since.
	owesKey = "confirm"
)

// missing: the key is owed still.
func (k *confirmation) missing() bool { return k.owed && !k.given.Load() }

// marked reports whether a leg that was listed owes the key.
func marked(ch ari.Channel) bool {
	return slices.Contains(strings.Split(ch.Dialplan.AppData, ","), owesKey)
}

// ringOutside calls an agent at a number. Nothing of the call goes there: what a
// colleague reads on the house's own phone, topic, department and wait, the
// caller's number and the contact's id, would be kept by a private phone and by
// every network on the way. The trunk shows its own identity, as Asterisk has it
// configured, and no caller's number: unlike a local service, which calls people
// back, an agent hears who calls.
func (l *Line) ringOutside(out *Out, c engine.Ring) {
	endpoint, ok := l.trunk.endpoint(c.Phone)
	if !ok {
		out.tell(engine.AgentLeft{Offer: c.Offer, Result: contact.Unreachable})
		return
	}
	l.begin(out, c.Offer, callee{endpoint: endpoint, timeout: c.Timeout, outside: true, confirms: true})
}

// answered tells that the agent is there, or asks for the key.
func (l *Line) answered(out *Out, g *leg) {
	if g.person {
		l.becomesCaller(g)
	}
	if g.key.missing() {
		l.askKey(out, g, 0)
		return
	}
	out.tell(engine.AgentAnswered{Offer: g.offer})
}

// askKey says the prompt to the leg.
func (l *Line) askKey(out *Out, g *leg, after time.Duration) {
	var media []string
	if l.confirmation != nil {
		media = l.confirmation()
	}
	if len(media) == 0 {
		return // nothing to say, but the key is owed all the same
	}
	g.key.asked++
	id := g.prompt(g.key.asked)
	r := l.aboutKey(g, OpAskKey, func(ctx context.Context, c Asterisk) error {
		if g.key.given.Load() {
			return errUnwanted
		}
		return c.Play(ctx, g.id, id, media, "")
	})
	r.After = after
	out.send(r)
}

// askAgain goes on asking, unless that is over.
func (l *Line) askAgain(out *Out, g *leg) {
	if g != nil && g.key.missing() && !g.dropping.Load() {
		l.askKey(out, g, askPause)
	}
}

// keyAsked follows the end of a prompt.
func (l *Line) keyAsked(out *Out, p ari.PlaybackID) {
	for _, g := range l.sortedLegs() {
		if g.key.asked > 0 && p == g.prompt(g.key.asked) {
			l.askAgain(out, g)
		}
	}
}

// legPresses is a key on the phone of an agent: the answer that it owes, or one that may be
// part of a code, as the core knows.
func (l *Line) legPresses(out *Out, g *leg, key byte) {
	switch {
	case g.key.missing():
		l.keyPressed(out, g, key)
	case g.up && !g.dropping.Load():
		out.tell(engine.AgentKey{Offer: g.offer, Key: key})
	}
}

// keyPressed takes key 1 of a leg that is up and owes it; no other key, and none
// before or after, means anything.
func (l *Line) keyPressed(out *Out, g *leg, key byte) {
	if key != confirmationKey || !g.up || !g.key.missing() || g.dropping.Load() {
		return
	}
	g.key.given.Store(true)
	l.stopAsking(out, g)
	out.tell(engine.AgentAnswered{Offer: g.offer})
}

// stopAsking ends whatever prompt there is: the bridge would wait for its end.
func (l *Line) stopAsking(out *Out, g *leg) {
	for n := range promptNames {
		id := g.prompt(n)
		out.send(l.aboutKey(g, OpStopAsking, func(ctx context.Context, c Asterisk) error {
			return c.StopPlayback(ctx, id)
		}))
	}
}

// prompt names the prompts of a leg in turn, by few names that need no memory:
// whoever takes the leg up can stop what its predecessor began to say. Two, so
// that the late end of one is not taken for the end of the next.
func (g *leg) prompt(n int) ari.PlaybackID {
	return ari.PlaybackID(string(g.id) + "-key-" + itoa(n%promptNames))
}

const promptNames = 2

// aboutKey has a lane of its own: the end of the leg does not wait for a pause.
func (l *Line) aboutKey(g *leg, op Op, send func(context.Context, Asterisk) error) Request {
	r := l.request(Lane(g.id+"-key"), op, g.unlessDropped(send))
	r.Offer = g.offer
	return r
}

// recallKey finds out of a listing what a leg owes. In the bridge it owes
// nothing: only the key leads there.
func (g *leg) recallKey(ch ari.Channel, member bool) {
	if marked(ch) {
		g.key.owed, g.to.outside = true, true
	}
	if member {
		g.key.given.Store(true)
	}
}

// answeredAgain is for a leg that is up after a gap, in which a key would have
// been lost: who owes it is asked again.
func (l *Line) answeredAgain(out *Out, g *leg) {
	if g.key.missing() {
		g.result = contact.Refused // if it goes now
		l.stopAsking(out, g)
	}
	l.answered(out, g)
}
