package model

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
)

// asterisk is one node as the controllers see it: channels, bridges, one
// application whose newest registration hears the events.
type asterisk struct {
	w        *World
	name     contact.Node
	channels map[ari.ChannelID]*channel
	bridges  map[ari.BridgeID]*bridge
	files    map[ari.RecordingName]*recording
	app      *socket
	down     bool
	off      bool // the machine, too: nobody refuses
	diedAt   int64
	boots    int
	paths    map[string]*path
}

// path is the network between one controller and the node.
type path struct {
	half   bool // nothing passes, and nobody is told
	deaf   bool // events do not pass
	mute   bool // requests do not pass
	losing int  // percent of answers lost
	held   []func()
}

// mended lets pass what TCP sends again.
func (p *path) mended() {
	held := p.held
	p.held = nil
	for _, send := range held {
		send()
	}
}

// channel is a caller's or a leg's.
type channel struct {
	a        *asterisk
	id       ari.ChannelID
	caller   *caller // whose channel it is, called back or not; nil for a leg of an agent
	agent    *agent  // whose phone it is; nil for a caller's
	state    string
	stasis   bool
	args     []string
	born     int64
	bridge   *bridge
	playing  ari.PlaybackID
	dialled  bool
	rings    bool
	gone     bool
	recorded *recording
	slow     time.Duration // what requests about it take more, at most
}

type bridge struct {
	id      ari.BridgeID
	members []*channel
}

func newAsterisk(w *World, name contact.Node) *asterisk {
	a := &asterisk{w: w, name: name, paths: map[string]*path{}, files: map[ari.RecordingName]*recording{}}
	a.empty()
	return a
}

func (a *asterisk) empty() {
	a.channels, a.bridges = map[ari.ChannelID]*channel{}, map[ari.BridgeID]*bridge{}
}

func (a *asterisk) channelIDs() []ari.ChannelID { return slices.Sorted(maps.Keys(a.channels)) }

// die ends every channel without a word, and refuses connections until it is back.
func (a *asterisk) die() {
	a.w.trace(string(a.name), "dies with %d channels", len(a.channels))
	a.down, a.diedAt = true, a.w.now
	a.boots++
	for _, id := range a.channelIDs() {
		ch := a.channels[id]
		ch.gone = true
		ch.letGo()
		if ch.caller != nil && !ch.isLeg() {
			ch.caller.cutOff()
		}
		if r := ch.recorded; r != nil {
			delete(a.files, r.name)
		}
	}
	a.empty()
	if a.app != nil {
		a.app.closed(a)
	}
}

// app events

// emit sends an event to whoever is registered.
func (a *asterisk) emit(v any) {
	if a.app != nil {
		a.app.send(a, v)
	}
}

// data is a channel as an event shows it.
func (ch *channel) data() v5.ChannelData {
	return v5.ChannelData{ID: string(ch.id), State: ch.state}
}

func (b *bridge) data() v5.BridgeData {
	d := v5.BridgeData{ID: string(b.id)}
	for _, m := range b.members {
		d.ChannelIDs = append(d.ChannelIDs, string(m.id))
	}
	return d
}

// snapshot is the listing of channels and bridges.
func (a *asterisk) snapshot() voice.Snapshot {
	s := voice.Snapshot{Channels: map[ari.ChannelID]ari.Channel{}, Bridges: map[ari.BridgeID]v5.BridgeData{}}
	for id, ch := range a.channels {
		listed := ari.Channel{ID: id, State: ch.state, Created: v5.DateTime(time.UnixMicro(ch.born))}
		if ch.stasis {
			listed.Dialplan = ari.Dialplan{App: "Stasis", AppData: "guichet," + strings.Join(ch.args, ",")}
		}
		s.Channels[id] = listed
	}
	for id, b := range a.bridges {
		s.Bridges[id] = b.data()
	}
	return s
}

// enter is the start of Stasis on a channel.
func (ch *channel) enter(args ...string) {
	ch.stasis, ch.args = true, args
	ch.a.emit(&v5.StasisStart{Args: args, Channel: ch.data()})
}

func (ch *channel) setState(state string) {
	if ch.gone || ch.state == state {
		return
	}
	ch.state = state
	ch.a.emit(&v5.ChannelStateChange{Channel: ch.data()})
}

