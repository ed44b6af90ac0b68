package bench

import (
	"context"
	"fmt"
	"time"
)

// bout is what one system did in all its blocks of one part.
type bout struct {
	*system
	crew  *crew
	crowd *crowd
	calls []call
	rest  pulse // before each block
	felt  pulse // during
}

// assemble brings the agents of every system to the floor.
func assemble(ctx context.Context, all []*system, agents int, t talk) ([]*bout, error) {
	var bouts []*bout
	for _, s := range all {
		crew, err := hire(ctx, s, agents, t)
		if err != nil {
			return nil, err
		}
		bouts = append(bouts, &bout{system: s, crew: crew, crowd: newCrowd(s)})
	}
	return bouts, nil
}

// compete lets the systems run in turns, A B C A B C, so that what the machine does
// meanwhile meets them all. What an earlier competition left is forgotten.
func compete(ctx context.Context, w world, bouts []*bout, what string, run func(context.Context, *bout)) error {
	for _, b := range bouts {
		b.calls, b.rest, b.felt = nil, pulse{}, pulse{}
	}
	for round := range w.rounds {
		for _, b := range bouts {
			done := w.progress.Step(fmt.Sprintf("%s: %s, block %d of %d", what, b.name, round+1, w.rounds))
			err := b.block(ctx, run)
			done(err)
			if err != nil {
				return err
			}
			if n := len(b.crowd.failed); n > 0 {
				return fmt.Errorf("%d calls of %s failed, the first: %w", n, b.name, b.crowd.failed[0])
			}
		}
	}
	return nil
}

// block runs once and waits until nobody talks any more.
func (b *bout) block(ctx context.Context, run func(context.Context, *bout)) error {
	rest, err := feelAtRest(ctx, b.asterisk.SIPAddr())
	if err != nil {
		return err
	}
	felt, err := feelAlongside(ctx, b.asterisk.SIPAddr(), func() { run(ctx, b) })
	if err != nil {
		return err
	}
	if err := b.quiet(ctx); err != nil {
		return err
	}
	b.rest.add(rest)
	b.felt.add(felt)
	calls := b.crew.taken()
	b.crowd.match(calls)
	b.crowd.blame(calls)
	calls = b.crowd.meanwhile(calls)
	if err := b.retrace(ctx, calls); err != nil {
		return err
	}
	b.calls = append(b.calls, calls...)
	return ctx.Err()
}

// quiet waits until no phone talks.
func (b *bout) quiet(ctx context.Context) error {
	deadline := time.Now().Add(time.Minute)
	for b.desks.Calls() > 0 || b.trunk.Calls() > 0 {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d phones of %s still talk a minute after their block", b.desks.Calls(), b.name)
		}
		if !sleep(ctx, 20*time.Millisecond) {
			return ctx.Err()
		}
	}
	return nil
}

// among is the same with some of its calls.
func (b *bout) among(are func(call) bool) *bout {
	some := *b
	some.calls = nil
	for _, c := range b.calls {
		if are(c) {
			some.calls = append(some.calls, c)
		}
	}
	return &some
}

// durations of all calls for which there is one.
func (b *bout) durations(of measure) sample {
	var s sample
	for _, c := range b.calls {
		if d, is := of(c); is {
			s = append(s, d)
		}
	}
	return s
}

func (p *pulse) add(q pulse) {
	p.options = append(p.options, q.options...)
	p.timer = append(p.timer, q.timer...)
}
