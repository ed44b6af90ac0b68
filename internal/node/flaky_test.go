package node_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/guichet/guichet/internal/ledger"
)

var (
	errKilled = errors.New("the process is gone")
	errAway   = errors.New("the ledger is away")
	errLost   = errors.New("the answer was lost")
)

// flaky is a ledger that fails on demand.
type flaky struct {
	ledger.Log
	noSnapshot bool

	mu     sync.Mutex
	broken error         // of every call
	lose   int           // appends that land without an answer, from now on
	hang   chan struct{} // while not nil, appends wait for it
	before func([]ledger.Entry)
	last   func([]ledger.Entry) bool // breaks every call from the append on that it is of
	lands  bool                      // that one
	rooms  []ledger.Room             // what it says of its memory to a hearer, one after the other
}

func newFlaky(l ledger.Log) *flaky { return &flaky{Log: l} }

// break_ makes every call fail until mend.
func (f *flaky) break_(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
}

func (f *flaky) mend() { f.break_(nil) }

// loseAnswers makes the next n appends land and fail all the same.
func (f *flaky) loseAnswers(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose = n
}

// freeze makes appends wait, as long as their context lasts, until thaw.
func (f *flaky) freeze() (thaw func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	hang := make(chan struct{})
	f.hang = hang
	return sync.OnceFunc(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hang = nil
		close(hang)
	})
}

// look lets a test act before a batch is appended.
func (f *flaky) look(before func([]ledger.Entry)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
}

// dieAt makes every call fail from the append on that is matched, which lands or not; dead
// reports whether it came.
func (f *flaky) dieAt(last func([]ledger.Entry) bool, lands bool) (dead func() bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.lands = last, lands
	return func() bool { broken, _ := f.state(); return broken != nil }
}

// dies reports whether this append is the last, and lands.
func (f *flaky) dies(batch []ledger.Entry) (last, lands bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil || !f.last(batch) {
		return false, false
	}
	f.broken = errKilled
	return true, f.lands
}

func (f *flaky) watcher() func([]ledger.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.before
}

func (f *flaky) state() (broken error, hang chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken, f.hang
}

func (f *flaky) Open(ctx context.Context) (ledger.Head, error) {
	if broken, _ := f.state(); broken != nil {
		return ledger.Head{}, broken
	}
	return f.Log.Open(ctx)
}

func (f *flaky) Append(ctx context.Context, gen uint64, batch []ledger.Entry) (ledger.Appended, error) {
	broken, hang := f.state()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return ledger.Appended{}, ctx.Err()
		}
	}
	if broken != nil {
		return ledger.Appended{}, broken
	}
	if look := f.watcher(); look != nil {
		look(batch)
	}
	last, lands := f.dies(batch)
	if last && !lands {
		return ledger.Appended{}, errKilled
	}
	landed, err := f.Log.Append(ctx, gen, batch)
	if last {
		return ledger.Appended{}, errKilled
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil && f.lose > 0 {
		f.lose--
		return ledger.Appended{}, errLost
	}
	return landed, err
}

func (f *flaky) Read(ctx context.Context, after ledger.ID, count int, wait time.Duration) ([]ledger.Entry, error) {
	if broken, _ := f.state(); broken != nil {
		return nil, broken
	}
	entries, err := f.Log.Read(ctx, after, count, min(wait, 50*time.Millisecond))
	if broken, _ := f.state(); broken != nil {
		return nil, broken
	}
	return entries, err
}

func (f *flaky) At(ctx context.Context, id ledger.ID) (ledger.Entry, bool, error) {
	if broken, _ := f.state(); broken != nil {
		return ledger.Entry{}, false, broken
	}
	return f.Log.At(ctx, id)
}

// hearer marks the context of who is told what says has it say: the controller asks by
// itself, too, every few seconds.
type hearer struct{}

// says makes it tell these percentages of its memory, then none.
func (f *flaky) says(percent ...int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range percent {
		f.rooms = append(f.rooms, ledger.Room{Used: p, Limit: 100})
	}
}

func (f *flaky) Room(ctx context.Context) (ledger.Room, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rooms) == 0 || ctx.Value(hearer{}) == nil {
		return f.Log.Room(ctx)
	}
	next := f.rooms[0]
	f.rooms = f.rooms[1:]
	return next, nil
}

func (f *flaky) Now(ctx context.Context) (time.Time, error) {
	if broken, _ := f.state(); broken != nil {
		return time.Time{}, broken
	}
	return f.Log.Now(ctx)
}

func (f *flaky) SaveSnapshot(ctx context.Context, s ledger.Snapshot) error {
	if broken, _ := f.state(); broken != nil {
		return broken
	}
	return f.Log.SaveSnapshot(ctx, s)
}

func (f *flaky) LoadSnapshot(ctx context.Context) (ledger.Snapshot, bool, error) {
	if broken, _ := f.state(); broken != nil {
		return ledger.Snapshot{}, false, broken
	}
	if f.noSnapshot {
		return ledger.Snapshot{}, false, nil
	}
	return f.Log.LoadSnapshot(ctx)
}
