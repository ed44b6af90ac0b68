package bench

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// steady is part (d): 50 calls a second that last 20 s, so that a thousand are there at
// once. It asks whether anything grows. They are there as talks, not as people who
// wait: the music of a thousand would be Asterisk's load, and none of what is asked.
func steady(ctx context.Context, w world) (result, error) {
	const agents, perSecond, fills = 1150, 50, 20 * time.Second
	long := talk{fills - time.Second - answerAfter, fills + time.Second - answerAfter}
	r := result{part: "d", title: fmt.Sprintf("%d calls/s of %s, a thousand at once", perSecond, fills)}
	all, err := raiseAll(ctx, w, agents, raiseGuichet)
	if err != nil {
		return r, err
	}
	defer lowerAll(all)
	bouts, err := assemble(ctx, all, agents, long)
	if err != nil {
		return r, err
	}
	b := bouts[0]
	r.settings = fmt.Sprintf("People call at random, %d a second on average, for %s after the first %s; %d agents talk for 19 to 21 s with each.",
		perSecond, w.steady, fills, agents)
	done := w.progress.Step(fmt.Sprintf("%d calls/s for %s", perSecond, fills+w.steady))
	seen, err := watch(ctx, b, func() error {
		return b.block(ctx, func(ctx context.Context, b *bout) { b.crowd.stream(ctx, perSecond, fills+w.steady) })
	})
	done(err)
	if err != nil {
		return r, err
	}
	r.compare("routed → INVITE", bouts, routedToRung)
	r.pulses(bouts)
	r.judge(seen, fills+w.steady)
	return r, nil
}

// judge turns what was watched into sentences, and breaks the part if a call failed
// or a queue of Asterisk's grew.
func (r *result) judge(seen watched, lasting time.Duration) {
	calls := max(1, seen.calls)
	r.notes = append(r.notes,
		fmt.Sprintf("%d calls, %.1f a second, up to %d at once; %d failed.", seen.calls, float64(seen.calls)/lasting.Seconds(), seen.atOnce, seen.failed),
		fmt.Sprintf("Asterisk's fullest task queue held %d (%s).", seen.depth, seen.deepest),
		fmt.Sprintf("Processor time per call: controller %s ms, Asterisk %s ms.",
			ms(seen.controller/time.Duration(calls)), ms(seen.asterisk/time.Duration(calls))),
		fmt.Sprintf("Memory of the controller at the quarters of the time: %s.", seen.quarters()))
	if seen.failed > 0 {
		r.broken = append(r.broken, fmt.Sprintf("(d) %d of %d calls failed, the target is 0%s", seen.failed, seen.calls, r.noise()))
	}
	if seen.depth > 100 {
		r.broken = append(r.broken, fmt.Sprintf("(d) task queue %s of Asterisk held %d, the target is 100%s", seen.deepest, seen.depth, r.noise()))
	}
}

// watched is what was seen of a system while it worked.
type watched struct {
	calls, failed, atOnce int
	controller, asterisk  time.Duration // processor time
	depth                 int           // of the task queue that was the fullest
	deepest               string
	memory                []int64 // of the controller, a reading a second
}

// watch looks at a system once a second while run lasts.
func watch(ctx context.Context, b *bout, run func() error) (seen watched, err error) {
	controller, asterisk := b.controller(), b.asterisk.PID()
	var looks []map[string]backlog
	look := func() error {
		said, err := b.asterisk.Exec(ctx, "core show taskprocessors")
		looks = append(looks, backlogs(said))
		return err
	}
	if err := look(); err != nil {
		return seen, err
	}
	before := [2]time.Duration{processorTime(controller), processorTime(asterisk)}
	looking, stop := context.WithCancel(ctx)
	var eye sync.WaitGroup
	eye.Go(func() {
		for sleep(looking, time.Second) {
			seen.atOnce = max(seen.atOnce, b.trunk.Calls())
			seen.memory = append(seen.memory, memoryOf(controller))
			if len(seen.memory)%lookEvery == 0 {
				_ = look() // the last one tells what grew
			}
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
	if err := look(); err != nil {
		return seen, err
	}
	seen.depth, seen.deepest = fullest(looks)
	return seen, nil
}

// lookEvery is how many seconds pass between two looks at Asterisk's queues: there
// are two thousand, and listing them is work for it.
const lookEvery = 5
