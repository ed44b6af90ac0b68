package voice

import (
	"context"
	"errors"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/fact"
)

// Lane orders requests: one lane's are sent one after the other, so that at
// most one command is in flight per leg.
type Lane string

const (
	callerLane Lane = "caller"
	// stopLane is for the end of a prompt that plays: what is to be heard next need not
	// wait for it, since Asterisk plays one after the other whichever it learns first.
	stopLane Lane = "stop"
)

// Op says what a request does, in a closed set fit for a metric.
type Op string

// The operations, with what makes a repetition safe (docs/decisions/0003).
const (
	OpAnswer     Op = "answer"
	OpPlay       Op = "play"
	OpStopPlay   Op = "stop_play"
	OpStartMusic Op = "start_music"
	OpStopMusic  Op = "stop_music"
	OpCreate     Op = "create"
	OpDial       Op = "dial"
	OpHangUpLeg  Op = "hang_up_leg"
	OpRelease    Op = "release"
	OpMakeBridge Op = "make_bridge"
	OpJoin       Op = "join"
	OpPutIn      Op = "put_in"
	OpTakeOut    Op = "take_out"
	OpTellPhone  Op = "tell_phone"
	OpRingEar    Op = "ring_ear"
	OpAnswerEar  Op = "answer_ear"
	OpPutEarIn   Op = "put_ear_in"
	OpEndEar     Op = "end_ear"
	OpAskKey     Op = "ask_key"
	OpStopAsking Op = "stop_asking"

	OpWhisper     Op = "whisper"
	OpStopWhisper Op = "stop_whisper"

	OpStartRinging Op = "start_ringing"
	OpStopRinging  Op = "stop_ringing"

	OpSnoop      Op = "snoop"
	OpEnterSnoop Op = "enter_snoop"
	OpEndSnoop   Op = "end_snoop"
	OpMakeOwn    Op = "make_own_bridge"
	OpEnterOwn   Op = "enter_own_bridge"
	OpDestroyOwn Op = "destroy_own_bridge"
)

// Asterisk carries requests out: an *ari.Client, or a model of one.
type Asterisk interface {
	Answer(context.Context, ari.ChannelID) error
	Play(ctx context.Context, on ari.ChannelID, id ari.PlaybackID, media []string, language string) error
	StopPlayback(context.Context, ari.PlaybackID) error
	StartMusic(ctx context.Context, on ari.ChannelID, class string) error
	StopMusic(context.Context, ari.ChannelID) error
	StartRinging(context.Context, ari.ChannelID) error
	StopRinging(context.Context, ari.ChannelID) error
	Create(context.Context, ari.CreateChannel) error
	Dial(ctx context.Context, leg, caller ari.ChannelID, timeout time.Duration) error
	Hangup(ctx context.Context, id ari.ChannelID, reason string) error
	TransferProgress(context.Context, ari.ChannelID, ari.TransferState) error
	Snoop(ctx context.Context, on ari.ChannelID, s ari.Snoop) error
	CreateBridge(ctx context.Context, id ari.BridgeID, kind, name string) error
	DestroyBridge(context.Context, ari.BridgeID) error
	AddToBridge(ctx context.Context, id ari.BridgeID, members ...ari.ChannelID) error
	RemoveFromBridge(ctx context.Context, id ari.BridgeID, members ...ari.ChannelID) error
	Record(context.Context, ari.ChannelID, ari.RecordChannel) error
	LiveRecording(context.Context, ari.RecordingName) (v5.LiveRecordingData, error)
	RecordingFile(context.Context, ari.RecordingName) ([]byte, error)
	PlayOnBridge(ctx context.Context, on ari.BridgeID, id ari.PlaybackID, media []string, language string) error
	RecordBridge(ctx context.Context, on ari.BridgeID, name ari.RecordingName, longest time.Duration) error
	PauseRecording(ctx context.Context, name ari.RecordingName, paused bool) error
	StopRecording(context.Context, ari.RecordingName) error
	DeleteRecording(context.Context, ari.RecordingName) error
}

// Request is one ARI request. Send is given a context with the deadline.
type Request struct {
	Lane  Lane
	Op    Op
	Offer fact.OfferID // for requests about an agent's leg
	N     int          // for requests about a prompt or a recording
	// After delays a repetition; Attempt counts from 0.
	After   time.Duration
	Attempt int
	// caller is the caller's channel when it was asked for: one that is called back has
	// another later.
	caller ari.ChannelID
	Send   func(context.Context, Asterisk) error
	// found is what a look at a recording found, once it was sent.
	found *found
	// snoop is the one that it is about; tape likewise.
	snoop *snoop
	tape  fact.RecordingID
	// ear is the call of the agent's own that it is about.
	ear ari.ChannelID
}

func (l *Line) request(lane Lane, op Op, send func(context.Context, Asterisk) error) Request {
	return Request{Lane: lane, Op: op, Send: send, caller: l.caller}
}

