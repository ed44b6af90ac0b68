package ari

import (
	"context"
	"net/http"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// Play plays media, one after the other, on a channel that is up: URIs such as
// sound:welcome, digits:123, number:5. An empty language means the channel's.
// Each medium gives a PlaybackStarted, with a PlaybackContinuing in between,
// and one PlaybackFinished ends it (state done, or failed for a missing file or
// a hang-up). Playbacks of one channel queue up, and so does what else needs
// its thread: Answer, SetVariable, AddToBridge, StartMusic, Continue.
//
// It is not safe to repeat: the same playback id is accepted again and plays a
// second time (Asterisk 22.10.1 answers 201). After ErrAmbiguous ask with
// GetPlayback.
func (c *Client) Play(ctx context.Context, id ChannelID, playback PlaybackID, media []string, language string) error {
	r := channelRequest(http.MethodPost, "play", id, "play", string(playback))
	r.body = struct {
		Media    []string `json:"media"`
		Language string   `json:"lang,omitempty"`
	}{media, language}
	return c.call(ctx, r, nil)
}

// PlayOnBridge plays media to everybody in a bridge, by a channel of its own that is gone
// when they have been played. As Play, it is not safe to repeat. It needs chan_bridge_media.
func (c *Client) PlayOnBridge(ctx context.Context, id BridgeID, playback PlaybackID, media []string, language string) error {
	r := bridgeRequest(http.MethodPost, "play", id, "play", string(playback))
	r.body = struct {
		Media    []string `json:"media"`
		Language string   `json:"lang,omitempty"`
	}{media, language}
	return c.call(ctx, r, nil)
}

// StopPlayback ends a playback, queued or playing. The PlaybackFinished of a
// queued one comes when its turn would have come. ErrNotFound means that it has
// finished already.
func (c *Client) StopPlayback(ctx context.Context, id PlaybackID) error {
	return c.call(ctx, playbackRequest(http.MethodDelete, "stop", id), nil)
}

// GetPlayback returns a playback that has not finished, ErrNotFound otherwise.
func (c *Client) GetPlayback(ctx context.Context, id PlaybackID) (v5.PlaybackData, error) {
	var p v5.PlaybackData
	err := c.call(ctx, playbackRequest(http.MethodGet, "get", id), &p)
	return p, err
}

func playbackRequest(method, op string, id PlaybackID) request {
	return request{op: "playback." + op, id: string(id), method: method, path: []string{"playbacks", string(id)}}
}
