package voice

import (
	"strings"
	"sync/atomic"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// leg is the channel of an agent or a local service, from its creation to its
// end.
type leg struct {
	id      ari.ChannelID
	offer   fact.OfferID
	to      callee
	here    bool // its StasisStart came, or a listing showed it
	dialled bool // the ring was sent, for sure
	up      bool
	bridged bool
	added   bool // Asterisk said that it moved both into the bridge
	joined  bool // Bridged was reported
	key     confirmation
	keys    ari.Keys
	person  bool // it calls the person back, who is the caller once it is up
	// ringsBack: it is an agent's, who hears the person's phone ring.
	ringsBack bool
	result    contact.RingResult
	cause     int // Q.850, 0 while unknown
	// lastWord is what its phone was told last of a transfer that it asked for, and that is
	// over.
	lastWord ari.TransferState
	// dropping: its hang-up was decided, it is never dialled or bridged. Atomic,
	// for requests that wait in a lane look at it when their turn comes.
	dropping atomic.Bool
}

// callee is whom a leg calls, and how.
type callee struct {
	endpoint  string
	variables map[string]string
	timeout   time.Duration
	outside   bool
	confirms  bool // only key 1 is an answer
}

// legPrefix begins the id of every channel that we create.
const legPrefix = "guichet-leg-"

// LegID derives the channel of a leg from the name of the offer or transfer it is
// for, so that a repeated create meets a conflict instead of making a twin.
func LegID(o fact.OfferID) ari.ChannelID {
	id, digest, position := strings.Cut(string(o), "/")
	if !position {
		return ari.ChannelID(legPrefix + id)
	}
	return ari.ChannelID(legPrefix + id + "-" + digest[:min(12, len(digest))])
}

// IsLeg reports whether a channel was created by a controller of ours.
func IsLeg(id ari.ChannelID) bool { return strings.HasPrefix(string(id), legPrefix) }

// begin creates a leg; it is dialled when it is there.
func (l *Line) begin(out *Out, o fact.OfferID, to callee) {
	g := &leg{id: LegID(o), offer: o, to: to, key: confirmation{owed: to.confirms}, result: contact.Lost}
	l.legs[o] = g
	out.Listen = append(out.Listen, g.id)
	out.send(l.create(g))
}

// drop hangs a leg up; that of a person who has just answered is the caller's channel
// by now.
func (l *Line) drop(out *Out, o fact.OfferID) {
	g := l.legs[o]
	switch {
	case g != nil:
		if dropped := g.dropping.Swap(true); !dropped && (!g.up || g.key.missing()) {
			g.result = contact.Lost // it was taken from the agent: it is not he who did not answer
		}
		out.send(l.hangUpLeg(g))
		l.watchEnds(out, o)
	case l.caller == LegID(o) && !l.callerGone:
		out.send(l.release(0))
	}
}

// ask is for a leg whose own dial time-out should have ended it: unless it is
// up, and nothing is owed, it is given up now.
func (l *Line) ask(out *Out, o fact.OfferID) {
	g := l.legs[o]
	switch {
	case g == nil:
		out.tell(engine.AgentLeft{Offer: o, Result: contact.Lost})
	case !g.up && g.dialled, g.up && g.key.missing():
		l.giveUp(out, o, contact.NoAnswer)
	case g.added && !g.joined:
		l.bridged, g.bridged = true, true // the events that tell it were lost
		l.tellBridged(out)
	case !g.joined:
		l.giveUp(out, o, contact.Lost) // never rang, or never came into the bridge
	}
}

func (l *Line) legOf(ch v5.ChannelData) *leg {
	for _, g := range l.legs {
		if g.id == ari.ChannelID(ch.ID) {
			return g
		}
	}
	return nil
}

// legIsHere dials the leg: only now is it ours on our own websocket. A leg of
// no live offer (its creation was late, or was given up) is ended.
func (l *Line) legIsHere(out *Out, id ari.ChannelID) {
	g := l.legOf(v5.ChannelData{ID: string(id)})
	switch {
	case g == nil && IsLeg(id):
		out.send(l.hangUpLeg(&leg{id: id}))
	case g == nil || g.here || g.dropping.Load():
	default:
		g.here = true
		out.send(l.dial(g))
	}
}

func (l *Line) legChanges(out *Out, ch v5.ChannelData) {
	switch g := l.legOf(ch); {
	case g == nil:
	case ch.State == "Ringing":
		l.legIsRinging(out, g)
	case ch.State == "Up":
		l.legIsUp(out, g)
	}
}

// legIsRinging: from now on its end without an answer is the agent's.
func (l *Line) legIsRinging(out *Out, g *leg) {
	if !g.dialled && !g.dropping.Load() && !g.up {
		g.result = contact.NoAnswer
	}
	l.legRings(out, g)
	l.ringBack(out)
}

func (l *Line) legIsUp(out *Out, g *leg) {
	if g.up {
		return
	}
	g.up = true
	l.legRings(out, g)
	if g.dropping.Load() {
		out.send(l.hangUpLeg(g))
		return
	}
	g.result = contact.Refused // answered, and gone before the bridge
	l.answered(out, g)
}

// legRings tells once that the leg was dialled: by the answer to the dial, or
// by the leg ringing or being up before that answer came, or instead of it.
func (l *Line) legRings(out *Out, g *leg) {
	if !g.dialled {
		g.dialled = true
		l.haveBridge(out, g)
		out.tell(engine.AgentRings{Offer: g.offer, Leg: string(g.id)})
	}
}

// noteDial keeps how the dialling ended, where Asterisk says it; the leg's end
// reports it.
func (l *Line) noteDial(out *Out, g *leg, status string) {
	switch {
	case status == "RINGING":
		l.legIsRinging(out, g)
		return
	case g.dropping.Load():
		return
	}
	switch status {
	case "BUSY":
		g.result = contact.Busy
	case "NOANSWER":
		g.result = contact.NoAnswer
	case "CONGESTION", "CHANUNAVAIL":
		g.result = contact.Unreachable
	}
}

// resultOf maps the Q.850 causes that say why a leg ended before an answer. It
// is all that Asterisk 22.10.1 tells of a leg dialled by ARI: no Dial event
// with BUSY or the like. What is not here is as the dial left it.
var resultOf = map[int]contact.RingResult{
	1:  contact.Unreachable, // unallocated: 404
	3:  contact.Unreachable, // no route
	17: contact.Busy,        // 486
	18: contact.Unreachable, // no response
	19: contact.NoAnswer,    // rang to the end: 480
	20: contact.Unreachable, // not registered
	21: contact.Refused,     // 603
	27: contact.Unreachable, // out of order
	34: contact.Unreachable, // congestion: 503
	38: contact.Unreachable, // network out of order: 500
}

// legIsGone ends a leg and reports why, once.
func (l *Line) legIsGone(out *Out, g *leg, cause int) {
	delete(l.legs, g.offer)
	l.watchEnds(out, g.offer)
	l.endOwn(out, g.offer)
	if cause != 0 {
		g.cause = cause
	}
	if result, known := resultOf[g.cause]; known && !g.up && !g.dropping.Load() {
		g.result = result
	}
	g.dropping.Store(true) // what waits in its lane is not sent any more
	out.tell(engine.AgentLeft{Offer: g.offer, Result: g.result, Cause: g.cause})
}
