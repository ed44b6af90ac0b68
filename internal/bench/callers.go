package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/guichet/guichet/internal/phone"
)

// crowd are the callers of a system. Each call has a number of its own, by which the
// agent's phone knows it again.
type crowd struct {
	s      *system
	serial atomic.Int64

	mu      sync.Mutex
	dialled map[string]time.Time // by the last eight digits of the number
	let     []string             // the numbers of those whom the system let go
	failed  []error
	over    time.Time // when all hung up; zero: they stay until they are served
}

func newCrowd(s *system) *crowd {
	return &crowd{s: s, dialled: map[string]time.Time{}}
}

// known is the part of a number that every system shows alike.
func known(number string) string { return number[max(0, len(number)-8):] }

// call places one call and waits for its end.
func (w *crowd) call(ctx context.Context) {
	number := fmt.Sprintf("06%08d", w.serial.Add(1))
	c, err := w.s.trunk.Call(ctx, phone.Caller{Number: number}, unique)
	w.mu.Lock()
	if err != nil {
		w.failed = append(w.failed, err)
		w.mu.Unlock()
		return
	}
	w.dialled[known(number)] = c.Times().Invited
	w.mu.Unlock()
	select {
	case <-c.Done():
	case <-ctx.Done():
		_ = c.Hangup(context.WithoutCancel(ctx)) // a call that has just ended needs none
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if end, _ := c.End(); end.By != phone.Local {
		w.let = append(w.let, known(number))
	}
}

// blame finds the failures of a block: callers who were let go before an agent's phone
// rang for them.
func (w *crowd) blame(calls []call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	served := map[string]bool{}
	for _, c := range calls {
		served[known(c.number)] = true
	}
	for _, number := range w.let {
		if !served[number] {
			w.failed = append(w.failed, fmt.Errorf("the caller …%s was let go without an agent", number))
		}
	}
	w.let = nil
}

// crush keeps n callers in the system for so long: whoever is through calls again.
// At the end all hang up.
func (w *crowd) crush(ctx context.Context, n int, lasting time.Duration) {
	w.over = time.Now().Add(lasting)
	ctx, cancel := context.WithDeadline(ctx, w.over)
	defer cancel()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for ctx.Err() == nil {
				w.call(ctx)
			}
		})
	}
	all.Wait()
}

// stream lets people call at random, perSecond on average, for so long, and waits
// until the last has been served.
func (w *crowd) stream(ctx context.Context, perSecond float64, lasting time.Duration) {
	w.arriving(ctx, perSecond, lasting, w.call)
}

// arriving is stream for callers who do something else.
func (w *crowd) arriving(ctx context.Context, perSecond float64, lasting time.Duration, do func(context.Context)) {
	chance := rand.New(rand.NewPCG(uint64(perSecond), 2014))
	due, end := time.Now(), time.Now().Add(lasting)
	var all sync.WaitGroup
	for due.Before(end) && ctx.Err() == nil {
		due = due.Add(time.Duration(chance.ExpFloat64() * float64(time.Second) / perSecond))
		if !sleep(ctx, time.Until(due)) {
			break
		}
		all.Go(func() { do(ctx) })
	}
	all.Wait()
}

// sleep waits; false: the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// match tells each call at an agent's phone when its caller had dialled.
func (w *crowd) match(calls []call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range calls {
		calls[i].dialled = w.dialled[known(calls[i].number)]
	}
}

// meanwhile are the calls that came while people waited: the last may have come while
// all hung up.
func (w *crowd) meanwhile(calls []call) []call {
	if w.over.IsZero() {
		return calls
	}
	return slices.DeleteFunc(calls, func(c call) bool { return c.rung.After(w.over) })
}
