// Package voice translates between the core and Asterisk for one call: engine
// commands become ARI requests, ARI events become engine events.
//
// A Line is pure: it sends nothing, waits for nothing and reads no clock. Each
// method returns the requests to send and the events that follow; whoever runs
// the line carries the requests out, lane by lane, and reports their results
// with Done. It decides nothing about the contact. Read Line, Request and
// Resync first.
package voice

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Line is the telephone side of one contact: the caller's channel, the legs to
// agents or to a local service, and the bridge between them.
type Line struct {
	contact contact.ID
	caller  ari.ChannelID
	born    time.Time // of the caller's channel, by Asterisk's clock; zero if unknown
	// number is the caller's, shown to the agent; empty when it is not known.
	number string
	// withheld: the caller does not want the number to be shown outside.
	withheld bool
	trunk    Trunk
	// salt keeps playback ids apart between two lives of the same contact.
	salt         string
	media        Media
	confirmation func() []string

	callerGone bool
	playing    int // number of the prompt whose end is awaited
	music      bool
	bridge     ari.BridgeID
	// bridgeAsked: there is a bridge, or it is being made.
	bridgeAsked bool
	bridgeMade  bool
	bridged     bool // the caller is in the bridge
	legs        map[fact.OfferID]*leg
}

// Media answers with what Asterisk should play for a prompt.
type Media func(prompt, language string) []string

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
	result  contact.RingResult
	cause   int // Q.850, 0 while unknown
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

// Call is what a line needs to know of the caller's channel, the trunk by which
// it can reach the outside, and what is said there to agents (nil for nothing).
type Call struct {
	Contact contact.ID
	Channel ari.ChannelID
	// Born is when Asterisk made the channel, by its own clock; zero if unknown.
	Born     time.Time
	Number   string
	Withheld bool
	Salt     string
	Trunk    Trunk
	// Met: the call is taken up, and its live leg was bridged already.
	Met          bool
	Confirmation func() []string
}

