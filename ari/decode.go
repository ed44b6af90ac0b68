package ari

import (
	"errors"
	"fmt"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/go-json-experiment/json"
)

// decoded is what a frame held.
type decoded struct {
	typ   string
	at    time.Time
	value any
	about subjects
}

var (
	errUnknownType = errors.New("unknown event type")
	errIgnoredType = errors.New("event type of no use here")
)

// decode turns a frame into the struct of its type, in one JSON pass.
// The decoded type must agree with the one that chose the struct, which a
// frame with two "type" members could otherwise forge.
func decode(frame []byte) (decoded, error) {
	name, ok := scanType(frame)
	if !ok {
		return decoded{}, errors.New(`no event: want an object with a string member "type"`)
	}
	decodeKind, known := kinds[string(name)] // the conversion in the index does not allocate
	if !known {
		if ignored[string(name)] {
			return decoded{typ: string(name)}, errIgnoredType
		}
		return decoded{typ: string(name)}, errUnknownType
	}
	d, err := decodeKind(frame)
	if err != nil {
		return decoded{typ: string(name)}, fmt.Errorf("decode %s: %w", name, err)
	}
	if d.typ != string(name) {
		return decoded{typ: string(name)}, fmt.Errorf("decode %s: a second type member says %.40q", name, d.typ)
	}
	return d, nil
}

// ignored are events of Asterisk 22 that ari/v5 v5.3.1 lacks and nobody here
// needs. They are counted apart from unknown ones, which deserve a look.
var ignored = map[string]bool{
	"ApplicationRegistered":   true,
	"ApplicationUnregistered": true,
	"CallBroadcast":           true,
	"CallClaimed":             true,
	"ChannelToneDetected":     true,
	"RESTResponse":            true,
}

