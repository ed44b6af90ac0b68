package voice

import (
	"context"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// whisper says something to the leg of an agent who has answered. What cannot be said is
// not waited for: the caller is.
func (l *Line) whisper(out *Out, c engine.WhisperTo) {
	var media []string
	for _, p := range c.Prompts {
		media = append(media, l.media(string(p), c.Language)...)
	}
	g := l.legs[c.Offer]
	switch {
	case g == nil || g.dropping.Load(): // its end is told
	case len(media) == 0:
		out.tell(engine.Whispered{Offer: c.Offer})
	default:
		out.send(l.aboutWhisper(g, OpWhisper, func(ctx context.Context, a Asterisk) error {
			return a.Play(ctx, g.id, g.whisper(), media, "")
		}))
	}
}

// stopWhisper goes behind the prompt in its lane: a stop that came first would stop
// nothing, and the bridge would wait for the end.
func (l *Line) stopWhisper(out *Out, o fact.OfferID) {
	if g := l.legs[o]; g != nil && !g.dropping.Load() {
		out.send(l.aboutWhisper(g, OpStopWhisper, func(ctx context.Context, a Asterisk) error {
			return a.StopPlayback(ctx, g.whisper())
		}))
	}
}

// whispered follows the end of a prompt.
func (l *Line) whispered(out *Out, p ari.PlaybackID) {
	for _, g := range l.sortedLegs() {
		if p == g.whisper() {
			out.tell(engine.Whispered{Offer: g.offer})
		}
	}
}

// whisper names the prompt by the leg: whoever takes the call up can stop what its
// predecessor began to say.
func (g *leg) whisper() ari.PlaybackID { return ari.PlaybackID(string(g.id) + "-whisper") }

// aboutWhisper has a lane of its own: the end of the leg waits for nothing.
func (l *Line) aboutWhisper(g *leg, op Op, send func(context.Context, Asterisk) error) Request {
	r := l.request(Lane(g.whisper()), op, g.unlessDropped(send))
	r.Offer = g.offer
	return r
}
