package ari

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// Channel is a channel as Asterisk lists it. It exists beside v5.ChannelData
// because that type, at v5.3.1, lacks the application a channel is in, without
// which a listing cannot tell our channels from others.
type Channel struct {
	ID          ChannelID         `json:"id"`
	Name        string            `json:"name"`  // technology/peer-serial
	State       string            `json:"state"` // Down, Rsrved, OffHook, Dialing, Ring, Ringing, Up, Busy
	Caller      v5.CallerID       `json:"caller"`
	Connected   v5.CallerID       `json:"connected"`
	AccountCode string            `json:"accountcode"`
	Created     v5.DateTime       `json:"creationtime"`
	Language    string            `json:"language"`
	Dialplan    Dialplan          `json:"dialplan"`
	Variables   map[string]string `json:"channelvars"`
}

// Dialplan is where a channel stands in the dialplan.
type Dialplan struct {
	Context  string `json:"context"`
	Exten    string `json:"exten"`
	Priority int64  `json:"priority"`
	App      string `json:"app_name"` // application being executed, Stasis for one under control
	AppData  string `json:"app_data"` // its arguments, for Stasis the name of the application first
}

// InApplication reports whether the channel is executing Stasis with the
// application of that name.
func (ch Channel) InApplication(name string) bool {
	first, _, _ := strings.Cut(ch.Dialplan.AppData, ",")
	return ch.Dialplan.App == "Stasis" && first == name
}

// channelRequest starts the request for an operation on one channel.
func channelRequest(method, op string, id ChannelID, below ...string) request {
	return request{op: "channel." + op, id: string(id), method: method, path: append([]string{"channels", string(id)}, below...)}
}

// ListChannels returns every channel of the node, in or out of the
// application.
func (c *Client) ListChannels(ctx context.Context) ([]Channel, error) {
	var list []Channel
	err := c.call(ctx, request{op: "channel.list", method: http.MethodGet, path: []string{"channels"}}, &list)
	return list, err
}

// GetChannel returns one channel, ErrNotFound if it is gone.
func (c *Client) GetChannel(ctx context.Context, id ChannelID) (Channel, error) {
	var ch Channel
	err := c.call(ctx, channelRequest(http.MethodGet, "get", id), &ch)
	return ch, err
}

// Answer answers an incoming channel, once the playbacks queued on it have
// ended; answering twice does no harm. ErrInvalidState for a leg of ours that
// is not up.
func (c *Client) Answer(ctx context.Context, id ChannelID) error {
	r := channelRequest(http.MethodPost, "answer", id, "answer")
	r.again = true
	return c.call(ctx, r, nil)
}

// Hangup ends a channel. The reason is one of Asterisk's words (normal, busy,
// congestion, no_answer, timeout, rejected, unallocated, normal_unspecified,
// number_incomplete, codec_mismatch, interworking, failure, answered_elsewhere),
// "" for normal. ErrNotFound means that it has ended already.
func (c *Client) Hangup(ctx context.Context, id ChannelID, reason string) error {
	r := channelRequest(http.MethodDelete, "hangup", id)
	if reason != "" {
		r.query = url.Values{"reason": {reason}}
	}
	return c.call(ctx, r, nil)
}

// CreateChannel describes a leg to make.
type CreateChannel struct {
	ID         ChannelID         // chosen by the caller, so that a repetition answers ErrConflict instead of making a twin
	Endpoint   string            // such as PJSIP/1001
	AppArgs    string            // arguments of the StasisStart, separated by commas
	Originator ChannelID         // channel whose formats and variables are inherited; not together with Formats
	Formats    []string          // codecs to offer
	Variables  map[string]string // channel variables and functions, such as CALLERID(num)
}

// Create makes a leg in the application: it is Down, its StasisStart follows
// at once, and nothing rings until Dial. ErrConflict if the id exists,
// ErrUnreachable if the endpoint is unknown or has no registered contact.
//
// A refusal by conflict is checked against the channel itself: after one
// repeated id, Asterisk 22.10.1 answers 409 for every unreachable endpoint
// asked for on the same HTTP connection (the error number of the thread is
// never reset).
func (c *Client) Create(ctx context.Context, leg CreateChannel) error {
	err := c.create(ctx, leg)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusConflict {
		_, look := c.GetChannel(ctx, leg.ID)
		refused.unreachable = errors.Is(look, ErrNotFound)
	}
	return err
}

func (c *Client) create(ctx context.Context, leg CreateChannel) error {
	return c.call(ctx, request{
		op: "channel.create", id: string(leg.ID), method: http.MethodPost, path: []string{"channels", "create"},
		body: struct {
			ID         ChannelID         `json:"channelId"`
			Endpoint   string            `json:"endpoint"`
			App        string            `json:"app"`
			AppArgs    string            `json:"appArgs,omitempty"`
			Originator ChannelID         `json:"originator,omitempty"`
			Formats    string            `json:"formats,omitempty"`
			Variables  map[string]string `json:"variables,omitempty"`
		}{leg.ID, leg.Endpoint, c.opts.Application, leg.AppArgs, leg.Originator, strings.Join(leg.Formats, ","), leg.Variables},
	}, nil)
}

