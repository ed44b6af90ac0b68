package ledgertest

import (
	"sync"
	"testing"
	"time"
)

// Standstill measures for how long the machine has stood still, or was busy, with this process
// too: a goroutine that wants to run every few milliseconds notes how late it is. What is to be
// done within a time is not judged by time that nobody had.
type Standstill struct {
	mu            sync.Mutex
	last          time.Time
	lost, longest time.Duration
}

// lookEvery is how often the goroutine wants to run.
const lookEvery = 5 * time.Millisecond

// WatchStandstill measures until the test ends.
func WatchStandstill(t testing.TB) *Standstill {
	s := &Standstill{last: time.Now()}
	tick, end := time.NewTicker(lookEvery), make(chan struct{})
	var looking sync.WaitGroup
	looking.Go(func() {
		for {
			select {
			case <-tick.C:
				s.look()
			case <-end:
				return
			}
		}
	})
	t.Cleanup(func() {
		close(end)
		looking.Wait()
		tick.Stop()
	})
	return s
}

func (s *Standstill) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := late(s.last)
	s.lost, s.longest = s.lost+by, max(s.longest, by)
	s.last = time.Now()
}

// late is how much too late a look is; a little is nobody's fault.
func late(last time.Time) time.Duration {
	if by := time.Since(last) - lookEvery; by > lookEvery {
		return by
	}
	return 0
}

// SoFar is the time lost since the watch began.
func (s *Standstill) SoFar() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost + late(s.last)
}

// Longest is the longest time lost at once since the watch began.
func (s *Standstill) Longest() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.longest, late(s.last))
}
