package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/guichet/guichet/internal/ledger"
)

// clock is site time: anchored to the ledger's clock at start, advanced by our
// own monotonic clock, and slewed gently, so that waits and ranks never jump.
type clock struct {
	mu     sync.Mutex
	anchor time.Time // monotonic
	base   int64     // site time at the anchor, µs
}

func newClock() *clock {
	now := time.Now()
	return &clock{anchor: now, base: now.UnixMicro()}
}

func (c *clock) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base + time.Since(c.anchor).Microseconds()
}

// maxSlew is the largest difference that is followed; a larger one is an alarm.
const maxSlew = time.Second

// set anchors the clock, at start.
func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor, c.base = time.Now(), at.UnixMicro()
}

// slew moves the clock a tenth of the way towards the ledger's. It returns the
// difference, and an error when that is too large to follow.
func (c *clock) slew(at time.Time) (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	mine := c.base + time.Since(c.anchor).Microseconds()
	off := time.Duration(at.UnixMicro()-mine) * time.Microsecond
	if off.Abs() > maxSlew {
		return off, fmt.Errorf("the ledger's clock is %s off ours; not followed", off.Round(time.Millisecond))
	}
	c.base += (off / 10).Microseconds()
	return off, nil
}

// ledgerTime asks the ledger for its time, corrected by half the round trip.
func ledgerTime(ctx context.Context, log ledger.Log) (time.Time, error) {
	asked := time.Now()
	at, err := log.Now(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the ledger for its time: %w", err)
	}
	return at.Add(time.Since(asked) / 2), nil
}

// newProcessName tells this process from an earlier one of the same instance.
func newProcessName() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return hex.EncodeToString(b[:])
}
