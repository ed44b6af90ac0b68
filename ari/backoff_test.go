package ari

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPausesDoubleUpToTheLongestAndStartAgainAfterAReset(t *testing.T) {
	t.Parallel()
	b := backoff{min: 100, max: 500, jitter: func() float64 { return 1 }}
	draws := []time.Duration{b.draw(), b.draw(), b.draw(), b.draw(), b.draw()}
	assert.Equal(t, []time.Duration{100, 200, 400, 500, 500}, draws)
	b.reset()
	assert.Equal(t, time.Duration(100), b.draw())
}

func TestJitterKeepsHalfOfThePauseAtLeast(t *testing.T) {
	t.Parallel()
	b := backoff{min: 100, max: 100, jitter: func() float64 { return 0 }}
	assert.Equal(t, time.Duration(50), b.draw())
}

func TestTheEndOfTheContextCutsAPauseShort(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := backoff{min: time.Hour, max: time.Hour, jitter: func() float64 { return 1 }}
	start := time.Now()
	b.wait(ctx)
	assert.Less(t, time.Since(start), time.Minute)
}