// kinds holds one line per event type, by its name on the wire: the struct, its
// time, and the ids it is about, the chief one first.
var kinds = map[string]func([]byte) (decoded, error){
	"ApplicationMoveFailed": kind(func(e *v5.ApplicationMoveFailed) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ApplicationReplaced":   kind(func(e *v5.ApplicationReplaced) (v5.DateTime, subjects) { return e.Timestamp, subjects{} }),
	"BridgeAttendedTransfer": kind(func(e *v5.BridgeAttendedTransfer) (v5.DateTime, subjects) {
		return e.Timestamp, channels(e.TransfererFirstLeg, e.TransfererSecondLeg, e.Transferee, e.TransferTarget,
			e.ReplaceChannel).in(e.TransfererFirstLegBridge, e.TransfererSecondLegBridge)
	}),
	"BridgeBlindTransfer": kind(func(e *v5.BridgeBlindTransfer) (v5.DateTime, subjects) {
		return e.Timestamp, channels(e.Channel, e.Transferee, e.ReplaceChannel).in(e.Bridge)
	}),
	"BridgeCreated":   kind(func(e *v5.BridgeCreated) (v5.DateTime, subjects) { return e.Timestamp, channels().in(e.Bridge) }),
	"BridgeDestroyed": kind(func(e *v5.BridgeDestroyed) (v5.DateTime, subjects) { return e.Timestamp, channels().in(e.Bridge) }),
	"BridgeMerged": kind(func(e *v5.BridgeMerged) (v5.DateTime, subjects) {
		return e.Timestamp, channels().in(e.Bridge, e.BridgeFrom)
	}),
	"BridgeVideoSourceChanged": kind(func(e *v5.BridgeVideoSourceChanged) (v5.DateTime, subjects) {
		return e.Timestamp, channels().in(e.Bridge)
	}),
	"ChannelCallerId":      kind(func(e *v5.ChannelCallerID) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelConnectedLine": kind(func(e *v5.ChannelConnectedLine) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelCreated":       kind(func(e *v5.ChannelCreated) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelDestroyed":     kind(func(e *v5.ChannelDestroyed) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelDialplan":      kind(func(e *v5.ChannelDialplan) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelDtmfReceived":  kind(func(e *v5.ChannelDtmfReceived) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelEnteredBridge": kind(func(e *v5.ChannelEnteredBridge) (v5.DateTime, subjects) {
		return e.Timestamp, channels(e.Channel).in(e.Bridge)
	}),
	"ChannelHangupRequest": kind(func(e *v5.ChannelHangupRequest) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelHold":          kind(func(e *v5.ChannelHold) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelLeftBridge": kind(func(e *v5.ChannelLeftBridge) (v5.DateTime, subjects) {
		return e.Timestamp, channels(e.Channel).in(e.Bridge)
	}),
	"ChannelStateChange":     kind(func(e *v5.ChannelStateChange) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelTalkingFinished": kind(func(e *v5.ChannelTalkingFinished) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelTalkingStarted":  kind(func(e *v5.ChannelTalkingStarted) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelTransfer": kind(func(e *ChannelTransfer) (v5.DateTime, subjects) {
		return e.Timestamp, channels(e.ReferredBy.SourceChannel)
	}),
	"ChannelUnhold": kind(func(e *v5.ChannelUnhold) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ChannelUserevent": kind(func(e *v5.ChannelUserevent) (v5.DateTime, subjects) {
		return e.Timestamp, channels(e.Channel).in(e.Bridge)
	}),
	"ChannelVarset":       kind(func(e *v5.ChannelVarset) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"ContactStatusChange": kind(func(e *v5.ContactStatusChange) (v5.DateTime, subjects) { return e.Timestamp, subjects{} }),
	"DeviceStateChanged":  kind(func(e *v5.DeviceStateChanged) (v5.DateTime, subjects) { return e.Timestamp, subjects{} }),
	"Dial":                kind(func(e *v5.Dial) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Peer, e.Caller, e.Forwarded) }),
	"EndpointStateChange": kind(func(e *v5.EndpointStateChange) (v5.DateTime, subjects) { return e.Timestamp, subjects{} }),
	"MissingParams":       kind(func(e *v5.MissingParams) (v5.DateTime, subjects) { return e.Timestamp, subjects{} }),
	"PeerStatusChange":    kind(func(e *v5.PeerStatusChange) (v5.DateTime, subjects) { return e.Timestamp, subjects{} }),
	"PlaybackContinuing":  kind(func(e *v5.PlaybackContinuing) (v5.DateTime, subjects) { return e.Timestamp, playback(e.Playback) }),
	"PlaybackFinished":    kind(func(e *v5.PlaybackFinished) (v5.DateTime, subjects) { return e.Timestamp, playback(e.Playback) }),
	"PlaybackStarted":     kind(func(e *v5.PlaybackStarted) (v5.DateTime, subjects) { return e.Timestamp, playback(e.Playback) }),
	"RecordingFailed":     kind(func(e *v5.RecordingFailed) (v5.DateTime, subjects) { return e.Timestamp, target(e.Recording.TargetURI) }),
	"RecordingFinished": kind(func(e *v5.RecordingFinished) (v5.DateTime, subjects) {
		return e.Timestamp, target(e.Recording.TargetURI)
	}),
	"RecordingStarted": kind(func(e *v5.RecordingStarted) (v5.DateTime, subjects) {
		return e.Timestamp, target(e.Recording.TargetURI)
	}),
	"StasisEnd": kind(func(e *v5.StasisEnd) (v5.DateTime, subjects) { return e.Timestamp, channels(e.Channel) }),
	"StasisStart": kind(func(e *v5.StasisStart) (v5.DateTime, subjects) {
		return e.Timestamp, channels(e.Channel, e.ReplaceChannel)
	}),
	"TextMessageReceived": kind(func(e *v5.TextMessageReceived) (v5.DateTime, subjects) { return e.Timestamp, subjects{} }),
}

// eventOf is a pointer to an event struct of ari/v5, or of this package.
type eventOf[T any] interface {
	*T
	GetType() string
}

// kind returns the decoder of frames that hold a T.
func kind[T any, P eventOf[T]](read func(P) (v5.DateTime, subjects)) func([]byte) (decoded, error) {
	return func(frame []byte) (decoded, error) {
		e := P(new(T))
		if err := json.Unmarshal(frame, e, asV5); err != nil {
			return decoded{}, err
		}
		at, about := read(e)
		return decoded{typ: e.GetType(), at: time.Time(at), value: e, about: about}, nil
	}
}

func playback(p v5.PlaybackData) subjects {
	s := target(p.TargetURI)
	s.playback = PlaybackID(p.ID)
	return s
}

// target reads the channel or bridge out of a URI such as channel:1700000000.1.
func target(uri string) subjects {
	var s subjects
	if id, ok := strings.CutPrefix(uri, "channel:"); ok {
		s.channels[0] = ChannelID(id)
	} else if id, ok := strings.CutPrefix(uri, "bridge:"); ok {
		s.bridges[0] = BridgeID(id)
	}
	return s
}
