package observer

// recording is what is known of a recorded conversation: when it ended, and for how long
// it is kept then, in µs.
type recording struct{ ended, retention int64 }

// recordingFact judges what the owner says of the recording of a conversation.
func (f *floor) recordingFact(e entry, p *person, d facts) string {
	switch e.Kind {
	case "recording_begun":
		switch {
		case !p.talks():
			return "in no conversation"
		case p.tape != "" || d.Recording == "" || f.recordings[d.Recording] != nil:
			return "no new recording"
		case d.Purpose == "" || d.Retention <= 0:
			return "without purpose or end"
		}
		f.recordings[d.Recording] = &recording{retention: d.Retention / 1000}
		p.tape, p.tapePaused, p.tapeKeys = d.Recording, false, false
		return ""
	}
	if p.tape == "" || p.tape != d.Recording {
		return "nothing is recorded"
	}
	switch e.Kind {
	case "recording_paused":
		if p.tapePaused && (d.Keys || !p.tapeKeys) {
			return "paused already"
		}
		p.tapePaused, p.tapeKeys = true, d.Keys
	case "recording_resumed":
		if !p.tapePaused {
			return "not paused"
		}
		p.tapePaused, p.tapeKeys = false, false
	case "recording_ended":
		f.recordingOver(e.At, p)
	}
	return ""
}

// recordingOver ends the recording of a contact, if there is one.
func (f *floor) recordingOver(at int64, p *person) {
	if r := f.recordings[p.tape]; r != nil {
		r.ended = at
	}
	p.tape, p.tapePaused, p.tapeKeys = "", false, false
}

// recordingDeleted judges what the leader and people say of a file.
func (f *floor) recordingDeleted(e entry, d facts) string {
	r := f.recordings[d.Recording]
	switch {
	case r == nil || e.Subject != "recording:"+d.Recording:
		return "no such recording"
	case r.ended == 0:
		return "it is being recorded"
	case d.By == "" && (e.Role != "leader" || e.At < r.ended+r.retention):
		return "to be kept"
	}
	delete(f.recordings, d.Recording)
	return ""
}
