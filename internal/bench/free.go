package bench

import (
	"context"
	"fmt"
	"time"
)

// free is part (b): far more agents than callers. Measured is how long a caller who
// has been routed waits for the INVITE at an agent's phone.
func free(ctx context.Context, w world) (result, error) {
	const agents = 400
	r := result{part: "b", title: fmt.Sprintf("%d agents, nearly always somebody free", agents)}
	all, err := raiseAll(ctx, w, agents, raiseGuichet, raiseQueue, raiseCreate)
	if err != nil {
		return r, err
	}
	defer lowerAll(all)
	bouts, err := assemble(ctx, all, agents, shortTalk)
	if err != nil {
		return r, err
	}
	r.settings = "People call at random, at the rate on average. " + w.turns()
	for _, rate := range w.rates {
		load := fmt.Sprintf("%g calls/s", rate)
		stream := func(ctx context.Context, b *bout) { b.crowd.stream(ctx, rate, w.block) }
		if err := compete(ctx, w, bouts, load, stream); err != nil {
			return r, err
		}
		r.compare(load+": routed → INVITE", bouts, routedToRung)
		r.compare(load+": caller's INVITE → agent's INVITE", bouts, func(c call) (time.Duration, bool) {
			return c.rung.Sub(c.dialled), !c.dialled.IsZero()
		})
		r.parts("of which, in guichet", bouts[0],
			stretch{"caller's INVITE → routed", between(func(c call) (int64, int64) { return c.dialled.UnixMicro(), c.routed })},
			stretch{"→ the offer is in the ledger", between(func(c call) (int64, int64) { return c.routed, c.chosen })},
			stretch{"→ the leg is created, its dial is sent", offeredToSent},
			stretch{"→ INVITE at the phone", sentToRung},
		)
		r.pulses(bouts)
		r.plot(rate, bouts, routedToRung)
		if rate == 30 || rate == 60 {
			r.gate(load+": routed → INVITE", bouts[0].durations(routedToRung), 8*time.Millisecond, 25*time.Millisecond)
		}
	}
	return r, nil
}