// New returns the line of a call that has just entered, or, when live is not
// empty, of one that is taken up again with a live offer.
func New(c Call, media Media, live fact.OfferID) *Line {
	l := &Line{
		contact: c.Contact, caller: c.Channel, born: c.Born, number: c.Number, withheld: c.Withheld, salt: c.Salt, media: media,
		trunk: c.Trunk, confirmation: c.Confirmation, bridge: BridgeID(c.Contact),
		legs: map[fact.OfferID]*leg{},
	}
	if live != "" {
		g := &leg{id: LegID(live), offer: live, result: contact.Lost}
		g.key.given.Store(c.Met)
		l.legs[live] = g
	}
	return l
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

const bridgePrefix = "guichet-bridge-"

// BridgeID names the bridge of a contact.
func BridgeID(id contact.ID) ari.BridgeID { return ari.BridgeID(bridgePrefix + string(id)) }

// IsBridge reports whether a bridge was made by a controller of ours.
func IsBridge(id ari.BridgeID) bool { return strings.HasPrefix(string(id), bridgePrefix) }

// IDs are the channels and the bridge whose events belong to this line.
func (l *Line) IDs() []string {
	ids := []string{string(l.caller), string(l.bridge)}
	for _, g := range l.legs {
		ids = append(ids, string(g.id))
	}
	return ids
}

// BridgeMade is the bridge of this contact, and whether it was made: then it is
// to be destroyed when the contact is over.
func (l *Line) BridgeMade() (ari.BridgeID, bool) { return l.bridge, l.bridgeMade }

// Out is what follows from a step of a line.
type Out struct {
	Requests []Request
	Events   []engine.Event
	// Listen names channels whose events begin to belong to the line.
	Listen []ari.ChannelID
}

func (o *Out) send(r ...Request)      { o.Requests = append(o.Requests, r...) }
func (o *Out) tell(e ...engine.Event) { o.Events = append(o.Events, e...) }

// Do translates one command.
func (l *Line) Do(c engine.Command) Out {
	var out Out
	switch c := c.(type) {
	case engine.Answer:
		out.send(l.answer())
	case engine.Play:
		l.play(&out, c)
	case engine.StopPlay:
		l.playing = 0
		out.send(l.stopPlay(c.N))
	case engine.StartMusic:
		l.music = true
		out.send(l.startMusic(c.Class))
	case engine.StopMusic:
		l.music = false
		out.send(l.stopMusic())
	case engine.Ring:
		l.ring(&out, c)
	case engine.CallOut:
		l.callOut(&out, c)
	case engine.DropLeg:
		l.drop(&out, c.Offer)
	case engine.AskLeg:
		l.ask(&out, c.Offer)
	case engine.Join:
		l.join(&out, c.Offer)
	case engine.Release:
		out.send(l.release(c.Cause))
	}
	return out
}

func (l *Line) play(out *Out, c engine.Play) {
	var media []string
	for _, p := range c.Prompts {
		media = append(media, l.media(string(p), c.Language)...)
	}
	if len(media) == 0 {
		out.tell(engine.Played{N: c.N})
		return
	}
	l.playing = c.N
	out.send(l.playRequest(c.N, media))
}

func (l *Line) ring(out *Out, c engine.Ring) {
	if contact.IsOutside(c.Phone) {
		l.ringOutside(out, c)
		return
	}
	l.begin(out, c.Offer, callee{endpoint: c.Phone, timeout: c.Timeout, variables: map[string]string{
		// What a phone shows of a leg made by ARI is its connected line; the
		// caller id never shows, and the caller of the dial would take the
		// name away. "i" keeps Asterisk 22.10 from sending it twice more.
		"CONNECTEDLINE(all,i)":                fmt.Sprintf("%q <%s>", display(c.Display), shownNumber(l.number)),
		"PJSIP_HEADER(add,X-Guichet-Contact)": string(l.contact),
	}})
}

// begin creates a leg; it is dialled when it is there.
func (l *Line) begin(out *Out, o fact.OfferID, to callee) {
	g := &leg{id: LegID(o), offer: o, to: to, key: confirmation{owed: to.confirms}, result: contact.Lost}
	l.legs[o] = g
	out.Listen = append(out.Listen, g.id)
	out.send(l.create(g))
}

func (l *Line) drop(out *Out, o fact.OfferID) {
	g := l.legs[o]
	if g == nil {
		return
	}
	g.dropping.Store(true)
	out.send(l.hangUpLeg(g))
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

func (l *Line) join(out *Out, o fact.OfferID) {
	if g := l.legs[o]; g != nil && !g.dropping.Load() {
		out.send(l.addToBridge(g))
	}
}

// Observe translates one event of Asterisk about this line.
func (l *Line) Observe(e ari.Event) Out {
	var out Out
	switch v := e.Value.(type) {
	case *v5.ChannelDtmfReceived:
		l.pressed(&out, v)
	case *v5.PlaybackFinished:
		l.played(&out, ari.PlaybackID(v.Playback.ID))
		l.keyAsked(&out, ari.PlaybackID(v.Playback.ID))
	case *v5.StasisStart:
		l.legIsHere(&out, ari.ChannelID(v.Channel.ID))
	case *v5.ChannelStateChange:
		l.legChanges(&out, v.Channel)
	case *v5.Dial:
		if g := l.legOf(v.Peer); g != nil {
			l.noteDial(&out, g, v.Dialstatus)
		}
	case *v5.ChannelEnteredBridge:
		l.inBridge(v.Bridge, v.Channel, true)
		l.tellBridged(&out)
	case *v5.ChannelLeftBridge:
		l.inBridge(v.Bridge, v.Channel, false)
	case *v5.ChannelHangupRequest:
		l.hangsUp(&out, v)
	case *v5.ChannelDestroyed:
		l.channelIsGone(&out, v.Channel, v.Cause)
	case *v5.StasisEnd:
		l.channelIsGone(&out, v.Channel, 0)
	}
	return out
}

func (l *Line) isCaller(ch v5.ChannelData) bool { return ari.ChannelID(ch.ID) == l.caller }

func (l *Line) legOf(ch v5.ChannelData) *leg {
	for _, g := range l.legs {
		if g.id == ari.ChannelID(ch.ID) {
			return g
		}
	}
	return nil
}

func (l *Line) pressed(out *Out, v *v5.ChannelDtmfReceived) {
	switch {
	case len(v.Digit) != 1:
	case l.isCaller(v.Channel):
		out.tell(engine.Key{Key: v.Digit[0]})
	default:
		l.keyPressed(out, l.legOf(v.Channel), v.Digit[0])
	}
}

func (l *Line) played(out *Out, p ari.PlaybackID) {
	if l.playing != 0 && p == l.playback(l.playing) {
		n := l.playing
		l.playing = 0
		out.tell(engine.Played{N: n})
	}
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

// haveBridge makes the bridge while the phone rings. Not before: the phone would
// ring later, for Asterisk would be making a bridge meanwhile.
func (l *Line) haveBridge(out *Out, g *leg) {
	if !l.bridgeAsked && !l.callerGone && !g.dropping.Load() {
		l.bridgeAsked = true
		out.send(l.makeBridge())
	}
}

// noteDial keeps how the dialling ended, where Asterisk says it; the leg's end
// reports it.
func (l *Line) noteDial(out *Out, g *leg, status string) {
	switch status {
	case "RINGING":
		l.legIsRinging(out, g)
	case "BUSY":
		g.result = contact.Busy
	case "NOANSWER":
		g.result = contact.NoAnswer
	case "CONGESTION", "CHANUNAVAIL":
		g.result = contact.Unreachable
	}
}

func (l *Line) inBridge(b v5.BridgeData, ch v5.ChannelData, in bool) {
	switch g := l.legOf(ch); {
	case ari.BridgeID(b.ID) != l.bridge:
	case l.isCaller(ch):
		l.bridged = in
	case g != nil:
		g.bridged = in
	}
}

func (l *Line) tellBridged(out *Out) {
	for _, g := range l.sortedLegs() {
		if l.bridged && g.bridged && !g.joined && !g.dropping.Load() {
			g.joined = true
			out.tell(engine.Bridged{Offer: g.offer})
		}
	}
}

// hangsUp is the first sign of an end. For a leg it is the only one that tells
// why in time: in Asterisk 22.10.1 ChannelDestroyed comes after StasisEnd. The
// cause of a request by ARI, or by the dial's own time-out, is none of Q.850.
func (l *Line) hangsUp(out *Out, v *v5.ChannelHangupRequest) {
	if l.isCaller(v.Channel) {
		l.callerIsGone(out, v.Cause)
	} else if g := l.legOf(v.Channel); g != nil && !v.Soft {
		g.cause = v.Cause
	}
}

func (l *Line) channelIsGone(out *Out, ch v5.ChannelData, cause int) {
	if l.isCaller(ch) {
		l.callerIsGone(out, cause)
	} else if g := l.legOf(ch); g != nil {
		l.legIsGone(out, g, cause)
	}
}

func (l *Line) callerIsGone(out *Out, cause int) {
	if l.callerGone {
		return
	}
	l.callerGone = true
	out.tell(engine.CallerLeft{Cause: cause})
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
	if cause != 0 {
		g.cause = cause
	}
	if result, known := resultOf[g.cause]; known && !g.up && !g.dropping.Load() {
		g.result = result
	}
	g.dropping.Store(true) // what waits in its lane is not sent any more
	out.tell(engine.AgentLeft{Offer: g.offer, Result: g.result, Cause: g.cause})
}

// String names the line in logs.
func (l *Line) String() string { return fmt.Sprintf("line %s", l.contact) }
