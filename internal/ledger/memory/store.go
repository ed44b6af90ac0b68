package memory

import (
	"slices"

	"github.com/guichet/guichet/internal/ledger"
)

// The methods below, but for after, are called with mu held.

// begin writes genesis above generation seen, after the snapshot if there is one.
func (s *Store) begin(seen uint64) {
	var prev ledger.Position
	if s.snapshot != nil {
		prev, seen = s.snapshot.Position, max(seen, s.snapshot.Gen)
		if !prev.IsZero() {
			s.base = s.snapshot
		}
	}
	data, err := ledger.Canonical(ledger.Began{Run: s.run})
	if err != nil {
		panic("memory: a run id is not canonical JSON: " + err.Error())
	}
	genesis := ledger.Entry{
		Gen: seen + 1, Kind: ledger.KindGenesis, Format: 1, Role: ledger.RoleLedger,
		At: s.now().UnixMicro(), Data: data,
	}
	body, err := genesis.Body()
	if err != nil {
		panic("memory: genesis cannot be stored: " + err.Error())
	}
	landed := ledger.Landed(prev, []ledger.ID{s.nextID(prev.ID)}, [][]byte{body})
	s.gen = seen + 1
	s.write(landed.Entries(s.gen, []ledger.Entry{genesis}))
}

func (s *Store) write(entries []ledger.Entry) {
	for _, e := range entries {
		e.Data = slices.Clone(e.Data)
		s.entries, s.last = append(s.entries, e), e.Self
	}
	close(s.grown)
	s.grown = make(chan struct{})
}

// nextID is the id of an entry written now, after last even if the clock is not.
func (s *Store) nextID(last ledger.ID) ledger.ID {
	if now := uint64(max(s.now().UnixMilli(), 0)); now > last.Ms {
		return ledger.ID{Ms: now}
	}
	return ledger.ID{Ms: last.Ms, Seq: last.Seq + 1}
}

func (s *Store) head() ledger.Head {
	return ledger.Head{Gen: s.gen, Run: s.run, Last: s.last}
}

// after returns a copy of what follows the id, and a channel that is closed at
// the next append.
func (s *Store) after(id ledger.ID, count int) ([]ledger.Entry, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, found := s.search(id)
	if found {
		from++
	}
	until := min(len(s.entries), from+max(count, 0))
	return slices.Clone(s.entries[from:until]), s.grown
}

func (s *Store) at(id ledger.ID) (ledger.Entry, bool) {
	i, found := s.search(id)
	if !found {
		return ledger.Entry{}, false
	}
	return s.entries[i], true
}

func (s *Store) search(id ledger.ID) (int, bool) {
	return slices.BinarySearchFunc(s.entries, id, func(e ledger.Entry, id ledger.ID) int {
		return e.Self.ID.Compare(id)
	})
}

// belongs reports whether the log went through position, or was begun from it.
func (s *Store) belongs(position ledger.Position) bool {
	if e, found := s.at(position.ID); found {
		return e.Self == position
	}
	return len(s.entries) > 0 && s.entries[0].Prev == position
}

// keep is a copy of the snapshot, if it is of the log that is there.
func (s *Store) keep(snapshot ledger.Snapshot) (*ledger.Snapshot, error) {
	if s.entries != nil && !s.belongs(snapshot.Position) {
		return nil, ledger.ErrForeign
	}
	snapshot.Data = slices.Clone(snapshot.Data)
	return &snapshot, nil
}

// usable is a copy of a snapshot that is kept, if it is of the log that is there.
func (s *Store) usable(kept *ledger.Snapshot) (ledger.Snapshot, bool) {
	if kept == nil || !s.belongs(kept.Position) {
		return ledger.Snapshot{}, false
	}
	snapshot := *kept
	snapshot.Data = slices.Clone(kept.Data)
	return snapshot, true
}

// trim removes the entries up to that of the base.
func (s *Store) trim(base *ledger.Snapshot) {
	s.base = base
	until, found := s.search(base.Position.ID)
	if found {
		until++
	}
	s.entries = slices.Clone(s.entries[until:])
}
