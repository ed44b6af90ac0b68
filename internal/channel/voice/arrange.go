package voice

import (
	"context"
	"slices"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// arrange moves who is in the bridge to whom the core wants there, one request after the
// other in the caller's lane: who is to be heard no more goes first, and the caller's music
// is over before he is in the bridge.
func (l *Line) arrange(out *Out, a engine.Arrange) {
	was := l.wanted
	l.wanted = a
	l.watchNoMore(out, a.Spies)
	if was.Caller && !a.Caller {
		out.send(l.takeOut(l.caller, ""))
	}
	for _, o := range was.Legs {
		if g := l.legs[o]; g != nil && !slices.Contains(a.Legs, o) && !g.dropping.Load() {
			out.send(l.movedWith(was, l.takeOut(g.id, o)))
		}
	}
	for _, o := range a.Legs {
		if g := l.legs[o]; g != nil && !slices.Contains(was.Legs, o) && !g.dropping.Load() {
			out.send(l.movedWith(was, l.putIn(g)))
		}
	}
	if a.Ear != "" && was.Ear != a.Ear {
		l.putEarIn(out, ari.ChannelID(a.Ear))
	}
	switch {
	case !a.Caller && a.Quiet:
		l.music = false
		if !was.Caller { // held until now
			out.send(l.stopMusic())
		}
	case !a.Caller:
		l.music = true
		out.send(l.startMusic(a.Class))
	case !was.Caller:
		l.music = false
		out.send(l.stopMusic(), l.putCallerIn())
	}
	l.watch(out, a.Spies)
}

// movedWith has a supervisor's leg moved in his own lane, in which it comes out of, and
// goes into, his own bridge; was is the arrangement before.
func (l *Line) movedWith(was engine.Arrange, r Request) Request {
	if supervises(was, r.Offer) || supervises(l.wanted, r.Offer) {
		r.Lane = watchLane(r.Offer)
	}
	return r
}

// takeOut takes a channel out of the bridge; one that is not in it is out already.
func (l *Line) takeOut(id ari.ChannelID, o fact.OfferID) Request {
	r := l.request(callerLane, OpTakeOut, func(ctx context.Context, c Asterisk) error {
		return c.RemoveFromBridge(ctx, l.bridge, id)
	})
	r.Offer = o
	return r
}

// putIn puts the leg of a party in the bridge.
func (l *Line) putIn(g *leg) Request {
	r := l.request(callerLane, OpPutIn, g.unlessDropped(func(ctx context.Context, c Asterisk) error {
		return c.AddToBridge(ctx, l.bridge, g.id)
	}))
	r.Offer = g.offer
	return r
}

func (l *Line) putCallerIn() Request {
	caller := l.caller
	return l.request(callerLane, OpPutIn, func(ctx context.Context, c Asterisk) error {
		return c.AddToBridge(ctx, l.bridge, caller)
	})
}

// found takes the present members of the bridge for what was wanted, after a gap.
func (l *Line) found(members []string) {
	l.wanted = engine.Arrange{Caller: l.bridged}
	for _, g := range l.sortedLegs() {
		if slices.Contains(members, string(g.id)) {
			l.wanted.Legs = append(l.wanted.Legs, g.offer)
		}
	}
}

// outdated: another arrangement was asked for since.
func (l *Line) outdated(r Request) bool {
	switch g := l.legs[r.Offer]; {
	case r.Offer == "" && r.Op == OpPutIn:
		return l.callerGone || r.caller != l.caller || !l.wanted.Caller
	case r.Offer == "":
		return l.callerGone || r.caller != l.caller || l.wanted.Caller
	case g == nil || g.dropping.Load():
		return true
	default:
		return slices.Contains(l.wanted.Legs, r.Offer) != (r.Op == OpPutIn)
	}
}

// callParty calls a number that an agent wants in the conversation. It is shown the
// trunk's own identity, or, if it is to have the call, who really calls.
func (l *Line) callParty(out *Out, c engine.CallParty) {
	endpoint, ok := l.trunk.endpoint(c.Number)
	if !ok {
		out.tell(nobodyThere(c.Party))
		return
	}
	to := callee{endpoint: endpoint, timeout: c.Timeout, outside: true}
	if c.AsCaller {
		to.variables = l.identity()
	}
	l.begin(out, c.Party, to)
}
