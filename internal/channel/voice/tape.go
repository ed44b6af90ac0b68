package voice

import (
	"context"
	"errors"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// The operations of recorded conversations.
const (
	OpTellBoth  Op = "tell_both"
	OpStartTape Op = "start_recording"
	OpRunTape   Op = "pause_recording"
	OpStopTape  Op = "stop_recording"
)

// tape is the recording of the conversation, as far as the line knows.
type tape struct {
	id fact.RecordingID
	// starting: whether Asterisk has it nobody knows yet.
	starting bool
	// wishes counts how often it was to run or not: an older wish is not repeated.
	wishes int
	// telling numbers what both are being told; 0 is nothing.
	telling int
}

const tapePrefix = "guichet-call-"

// TapeName is what the recording of a conversation is called at its node.
func TapeName(id fact.RecordingID) ari.RecordingName {
	return ari.RecordingName(tapePrefix + string(id))
}

// tellBoth says something to everybody in the bridge: who was held is back in it by then,
// for he is put there in the same lane.
func (l *Line) tellBoth(out *Out, c engine.TellBoth) {
	var media []string
	for _, p := range c.Prompts {
		media = append(media, l.media(string(p), c.Language)...)
	}
	if len(media) == 0 {
		out.tell(engine.BothTold{N: c.N, Failed: true})
		return
	}
	l.tape.telling = c.N
	id := l.telling(c.N)
	// What is said, and recorded, to everybody is told of by the bridge alone.
	out.Listen = append(out.Listen, ari.ChannelID(l.bridge))
	r := l.request(callerLane, OpTellBoth, func(ctx context.Context, a Asterisk) error { return a.PlayOnBridge(ctx, l.bridge, id, media, "") })
	r.N = c.N
	out.send(r)
}

func (l *Line) telling(n int) ari.PlaybackID {
	return ari.PlaybackID(string(l.contact) + "-" + l.salt + "-both-" + itoa(n))
}

// bothTold follows the end of what both are told. What broke off was not heard.
func (l *Line) bothTold(out *Out, p v5.PlaybackData) {
	if n := l.tape.telling; n != 0 && ari.PlaybackID(p.ID) == l.telling(n) {
		l.tape.telling = 0
		out.tell(engine.BothTold{N: n, Failed: p.State == "failed"})
	}
}

// The requests about a tape are in the caller's lane: it does not run any more before
// somebody is moved, and runs after.

func (l *Line) startTape(out *Out, c engine.StartTape) {
	l.tape.id, l.tape.starting = c.Tape, true
	name := TapeName(c.Tape)
	r := l.request(callerLane, OpStartTape, func(ctx context.Context, a Asterisk) error {
		return a.RecordBridge(ctx, l.bridge, name, c.Longest)
	})
	r.tape = c.Tape
	out.send(r)
}

func (l *Line) runTape(out *Out, c engine.RunTape) {
	l.tape.id = c.Tape
	l.tape.wishes++
	name := TapeName(c.Tape)
	r := l.request(callerLane, OpRunTape, func(ctx context.Context, a Asterisk) error {
		return a.PauseRecording(ctx, name, !c.Runs)
	})
	r.N = l.tape.wishes
	out.send(r)
}

func (l *Line) stopTape(out *Out, c engine.StopTape) {
	l.tape.id, l.tape.starting = "", false
	l.tape.wishes++
	name := TapeName(c.Tape)
	out.send(l.request(callerLane, OpStopTape, func(ctx context.Context, a Asterisk) error { return a.StopRecording(ctx, name) }))
}

// tapeEnded says that a recording is over that nobody has stopped.
func (l *Line) tapeEnded(out *Out, name string, kept bool) {
	if id := l.tape.id; id != "" && ari.RecordingName(name) == TapeName(id) {
		l.tape.id = ""
		out.tell(engine.TapeLost{Tape: id, Kept: kept})
	}
}

// tapeDone follows a request about a recording, or what both are told; false if it is none
// of those.
func (l *Line) tapeDone(out *Out, r Request, err error) bool {
	switch r.Op {
	case OpTellBoth:
		if err != nil && l.tape.telling == r.N {
			l.tape.telling = 0
			out.tell(engine.BothTold{N: r.N, Failed: true})
		}
	case OpStartTape:
		switch {
		case r.tape != l.tape.id: // it was stopped since
		case err != nil && !errors.Is(err, ari.ErrConflict) && unclear(err):
			l.again(out, r)
		case err == nil, errors.Is(err, ari.ErrConflict): // it runs, or has run
			l.tape.starting = false
		default:
			l.tape.starting = false
			l.tapeEnded(out, string(TapeName(l.tape.id)), false)
		}
	case OpRunTape:
		switch {
		case err == nil || r.N != l.tape.wishes:
		case errors.Is(err, ari.ErrNotFound) && !l.tape.starting:
			l.tapeEnded(out, string(TapeName(l.tape.id)), false)
		default: // it has not begun yet
			l.again(out, r)
		}
	case OpStopTape:
		// Asterisk 22.10.1 accepts to stop a recording that waits for its turn, and makes
		// it all the same: it is over when it is not there any more.
		if !errors.Is(err, ari.ErrNotFound) {
			l.again(out, r)
		}
	default:
		return false
	}
	return true
}
