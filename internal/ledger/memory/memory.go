// Package memory is the ledger without Redis: the same order, chain, refusals
// and tail as ledger/redis, in the memory of one process. It survives nothing.
// A site gets it only by saying `ledger: memory`; tests get it for its speed.
//
// Read Store first: one site's log. Each controller has its own Log on it.
package memory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/guichet/guichet/internal/ledger"
)

var errClosed = errors.New("the ledger is closed")

// Store is one site's log, shared by the controllers of this process. The zero
// value is not usable; see New.
type Store struct {
	now func() time.Time

	mu       sync.Mutex
	run      string
	gen      uint64
	entries  []ledger.Entry // nil when the log is missing
	last     ledger.Position
	grown    chan struct{} // closed and replaced at each append
	snapshot *ledger.Snapshot
	base     *ledger.Snapshot // from which the log goes on, unless it is whole
	versions map[string][]byte
}

// New is a store without a log. Run is what takes the place of the run id of a
// Redis process; now is the clock that dates the entries.
func New(run string, now func() time.Time) *Store {
	return &Store{now: now, run: run, grown: make(chan struct{}), versions: map[string][]byte{}}
}

// Lose forgets the log, as an empty Redis would, and keeps snapshot and versions.
func (s *Store) Lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries, s.gen = nil, 0
}

// Log is one controller's view of a store. It implements ledger.Log.
type Log struct {
	store  *Store
	closed chan struct{}
	once   sync.Once

	mu  sync.Mutex
	gen uint64 // highest generation seen: a lost log begins above it
}

var _ ledger.Log = (*Log)(nil)

// NewLog is a further view of the store.
func NewLog(s *Store) *Log { return &Log{store: s, closed: make(chan struct{})} }

// Open implements ledger.Log.
func (l *Log) Open(ctx context.Context) (ledger.Head, error) {
	if err := l.usable(ctx); err != nil {
		return ledger.Head{}, fmt.Errorf("open the ledger in memory: %w", err)
	}
	s := l.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries == nil {
		s.begin(l.seen(0))
	}
	l.seen(s.gen)
	return s.head(), nil
}

// seen raises the highest generation seen to gen and returns it.
func (l *Log) seen(gen uint64) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gen = max(l.gen, gen)
	return l.gen
}

// Append implements ledger.Log. Its errors are never ambiguous.
func (l *Log) Append(ctx context.Context, gen uint64, batch []ledger.Entry) (ledger.Appended, error) {
	bodies, err := ledger.Bodies(gen, batch)
	if err != nil {
		return ledger.Appended{}, err
	}
	if err := l.usable(ctx); err != nil {
		return ledger.Appended{}, fmt.Errorf("append to the ledger in memory: %w", err)
	}
	s := l.store
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.entries == nil:
		return ledger.Appended{}, &ledger.Refused{Reason: ledger.NoStream}
	case s.gen != gen:
		return ledger.Appended{}, &ledger.Refused{Reason: ledger.OtherGeneration, Head: s.head()}
	}
	prev := s.head().Last
	ids := make([]ledger.ID, len(bodies))
	last := prev.ID
	for i := range ids {
		last = s.nextID(last)
		ids[i] = last
	}
	landed := ledger.Landed(prev, ids, bodies)
	s.write(landed.Entries(gen, batch))
	return landed, nil
}

// Read implements ledger.Log.
func (l *Log) Read(ctx context.Context, after ledger.ID, count int, wait time.Duration) ([]ledger.Entry, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		if err := l.usable(ctx); err != nil {
			return nil, fmt.Errorf("read the ledger in memory: %w", err)
		}
		entries, grown := l.store.after(after, count)
		if len(entries) > 0 || wait <= 0 {
			return entries, nil
		}
		select {
		case <-grown:
		case <-l.closed:
		case <-ctx.Done():
		case <-over.C:
			return nil, nil
		}
	}
}

// At implements ledger.Log.
func (l *Log) At(ctx context.Context, id ledger.ID) (ledger.Entry, bool, error) {
	if err := l.usable(ctx); err != nil {
		return ledger.Entry{}, false, fmt.Errorf("read entry %s in memory: %w", id, err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	e, found := l.store.at(id)
	return e, found, nil
}

// Now implements ledger.Log.
func (l *Log) Now(ctx context.Context) (time.Time, error) {
	return l.store.now(), l.usable(ctx)
}

// SaveSnapshot implements ledger.Log.
func (l *Log) SaveSnapshot(ctx context.Context, snapshot ledger.Snapshot) error {
	if err := l.usable(ctx); err != nil {
		return fmt.Errorf("save a snapshot in memory: %w", err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	kept, err := l.store.keep(snapshot)
	if err != nil {
		return fmt.Errorf("save a snapshot in memory: %w", err)
	}
	l.store.snapshot = kept
	return nil
}

// LoadSnapshot implements ledger.Log.
func (l *Log) LoadSnapshot(ctx context.Context) (ledger.Snapshot, bool, error) {
	if err := l.usable(ctx); err != nil {
		return ledger.Snapshot{}, false, fmt.Errorf("load a snapshot from memory: %w", err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	snapshot, found := l.store.usable(l.store.snapshot)
	return snapshot, found, nil
}

// Trim implements ledger.Log.
func (l *Log) Trim(ctx context.Context, base ledger.Snapshot) error {
	if err := l.usable(ctx); err != nil {
		return fmt.Errorf("trim the ledger in memory: %w", err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	kept, err := l.store.keep(base)
	if err != nil {
		return fmt.Errorf("trim the ledger in memory: %w", err)
	}
	l.store.trim(kept)
	return nil
}

// LoadBase implements ledger.Log.
func (l *Log) LoadBase(ctx context.Context) (ledger.Snapshot, bool, error) {
	if err := l.usable(ctx); err != nil {
		return ledger.Snapshot{}, false, fmt.Errorf("load the base of the ledger in memory: %w", err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	base, found := l.store.usable(l.store.base)
	return base, found, nil
}

// Room implements ledger.Log. It knows no limit, and so never asks to be trimmed.
func (l *Log) Room(ctx context.Context) (ledger.Room, error) {
	return ledger.Room{}, l.usable(ctx)
}

// Close implements ledger.Log. The store stays.
func (l *Log) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *Log) usable(ctx context.Context) error {
	select {
	case <-l.closed:
		return errClosed
	default:
		return ctx.Err()
	}
}
