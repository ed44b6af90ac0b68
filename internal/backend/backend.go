// Package backend asks the servers that menus ask: HTTP with a deadline, bounds and
// retries, for the node types http and link.
//
// What is asked was decided by the core, with every value in its place; this
// package sends it, and adds what only the shell may know: addresses and secrets. Each
// back-end has its own connections and its own bound on what is under way, so that a
// dead one delays nobody who asks another. It logs no address that was asked for, since values of calls are in it.
// Read Client, Ask and desk first.
package backend

import (
	"context"
	"math/rand/v2"
	"reflect"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/ivr"
)

// Options are what a client needs; all are required.
type Options struct {
	Log *zap.Logger
	// OnRequest is told each request, by the class of its status or its failure;
	// OnMessage each message to a person. They come from many goroutines and must not
	// block.
	OnRequest func(backend, result string, took time.Duration)
	OnMessage func(channel ivr.Channel, result string)
}

// Client asks all back-ends of a controller. It is safe for concurrent use.
type Client struct {
	o Options
	// closing ends what a connection under way would outlive.
	closing context.Context
	close   context.CancelFunc

	mu      sync.Mutex
	desks   map[string][]*desk
	trouble map[string]bool
}

// New returns a client that has asked nobody yet.
func New(o Options) *Client {
	closing, end := context.WithCancel(context.Background())
	return &Client{o: o, closing: closing, close: end, desks: map[string][]*desk{}, trouble: map[string]bool{}}
}

// Close ends all connections. Nothing may be asked any more.
func (c *Client) Close() {
	c.close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, all := range c.desks {
		for _, d := range all {
			d.http.CloseIdleConnections()
		}
	}
}

// retryPause is about how long to wait before a further attempt.
const retryPause = 100 * time.Millisecond

// Ask sends a request and waits for what comes of it, for as long as the request
// says or until ctx ends.
func (c *Client) Ask(ctx context.Context, b config.Backend, f ivr.Fetch) ivr.Fetched {
	begun := time.Now()
	a := c.attempts(ctx, b, f)
	a.ID, a.Took = f.ID, time.Since(begun)
	c.o.OnRequest(b.Name, result(ctx, a), a.Took)
	if f.Message != nil {
		sent := "failed"
		if a.Failure == "" && a.Status/100 == 2 {
			sent = "sent"
		}
		c.o.OnMessage(f.Message.Channel, sent)
	}
	return a
}

// attempts asks until there is an answer that no further attempt could better.
func (c *Client) attempts(ctx context.Context, b config.Backend, f ivr.Fetch) ivr.Fetched {
	d, err := c.desk(b)
	if err != nil {
		c.fails(b.Name, err)
		return ivr.Fetched{Failure: ivr.Unreachable}
	}
	if !d.breaker.admits(time.Now()) {
		return ivr.Fetched{Failure: ivr.Resting}
	}
	var a ivr.Fetched
	for i := range 1 + f.Retries {
		if i > 0 {
			pause(ctx, retryPause/2+rand.N(retryPause))
		}
		a, err = d.attempt(ctx, f)
		if ctx.Err() != nil || !again(a) {
			break
		}
	}
	switch {
	case ctx.Err() != nil:
		d.breaker.forget()
	case a.Failure == ivr.TimedOutThere || a.Failure == ivr.Unreachable:
		d.breaker.failed(time.Now())
		c.fails(b.Name, err)
	case a.Failure == ivr.Busy:
		d.breaker.forget()
	default:
		d.breaker.succeeded()
		c.works(b.Name)
	}
	return a
}

// again reports whether another attempt could bring more.
func again(a ivr.Fetched) bool {
	switch a.Failure {
	case ivr.TimedOutThere, ivr.Unreachable:
		return true
	}
	return a.Status >= 502 && a.Status <= 504
}

// result is how a request is counted.
func result(ctx context.Context, a ivr.Fetched) string {
	switch {
	case ctx.Err() != nil:
		return "cancelled"
	case a.Failure != "":
		return string(a.Failure)
	}
	return string('0'+rune(a.Status/100%10)) + "xx"
}

// keptDesks is how many definitions of a back-end are kept: callers in flight go by
// the version of the site that they began with.
const keptDesks = 3

// desk finds the connections to a back-end, as this version of the site defines it.
func (c *Client) desk(b config.Backend) (*desk, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.desks[b.Name]
	for _, d := range all {
		if reflect.DeepEqual(d.backend, b) {
			return d, nil
		}
	}
	d, err := newDesk(c.closing, b)
	if err != nil {
		return nil, err
	}
	if len(all) == keptDesks {
		all[0].http.CloseIdleConnections()
		all = all[1:]
	}
	c.desks[b.Name] = append(all, d)
	return d, nil
}

// fails and works tell when a back-end begins to fail, and when it is well again.
func (c *Client) fails(name string, why error) {
	if c.turns(name, true) {
		c.o.Log.Warn("back-end fails; menus take on_timeout or on_error", zap.String("backend", name), zap.Error(why))
	}
}

func (c *Client) works(name string) {
	if c.turns(name, false) {
		c.o.Log.Info("back-end answers again", zap.String("backend", name))
	}
}

func (c *Client) turns(name string, trouble bool) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed = c.trouble[name] != trouble
	c.trouble[name] = trouble
	return changed
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
