package ari

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// errNoEcho ends a session whose probe did not come back in time.
var errNoEcho = errors.New("no echo of the probe")

// probes tracks the end-to-end probe: a user event sent by REST to our own
// application, which must come back on the socket. It crosses everything that
// can break without a sign: a half-open socket, a registration that Asterisk
// keeps on paper only, a stuck or overloaded application thread.
type probes struct {
	prefix string // tells our probes from user events of others and of an earlier process

	mu      sync.Mutex
	waiting string // name of the probe under way, "" if none
	sent    time.Time
	echo    chan struct{} // closed when the waiting probe has come back
	count   uint64
	last    time.Time
	took    time.Duration
}

func (p *probes) init() {
	p.prefix = "ari-probe-" + strconv.FormatUint(rand.Uint64(), 36) + "-"
}

// probe sends one probe after the other until ctx ends (nil) or one is lost.
func (c *Client) probe(ctx context.Context, session uint64) error {
	for {
		if err := c.probeOnce(ctx, session); err != nil || ctx.Err() != nil {
			return err
		}
		pause := time.NewTimer(c.opts.ProbeEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil
		}
	}
}

// firstEcho is how long the first probe of a session may take before another is
// sent: Asterisk 22.10.1 can accept an event for an application whose earlier
// connection is gone and whose new one is not registered yet, and loses it.
const firstEcho = 100 * time.Millisecond

// probeOnce sends a probe and waits for its echo, until the deadline. Before the
// first echo of a session it sends again, after ever longer pauses.
func (c *Client) probeOnce(ctx context.Context, session uint64) error {
	deadline, cancel := context.WithTimeout(ctx, c.opts.ProbeDeadline)
	defer cancel()
	patience := c.opts.ProbeDeadline
	if !c.up.Load() {
		patience = min(patience, firstEcho)
	}
	var err error
	for ; deadline.Err() == nil; patience *= 2 {
		var echo <-chan struct{}
		if echo, err = c.sendProbe(deadline, session); cameBack(deadline, echo, patience) {
			return nil
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	c.counts.probesLost.Add(1)
	if err != nil {
		return fmt.Errorf("%w in %s: %w", errNoEcho, c.opts.ProbeDeadline, err)
	}
	return fmt.Errorf("%w in %s, though its request was accepted", errNoEcho, c.opts.ProbeDeadline)
}

// sendProbe sends one probe. A request that fails is repeated until ctx ends:
// just after the handshake Asterisk may not know the application yet (404).
func (c *Client) sendProbe(ctx context.Context, session uint64) (<-chan struct{}, error) {
	retry := backoff{min: 5 * time.Millisecond, max: 100 * time.Millisecond, jitter: c.opts.Jitter}
	name, echo := c.probes.begin(session)
	err := c.SendUserEvent(ctx, name, nil)
	for err != nil && ctx.Err() == nil && !isClosed(echo) {
		retry.wait(ctx)
		name, echo = c.probes.begin(session)
		err = c.SendUserEvent(ctx, name, nil)
	}
	return echo, err
}

// cameBack waits for an echo until ctx ends or patience is over.
func cameBack(ctx context.Context, echo <-chan struct{}, patience time.Duration) bool {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-echo:
		return true
	case <-limit.C:
	case <-ctx.Done():
	}
	return false
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (p *probes) begin(session uint64) (name string, echo <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	p.waiting = fmt.Sprintf("%s%d-%d", p.prefix, session, p.count)
	p.sent = time.Now()
	p.echo = make(chan struct{})
	return p.waiting, p.echo
}

// ours reports whether a user event is a probe of this client.
func (p *probes) ours(name string) bool { return strings.HasPrefix(name, p.prefix) }

// echoed notes the echo of the probe under way; that of an earlier one, too
// late or doubled, proves nothing about now.
func (p *probes) echoed(name string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == "" || name != p.waiting {
		return false
	}
	p.waiting = ""
	p.last, p.took = now, now.Sub(p.sent)
	close(p.echo)
	return true
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
