package rehearsal

import (
	"time"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// recording is a message being left: what was spoken since it began, and since when
// the caller is silent.
type recording struct {
	engine.RecordCaller
	began, silent time.Time
	spoken        time.Duration
}

// ends is when it ends by itself.
func (r *recording) ends() time.Time {
	longest, hushed := r.began.Add(r.MaxDuration), r.silent.Add(r.MaxSilence)
	if hushed.Before(longest) {
		return hushed
	}
	return longest
}

func (c *Call) record(r engine.RecordCaller) {
	if c.scene.Answers[c.Node()].Instead == insteadError {
		c.pending = append(c.pending, engine.Recorded{N: r.N, Failed: true})
		return
	}
	c.recording = &recording{RecordCaller: r, began: c.now, silent: c.now}
}

// find tells what there is of a recording: what was said so far.
func (c *Call) find(n int) {
	if r := c.recording; r != nil && r.N == n {
		c.recordingEnds()
		return
	}
	c.pending = append(c.pending, engine.Recorded{N: n, Never: true})
}

func (c *Call) recordingEnds() {
	r := c.recording
	c.recording = nil
	c.pending = append(c.pending, engine.Recorded{N: r.N, Lasts: c.now.Sub(r.began), Spoken: r.spoken})
}

// endRecording ends the message as it is.
func (c *Call) endRecording() {
	c.recordingEnds()
	last := c.pending[len(c.pending)-1]
	c.pending = c.pending[:len(c.pending)-1]
	c.do(last)
}

// Speak lets the caller say something for a while, and reports whether anybody records
// it. It ends by the finish key, a silence, the longest time or a hang-up.
func (c *Call) Speak(d time.Duration) bool {
	c.Listen()
	r := c.recording
	if r == nil || c.closed != nil {
		return false
	}
	c.demanded = len(c.heard)
	d = min(d, r.began.Add(r.MaxDuration).Sub(c.now))
	c.now = c.now.Add(d)
	r.spoken += d
	r.silent = c.now
	if !c.now.Before(r.ends()) {
		c.endRecording()
	}
	return true
}

// Records reports whether the caller is being recorded.
func (c *Call) Records() bool { return c.recording != nil && c.closed == nil }

// Speaks lets the caller speak into a recording.
type Speaks struct{ For time.Duration }

// Run implements Step.
func (s Speaks) Run(c *Call) *Miss {
	if !c.Speak(s.For) {
		return &Miss{Wanted: "a message being recorded", Came: c.Stands(), Hint: "only a node of type message records"}
	}
	return nil
}

// MessageLeft says that a message was kept.
type MessageLeft struct{ fact.MessageLeft }

func (MessageLeft) moment() {}
