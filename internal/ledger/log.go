package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MaxBatch is how many facts one append carries at most.
const MaxBatch = 256

// ErrInvalid is wrapped by errors about a batch that was never sent: empty, too
// long, or with an entry that cannot be stored.
var ErrInvalid = errors.New("invalid ledger batch")

// ErrForeign is wrapped when a snapshot is to be kept that is not of the log that
// is there: over a log that survived, no fold is ever published.
var ErrForeign = errors.New("the snapshot is of another ledger")

// Head is where the log stands.
type Head struct {
	Gen  uint64   // generation of the history, from 1
	Run  string   // run id of the Redis process that wrote last
	Last Position // the newest entry
}

// Log is one site's log, as one controller sees it. It is safe for concurrent
// use. Errors of a store that cannot be reached wrap their cause; see Append
// for what they mean there.
type Log interface {
	// Open creates the log if it is missing, or reads where it stands. It
	// must come before everything else, and again after a Refused. A log
	// that was lost is begun anew, with a higher generation; if a whole
	// snapshot survived (or was just saved from a fold), the new history
	// continues it: genesis names it as its Prev.
	Open(ctx context.Context) (Head, error)

	// Append writes a batch of at most MaxBatch facts together, in order, if
	// the log is still of generation gen. A *Refused error, or one that wraps
	// ErrInvalid, means that nothing of it is in the log. Any other error is
	// ambiguous: the batch may be in the log. It is never retried here.
	Append(ctx context.Context, gen uint64, batch []Entry) (Appended, error)

	// Read returns at most count entries after the given place, oldest first.
	// If there are none it waits up to wait for one, then returns none.
	// Cancelling ctx ends the wait at once.
	Read(ctx context.Context, after ID, count int, wait time.Duration) ([]Entry, error)

	// At returns the entry at this place, to compare its digest after a
	// silence, a refusal or a reconnect.
	At(ctx context.Context, id ID) (Entry, bool, error)

	// Now is the time of the store, to which the writers' site time is anchored.
	Now(ctx context.Context) (time.Time, error)

	// SaveSnapshot keeps the snapshot in place of the one before. If there is a
	// log, the snapshot must belong to it: ErrForeign otherwise.
	SaveSnapshot(ctx context.Context, s Snapshot) error

	// LoadSnapshot returns the latest snapshot if it is whole and belongs to
	// this log: the entry at its position has its digest, or the log's genesis
	// continues it. Otherwise false.
	LoadSnapshot(ctx context.Context) (Snapshot, bool, error)

	// Trim removes the entries up to that of the snapshot, which is kept as the
	// base of what remains. ErrForeign if it is not of this log.
	Trim(ctx context.Context, base Snapshot) error

	// LoadBase returns the snapshot from which the log can be folded as far back
	// as it goes: that of the latest trimming, or the one that genesis continues.
	// False if the log goes back to its first entry, or the base is lost.
	LoadBase(ctx context.Context) (Snapshot, bool, error)

	// Room is how full the store is.
	Room(ctx context.Context) (Room, error)

	Versions

	// Close ends waiting reads and releases the connections.
	Close() error
}

// Room is the memory of the store, in bytes. Limit is 0 if there is none that is
// known. Evicts names a policy by which a full store removes facts; empty if it
// keeps them.
type Room struct {
	Used, Limit int64
	Evicts      string
}

// Percent is the used part; 0 without a limit.
func (r Room) Percent() int64 {
	if r.Limit == 0 {
		return 0
	}
	return r.Used * 100 / r.Limit
}

// Appended tells where a batch landed.
type Appended struct {
	// Prev is the entry before the batch. If it is the last one folded, the
	// writer may fold its batch at once; otherwise it waits for its tail.
	Prev Position
	// Positions are those of the batch, in order.
	Positions []Position
}

// Entries is the batch as a reader of the log will see it.
func (a Appended) Entries(gen uint64, batch []Entry) []Entry {
	entries := make([]Entry, len(a.Positions))
	prev := a.Prev
	for i, self := range a.Positions {
		entries[i] = batch[i]
		entries[i].Gen, entries[i].Prev, entries[i].Self = gen, prev, self
		prev = self
	}
	return entries
}

// Refusal is why an append was refused as a whole.
type Refusal string

// The refusals. After each of them: read the log, fold, and decide again.
const (
	// OtherGeneration: the log moved to another generation.
	OtherGeneration Refusal = "other_generation"
	// NoStream: the log is gone; Open begins it anew.
	NoStream Refusal = "no_stream"
	// History: Redis is not the process that wrote last; the refusal itself
	// has appended a history fact and raised the generation.
	History Refusal = "history"
)

// Refused is the error of an append of which nothing was written.
type Refused struct {
	Reason Refusal
	Head   Head // where the log stands now; zero if it is gone
}

// Error says why, and where the log stands.
func (r *Refused) Error() string {
	if r.Reason == NoStream {
		return "append refused: the ledger is gone"
	}
	return fmt.Sprintf("append refused: %s; the ledger is at generation %d, entry %s", r.Reason, r.Head.Gen, r.Head.Last.ID)
}

// Snapshot is a fold as it was after the entry at Position.
type Snapshot struct {
	Position Position
	Gen      uint64
	Format   int    // version of Data
	Data     []byte // opaque to the log
}

// Bodies checks a batch and encodes its entries under generation gen, for the
// implementations of Log. The error wraps ErrInvalid.
func Bodies(gen uint64, batch []Entry) ([][]byte, error) {
	if len(batch) == 0 || len(batch) > MaxBatch {
		return nil, fmt.Errorf("%w: %d facts, want 1 to %d", ErrInvalid, len(batch), MaxBatch)
	}
	bodies := make([][]byte, len(batch))
	for i, e := range batch {
		if by, _ := writtenBy(e.Role); by&^byLedger == 0 {
			return nil, fmt.Errorf("%w: fact %d of %d: nobody writes in the role %q", ErrInvalid, i+1, len(batch), e.Role)
		}
		e.Gen = gen
		body, err := e.Body()
		if err != nil {
			return nil, fmt.Errorf("encode fact %d of %d: %w", i+1, len(batch), err)
		}
		bodies[i] = body
	}
	return bodies, nil
}

// Landed is the answer to a batch of these bodies that got these ids after prev,
// for the implementations of Log.
func Landed(prev Position, ids []ID, bodies [][]byte) Appended {
	landed := Appended{Prev: prev, Positions: make([]Position, len(ids))}
	for i, id := range ids {
		prev = prev.Next(id, bodies[i])
		landed.Positions[i] = prev
	}
	return landed
}
