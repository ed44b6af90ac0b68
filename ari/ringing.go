package ari

import (
	"context"
	"net/http"
)

// StartRinging lets a channel that is up hear the ringing tone of its country, until
// StopRinging. It goes on beside commands, where a playback would hold them up, and
// said twice is said once.
func (c *Client) StartRinging(ctx context.Context, id ChannelID) error {
	r := channelRequest(http.MethodPost, "start_ringing", id, "ring")
	r.again = true
	return c.call(ctx, r, nil)
}

// StopRinging ends the ringing tone; without any it does nothing.
func (c *Client) StopRinging(ctx context.Context, id ChannelID) error {
	return c.call(ctx, channelRequest(http.MethodDelete, "stop_ringing", id, "ring"), nil)
}