func (l *Line) answer() Request {
	caller := l.caller
	return l.request(callerLane, OpAnswer, func(ctx context.Context, c Asterisk) error {
		return c.Answer(ctx, caller)
	})
}

func (l *Line) playback(n int) ari.PlaybackID {
	return ari.PlaybackID(string(l.contact) + "-" + l.salt + "-" + itoa(n))
}

func (l *Line) playRequest(n int, media []string) Request {
	id, caller := l.playback(n), l.caller
	r := l.request(callerLane, OpPlay, func(ctx context.Context, c Asterisk) error {
		return c.Play(ctx, caller, id, media, "")
	})
	r.N = n
	return r
}

// stopPlay goes beside what follows if Asterisk has the prompt. If it may not have it
// yet, it goes behind it: a stop that came first would stop nothing.
func (l *Line) stopPlay(n int) Request {
	id, lane := l.playback(n), callerLane
	if l.taken >= n {
		lane = stopLane
	}
	r := l.request(lane, OpStopPlay, func(ctx context.Context, c Asterisk) error {
		return c.StopPlayback(ctx, id)
	})
	r.N = n
	return r
}

func (l *Line) startMusic(class string) Request {
	caller := l.caller
	return l.request(callerLane, OpStartMusic, func(ctx context.Context, c Asterisk) error {
		return c.StartMusic(ctx, caller, class)
	})
}

func (l *Line) stopMusic() Request {
	caller := l.caller
	return l.request(callerLane, OpStopMusic, func(ctx context.Context, c Asterisk) error {
		return c.StopMusic(ctx, caller)
	})
}

// reasons are ARI's words for the Q.850 causes a menu may end with.
var reasons = map[int]string{17: "busy", 34: "congestion", 1: "unallocated", 21: "rejected"}

func (l *Line) release(cause int) Request {
	caller := l.caller
	return l.request(callerLane, OpRelease, func(ctx context.Context, c Asterisk) error {
		return c.Hangup(ctx, caller, reasons[cause])
	})
}

// makeBridge is in the caller's lane, before the join that needs it. Two who are alone in a
// bridge are joined natively (22.10.1): what one keys goes to the other's phone, and nobody
// is told. Where agents key codes, their sound has to pass through Asterisk.
func (l *Line) makeBridge() Request {
	kind := "mixing"
	if l.keyed {
		kind += ",dtmf_events"
	}
	return l.request(callerLane, OpMakeBridge, func(ctx context.Context, c Asterisk) error {
		return c.CreateBridge(ctx, l.bridge, kind, string(l.contact))
	})
}

func (l *Line) create(g *leg) Request {
	leg := ari.CreateChannel{
		ID: g.id, Endpoint: g.to.endpoint, AppArgs: "leg," + string(l.contact),
		Originator: l.caller, Variables: g.to.variables,
	}
	if g.to.confirms {
		leg.AppArgs += "," + owesKey
	}
	return l.aboutLeg(g, OpCreate, g.unlessDropped(func(ctx context.Context, c Asterisk) error {
		return c.Create(ctx, leg)
	}))
}

func (l *Line) dial(g *leg) Request {
	return l.aboutLeg(g, OpDial, g.unlessDropped(func(ctx context.Context, c Asterisk) error {
		return c.Dial(ctx, g.id, "", g.to.timeout)
	}))
}

// errUnwanted is the result of a request that was not sent because its leg had
// been given up meanwhile.
var errUnwanted = errors.New("the leg was given up")

// unlessDropped looks, when the turn of a request in its lane has come, whether
// the leg's hang-up was decided since: then nothing late may ring or be bridged.
func (g *leg) unlessDropped(send func(context.Context, Asterisk) error) func(context.Context, Asterisk) error {
	return func(ctx context.Context, c Asterisk) error {
		if g.dropping.Load() {
			return errUnwanted
		}
		return send(ctx, c)
	}
}

func (l *Line) hangUpLeg(g *leg) Request {
	reason := ""
	if !g.up && !g.to.outside {
		// The CANCEL then says so, and the phone shows no missed call.
		reason = "answered_elsewhere"
	}
	return l.aboutLeg(g, OpHangUpLeg, func(ctx context.Context, c Asterisk) error {
		return c.Hangup(ctx, g.id, reason)
	})
}

func (l *Line) addToBridge(g *leg) Request {
	caller := l.caller
	r := l.request(callerLane, OpJoin, g.unlessDropped(func(ctx context.Context, c Asterisk) error {
		return c.AddToBridge(ctx, l.bridge, caller, g.id)
	}))
	r.Offer = g.offer
	return r
}

func (l *Line) aboutLeg(g *leg, op Op, send func(context.Context, Asterisk) error) Request {
	r := l.request(Lane(g.id), op, send)
	r.Offer = g.offer
	return r
}