// Dial rings a leg made by Create. The timeout, in whole seconds rounded up,
// runs inside Asterisk; 0 means none. A caller, "" for none, gives the leg its
// language and its connected line. ErrConflict if the leg is not Down any
// more, ErrNotFound if it is gone.
//
// Never repeat it: Asterisk 22.10.1 answers before it acts, accepts a second
// dial until the phone has answered 180, and then kills the leg. What becomes
// of the leg is told by ChannelStateChange (Ringing, Up) and Dial (RINGING,
// ANSWER), or by the cause of ChannelDestroyed: 17 busy, 21 refused, 19 timed
// out. There is no Dial with BUSY or NOANSWER, and a Dial names no caller.
func (c *Client) Dial(ctx context.Context, id, caller ChannelID, timeout time.Duration) error {
	r := channelRequest(http.MethodPost, "dial", id, "dial")
	r.body = struct {
		Caller  ChannelID `json:"caller,omitempty"`
		Timeout int64     `json:"timeout,omitempty"`
	}{caller, int64((timeout + time.Second - 1) / time.Second)}
	return c.call(ctx, r, nil)
}

// Snoop describes a channel by which another one is heard, and spoken to.
type Snoop struct {
	ID ChannelID // chosen by the caller, so that a repetition answers ErrConflict instead of making a twin
	// Spy is which side of the other channel is heard, Whisper which one hears what is
	// said into this one: in is what comes from its phone, out what goes there.
	Spy, Whisper Direction
	AppArgs      string // arguments of the StasisStart, separated by commas
}

// Direction is a side of a channel that is snooped on.
type Direction string

// The directions.
const (
	Neither Direction = "none"
	In      Direction = "in"
	Outward Direction = "out"
	Both    Direction = "both"
)

// Snoop makes a channel that hears another one, which need not be in the
// application. It is up at once, its StasisStart follows, and it ends by itself
// with the other channel. ErrConflict if the id exists, ErrNotFound if there is
// no channel to snoop on.
//
// Asterisk 22.10.1 refuses a repeated id as it refuses everything else, with 500:
// such a refusal is checked against the channel itself.
func (c *Client) Snoop(ctx context.Context, on ChannelID, s Snoop) error {
	r := channelRequest(http.MethodPost, "snoop", on, "snoop", string(s.ID))
	r.body = struct {
		Spy     Direction `json:"spy"`
		Whisper Direction `json:"whisper"`
		App     string    `json:"app"`
		AppArgs string    `json:"appArgs,omitempty"`
	}{s.Spy, s.Whisper, c.opts.Application, s.AppArgs}
	err := c.call(ctx, r, nil)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusInternalServerError {
		_, look := c.GetChannel(ctx, s.ID)
		refused.exists = look == nil
	}
	return err
}

// StartMusic plays music on hold until StopMusic; an empty class means the
// default one. Starting twice does no harm.
func (c *Client) StartMusic(ctx context.Context, id ChannelID, class string) error {
	r := channelRequest(http.MethodPost, "start_music", id, "moh")
	r.again = true
	if class != "" {
		r.query = url.Values{"mohClass": {class}}
	}
	return c.call(ctx, r, nil)
}

// StopMusic ends music on hold; without any it does nothing.
func (c *Client) StopMusic(ctx context.Context, id ChannelID) error {
	return c.call(ctx, channelRequest(http.MethodDelete, "stop_music", id, "moh"), nil)
}

// GetVariable returns a channel variable or the value of a dialplan function.
// ErrNotFound if channel or variable is missing.
func (c *Client) GetVariable(ctx context.Context, id ChannelID, name string) (string, error) {
	var answer struct{ Value string }
	r := channelRequest(http.MethodGet, "get_variable", id, "variable")
	r.query = url.Values{"variable": {name}}
	err := c.call(ctx, r, &answer)
	return answer.Value, err
}

// SetVariable sets a channel variable or calls a dialplan function, once the
// playbacks queued on the channel have ended. It is repeated after a broken
// connection only by its caller: a function may act.
func (c *Client) SetVariable(ctx context.Context, id ChannelID, name, value string) error {
	r := channelRequest(http.MethodPost, "set_variable", id, "variable")
	r.body = struct {
		Variable string `json:"variable"`
		Value    string `json:"value"`
	}{name, value}
	return c.call(ctx, r, nil)
}

// Continue sends a channel back to the dialplan, out of the application. Empty
// place and priority 0 keep those the channel has.
func (c *Client) Continue(ctx context.Context, id ChannelID, place, exten string, priority int) error {
	r := channelRequest(http.MethodPost, "continue", id, "continue")
	r.body = struct {
		Context  string `json:"context,omitempty"`
		Exten    string `json:"extension,omitempty"`
		Priority int    `json:"priority,omitempty"`
	}{place, exten, priority}
	return c.call(ctx, r, nil)
}
