package sim

import (
	"fmt"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// What is said outside the conversation with an agent: messages that callers leave,
// what is announced to all of them, and the numbers they leave to be called at.

// recording is a message being left: what was spoken of it before, and from when until
// when somebody speaks last.
type recording struct {
	engine.RecordCaller
	began       int64
	spoken      time.Duration
	from, until int64
}

// heard is how much was spoken until now.
func (r *recording) heard(now int64) time.Duration {
	return r.spoken + time.Duration(max(min(now, r.until)-r.from, 0))*time.Microsecond
}

// Speak is a caller who speaks into a recording for a while. It ends by the finish
// key, the silence that the site allows, the longest time or a hang-up.
func (w *World) Speak(id contact.ID, d time.Duration) error {
	c, err := w.call(id)
	if err != nil {
		return err
	}
	r := c.recording
	if r == nil {
		return fmt.Errorf("nobody records %s", id)
	}
	r.spoken, r.from, r.until = r.heard(w.now), w.now, w.now+d.Microseconds()
	w.after(d, func() { w.listen(c, r) })
	return w.done()
}

func (w *World) record(c *call, command engine.RecordCaller) {
	r := &recording{RecordCaller: command, began: w.now, from: w.now, until: w.now}
	c.recording = r
	w.after(r.MaxDuration, func() {
		if c.recording == r {
			w.endRecording(c)
		}
	})
	w.listen(c, r)
}

// listen ends a recording after the silence that begins now, unless somebody speaks.
func (w *World) listen(c *call, r *recording) {
	if w.now < r.until {
		return
	}
	silent := r.until
	w.after(r.MaxSilence, func() {
		if c.recording == r && r.until == silent {
			w.endRecording(c)
		}
	})
}

// endRecording tells what there is of the message.
func (w *World) endRecording(c *call) {
	r := c.recording
	c.recording = nil
	done := engine.Recorded{N: r.N, Lasts: time.Duration(w.now-r.began) * time.Microsecond, Spoken: r.heard(w.now)}
	w.after(0, func() { w.step(c, done) })
}

// find tells what became of a recording that is looked for: it ends with the call.
func (w *World) find(c *call, n int) {
	if r := c.recording; r != nil && r.N == n {
		w.endRecording(c)
		return
	}
	w.after(0, func() { w.step(c, engine.Recorded{N: n, Never: true}) })
}

// Announce is something that is announced at a place, as guichet announcement set
// does, by a prompt of the site.
func (w *World) Announce(f fact.Announced) error {
	f.Sounds = map[string][]string{"": {f.Prompt}}
	a := w.book.command(w.now, f.Subject(), f)
	w.fold(a)
	if a.Void != "" {
		return fmt.Errorf("announce %s at %s: %s", f.Prompt, f.Place, a.Void)
	}
	return w.done()
}

// numbers are what may be called back. Nothing is encrypted in this world.
type numbers struct{ site *config.Site }

func (n numbers) Dialable(keyed string) (string, bool) {
	number, ok := n.site.MayCall(keyed)
	return string(number), ok
}

func (n numbers) Callable(keyed string) (string, bool) {
	number, ok := n.site.MayCall(keyed)
	return number.National(), ok
}

func (numbers) Seal(_ contact.ID, number string) (sealed, hash string) { return number, number }
