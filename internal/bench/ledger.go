package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// ledger reads guichet's facts as docs/ledger.md describes them, past the engine: it
// knows when each call was routed, offered and rung.
type ledger struct {
	client *redis.Client
	last   string // id of the last entry read

	queued   map[string]int64 // by contact
	released map[string]int64 // by agent: the last end of a leg
	offers   map[string]offer // by the id of their entry
	rung     map[string][]offer
}

type offer struct {
	agent                          string
	routed, released, chosen, sent int64
}

func openLedger(addr string) *ledger {
	return &ledger{
		client: redis.NewClient(&redis.Options{Addr: addr}), last: "-",
		queued: map[string]int64{}, released: map[string]int64{}, offers: map[string]offer{}, rung: map[string][]offer{},
	}
}

func (l *ledger) close() { _ = l.client.Close() }

// retrace finds the ring of each call in the ledger. A caller who hung up as the phone
// rang may have left none; more than one in a hundred means that something is wrong.
func (l *ledger) retrace(ctx context.Context, calls []call) error {
	missing := 0
	for i := range calls {
		o, found, err := l.ringOf(ctx, calls[i])
		if err != nil {
			return fmt.Errorf("retrace calls in the ledger: %w", err)
		}
		if !found {
			missing++
		}
		calls[i].routed, calls[i].released, calls[i].chosen, calls[i].sent = o.routed, o.released, o.chosen, o.sent
	}
	if missing > 1+len(calls)/100 {
		return fmt.Errorf("retrace calls in the ledger: of %d phones that rang, no fact says so", missing)
	}
	return nil
}

// ringOf waits a moment for a fact that is on its way.
func (l *ledger) ringOf(ctx context.Context, c call) (o offer, found bool, err error) {
	for range 5 {
		if o, found = l.lastRing(c); found {
			return o, true, nil
		}
		if err := l.read(ctx); err != nil {
			return offer{}, false, err
		}
		if o, found = l.lastRing(c); found {
			return o, true, nil
		}
		if !sleep(ctx, 20*time.Millisecond) {
			return offer{}, false, ctx.Err()
		}
	}
	return offer{}, false, nil
}

// lastRing is the last offer to the agent that was made before the phone rang: an
// agent has one at a time. Those before it are done with: they rang, or were taken
// back before they could.
func (l *ledger) lastRing(c call) (offer, bool) {
	rings := l.rung[c.agent]
	n := 0
	for n < len(rings) && rings[n].chosen <= c.rungAt() {
		n++
	}
	if n == 0 {
		return offer{}, false
	}
	l.rung[c.agent] = rings[n:]
	return rings[n-1], true
}

func (l *ledger) read(ctx context.Context) error {
	for {
		page, err := l.client.XRangeN(ctx, "guichet:{bench}:ledger", l.last, "+", 10_000).Result()
		if err != nil || len(page) == 0 {
			return err
		}
		for _, m := range page {
			body, _ := m.Values["body"].(string)
			if err := l.take(m.ID, []byte(body)); err != nil {
				return fmt.Errorf("entry %s: %w", m.ID, err)
			}
		}
		l.last = "(" + page[len(page)-1].ID
	}
}

func (l *ledger) take(id string, body []byte) error {
	var f struct {
		At            int64
		Kind, Subject string
		Data          struct{ Agent, Contact, Offer string }
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return err
	}
	name, _, _ := strings.Cut(f.Data.Offer, "/")
	o := l.offers[name]
	switch f.Kind {
	case "queued":
		l.queued[f.Subject] = f.At
	case "offered":
		l.offers[id] = offer{
			agent: f.Data.Agent, chosen: f.At, routed: l.queued[f.Data.Contact], released: l.released[f.Data.Agent],
		}
	case "ringing":
		o.sent = f.At
		l.rung[o.agent] = append(l.rung[o.agent], o)
	case "leg_ended":
		l.released[o.agent] = f.At
	}
	return nil
}
