package ari

import (
	"context"
	"time"
)

// backoff spaces reconnections: the pause doubles from min to max, and each is
// drawn between half and all of it, so that many controllers cut off by one
// fault do not come back in step.
type backoff struct {
	min, max time.Duration
	jitter   func() float64

	next time.Duration
}

func (b *backoff) reset() { b.next = 0 }

// draw returns the pause to take now and doubles the one after it.
func (b *backoff) draw() time.Duration {
	b.next = min(max(b.next, b.min), b.max)
	pause := b.next/2 + time.Duration(b.jitter()*float64(b.next/2))
	b.next *= 2
	return pause
}

func (b *backoff) wait(ctx context.Context) { wait(ctx, b.draw()) }

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
