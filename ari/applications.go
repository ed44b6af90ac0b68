package ari

import (
	"context"
	"net/http"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// GetApplication returns what our application is subscribed to. A GET that
// hangs here while ListChannels answers is the sign of a deadlock inside
// Asterisk (asterisk/asterisk issue 2170).
func (c *Client) GetApplication(ctx context.Context) (v5.ApplicationData, error) {
	var app v5.ApplicationData
	err := c.call(ctx, request{
		op: "application.get", method: http.MethodGet, path: []string{"applications", c.opts.Application},
	}, &app)
	return app, err
}

// Chatter returns the types of events that tell of steps on the way, of the dialplan, or of
// what a listing tells as well. A call has more of them than of others, and each is
// written, read, decoded and delivered before the one behind it that somebody waits for.
func Chatter() []string {
	return []string{
		"BridgeAttendedTransfer", "BridgeBlindTransfer", "BridgeCreated", "BridgeDestroyed", "BridgeMerged", "BridgeVideoSourceChanged",
		"ChannelCallerId", "ChannelConnectedLine", "ChannelCreated", "ChannelDialplan", "ChannelTalkingFinished", "ChannelTalkingStarted",
		"ChannelToneDetected", "ChannelVarset",
		"ContactStatusChange", "DeviceStateChanged", "EndpointStateChange", "PeerStatusChange",
		"PlaybackContinuing", "PlaybackStarted", "TextMessageReceived",
	}
}

// SetEventFilter names the event types not to send. Asterisk makes them before it leaves
// them out, so it saves the way to here and not all of Asterisk's work. It dies with the
// application, so it is to be set again after each LinkUp. Filtering ChannelUserevent would
// silence the probe.
func (c *Client) SetEventFilter(ctx context.Context, disallowed ...string) error {
	type named struct {
		Type string `json:"type"`
	}
	filter := struct {
		Disallowed []named `json:"disallowed"`
	}{Disallowed: make([]named, 0, len(disallowed))}
	for _, t := range disallowed {
		filter.Disallowed = append(filter.Disallowed, named{t})
	}
	return c.call(ctx, request{
		op: "application.filter", method: http.MethodPut,
		path: []string{"applications", c.opts.Application, "eventFilter"}, body: filter, again: true,
	}, nil)
}

// SendUserEvent sends a ChannelUserevent, about no channel, to our own
// application; it comes back as an event. ErrNotFound if the application is
// not registered.
func (c *Client) SendUserEvent(ctx context.Context, name string, variables map[string]string) error {
	r := request{
		op: "event.user", method: http.MethodPost, path: []string{"events", "user", name},
		query: map[string][]string{"application": {c.opts.Application}}, apart: true,
	}
	if len(variables) > 0 {
		r.body = struct {
			Variables map[string]string `json:"variables"`
		}{variables}
	}
	return c.call(ctx, r, nil)
}
