package password

import (
	"sync"
	"time"
)

// Attempts slows down who guesses: after a few wrong secrets under one name, that
// name is left alone for a while, whoever asks. The zero value is no use; call
// NewAttempts. Its methods may be called from several goroutines.
type Attempts struct {
	limit  int
	within time.Duration

	mu   sync.Mutex
	last map[string][]time.Time
}

// maxNames bounds how many names are remembered; the one whose last attempt is the
// oldest gives way.
const maxNames = 10_000

// NewAttempts allows a number of failures under one name within a time.
func NewAttempts(limit int, within time.Duration) *Attempts {
	return &Attempts{limit: limit, within: within, last: map[string][]time.Time{}}
}

// Wait is how long nothing is tried under a name; 0 if it may be tried now.
func (a *Attempts) Wait(name string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	failed := a.since(name, now)
	if len(failed) < a.limit {
		return 0
	}
	return failed[len(failed)-a.limit].Add(a.within).Sub(now)
}

// Failed notes a wrong secret. It counts as soon as it is begun: whoever sends
// hundreds at once has them all counted.
func (a *Attempts) Failed(name string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	failed := append(a.since(name, now), now)
	if _, known := a.last[name]; !known && len(a.last) >= maxNames {
		a.forgetOldest()
	}
	a.last[name] = failed[max(0, len(failed)-a.limit):]
}

// Succeeded forgets what failed under a name.
func (a *Attempts) Succeeded(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.last, name)
}

// since are the failures that still count.
func (a *Attempts) since(name string, now time.Time) []time.Time {
	failed := a.last[name]
	for len(failed) > 0 && now.Sub(failed[0]) >= a.within {
		failed = failed[1:]
	}
	return failed
}

func (a *Attempts) forgetOldest() {
	var oldest string
	var at time.Time
	for name, failed := range a.last {
		if t := failed[len(failed)-1]; oldest == "" || t.Before(at) {
			oldest, at = name, t
		}
	}
	delete(a.last, oldest)
}
