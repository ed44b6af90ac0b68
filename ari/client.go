package ari

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Options describe one Asterisk and one application on it. URL, Application,
// Username and Password are required; every zero value below them takes the
// default given in its comment.
type Options struct {
	URL         string // base of the interface, such as http://127.0.0.1:8088/ari
	Application string // Stasis application to register; one client at a time holds a name
	Username    string
	Password    string // sent in a header only: Asterisk logs URLs

	RequestTimeout time.Duration // longest a request may take, waiting for a connection included; 2 s
	ProbeEvery     time.Duration // pause between two end-to-end probes; 1 s
	ProbeDeadline  time.Duration // an echo later than this stops commands, and if nothing else comes either closes the link; 2 s
	ReconnectMin   time.Duration // first pause before reconnecting, before jitter; 50 ms
	ReconnectMax   time.Duration // longest pause, before jitter; 2 s
	MaxFrame       int64         // events longer than this many bytes are skipped and counted; 256 KiB
	MaxConns       int           // HTTP connections to Asterisk, whose own sessionlimit is 100 by default; 64

	Observer Observer       // measurements for metrics; optional
	Log      *zap.Logger    // optional
	Jitter   func() float64 // random in [0,1) for back-off; defaults to math/rand
}

// Observer receives measurements. Any field may be nil. Calls come from many
// goroutines and must not block.
type Observer struct {
	OnRequest  func(op string, took time.Duration, err error) // after each request; op is a closed set such as "channel.play"
	OnEventLag func(lag time.Duration)                        // after each probe echo: request sent to event read
}

// Client holds the link to one Asterisk. Requests may be sent from any
// goroutine, at any time; events come only while Run runs.
type Client struct {
	opts   Options
	base   string // URL without a trailing slash
	http   *http.Client
	apart  *http.Client // for probes, which wait for no connection of others
	files  *http.Client // for recordings, which take their time and hold up no others
	router router
	probes probes
	counts counters
	once   onceLog

	running   atomic.Bool
	session   atomic.Uint64
	up        atomic.Bool
	unrefused unrefused
	takeover  takeover
}

// New checks the options and returns a client that has not connected yet.
func New(o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("ari options: %w", err)
	}
	o.fillDefaults()
	base := o.base()
	c := &Client{
		opts:     o,
		base:     base,
		http:     short(base, o.MaxConns),
		apart:    short(base, 1),
		files:    through(transport(maxFiles)),
		once:     onceLog{log: o.Log},
		takeover: takeover{again: make(chan struct{}, 1)},
	}
	c.probes.init()
	return c, nil
}

func (o *Options) check() error {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil:
		return fmt.Errorf("URL: %w", err)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("URL %q: want http://HOST:PORT/ari", u.Redacted())
	case u.User != nil, u.RawQuery != "":
		return errors.New("URL must hold neither credentials nor parameters: use Username and Password")
	case o.Application == "" || strings.ContainsAny(o.Application, ",&? "):
		return fmt.Errorf("Application %q: want one name without comma or space", o.Application)
	case o.Username == "":
		return errors.New("Username is missing")
	}
	return nil
}

// base is the URL without a trailing slash, its scheme in small letters.
func (o *Options) base() string {
	scheme, rest, _ := strings.Cut(o.URL, ":")
	return strings.ToLower(scheme) + ":" + strings.TrimRight(rest, "/")
}

func (o *Options) fillDefaults() {
	setDefault(&o.RequestTimeout, 2*time.Second)
	setDefault(&o.ProbeEvery, time.Second)
	setDefault(&o.ProbeDeadline, 2*time.Second)
	setDefault(&o.ReconnectMin, 50*time.Millisecond)
	setDefault(&o.ReconnectMax, 2*time.Second)
	setDefault(&o.MaxFrame, 256<<10)
	setDefault(&o.MaxConns, 64)
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
}

func setDefault[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// Application returns the name of the Stasis application of this client.
func (c *Client) Application() string { return c.opts.Application }

// Session returns the number of the newest websocket connection, 0 before the
// first one.
func (c *Client) Session() uint64 { return c.session.Load() }

// Commandable reports whether commands may be sent: the link is up, and a probe
// came back within ProbeDeadline, and no longer ago than that.
func (c *Client) Commandable() bool {
	return c.up.Load() && c.probes.inTime(c.opts.ProbeDeadline)
}

// Lag returns how long the last echoed probe took from its request to its
// event, and 0 before the first echo. It crosses REST, the queue of the
// application inside Asterisk and the websocket.
func (c *Client) Lag() time.Duration { return c.probes.lag() }

// LastEcho returns when a probe last came back, the zero time before the first.
func (c *Client) LastEcho() time.Time { return c.probes.lastEcho() }

// Run connects, delivers events, probes, and reconnects after a jittered pause
// until ctx ends; then it returns nil, and nothing it started is left. A
// client runs once.
func (c *Client) Run(ctx context.Context) error {
	if c.running.Swap(true) {
		return errors.New("run ari client: it has already been run")
	}
	defer c.http.CloseIdleConnections()
	defer c.apart.CloseIdleConnections()
	defer c.files.CloseIdleConnections()
	pause := backoff{min: c.opts.ReconnectMin, max: c.opts.ReconnectMax, jitter: c.opts.Jitter}
	for ctx.Err() == nil {
		switch end := c.serve(ctx); {
		case ctx.Err() != nil:
		case end.replaced:
			c.takeover.wait(ctx)
			pause.reset()
		case end.wasUp:
			pause.reset()
			pause.wait(ctx)
		default:
			pause.wait(ctx)
		}
	}
	return nil
}

// Reregister takes the application back after [LinkReplaced]: the client
// connects again and thereby replaces the other one. Without a replacement it
// does nothing. It may be called from a sink.
func (c *Client) Reregister() { c.takeover.reregister() }

// takeover remembers that another client took our application.
type takeover struct {
	again chan struct{}

	mu       sync.Mutex
	replaced bool
}

func (t *takeover) markReplaced() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.replaced = true
}

func (t *takeover) reregister() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.replaced {
		t.replaced = false
		t.again <- struct{}{} // has room: replaced is set anew only after wait took the last one
	}
}

func (t *takeover) wait(ctx context.Context) {
	select {
	case <-t.again:
	case <-ctx.Done():
	}
}
