package phone

import (
	"context"
	"sync"
	"time"
)

// metronome beats 20 ms for all streams of an exchange on one goroutine: with
// hundreds of calls, a timer per call costs more than the packets do. It
// stands still while nobody talks.
type metronome struct {
	mu      sync.Mutex
	streams map[*stream]struct{}
	wake    chan struct{}
}

func newMetronome() *metronome {
	return &metronome{streams: make(map[*stream]struct{}), wake: make(chan struct{}, 1)}
}

func (m *metronome) add(s *stream) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.streams[s] = struct{}{}
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// remove returns once the stream will not be ticked again.
func (m *metronome) remove(s *stream) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.streams, s)
}

// run beats until ctx is done.
func (m *metronome) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
			m.beat(ctx)
		}
	}
}

// beat ticks until no stream is left. A process that was held up makes up for
// a few frames of audio, and forgets the rest.
func (m *metronome) beat(ctx context.Context) {
	const mostLate = 5
	ticker := time.NewTicker(frameTime)
	defer ticker.Stop()
	due := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			late := int(now.Sub(due) / frameTime)
			due = due.Add(time.Duration(late) * frameTime)
			for n := range min(late, mostLate) {
				if m.tickAll(n > 0) == 0 {
					return
				}
			}
		}
	}
}

func (m *metronome) tickAll(madeUp bool) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	for s := range m.streams {
		s.tick(madeUp)
	}
	return len(m.streams)
}
