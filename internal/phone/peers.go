package phone

import (
	"context"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"
	"go.uber.org/zap"
)

// peers knows when each SIP address was last heard, so that calls end when the
// other side dies: over UDP nothing else would tell.
type peers struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func newPeers() *peers { return &peers{last: make(map[string]time.Time)} }

func (p *peers) heard(source string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last[source] = now
}

// expect starts the clock of an address that has a new call: that it was not
// heard for long, with nothing to say, is no sign of death.
func (p *peers) expect(addr string) { p.heard(addr, time.Now()) }

func (p *peers) silence(addr string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Sub(p.last[addr])
}

// watchPeers asks every peer with live calls that has been silent for a
// quarter of the time-out for a sign of life (OPTIONS), and ends its calls
// when the time-out has passed without any.
func (x *Exchange) watchPeers(ctx context.Context) {
	ticker := time.NewTicker(x.options.ServerTimeout / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			x.probeSilent(now)
		}
	}
}

func (x *Exchange) probeSilent(now time.Time) {
	calls := make(map[string][]*Call)
	for _, c := range x.liveCalls() {
		if peer := c.peer(); c.watched() {
			calls[peer] = append(calls[peer], c)
		}
	}
	for peer, live := range calls {
		silence := x.peers.silence(peer, now)
		switch {
		case silence >= x.options.ServerTimeout:
			x.log.Warn("peer is silent, its calls end", zap.String("peer", peer), zap.Int("calls", len(live)), zap.Duration("silence", silence))
			for _, c := range live {
				c.finish(End{By: Network})
			}
		case silence >= x.options.ServerTimeout/4:
			x.spawn(func() { x.probe(peer) })
		}
	}
}

// watched: a call that nobody answers at all has the time-out of its INVITE.
func (c *Call) watched() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.placed && !c.times.Ringing.IsZero() || !c.times.Answered.IsZero() || c.incoming.tx != nil
}

func (x *Exchange) probe(peer string) {
	target, _, err := x.resolve("sip:" + peer)
	if err != nil {
		return
	}
	e := envelope{
		method: sip.OPTIONS, target: target, peer: peer, callID: uuid.NewString(), sequence: 1,
		from: sip.FromHeader{Address: x.contact("probe").Address}, to: sip.ToHeader{Address: target},
	}
	e.from.Params.Add("tag", sip.GenerateTagN(12))
	ctx, stop := context.WithTimeout(x.ctx, x.options.ServerTimeout/4)
	defer stop()
	_, _ = x.wire.do(ctx, x.compose(e)) // whatever is answered was heard by arrived
}
