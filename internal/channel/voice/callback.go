package voice

import (
	"context"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// A call back has two legs like any conversation, but the caller's is made last: it is
// a leg until the person answers, and the caller's channel from then on, so that all
// that follows is as with somebody who has called.

// free forgets the caller's channel: the contact lives on without one.
func (l *Line) free() {
	l.caller, l.callerGone, l.up, l.bridged, l.music, l.playing = "", false, false, false, false, 0
}

// callBack calls the person through the trunk, which shows its own identity.
func (l *Line) callBack(out *Out, c engine.CallBack) {
	endpoint, ok := l.trunk.endpoint(c.Number)
	if !ok {
		out.tell(engine.AgentLeft{Offer: c.Call, Result: contact.Unreachable})
		return
	}
	l.begin(out, c.Call, callee{endpoint: endpoint, timeout: c.Timeout, outside: true})
	l.legs[c.Call].person = true
}

// becomesCaller makes the leg of a person who has answered the caller's channel.
func (l *Line) becomesCaller(g *leg) {
	delete(l.legs, g.offer)
	l.caller, l.callerGone, l.bridged = g.id, false, g.bridged
}

// ringBack lets the agent who waits hear that the person's phone rings: silence would be
// taken for a dead line. It ends before both are joined, in the same lane.
func (l *Line) ringBack(out *Out) {
	if !l.personRings() {
		return
	}
	for _, g := range l.sortedLegs() {
		if !g.person && g.up && !g.ringsBack && !g.dropping.Load() {
			g.ringsBack = true
			out.send(l.startRinging(g))
		}
	}
}

func (l *Line) personRings() bool {
	for _, g := range l.legs {
		if g.person && g.dialled && !g.up && !g.dropping.Load() {
			return true
		}
	}
	return false
}

func (l *Line) startRinging(g *leg) Request {
	r := l.request(callerLane, OpStartRinging, g.unlessDropped(func(ctx context.Context, c Asterisk) error {
		return c.StartRinging(ctx, g.id)
	}))
	r.Offer = g.offer
	return r
}

func (l *Line) stopRinging(g *leg) Request {
	r := l.request(callerLane, OpStopRinging, g.unlessDropped(func(ctx context.Context, c Asterisk) error {
		return c.StopRinging(ctx, g.id)
	}))
	r.Offer = g.offer
	return r
}

// CallerOf is the channel of the caller, or of the person who is being called back;
// empty while there is none.
func CallerOf(rec *engine.Record) ari.ChannelID {
	if cb := rec.Callback; cb != nil && cb.Place == nil && cb.Call != "" {
		return LegID(cb.Call)
	}
	return ari.ChannelID(rec.Line)
}
