package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

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

// retrace finds the n-th call of an agent's phone in the n-th ring of the ledger.
func (l *ledger) retrace(ctx context.Context, calls []call) error {
	if err := l.read(ctx); err != nil {
		return fmt.Errorf("retrace calls in the ledger: %w", err)
	}
	for i := range calls {
		c := &calls[i]
		if len(l.rung[c.agent]) == 0 {
			return fmt.Errorf("retrace calls in the ledger: the phone of agent %s rang once more than the ledger says", c.agent)
		}
		o := l.rung[c.agent][0]
		l.rung[c.agent] = l.rung[c.agent][1:]
		c.routed, c.released, c.chosen, c.sent = o.routed, o.released, o.chosen, o.sent
	}
	return nil
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
