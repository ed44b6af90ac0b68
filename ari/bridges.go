package ari

import (
	"context"
	"net/http"

	v5 "github.com/CyCoreSystems/ari/v5"
)

func bridgeRequest(method, op string, id BridgeID, below ...string) request {
	return request{op: "bridge." + op, id: string(id), method: method, path: append([]string{"bridges", string(id)}, below...)}
}

// CreateBridge makes a bridge; the type is a comma-separated list such as
// "mixing" or "mixing,dtmf_events", "" for mixing. ErrConflict if the id
// exists.
func (c *Client) CreateBridge(ctx context.Context, id BridgeID, kind, name string) error {
	r := bridgeRequest(http.MethodPost, "create", id)
	r.body = struct {
		Type string `json:"type,omitempty"`
		Name string `json:"name,omitempty"`
	}{kind, name}
	return c.call(ctx, r, nil)
}

// AddToBridge moves channels into a bridge, out of any other. ErrNotFound if
// the bridge or a channel is gone, ErrNotInApplication if a channel has left
// the application.
//
// It waits for every playback queued on a channel, as Asterisk 22.10.1 runs
// both on the channel's thread: stop them all first, or the request runs into
// its deadline and is executed long after. Music on hold goes on in the bridge
// until it is stopped. No connected line is sent to the members: it would
// replace what their phones show already.
func (c *Client) AddToBridge(ctx context.Context, id BridgeID, members ...ChannelID) error {
	r := bridgeRequest(http.MethodPost, "add", id, "addChannel")
	r.body = struct {
		bridgeMembers
		Quiet bool `json:"inhibitConnectedLineUpdates"`
	}{membersOf(members), true}
	return c.call(ctx, r, nil)
}

// RemoveFromBridge takes channels out of a bridge; they stay in the
// application. Asterisk refuses with 422 if one is not in this bridge.
func (c *Client) RemoveFromBridge(ctx context.Context, id BridgeID, members ...ChannelID) error {
	r := bridgeRequest(http.MethodPost, "remove", id, "removeChannel")
	r.body = membersOf(members)
	return c.call(ctx, r, nil)
}

type bridgeMembers struct {
	Channel []ChannelID `json:"channel"`
}

func membersOf(ids []ChannelID) bridgeMembers { return bridgeMembers{Channel: ids} }

// DestroyBridge ends a bridge; its channels stay in the application. Asterisk
// sends BridgeCreated and BridgeDestroyed only for bridges the application is
// subscribed to at that moment: do not wait for them.
func (c *Client) DestroyBridge(ctx context.Context, id BridgeID) error {
	return c.call(ctx, bridgeRequest(http.MethodDelete, "destroy", id), nil)
}

// GetBridge returns one bridge with its members.
func (c *Client) GetBridge(ctx context.Context, id BridgeID) (v5.BridgeData, error) {
	var b v5.BridgeData
	err := c.call(ctx, bridgeRequest(http.MethodGet, "get", id), &b)
	return b, err
}

// ListBridges returns every bridge of the node with its members.
func (c *Client) ListBridges(ctx context.Context) ([]v5.BridgeData, error) {
	var list []v5.BridgeData
	err := c.call(ctx, request{op: "bridge.list", method: http.MethodGet, path: []string{"bridges"}}, &list)
	return list, err
}
