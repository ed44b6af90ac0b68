package voice

import (
	"context"
	"errors"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
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

// makeBridge is in the caller's lane, before the join that needs it.
func (l *Line) makeBridge() Request {
	return l.request(callerLane, OpMakeBridge, func(ctx context.Context, c Asterisk) error {
		return c.CreateBridge(ctx, l.bridge, "mixing", string(l.contact))
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

// Done takes the result of a request. An unclear answer is never taken for a
// failure: what is safe to repeat is repeated until the channel is gone, and
// the rest shows in events.
func (l *Line) Done(r Request, err error) Out {
	var out Out
	switch {
	case r.Op == OpFindRecording && (err == nil || errors.Is(err, ari.ErrNotFound)):
		l.recordingFound(&out, r, err)
	case errors.Is(err, errUnwanted): // its hang-up is on the way
	case l.snoopDone(&out, r, err):
	case l.tapeDone(&out, r, err):
	case l.earDone(&out, r, err):
	case r.Op == OpDial && errors.Is(err, ari.ErrNotInApplication):
		l.again(&out, r) // its StasisStart is still on the way inside Asterisk
	case err == nil, errors.Is(err, ari.ErrConflict) && r.done():
		l.succeeded(&out, r)
	case errors.Is(err, ari.ErrNotFound):
		l.vanished(&out, r)
	case r.Op == OpDial && errors.Is(err, ari.ErrAmbiguous):
		// Never repeated: Asterisk 22.10.1 accepts a second dial before the 180
		// and kills the leg by it. A sign that it rings, or the ring timer, tells.
	case unclear(err):
		l.bridgeMade = l.bridgeMade || r.Op == OpMakeBridge // perhaps: it is to be destroyed
		l.again(&out, r)
	default:
		l.refused(&out, r, err)
	}
	return out
}

// done: a conflict says that the request, or an earlier unclear attempt of it,
// was executed. Not so the first attempt of a create, whose id is new: Asterisk
// 22.10.1 refuses an unreachable phone as a repeated id, if that is what it
// refused last on the same HTTP connection.
func (r Request) done() bool {
	return r.Op == OpDial || r.Op == OpMakeBridge || r.Op == OpCreate && r.Attempt > 0
}

// unclear: the request may have been executed, or Asterisk was not reached.
func unclear(err error) bool {
	var e *ari.Error
	return errors.Is(err, ari.ErrAmbiguous) || (errors.As(err, &e) && e.Status == 0)
}

func (l *Line) succeeded(out *Out, r Request) {
	g := l.legs[r.Offer]
	switch {
	case r.Op == OpMakeBridge:
		l.bridgeMade = true
	case r.Op == OpPlay:
		l.taken = r.N
	case r.Op == OpRecord && r.N == l.recording.n:
		l.recording.begun = true
	case r.Op == OpJoin && g != nil:
		g.added = true
	case r.Op == OpDial && g != nil:
		l.legIsRinging(out, g)
	}
}

// vanished: the channel, bridge or playback is gone or never was.
func (l *Line) vanished(out *Out, r Request) {
	switch r.Op {
	case OpAnswer, OpPlay, OpStartMusic, OpRelease, OpRecord:
		if r.caller == l.caller {
			l.callerIsGone(out, 0)
		}
	case OpCreate:
		l.giveUp(out, r.Offer, contact.Lost)
	case OpDial, OpHangUpLeg:
		if g := l.legs[r.Offer]; g != nil {
			l.legIsGone(out, g, 0)
		}
	case OpJoin:
		l.joinFailed(out, r)
	case OpPutIn:
		l.putInFailed(out, r)
	case OpWhisper:
		out.tell(engine.Whispered{Offer: r.Offer})
	}
}

const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 2 * time.Second
)

// again repeats a request after a pause. A prompt is not repeated, for it would
// play twice: its end is awaited, and the menu's own time-out goes on.
func (l *Line) again(out *Out, r Request) {
	switch {
	case r.Op == OpPlay:
		if l.playing == r.N {
			l.playing = 0
			out.tell(engine.Played{N: r.N})
		}
		return
	case r.Op == OpAskKey:
		l.askAgain(out, l.legs[r.Offer]) // said twice is no harm here
		return
	case r.Op == OpWhisper: // it may be heard, and is not waited for
		l.stopWhisper(out, r.Offer)
		out.tell(engine.Whispered{Offer: r.Offer})
		return
	case l.pointless(r):
		return
	}
	r.Attempt++
	r.After = min(firstRetry<<min(r.Attempt, 6), lastRetry)
	out.send(r)
}

// pointless: what the request was about is gone, or the opposite was asked for
// since. Music that is started again late would play into the conversation.
func (l *Line) pointless(r Request) bool {
	g := l.legs[r.Offer]
	switch r.Op {
	case OpAnswer, OpStartMusic, OpStopMusic, OpRelease:
		if r.caller != l.caller {
			return true
		}
	}
	switch r.Op {
	case OpTellPhone:
		if r.ear != "" {
			return r.ear != l.ear.id
		}
		return g == nil || g.dropping.Load()
	case OpPutIn, OpTakeOut:
		return l.outdated(r)
	case OpStartRinging:
		return g == nil || g.dropping.Load() || !g.ringsBack
	case OpStopRinging:
		return g == nil || g.dropping.Load()
	case OpHangUpLeg:
		return g == nil && r.Offer != ""
	case OpCreate, OpDial, OpJoin, OpStopAsking, OpStopWhisper:
		return g == nil || g.dropping.Load()
	case OpFindRecording:
		return r.N != l.recording.n
	case OpRingEar, OpAnswerEar, OpPutEarIn:
		return r.ear != l.ear.id
	case OpDiscard, OpEndSnoop, OpDestroyOwn, OpEndEar:
		return false
	case OpStartTape:
		return r.tape != l.tape.id
	case OpStopTape:
		return false
	case OpRunTape:
		return r.N != l.tape.wishes
	case OpSnoop, OpEnterSnoop:
		return r.snoop.over.Load()
	case OpMakeOwn:
		_, has := l.supervision.own[r.Offer]
		return !has
	case OpEnterOwn:
		return !l.supervision.own[r.Offer] || !l.lives(r.Offer)
	case OpStartMusic:
		return l.callerGone || !l.music
	case OpStopMusic:
		return l.callerGone || l.music
	}
	return l.callerGone
}

// refused: Asterisk said no for good.
func (l *Line) refused(out *Out, r Request, err error) {
	switch r.Op {
	case OpPlay:
		if l.playing == r.N {
			l.playing = 0
			out.tell(engine.Played{N: r.N})
		}
	case OpCreate:
		// The hang-up is for a leg that is there all the same. Only a phone that
		// is not registered, or does not exist, is the agent's to mend.
		result := contact.Lost
		if errors.Is(err, ari.ErrUnreachable) {
			result = contact.Unreachable
		}
		l.giveUp(out, r.Offer, result)
	case OpDial:
		l.giveUp(out, r.Offer, contact.Lost)
	case OpAskKey:
		l.askAgain(out, l.legs[r.Offer])
	case OpWhisper:
		out.tell(engine.Whispered{Offer: r.Offer})
	case OpJoin:
		l.joinFailed(out, r)
	case OpPutIn:
		l.putInFailed(out, r)
	case OpRecord:
		l.recordRefused(out, r)
	case OpFindRecording:
		l.recordingFound(out, r, err)
	case OpHangUpLeg, OpRelease, OpMakeBridge:
		l.again(out, r)
	}
}

// maxJoins bounds how often the same two legs are tried to be joined.
const maxJoins = 3

// joinFailed makes the bridge again and repeats; a leg or a caller that is gone
// shows in its own event.
func (l *Line) joinFailed(out *Out, r Request) {
	g := l.legs[r.Offer]
	if g == nil || g.dropping.Load() || l.callerGone {
		return
	}
	if r.Attempt >= maxJoins {
		l.giveUp(out, r.Offer, contact.Lost)
		return
	}
	again := l.addToBridge(g)
	again.Attempt, again.After = r.Attempt+1, firstRetry
	out.send(l.makeBridge(), again)
}

// putInFailed makes the bridge again and repeats, as long as it is wanted: a leg or a
// caller that is gone shows in its own event.
func (l *Line) putInFailed(out *Out, r Request) {
	if l.outdated(r) {
		return
	}
	again := r
	again.Attempt++
	again.After = min(firstRetry<<min(again.Attempt, 6), lastRetry)
	out.send(l.makeBridge(), again)
}

// giveUp ends a leg for a reason of ours; one that was taken from the agent before has
// its own.
func (l *Line) giveUp(out *Out, o fact.OfferID, result contact.RingResult) {
	g := l.legs[o]
	if g == nil {
		return
	}
	taken := g.dropping.Load()
	if l.drop(out, o); !taken {
		g.result = result
	}
}
