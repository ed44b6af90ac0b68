package password

import (
	"slices"
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

// Begin counts an attempt under a name and returns 0, or says for how long nothing is
// tried and counts nothing. It is counted before anything is compared: whoever sends
// hundreds at once has them all counted.
func (a *Attempts) Begin(name string, now time.Time) (wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	begun := a.since(name, now)
	if len(begun) >= a.limit {
		return begun[len(begun)-a.limit].Add(a.within).Sub(now)
	}
	if _, known := a.last[name]; !known && len(a.last) >= maxNames {
		a.forgetOldest()
	}
	a.last[name] = append(begun, now)
	return 0
}

// Withdraw takes back one that was begun at that time: nothing wrong was said. Those
// before it count on.
func (a *Attempts) Withdraw(name string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	begun := a.last[name]
	i := slices.IndexFunc(begun, at.Equal)
	if i < 0 {
		return
	}
	if begun = slices.Delete(begun, i, i+1); len(begun) == 0 {
		delete(a.last, name)
		return
	}
	a.last[name] = begun
}

// Succeeded forgets what failed under a name.
func (a *Attempts) Succeeded(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.last, name)
}

// since are the attempts that still count.
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
