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

	// up: Asterisk has listed the caller's channel as answered. To answer it again would wait
	// for the end of what is played to it (22.10.1), and all that follows with it.
	up         bool
	callerGone bool
	keys       ari.Keys // the caller's
	playing    int      // number of the prompt whose end is awaited
	taken      int      // of the latest that Asterisk has taken
	music      bool
	bridge     ari.BridgeID
	// bridgeAsked: there is a bridge, or it is being made.
	keyed       bool // see Call
	bridgeAsked bool
	bridgeMade  bool
	bridged     bool // the caller is in the bridge
	recording   recording
	tape        tape
	legs        map[fact.OfferID]*leg
	// wanted is who was asked last to hear whom.
	wanted      engine.Arrange
	supervision supervision
	ear         ear
}

// Media answers with what Asterisk should play for a prompt.
type Media func(prompt, language string) []string

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
	// Keyed: who has the call keys codes during it, which Asterisk has to tell.
	Keyed bool
	// Met: the call is taken up, and its live leg was answered already, with the key if
	// it owed one: it was bridged, or the person is called back for it.
	Met bool
	// Calling is the live call back to the person, of a call that is taken up. Then
	// nobody is on the line, but who answers it.
	Calling      fact.OfferID
	Confirmation func() []string
	// Parties are the further legs of a conversation that is taken up, and whether each
	// has answered.
	Parties map[fact.OfferID]bool
}

// New returns the line of a call that has just entered, or, when live is not
// empty, of one that is taken up again with a live offer.
func New(c Call, media Media, live fact.OfferID) *Line {
	l := &Line{
		contact: c.Contact, caller: c.Channel, born: c.Born, number: c.Number, withheld: c.Withheld, salt: c.Salt, media: media, keyed: c.Keyed,
		trunk: c.Trunk, confirmation: c.Confirmation, bridge: BridgeID(c.Contact),
		legs: map[fact.OfferID]*leg{},
	}
	l.supervision.begin()
	if live != "" {
		g := &leg{id: LegID(live), offer: live, result: contact.Lost}
		g.key.given.Store(c.Met)
		l.legs[live] = g
	}
	for o, answered := range c.Parties {
		g := &leg{id: LegID(o), offer: o, result: contact.Lost}
		g.key.given.Store(answered)
		l.legs[o] = g
	}
	if c.Calling != "" {
		l.legs[c.Calling] = &leg{id: LegID(c.Calling), offer: c.Calling, person: true, to: callee{outside: true}, result: contact.Lost}
	}
	return l
}

const bridgePrefix = "guichet-bridge-"

// BridgeID names the bridge of a contact.
func BridgeID(id contact.ID) ari.BridgeID { return ari.BridgeID(bridgePrefix + string(id)) }

// IsBridge reports whether a bridge was made by a controller of ours.
func IsBridge(id ari.BridgeID) bool {
	return strings.HasPrefix(string(id), bridgePrefix) || strings.HasPrefix(string(id), ownPrefix)
}

