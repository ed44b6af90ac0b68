package ari

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/coder/websocket"
	"go.uber.org/zap"
)

var errReplaced = errors.New("another client registered the application")

// link is one websocket connection while it lasts. Its reader is the goroutine
// of Run.
type link struct {
	c       *Client
	conn    *websocket.Conn
	session uint64
	up      bool
	buffer  bytes.Buffer
}

// ending says how a session went, for the choice of what comes next.
type ending struct{ wasUp, replaced bool }

// serve runs one session from dial to end and returns only when everything it
// started has stopped.
func (c *Client) serve(ctx context.Context) ending {
	conn, err := c.dial(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.unrefused.note(err)
			c.counts.dialsFailed.Add(1)
			c.once.warn("dial "+err.Error(), "cannot open the event socket", zap.Error(err))
		}
		return ending{}
	}
	l := &link{c: c, conn: conn, session: c.session.Add(1)}
	c.counts.sessions.Add(1)

	ctx, cancel := context.WithCancelCause(ctx)
	probing := make(chan struct{})
	go func() {
		defer close(probing)
		if err := c.probe(ctx, l.session); err != nil {
			cancel(err)
		}
	}()
	err = l.read(ctx)
	if cause := context.Cause(ctx); cause != nil {
		err = cause // why the reader was interrupted tells more than that it was
	}
	cancel(err)
	<-probing
	// Not a closing handshake: it may wait seconds for a peer that is gone.
	_ = conn.CloseNow()
	return l.end(err)
}

// end tells the default sink and reports how the session went.
func (l *link) end(err error) ending {
	c := l.c
	c.up.Store(false)
	replaced := errors.Is(err, errReplaced)
	switch {
	case replaced:
		c.counts.replaced.Add(1)
		c.takeover.markReplaced() // before the sink, which may call Reregister
		c.opts.Log.Warn("another client registered our application; staying away", zap.String("application", c.opts.Application))
		l.announce(TypeLinkReplaced, LinkReplaced{Session: l.session})
	case l.up:
		c.opts.Log.Info("link to asterisk down", zap.Uint64("session", l.session), zap.Error(err))
		l.announce(TypeLinkDown, LinkDown{Session: l.session, Err: err})
	}
	return ending{wasUp: l.up, replaced: replaced}
}

// dial opens the event socket. Credentials go in a header: Asterisk writes
// request lines to its log. The socket has a transport of its own, whose
// connection dies with it.
func (c *Client) dial(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.RequestTimeout)
	defer cancel()
	address := "ws" + strings.TrimPrefix(c.base, "http") + "/events?app=" + url.QueryEscape(c.opts.Application)
	conn, response, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		HTTPHeader: http.Header{"Authorization": {c.authorization()}},
	})
	if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("open event socket: asterisk answered %s%s", response.Status, remedy(response.StatusCode))
	}
	if err != nil {
		return nil, fmt.Errorf("open event socket: %w", err)
	}
	conn.SetReadLimit(-1) // the library would close the link on a long message; we skip it
	return conn, nil
}

func remedy(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "; check the user name and password against ari.conf"
	case http.StatusForbidden:
		return "; the user is read_only in ari.conf"
	case http.StatusNotFound:
		return "; check the URL, and that res_ari and res_http_websocket are loaded"
	}
	return ""
}

func (c *Client) authorization() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(c.opts.Username+":"+c.opts.Password))
}

// read delivers events until the socket or ctx ends, or the application is
// taken from us. Pings are answered by the websocket library inside Reader;
// nothing here ever sends a pong unasked, which crashes Asterisk 22.11.0-rc1.
func (l *link) read(ctx context.Context) error {
	for {
		_, frame, err := l.conn.Reader(ctx)
		if err != nil {
			return fmt.Errorf("read event socket: %w", err)
		}
		fits, err := l.fill(frame)
		if err != nil {
			return fmt.Errorf("read event socket: %w", err)
		}
		l.c.counts.received.Add(1)
		if !fits {
			l.c.counts.oversized.Add(1)
			l.c.once.warn("oversized", "skipped an event longer than the limit", zap.Int64("limit", l.c.opts.MaxFrame))
			continue
		}
		if err := l.take(l.buffer.Bytes()); err != nil {
			return err
		}
	}
}

// fill reads a message into the buffer. One that is too long is read to its
// end and thrown away, so that the link outlives it.
func (l *link) fill(frame io.Reader) (fits bool, err error) {
	l.buffer.Reset()
	n, err := l.buffer.ReadFrom(io.LimitReader(frame, l.c.opts.MaxFrame+1))
	if err != nil || n <= l.c.opts.MaxFrame {
		return true, err
	}
	_, err = io.Copy(io.Discard, frame)
	return false, err
}

// take decodes and delivers one frame. Its only error is errReplaced.
func (l *link) take(frame []byte) error {
	received := time.Now()
	l.c.probes.hear(received)
	l.c.unrefused.note(nil)
	d, err := decode(frame)
	if err != nil {
		l.c.discard(d.typ, err)
		return nil
	}
	switch value := d.value.(type) {
	case *v5.ApplicationReplaced:
		return errReplaced
	case *v5.ChannelUserevent:
		if l.c.probes.ours(value.Eventname) {
			if l.c.probes.echoed(value.Eventname, received) {
				l.echoed()
			}
			return nil
		}
	}
	if d.at.IsZero() {
		d.at = received
	}
	l.c.counts.delivered.Add(1)
	l.c.router.deliver(Event{Type: d.typ, At: d.at, Received: received, Session: l.session, Value: d.value, about: d.about})
	return nil
}

// echoed handles a probe that came back: the first one makes the link up.
func (l *link) echoed() {
	l.c.counts.echoes.Add(1)
	if observe := l.c.opts.Observer.OnEventLag; observe != nil {
		observe(l.c.Lag())
	}
	if l.up {
		return
	}
	l.up = true
	l.c.up.Store(true)
	l.c.opts.Log.Info("link to asterisk up", zap.Uint64("session", l.session))
	l.announce(TypeLinkUp, LinkUp{Session: l.session})
}

// announce delivers a link event to the default sink.
func (l *link) announce(typ string, value any) {
	now := time.Now()
	l.c.router.deliver(Event{Type: typ, At: now, Received: now, Session: l.session, Value: value})
}

// discard counts a frame that becomes no event.
func (c *Client) discard(typ string, err error) {
	switch {
	case errors.Is(err, errIgnoredType):
		c.counts.ignored.Add(1)
	case errors.Is(err, errUnknownType):
		c.counts.unknown.Add(1)
		c.once.warn("unknown "+clip(typ), "unknown event type", zap.String("type", clip(typ)))
	default:
		c.counts.malformed.Add(1)
		c.once.warn("malformed "+clip(typ), "malformed event", zap.String("type", clip(typ)), zap.Error(err))
	}
}

// clip bounds text from the wire before it is kept or logged.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
