package voice

import (
	"errors"
	"time"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

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
