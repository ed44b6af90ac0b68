package bench

import (
	"context"
	"fmt"
	"time"
)

// saturated is part (a): few agents and always somebody waiting. Measured is how long
// an agent who has hung up waits for the next call.
func saturated(ctx context.Context, w world) (result, error) {
	const agents, callers = 5, 15
	// Five agents hang up about 1.5 times a second: a 99th percentile needs hundreds of them.
	w.block *= 3
	r := result{part: "a", title: fmt.Sprintf("%d agents, always somebody waiting", agents)}
	all, err := raiseAll(ctx, w, agents, raiseGuichet, raiseQueue, raiseCreate, raiseOriginate)
	if err != nil {
		return r, err
	}
	defer lowerAll(all)
	bouts, err := assemble(ctx, all, agents, shortTalk)
	if err != nil {
		return r, err
	}
	crush := func(ctx context.Context, b *bout) { b.crowd.crush(ctx, callers, w.block) }
	if err := compete(ctx, w, bouts, "saturated", crush); err != nil {
		return r, err
	}
	const figure = "an agent's BYE → its next INVITE"
	idle := func(c call) (time.Duration, bool) { return c.rung.Sub(c.freed), !c.freed.IsZero() }
	r.compare(figure, bouts, idle)
	r.parts("of which, in guichet", bouts[0].among(func(c call) bool { return !c.freed.IsZero() }),
		stretch{"BYE → told by Asterisk, in the ledger", between(func(c call) (int64, int64) { return c.freedAt(), c.released })},
		stretch{"→ the next offer is in the ledger", between(func(c call) (int64, int64) { return c.released, c.chosen })},
		stretch{"→ the leg is created, its dial is sent", offeredToSent},
		stretch{"→ INVITE at the phone", sentToRung},
	)
	r.pulses(bouts)
	r.gate(figure, bouts[0].durations(idle), 9*time.Millisecond, 15*time.Millisecond)
	r.settings = fmt.Sprintf("%d callers at any time, who call again as soon as they are through. %s", callers, w.turns())
	return r, nil
}

// The end of every call's way.
var (
	offeredToSent = between(func(c call) (int64, int64) { return c.chosen, c.sent })
	sentToRung    = between(func(c call) (int64, int64) { return c.sent, c.rungAt() })
	routedToRung  = between(func(c call) (int64, int64) { return c.routed, c.rungAt() })
)