// hangUp ends a channel, in the order of Asterisk 22.10.1.
func (ch *channel) hangUp(cause int, soft bool) {
	if ch.gone {
		return
	}
	ch.gone = true
	ch.a.w.trace(string(ch.id), "ends, cause %d, by ARI or a time-out: %t", cause, soft)
	ch.a.emit(&v5.ChannelHangupRequest{Cause: cause, Soft: soft, Channel: ch.data()})
	ch.leaveBridge()
	if ch.stasis {
		ch.a.emit(&v5.StasisEnd{Channel: ch.data()})
	}
	if r := ch.recorded; r != nil {
		r.end()
	}
	if ch.isLeg() {
		ch.a.emit(&v5.ChannelDestroyed{Cause: cause, Channel: ch.data()})
	}
	delete(ch.a.channels, ch.id)
	ch.letGo()
}

// isLeg: a controller made it.
func (ch *channel) isLeg() bool { return voice.IsLeg(ch.id) }

// letGo frees the phone.
func (ch *channel) letGo() {
	if ch.agent != nil {
		delete(ch.agent.legs, ch)
	}
}

func (ch *channel) leaveBridge() {
	b := ch.bridge
	if b == nil {
		return
	}
	ch.bridge = nil
	b.members = slices.DeleteFunc(b.members, func(m *channel) bool { return m == ch })
	ch.a.emit(&v5.ChannelLeftBridge{Bridge: b.data(), Channel: ch.data()})
}

func (ch *channel) enterBridge(b *bridge) {
	if ch.bridge == b {
		return
	}
	ch.leaveBridge()
	ch.bridge = b
	b.members = append(b.members, ch)
	ch.a.emit(&v5.ChannelEnteredBridge{Bridge: b.data(), Channel: ch.data()})
	ch.a.w.met(b)
}

// requests

var (
	errNoChannel   = &ari.Error{Status: 404, Message: "Channel not found"}
	errNoBridge    = &ari.Error{Status: 404, Message: "Bridge not found"}
	errNoMember    = &ari.Error{Status: 400, Message: "Channel not found"}
	errNotDown     = &ari.Error{Status: 409, Message: "Channel is not in the 'Down' state"}
	errSameID      = &ari.Error{Status: 409, Message: "Channel with given unique ID already exists"}
	errOutside     = &ari.Error{Status: 409, Message: "Channel not in Stasis application"}
	errNotUp       = &ari.Error{Status: 412, Message: "Channel in invalid state"}
	errNoPhone     = &ari.Error{Status: 500, Message: "Allocation failed"}
	errRefused     = &ari.Error{Err: errors.New("connection refused")}
	errNoPlayback  = &ari.Error{Status: 404, Message: "Playback not found"}
	errLost        = fmt.Errorf("answer lost: %w", ari.ErrAmbiguous)
	restPatience   = 2 * time.Second
	errNotInStasis = &ari.Error{Status: 422, Message: "Channel not in Stasis application"}
)

// rest is one request: on its way, executed, answered; each may fail. It returns
// the function that gives it up: what is on its way is executed all the same.
func (a *asterisk) rest(p *process, about *channel, do func() error, done func(error)) (abort func()) {
	return a.request(p, about, true, do, done)
}

// request is rest; one that needs a connection of its own never lands late.
func (a *asterisk) request(p *process, about *channel, kept bool, do func() error, done func(error)) (abort func()) {
	over := false
	finish := func(err error) {
		if !over {
			over = true
			done(err)
		}
	}
	net := a.paths[p.name]
	switch {
	case a.off:
		p.after(restPatience, func() { finish(errLost) })
		return func() { finish(errLost) }
	case a.down:
		p.after(time.Millisecond, func() { finish(errRefused) })
		return func() { finish(errRefused) }
	case net.half || net.mute:
		p.after(restPatience, func() { finish(errLost) })
		if boots := a.boots; kept && a.w.chance(30) { // nobody waits for it any more, and it is done all the same
			net.held = append(net.held, func() {
				if a.boots == boots {
					_ = do()
				}
			})
		}
		return func() { finish(errLost) }
	}
	p.after(restPatience, func() { finish(errLost) })
	there, back := a.w.between(300*time.Microsecond, 3*time.Millisecond), a.w.between(300*time.Microsecond, 3*time.Millisecond)
	if about != nil && about.slow > 0 {
		if a.w.chance(50) {
			there += a.w.between(0, about.slow)
		} else {
			back += a.w.between(0, about.slow)
		}
	}
	boots := a.boots
	a.w.nature(there, func() {
		if a.boots != boots {
			p.after(0, func() { finish(errLost) })
			return
		}
		err := do()
		if a.w.chance(net.losing) || net.half || net.mute {
			return
		}
		a.w.nature(back, func() { p.after(0, func() { finish(err) }) })
	})
	return func() { finish(errLost) }
}