// IDs are the channels and the bridge whose events belong to this line.
func (l *Line) IDs() []string {
	ids := []string{string(l.caller), string(l.bridge)}
	if l.caller == "" {
		ids = ids[1:]
	}
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
		if !l.up {
			out.send(l.answer())
		}
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
	case engine.CallBack:
		l.callBack(&out, c)
	case engine.CallParty:
		l.callParty(&out, c)
	case engine.Arrange:
		l.arrange(&out, c)
	case engine.FreeLine:
		l.free()
	case engine.DropLeg:
		l.drop(&out, c.Offer)
	case engine.TellPhone:
		l.tellPhone(&out, c)
	case engine.RingEar:
		l.ringEar(&out, ari.ChannelID(c.Call))
	case engine.EndEar:
		l.hangUpEar(&out, ari.ChannelID(c.Call))
	case engine.AskLeg:
		l.ask(&out, c.Offer)
	case engine.WhisperTo:
		l.whisper(&out, c)
	case engine.StopWhisper:
		l.stopWhisper(&out, c.Offer)
	case engine.Join:
		l.join(&out, c.Offer)
	case engine.RecordCaller:
		l.record(&out, c)
	case engine.FindRecording:
		l.findRecording(&out, c)
	case engine.Discard:
		l.discard(&out, c)
	case engine.TellBoth:
		l.tellBoth(&out, c)
	case engine.StartTape:
		l.startTape(&out, c)
	case engine.RunTape:
		l.runTape(&out, c)
	case engine.StopTape:
		l.stopTape(&out, c)
	case engine.Release:
		if l.caller == "" {
			l.callerIsGone(&out, c.Cause) // nobody is on the line
			break
		}
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

func (l *Line) join(out *Out, o fact.OfferID) {
	if g := l.legs[o]; g != nil && !g.dropping.Load() {
		if IsLeg(l.caller) { // one of ours: the person was called back
			g.ringsBack = false
			out.send(l.stopRinging(g))
		}
		l.wanted = engine.Arrange{Caller: true, Legs: []fact.OfferID{o}}
		out.send(l.addToBridge(g))
	}
}

// Observe translates one event of Asterisk about this line.
func (l *Line) Observe(e ari.Event) Out {
	var out Out
	switch v := e.Value.(type) {
	case *v5.ChannelDtmfReceived:
		l.pressed(&out, v, e.At)
	case *v5.PlaybackFinished:
		l.played(&out, ari.PlaybackID(v.Playback.ID))
		l.keyAsked(&out, ari.PlaybackID(v.Playback.ID))
		l.whispered(&out, ari.PlaybackID(v.Playback.ID))
		l.bothTold(&out, v.Playback)
	case *v5.RecordingStarted:
		l.recording.begun = l.recording.begun || ari.RecordingName(v.Recording.Name) == RecordingName(l.recording.name)
	case *v5.RecordingFinished:
		l.recordingEnded(&out, v.Recording.Name)
		l.tapeEnded(&out, v.Recording.Name, true)
	case *v5.RecordingFailed:
		l.recordingEnded(&out, v.Recording.Name)
		l.tapeEnded(&out, v.Recording.Name, false)
	case *v5.StasisStart:
		if id := ari.ChannelID(v.Channel.ID); IsSnoop(id) {
			l.snoopIsHere(&out, id)
		} else {
			l.legIsHere(&out, id)
		}
	case *v5.ChannelStateChange:
		l.legChanges(&out, v.Channel)
	case *v5.Dial:
		if g := l.legOf(v.Peer); g != nil {
			l.noteDial(&out, g, v.Dialstatus)
		}
	case *v5.ChannelEnteredBridge:
		l.inBridge(v.Bridge, v.Channel, true)
		l.inOwn(v.Bridge, v.Channel, true)
		l.tellBridged(&out)
	case *v5.ChannelLeftBridge:
		l.inBridge(v.Bridge, v.Channel, false)
		l.inOwn(v.Bridge, v.Channel, false)
	case *v5.ChannelHold:
		l.phoneHolds(&out, v.Channel, true)
	case *v5.ChannelUnhold:
		l.phoneHolds(&out, v.Channel, false)
	case *ari.ChannelTransfer:
		l.phoneTransfers(&out, v)
	case *v5.ChannelHangupRequest:
		l.hangsUp(&out, v)
	case *v5.ChannelDestroyed:
		l.channelIsGone(&out, v.Channel, v.Cause)
		l.earIsGone(&out, ari.ChannelID(v.Channel.ID))
	case *v5.StasisEnd:
		l.channelIsGone(&out, v.Channel, 0)
		l.earIsGone(&out, ari.ChannelID(v.Channel.ID))
		l.snoopIsGone(&out, ari.ChannelID(v.Channel.ID))
	}
	return out
}

func (l *Line) isCaller(ch v5.ChannelData) bool {
	return l.caller != "" && ari.ChannelID(ch.ID) == l.caller
}

func (l *Line) pressed(out *Out, v *v5.ChannelDtmfReceived, at time.Time) {
	if l.isCaller(v.Channel) {
		if key, pressed := l.keys.Pressed(v, at); pressed {
			out.tell(engine.Key{Key: key})
		}
		return
	}
	if g := l.legOf(v.Channel); g != nil {
		if key, pressed := g.keys.Pressed(v, at); pressed {
			l.legPresses(out, g, key)
		}
	}
}

func (l *Line) played(out *Out, p ari.PlaybackID) {
	if l.playing != 0 && p == l.playback(l.playing) {
		n := l.playing
		l.playing = 0
		out.tell(engine.Played{N: n})
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

// phoneHolds tells of the hold key of an agent's phone.
func (l *Line) phoneHolds(out *Out, ch v5.ChannelData, holds bool) {
	if g := l.legOf(ch); g != nil && !g.dropping.Load() {
		out.tell(engine.PhoneHolds{Offer: g.offer, Holds: holds})
	}
}

func (l *Line) callerIsGone(out *Out, cause int) {
	if l.callerGone {
		return
	}
	l.callerGone = true
	out.tell(engine.CallerLeft{Cause: cause})
}

// String names the line in logs.
func (l *Line) String() string { return fmt.Sprintf("line %s", l.contact) }
