package model

import (
	"bytes"
	"context"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// minSpoken is how much must be said for a message to be one.
const minSpoken = time.Second

// recording is what a node records, or has on its disk.
type recording struct {
	name  ari.RecordingName
	of    *channel
	begun int64
	live  bool
	lasts time.Duration
}

// record begins a recording, of which the caller speaks for a while. A name that is
// there already is refused, as Asterisk does.
func (a *asterisk) record(on ari.ChannelID, wanted ari.RecordChannel) error {
	ch, err := a.ready(on)
	switch {
	case err != nil:
		return err
	case a.files[wanted.Name] != nil:
		return errSameID
	}
	r := &recording{name: wanted.Name, of: ch, begun: a.w.now, live: true}
	a.files[r.name], ch.recorded = r, r
	ch.a.emit(&v5.RecordingStarted{Recording: r.data()})
	a.w.trace(string(on), "%s begins", r.name)
	p := ch.caller
	a.w.nature(a.w.between(200*time.Millisecond, 8*time.Second), func() {
		switch {
		case ch.gone || !r.live:
		case a.w.chance(50):
			p.hangUp("has said everything to the machine")
		default:
			r.end()
		}
	})
	a.w.nature(wanted.MaxDuration, r.end)
	return nil
}

func (r *recording) data() v5.LiveRecordingData {
	return v5.LiveRecordingData{Name: string(r.name), TargetURI: "channel:" + string(r.of.id)}
}

// end closes the file, and says so.
func (r *recording) end() {
	a := r.of.a
	if !r.live || a.files[r.name] != r {
		return
	}
	r.live, r.lasts = false, time.Duration(a.w.now-r.begun)*time.Microsecond
	if r.of.recorded == r {
		r.of.recorded = nil
	}
	a.emit(&v5.RecordingFinished{Recording: r.data()})
}

// now is Asterisk asked and answering at once, for requests that go on by the answer.
type now struct{ *request }

// LiveRecording implements voice.Asterisk.
func (n now) LiveRecording(_ context.Context, name ari.RecordingName) (v5.LiveRecordingData, error) {
	if r := n.a.files[name]; r != nil && r.live {
		return r.data(), nil
	}
	return v5.LiveRecordingData{}, errNoPlayback
}

// RecordingFile implements voice.Asterisk.
func (n now) RecordingFile(_ context.Context, name ari.RecordingName) ([]byte, error) {
	r := n.a.files[name]
	if r == nil || r.live {
		return nil, errNoPlayback
	}
	return speech[:44+2*int(r.lasts.Milliseconds())*8], nil
}

// speech is a WAV file of somebody who speaks all the time.
var speech = append(make([]byte, 44), bytes.Repeat([]byte{0, 0x40}, 8000*12)...)

// messagesKept (at the end): who said something on a disk that is there has left a
// message, and each message is on the disk of its node. A file alone is no harm: a request
// that landed late may have begun one that nobody asked for any more. Calls that began and
// ended while their owner was cut off from the ledger are told in docs/ledger.md.
func (o *observer) messagesKept() {
	if o.w.hasStruck("killed", "emptied", "reboot") {
		return
	}
	left := map[contact.ID]bool{}
	for id, m := range o.state.Messages {
		left[m.Contact] = true
		if a := o.w.nodes[m.Node]; a == nil || a.files[voice.RecordingName(id)] == nil {
			o.report("I5", string(id), "is a message, and there is no recording of it at %s", m.Node)
		}
		if outcome, known := o.books.outcomes[m.Contact]; known && outcome != contact.Message && outcome != contact.Answered {
			o.report("I5", string(m.Contact), "left a message, and counts as %s", outcome)
		}
	}
	for _, p := range o.w.callers {
		if !p.spoke() || left[p.id] {
			continue
		}
		if (!o.books.arrived[p.id] || !o.records[p.id]) && o.w.hasStruck("failover", "slow redis", "frozen redis", "frozen controller") {
			o.w.unheard++ // its owner was cut off from Redis: the residue in docs/ledger.md
			continue
		}
		o.report("live", string(p.id), "has left a message, and nobody has it")
	}
}

// spokenTo notes who is to speak to a machine, as the log has it, and who is served by nobody
// because everybody has gone home.
func (o *observer) spokenTo(a fold.Applied) {
	if !a.Effective() {
		return
	}
	switch f := a.Fact.(type) {
	case fact.Waiting:
		if f.Records != "" {
			o.records[a.Contact] = true
		}
	case fact.GivenUp:
		o.claims["given up "+string(a.Contact)] = true
	}
}

// spoke reports whether something was said on the disk of his node that is a message.
func (p *caller) spoke() bool {
	for _, r := range p.ch.a.files {
		if r.of == p.ch && !r.live && r.lasts >= minSpoken+100*time.Millisecond {
			return true
		}
	}
	return false
}
