package ari

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// errNoEcho ends a session that has gone silent.
var errNoEcho = errors.New("no echo of the probe")

// probes tracks the end-to-end probes: user events sent by REST to our own
// application, which must come back on the socket. They cross everything that
// can break without a sign: a half-open socket, a registration that Asterisk
// keeps on paper only, a stuck or overloaded application thread.
//
// The next probe does not wait for the echo of the one before. Events come in
// order, so an echo that is late tells how far behind the events are, and no
// more: a link that is slow is not broken, and to replace it would cost a listing
// of every call just when Asterisk has most to do.
type probes struct {
	prefix string // tells our probes from user events of others and of an earlier process

	mu    sync.Mutex
	count uint64
	under []underWay // not come back, oldest first
	heard time.Time  // when the last frame was read
	last  time.Time  // when the last echo came
	took  time.Duration
}

// underWay is a probe that has not come back.
type underWay struct {
	name string
	sent time.Time
}

// maxUnderWay bounds what is remembered of probes that never come back.
const maxUnderWay = 64

func (p *probes) init() {
	p.prefix = "ari-probe-" + strconv.FormatUint(rand.Uint64(), 36) + "-"
}

// firstEcho is how long the first probe of a session may take before another is
// sent: Asterisk 22.10.1 can accept an event for an application whose earlier
// connection is gone and whose new one is not registered yet, and loses it.
const firstEcho = 100 * time.Millisecond

// probe sends one probe after the other until ctx ends (nil) or the session is
// silent: its probes do not come back, and nothing else comes either.
func (c *Client) probe(ctx context.Context, session uint64) error {
	c.probes.forget()
	for pause := firstEcho; ctx.Err() == nil; pause *= 2 {
		failed := c.sendProbe(ctx, session)
		if c.up.Load() || pause > c.opts.ProbeEvery {
			pause = c.opts.ProbeEvery
		}
		wait(ctx, min(pause, c.opts.ProbeDeadline-c.probes.silence()))
		if ctx.Err() == nil && c.probes.silence() >= c.opts.ProbeDeadline {
			c.counts.probesLost.Add(1)
			return noEcho(c.opts.ProbeDeadline, failed)
		}
	}
	return nil
}

func noEcho(in time.Duration, failed error) error {
	if failed != nil {
		return fmt.Errorf("%w in %s: %w", errNoEcho, in, failed)
	}
	return fmt.Errorf("%w in %s, though its request was accepted", errNoEcho, in)
}

// sendProbe sends one probe. A request that fails is repeated until the session
// counts as silent: just after the handshake Asterisk may not know the
// application yet (404).
func (c *Client) sendProbe(ctx context.Context, session uint64) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.ProbeDeadline-c.probes.silence())
	defer cancel()
	retry := backoff{min: 5 * time.Millisecond, max: 100 * time.Millisecond, jitter: c.opts.Jitter}
	for {
		if err = c.SendUserEvent(ctx, c.probes.begin(session), nil); err == nil {
			return nil
		}
		if retry.wait(ctx); ctx.Err() != nil {
			return err
		}
	}
}

// forget drops the probes of an earlier session.
func (p *probes) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under = nil
}

func (p *probes) begin(session uint64) (name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	name = fmt.Sprintf("%s%d-%d", p.prefix, session, p.count)
	if len(p.under) == maxUnderWay {
		p.under = slices.Delete(p.under, 1, 2) // the oldest tells how long the silence is
	}
	p.under = append(p.under, underWay{name: name, sent: time.Now()})
	return name
}

// ours reports whether a user event is a probe of this client.
func (p *probes) ours(name string) bool { return strings.HasPrefix(name, p.prefix) }

// hear notes that a frame was read.
func (p *probes) hear(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = now
}

// echoed notes the echo of a probe under way. That of another, of an earlier
// session or doubled, proves nothing about this one.
func (p *probes) echoed(name string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.under, func(u underWay) bool { return u.name == name })
	if i < 0 {
		return false
	}
	p.last, p.took = now, now.Sub(p.under[i].sent)
	p.under = slices.Delete(p.under, 0, i+1) // what was sent before would have come before
	return true
}

// silence is for how long a probe has been under way and nothing was read.
func (p *probes) silence() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.under) == 0 {
		return 0
	}
	since := p.under[0].sent
	if p.heard.After(since) {
		since = p.heard
	}
	return time.Since(since)
}

// inTime reports whether the last echo came within the limit, and no longer ago.
func (p *probes) inTime(limit time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.took <= limit && time.Since(p.last) <= limit
}

func (p *probes) lag() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.took
}

func (p *probes) lastEcho() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}
