package bench

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// steady is part (d): a thousand callers at once, and as many agents as make 50 calls
// a second of their talk times. It asks whether anything grows.
func steady(ctx context.Context, w world) (result, error) {
	const agents, callers, perSecond = 165, 1000, 50
	r := result{part: "d", title: fmt.Sprintf("%d callers at once, %d calls/s", callers, perSecond)}
	all, err := raiseAll(ctx, w, agents, raiseGuichet)
	if err != nil {
		return r, err
	}
	defer lowerAll(all)
	bouts, err := assemble(ctx, all, agents)
	if err != nil {
		return r, err
	}
	b := bouts[0]
	r.settings = fmt.Sprintf("%d callers, who call again as soon as they are through, come within %d s and stay for %s; %d agents serve them, the others hear music.",
		callers, callers/perSecond, w.steady, agents)
	done := w.progress.Step(fmt.Sprintf("%d calls/s for %s", perSecond, w.steady))
	seen, err := watch(ctx, b, func() error {
		return b.block(ctx, func(ctx context.Context, b *bout) {
			b.crowd.crush(ctx, callers, callers/perSecond*time.Second, w.steady)
		})
	})
	done(err)
	if err != nil {
		return r, err
	}
	r.compare("an agent's BYE → its next INVITE", bouts, func(c call) (time.Duration, bool) { return c.rung.Sub(c.freed), !c.freed.IsZero() })
	r.pulses(bouts)
	r.judge(seen, b, w.steady)
	return r, nil
}

// judge turns what was watched into sentences, and breaks the part if a call failed
// or a queue of Asterisk's grew.
func (r *result) judge(seen watched, b *bout, lasting time.Duration) {
	served := len(b.calls)
	calls := max(1, seen.calls)
	r.notes = append(r.notes,
		fmt.Sprintf("%d calls were placed and %d of them rang an agent while the system was full, %.1f a second; %d callers at once; %d failed.",
			seen.calls, served, float64(served)/lasting.Seconds(), seen.atOnce, seen.failed),
		fmt.Sprintf("Asterisk's fullest task queue ever held %d (%s).", seen.depth, seen.deepest),
		fmt.Sprintf("Processor time per call: controller %s ms, Asterisk %s ms with the music of those who wait.",
			ms(seen.controller/time.Duration(calls)), ms(seen.asterisk/time.Duration(calls))),
		fmt.Sprintf("Memory of the controller, at the quarters of the time: %s.", seen.quarters()))
	if seen.failed > 0 {
		r.broken = append(r.broken, fmt.Sprintf("(d) %d of %d calls failed, the target is 0", seen.failed, seen.calls))
	}
	if seen.depth > 100 {
		r.broken = append(r.broken, fmt.Sprintf("(d) task queue %s of Asterisk held %d, the target is 100", seen.deepest, seen.depth))
	}
}

// watched is what was seen of a system while it worked.
type watched struct {
	calls, failed, atOnce int
	controller, asterisk  time.Duration // processor time
	depth                 int           // of the task queue that was ever the fullest
	deepest               string
	memory                []int64 // of the controller, a reading a second
}

// watch looks at a system once a second while run lasts.
func watch(ctx context.Context, b *bout, run func() error) (seen watched, err error) {
	controller, asterisk := b.controller(), b.asterisk.PID()
	before := [2]time.Duration{processorTime(controller), processorTime(asterisk)}
	looking, stop := context.WithCancel(ctx)
	var eye sync.WaitGroup
	eye.Go(func() {
		for sleep(looking, time.Second) {
			seen.atOnce = max(seen.atOnce, b.trunk.Calls())
			seen.memory = append(seen.memory, memoryOf(controller))
		}
	})
	err = run()
	stop()
	eye.Wait()
	if err != nil {
		return seen, err
	}
	seen.controller, seen.asterisk = processorTime(controller)-before[0], processorTime(asterisk)-before[1]
	seen.calls, seen.failed = int(b.crowd.serial.Load()), len(b.crowd.failed)
	queues, err := b.asterisk.Exec(ctx, "core show taskprocessors")
	if err != nil {
		return seen, err
	}
	seen.depth, seen.deepest = deepest(queues)
	return seen, nil
}
