package ari

import (
	"context"
	"net/http"
	"net/url"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// ChannelTransfer is an event that ari/v5 v5.3.1 lacks: a phone asks for the other side of
// its call to be sent to somebody else (REFER). It comes for a channel on which
// PJSIP_TRANSFER_HANDLING()=ari-only was set, and asks for TransferProgress. It is about
// the channel of the phone, and about no other.
//
// Asterisk 22.10.1 tells the same once more after each answer, with a State, and without
// one when a channel ends whose request was not answered.
type ChannelTransfer struct {
	v5.EventData `json:",inline"`

	// State is what was answered last, "" of a request.
	State      string     `json:"state"`
	ReferTo    ReferTo    `json:"refer_to"`
	ReferredBy ReferredBy `json:"referred_by"`
}

// ReferTo is whom the other side is to be sent to.
type ReferTo struct {
	RequestedDestination RequestedDestination `json:"requested_destination"`
	// DestinationChannel is the phone's other call, whose place the other side is to take,
	// ConnectedChannel who is on that, and Bridge where both are; empty if Asterisk has no
	// such call, and for a transfer without one.
	DestinationChannel v5.ChannelData `json:"destination_channel"`
	ConnectedChannel   v5.ChannelData `json:"connected_channel"`
	Bridge             v5.BridgeData  `json:"bridge"`
}

// RequestedDestination is the address that was asked for.
type RequestedDestination struct {
	// Destination is its user part, as the phone sends it.
	Destination string `json:"destination"`
	// ProtocolID is the SIP Call-ID of the phone's other call (Replaces), "" if it names
	// none; the parameters then say its tags.
	ProtocolID string          `json:"protocol_id"`
	Parameters []ProtocolParam `json:"additional_protocol_params"`
}

// ProtocolParam is a further part of an address.
type ProtocolParam struct {
	Name  string `json:"parameter_name"`
	Value string `json:"parameter_value"`
}

// ReferredBy is who asks.
type ReferredBy struct {
	SourceChannel    v5.ChannelData `json:"source_channel"`
	ConnectedChannel v5.ChannelData `json:"connected_channel"`
	Bridge           v5.BridgeData  `json:"bridge"`
}

// TransferState is what becomes of a transfer, as its phone is told.
type TransferState string

// The states. All but TransferBegun are the last word.
const (
	TransferBegun       TransferState = "channel_progress"    // 100
	TransferDone        TransferState = "channel_answered"    // 200
	TransferUnavailable TransferState = "channel_unavailable" // 503
	TransferDeclined    TransferState = "channel_declined"    // 603
)

// TransferProgress tells the phone of a channel what becomes of the transfers that it has
// asked for: all that are open on that channel are told the same. Without any it does
// nothing. ErrNotFound if the channel is gone.
func (c *Client) TransferProgress(ctx context.Context, id ChannelID, state TransferState) error {
	r := channelRequest(http.MethodPost, "transfer_progress", id, "transfer_progress")
	r.query = url.Values{"states": {string(state)}}
	r.again = true
	return c.call(ctx, r, nil)
}
