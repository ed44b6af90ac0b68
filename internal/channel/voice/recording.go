package voice

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// recordingLane is for what is asked about recordings: the file of a caller who has
// hung up is looked at like any other.
const recordingLane Lane = "recording"

// The operations of recordings.
const (
	OpRecord        Op = "record"
	OpFindRecording Op = "find_recording"
	OpDiscard       Op = "discard_recording"
)

// found is what a look at a recording found.
type found struct {
	live, file    bool
	lasts, spoken time.Duration
}

// recording is the one that is awaited; its n is 0 when there is none.
type recording struct {
	n    int
	name fact.MessageID
	// begun: Asterisk has taken it, so it cannot be missing for having never been made.
	begun bool
}

const recordingPrefix = "guichet-message-"

// RecordingName is what a message is called at its node.
func RecordingName(id fact.MessageID) ari.RecordingName {
	return ari.RecordingName(recordingPrefix + string(id))
}

func (l *Line) record(out *Out, c engine.RecordCaller) {
	l.recording = recording{n: c.N, name: c.Name}
	key := "none"
	if c.FinishKey != 0 {
		key = string(rune(c.FinishKey))
	}
	wanted := ari.RecordChannel{
		Name: RecordingName(c.Name), MaxDuration: c.MaxDuration, MaxSilence: c.MaxSilence, TerminateOn: key, Beep: c.Beep,
	}
	r := l.request(callerLane, OpRecord, func(ctx context.Context, a Asterisk) error { return a.Record(ctx, l.caller, wanted) })
	r.N = c.N
	out.send(r)
}

func (l *Line) findRecording(out *Out, c engine.FindRecording) {
	if l.recording.n != c.N {
		l.recording = recording{n: c.N, name: c.Name}
	}
	out.send(l.look())
}

// look finds out what there is: whether the recording is under way, or else how long
// its file is. While it is asked for in the caller's lane it cannot be judged, so the
// question waits behind.
func (l *Line) look() Request {
	at, name := &found{}, RecordingName(l.recording.name)
	lane := recordingLane
	if !l.callerGone {
		lane = callerLane
	}
	r := l.request(lane, OpFindRecording, func(ctx context.Context, a Asterisk) error {
		*at = found{}
		if _, err := a.LiveRecording(ctx, name); !errors.Is(err, ari.ErrNotFound) {
			at.live = err == nil
			return err
		}
		file, err := a.RecordingFile(ctx, name)
		if err == nil {
			at.file = true
			at.lasts, at.spoken = measure(file)
		}
		return err
	})
	r.N, r.found = l.recording.n, at
	return r
}

func (l *Line) discard(out *Out, c engine.Discard) {
	name := RecordingName(c.Name)
	out.send(l.request(recordingLane, OpDiscard, func(ctx context.Context, a Asterisk) error { return a.DeleteRecording(ctx, name) }))
}

// recordingEnded looks at the file when Asterisk says that the recording is over,
// however it ended.
func (l *Line) recordingEnded(out *Out, name string) {
	if l.recording.n != 0 && ari.RecordingName(name) == RecordingName(l.recording.name) {
		l.recording.begun = true
		out.send(l.look())
	}
}

// recordingFound tells what a look has found.
func (l *Line) recordingFound(out *Out, r Request, err error) {
	if r.N != l.recording.n || err == nil && r.found.live {
		return // its end will be told
	}
	e := engine.Recorded{N: r.N}
	switch {
	case err == nil:
		e.Lasts, e.Spoken = r.found.lasts, r.found.spoken
	case l.recording.begun || l.callerGone:
		e.Failed = true
	default:
		e.Never = true
	}
	l.recording = recording{}
	out.tell(e)
}

// recordRefused: 409 says that it is under way or lies there already, or that the
// caller is not here; anything else that nothing is recorded.
func (l *Line) recordRefused(out *Out, r Request) {
	if r.N == l.recording.n {
		l.recording.begun = true
		out.send(l.look())
	}
}

// What counts as spoken: a stretch of frame whose samples are on average louder than
// loud, which is the threshold of Asterisk's own detector of silence.
const (
	wavRate = 8000
	frame   = wavRate / 50
	loud    = 256
)

// measure is how long a WAV file of Asterisk is, and how much of it is not silence. The
// header is not believed: that of a file which was not closed is wrong.
func measure(file []byte) (lasts, spoken time.Duration) {
	const header = 44
	samples := file[min(header, len(file)):]
	lasts = time.Duration(len(samples)/2) * time.Second / wavRate
	for ; len(samples) >= 2*frame; samples = samples[2*frame:] {
		sum := 0
		for i := range frame {
			sum += abs(int(int16(binary.LittleEndian.Uint16(samples[2*i:]))))
		}
		if sum/frame > loud {
			spoken += 20 * time.Millisecond
		}
	}
	return lasts, spoken
}

func abs(n int) int { return max(n, -n) }
