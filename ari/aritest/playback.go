package aritest

// playback plays media on one channel, one after the other.
type playback struct {
	ch      *channel
	id      string
	lang    string
	media   []string
	next    int // media started so far
	state   string
	stopped bool // stopped while still queued
}

// play queues a playback behind what the channel has to do already. A repeated
// id is accepted and plays again, as in Asterisk 22.10.1.
func (ch *channel) play(id, lang string, media []string) *playback {
	if lang == "" {
		lang = ch.lang
	}
	p := &playback{ch: ch, id: id, lang: lang, media: media, state: "queued"}
	ch.s.playbacks[id] = p
	ch.do(p.begin)
	return p
}

func (p *playback) begin() {
	if p.stopped { // its PlaybackFinished comes only now, and without a PlaybackStarted
		p.ch.playing = p
		p.finish("done")
		return
	}
	p.ch.playing = p
	p.ch.music = ""
	p.startNext()
}

func (p *playback) startNext() {
	medium := p.media[p.next]
	p.next++
	p.ch.played = append(p.ch.played, medium)
	p.state = "playing"
	p.emit("PlaybackStarted")
	if p.ch.gone {
		return // whoever hangs up finishes it
	}
	turn := p.next
	p.ch.s.after(p.ch.s.mediaLength(medium), func() {
		if p.ch.playing == p && p.next == turn {
			p.mediumEnded()
		}
	})
}

func (p *playback) mediumEnded() {
	if p.next == len(p.media) {
		p.finish("done")
		return
	}
	p.state = "continuing"
	p.emit("PlaybackContinuing")
	p.startNext()
}

// finish ends a playback that has begun and lets the channel go on.
func (p *playback) finish(state string) {
	p.state = state
	if p.ch.s.playbacks[p.id] == p {
		delete(p.ch.s.playbacks, p.id)
	}
	p.emit("PlaybackFinished")
	p.ch.playing = nil
	p.ch.pump()
}

func (p *playback) stop() {
	if p.state == "queued" {
		p.stopped = true
		return
	}
	p.finish("done")
}

func (p *playback) emit(typ string) { p.ch.emit(typ, fields{"playback": p.json()}) }

func (p *playback) json() fields {
	current := max(p.next-1, 0)
	f := fields{
		"id": p.id, "media_uri": p.media[current], "target_uri": "channel:" + p.ch.id,
		"language": p.lang, "state": p.state,
	}
	if current+1 < len(p.media) {
		f["next_media_uri"] = p.media[current+1]
	}
	return f
}
