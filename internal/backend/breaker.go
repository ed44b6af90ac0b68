package backend

import (
	"sync"
	"time"
)

// breaker leaves a back-end alone that fails: callers are not kept waiting for what
// will not come, and it is not asked by everybody at the moment it comes back.
type breaker struct {
	mu    sync.Mutex
	inRow int
	// until is when it may be tried again, by one; trying says that one does.
	until  time.Time
	trying bool
}

// Five failures in a row open the breaker for restTime; then one request tries.
const (
	failuresInRow = 5
	restTime      = 5 * time.Second
)

// admits reports whether the back-end may be asked now. Each admission ends by
// failed, succeeded or forget.
func (b *breaker) admits(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.inRow < failuresInRow:
		return true
	case now.Before(b.until) || b.trying:
		return false
	}
	b.trying = true
	return true
}

func (b *breaker) failed(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if b.inRow++; b.inRow >= failuresInRow {
		b.until = now.Add(restTime)
	}
}

func (b *breaker) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inRow, b.trying = 0, false
}

// forget ends an admission that told nothing about the back-end.
func (b *breaker) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}