// inStasis finds a channel that takes commands.
func (a *asterisk) inStasis(id ari.ChannelID) (*channel, error) {
	ch := a.channels[id]
	switch {
	case ch == nil:
		return nil, errNoChannel
	case !ch.stasis:
		return nil, errOutside
	}
	return ch, nil
}

// ready finds a channel that takes what needs a line that is up.
func (a *asterisk) ready(id ari.ChannelID) (*channel, error) {
	ch, err := a.inStasis(id)
	if err == nil && ch.isLeg() && ch.state != "Up" {
		return nil, errNotUp
	}
	return ch, err
}

func (a *asterisk) create(leg ari.CreateChannel) error {
	who, person := a.w.agentAt(leg.Endpoint), a.w.personAt(leg.Endpoint)
	switch {
	case a.channels[leg.ID] != nil:
		return errSameID
	case person == nil && (who == nil || who.unreachable):
		return errNoPhone
	}
	ch := &channel{a: a, id: leg.ID, agent: who, caller: person, state: "Down", born: a.w.now}
	if a.w.chance(a.w.profile.SlowLegs) {
		ch.slow = 6 * time.Second
	}
	a.channels[ch.id] = ch
	a.w.trace(string(ch.id), "created at %s", leg.Endpoint)
	if a.app == nil {
		ch.hangUp(16, false) // Stasis fails, and with it the leg
		return nil
	}
	ch.enter(strings.Split(leg.AppArgs, ",")...)
	return nil
}

// dial answers before it acts. A second one before the phone rings kills the leg.
func (a *asterisk) dial(id ari.ChannelID, timeout time.Duration) error {
	ch, err := a.inStasis(id)
	switch {
	case err != nil:
		return err
	case ch.state != "Down":
		return errNotDown
	case ch.dialled:
		ch.hangUp(16, true)
		return nil
	}
	ch.dialled = true
	a.w.nature(a.w.between(5*time.Millisecond, 150*time.Millisecond), func() { ch.ring() })
	a.w.nature(timeout, func() {
		if ch.state != "Up" {
			ch.hangUp(32, true)
		}
	})
	return nil
}

func (a *asterisk) hangUp(id ari.ChannelID) error {
	ch := a.channels[id]
	if ch == nil {
		return errNoChannel
	}
	if ch.caller != nil && !ch.isLeg() {
		a.w.released(ch.caller)
	}
	ch.hangUp(32, true)
	return nil
}

func (a *asterisk) play(id ari.ChannelID, p ari.PlaybackID) error {
	ch, err := a.ready(id)
	if err != nil {
		return err
	}
	ch.playing = p
	a.w.nature(a.w.between(300*time.Millisecond, 3*time.Second), func() { ch.played(p) })
	return nil
}

func (ch *channel) played(p ari.PlaybackID) {
	if !ch.gone && ch.playing == p {
		ch.playing = ""
		ch.a.emit(&v5.PlaybackFinished{Playback: v5.PlaybackData{ID: string(p), TargetURI: "channel:" + string(ch.id)}})
	}
}

func (a *asterisk) stopPlayback(p ari.PlaybackID) error {
	for _, id := range a.channelIDs() {
		if ch := a.channels[id]; ch.playing == p {
			ch.played(p)
			return nil
		}
	}
	return errNoPlayback
}

// channelBorn is when a channel came, or the other time if it is gone.
func (a *asterisk) channelBorn(id ari.ChannelID, otherwise int64) int64 {
	if ch := a.channels[id]; ch != nil {
		return ch.born
	}
	return otherwise
}
