package node

import (
	"sync"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// flight is the last batch with decisions of ours, until it is known where it
// landed and it is folded: no further decision is written meanwhile, for the state
// does not show what was decided.
type flight struct {
	mu      sync.Mutex
	unclear bool // the reply was lost: the log says what became of it
	last    ledger.ID
	gen     uint64
}

// over reports whether a state shows what was decided.
func (f *flight) over(s *fold.State) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.unclear && (f.gen != s.Protocol.Gen || s.Protocol.Last.ID.Compare(f.last) >= 0)
}

// landed says where a batch ended.
func (f *flight) landed(batch []ledger.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(batch); n > 0 {
		f.last, f.gen = batch[n-1].Self.ID, batch[n-1].Gen
	}
}

// lost says that the reply to a batch was.
func (f *flight) lost() { f.set(true) }

// found says that the log was read since.
func (f *flight) found() { f.set(false) }

func (f *flight) set(unclear bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unclear = unclear
}

func (f *flight) isUnclear() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unclear
}
