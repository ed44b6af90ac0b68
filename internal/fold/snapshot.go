package fold

import (
	"encoding/json"
	"fmt"

	"github.com/guichet/guichet/internal/ledger"
)

// stateFormat is that of the snapshots of this program. Those from oldestState on are read
// as well: what they lack counts from then on, which matters to nobody but the owner of a
// contact that was live (how often it was moved, whether it was being sent to somebody, and
// for whose sake a supervisor listens).
// Of one that is older still the whole ledger is read instead, if it goes back to its first
// entry.
const (
	stateFormat = 6
	oldestState = 4
)

// Snapshot encodes the state; equal states give equal bytes.
func (s *State) Snapshot() (ledger.Snapshot, error) {
	data, err := ledger.Canonical(s)
	if err != nil {
		return ledger.Snapshot{}, fmt.Errorf("encode the state of the site: %w", err)
	}
	return ledger.Snapshot{Position: s.Protocol.Last, Gen: s.Protocol.Gen, Format: stateFormat, Data: data}, nil
}

// Restore reads a snapshot.
func Restore(snap ledger.Snapshot) (*State, error) {
	if snap.Format < oldestState || snap.Format > stateFormat {
		return nil, fmt.Errorf("read snapshot at %s: format %d, this program knows %d to %d", snap.Position.ID, snap.Format, oldestState, stateFormat)
	}
	s := New()
	if err := json.Unmarshal(snap.Data, s); err != nil {
		return nil, fmt.Errorf("read snapshot at %s: %w", snap.Position.ID, err)
	}
	if err := s.reindex(); err != nil {
		return nil, fmt.Errorf("read snapshot at %s: %w", snap.Position.ID, err)
	}
	return s, nil
}
