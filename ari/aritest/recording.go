package aritest

import (
	"encoding/binary"
	"math"
	"net/http"
	"time"
)

// recording is one that waits for its turn, or runs. It has the channel's thread.
type recording struct {
	ch          *channel
	name, state string
	longest     time.Duration
	silence     time.Duration
	terminateOn string
	samples     []byte
	// spoken counts what was said: a silence is one during which it stays the same.
	spoken int
}

const wavRate = 8000

func record(ch *channel, c *call) answer {
	name := c.text("name")
	switch {
	case ch.notReady():
		return invalidState
	case name == "":
		return no(http.StatusBadRequest, "Invalid parameters")
	case c.text("format") != "wav":
		return no(http.StatusUnprocessableEntity, "specified format is unknown on this system")
	case ch.s.recordings[name] != nil || ch.s.files[name] != nil && c.text("ifExists") != "overwrite":
		return no(http.StatusConflict, "Recording '%s' already exists and can not be overwritten.", name)
	}
	seconds := func(param string) time.Duration { return time.Duration(c.number(param)) * ch.s.config.Second }
	r := &recording{
		ch: ch, name: name, state: "queued", longest: seconds("maxDurationSeconds"), silence: seconds("maxSilenceSeconds"), terminateOn: c.text("terminateOn"),
	}
	ch.s.recordings[name] = r
	answered := r.json()
	ch.do(r.begin)
	return answer{status: http.StatusCreated, body: answered}
}

func (r *recording) begin() {
	r.ch.recording, r.ch.music, r.state = r, "", "recording"
	r.ch.emit("RecordingStarted", fields{"recording": r.json()})
	if r.longest > 0 {
		r.ch.s.after(r.longest, r.finish)
	}
	r.hush()
}

// hush ends it if nothing more is said.
func (r *recording) hush() {
	said := r.spoken
	if r.silence > 0 {
		r.ch.s.after(r.silence, func() {
			if r.spoken == said {
				r.finish()
			}
		})
	}
}

// say adds what a caller says: a tone that no detector takes for silence.
func (r *recording) say(d time.Duration) {
	for i := range int(d * wavRate / time.Second) {
		sample := int16(8000 * math.Sin(2*math.Pi*440*float64(i)/wavRate))
		r.samples = binary.LittleEndian.AppendUint16(r.samples, uint16(sample))
	}
	r.spoken++
	r.hush()
}

// finish ends it as Asterisk 22.10.1 does, whatever the cause: the file is there first,
// and the recording shows a moment longer, here until it is looked at.
func (r *recording) finish() {
	if r.ch.recording != r {
		return
	}
	r.state, r.ch.recording = "done", nil
	r.ch.s.store(r.name, r.samples)
	ended := r.json()
	ended["duration"] = len(r.samples) / 2 / wavRate
	r.ch.emit("RecordingFinished", fields{"recording": ended})
	r.ch.pump()
}

func wav(samples []byte) []byte {
	file := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(file[4:], uint32(36+len(samples)))
	binary.LittleEndian.PutUint32(file[40:], uint32(len(samples)))
	return append(file, samples...)
}

func (r *recording) json() fields {
	return fields{"name": r.name, "format": "wav", "state": r.state, "target_uri": "channel:" + r.ch.id}
}

// recordBridge records a bridge. That it goes on until its time or the end of the bridge
// is nobody's concern here: its file is there at once.
func (s *Server) recordBridge(b *bridge, c *call) answer {
	name := c.text("name")
	if s.files[name] != nil && c.text("ifExists") != "overwrite" {
		return no(http.StatusConflict, "Recording '%s' already exists and can not be overwritten.", name)
	}
	b.recorded = true
	s.store(name, nil)
	return answer{status: http.StatusCreated, body: fields{"name": name, "format": c.text("format"), "state": "queued", "target_uri": "bridge:" + c.PathValue("id")}}
}

// store writes the file of a recording, if there is a folder to write it in.
func (s *Server) store(name string, samples []byte) {
	if !s.noSpool {
		s.files[name] = wav(samples)
	}
}

// LoseSpool takes the folder of recordings away: they seem to be made, and nothing is
// written.
func (s *Server) LoseSpool() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noSpool = true
}

const noRecording = "Recording not found"

func (s *Server) liveRecording(c *call) answer {
	name := c.PathValue("name")
	if r := s.recordings[name]; r != nil {
		if r.state == "done" {
			delete(s.recordings, name)
		}
		return ok(r.json())
	}
	return no(http.StatusNotFound, noRecording)
}

func (s *Server) recordingFile(c *call) answer {
	if file := s.files[c.PathValue("name")]; file != nil {
		return answer{status: http.StatusOK, file: file}
	}
	return no(http.StatusNotFound, noRecording)
}

func (s *Server) deleteRecording(c *call) answer {
	name := c.PathValue("name")
	if s.files[name] == nil {
		return no(http.StatusNotFound, noRecording)
	}
	delete(s.recordings, name)
	delete(s.files, name)
	return done
}

// Speak has the caller say something for that long, at once. It reports whether it is
// being recorded.
func (c *Caller) Speak(d time.Duration) bool {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	r := c.ch.recording
	if r != nil {
		r.say(d)
	}
	return r != nil
}

// Recordings names the recordings whose files are there, and their sizes.
func (s *Server) Recordings() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]int{}
	for name, file := range s.files {
		all[name] = len(file)
	}
	return all
}
