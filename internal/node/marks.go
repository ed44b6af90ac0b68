package node

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"time"

	"github.com/guichet/guichet/internal/ledger"
)

const (
	// marksFor is how far back the oldest mark is: what the ledger keeps if there
	// is room, while nothing else has the history.
	marksFor = 48 * time.Hour
	// closeMarks are as close as the tail is long; those before them an hour apart.
	closeMarks = 4
	marksApart = time.Hour
)

// marks are places at which the ledger may be cut, oldest first.
type marks []mark

// mark is a snapshot without its data, which is packed.
type mark struct {
	ledger.Snapshot
	packed []byte
}

func (m mark) at() time.Time { return placed(m.Snapshot) }

// placed is when a snapshot was, by the clock of the ledger.
func placed(s ledger.Snapshot) time.Time { return time.UnixMilli(int64(s.Position.ID.Ms)) }

func packed(s ledger.Snapshot) (mark, error) {
	var into bytes.Buffer
	w, err := flate.NewWriter(&into, flate.BestSpeed)
	if err != nil {
		return mark{}, err
	}
	if _, err := w.Write(s.Data); err != nil {
		return mark{}, fmt.Errorf("pack a snapshot: %w", err)
	}
	if err := w.Close(); err != nil {
		return mark{}, fmt.Errorf("pack a snapshot: %w", err)
	}
	s.Data = nil
	return mark{s, into.Bytes()}, nil
}

func (m mark) snapshot() (ledger.Snapshot, error) {
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(m.packed)))
	if err != nil {
		return ledger.Snapshot{}, fmt.Errorf("unpack a snapshot: %w", err)
	}
	s := m.Snapshot
	s.Data = data
	return s, nil
}

// add keeps the snapshot if the last mark is that long before it, and thins out
// those before.
func (ms *marks) add(s ledger.Snapshot, apart time.Duration) error {
	all := *ms
	if n := len(all); n > 0 && placed(s).Sub(all[n-1].at()) < apart {
		return nil
	}
	m, err := packed(s)
	if err != nil {
		return err
	}
	all = append(all, m)
	for len(all) > 1 && m.at().Sub(all[1].at()) >= marksFor {
		all = all[1:]
	}
	// Not the oldest one, and each but once: what is left behind them is thin.
	if i := len(all) - 1 - closeMarks; i > 0 && all[i].at().Sub(all[i-1].at()) < marksApart {
		all = append(all[:i], all[i+1:]...)
	}
	*ms = all
	return nil
}

// take removes and returns the oldest mark, if it is not after the given time.
func (ms *marks) take(until time.Time) (oldest mark, found bool) {
	if len(*ms) == 0 || (*ms)[0].at().After(until) {
		return mark{}, false
	}
	oldest, *ms = (*ms)[0], (*ms)[1:]
	return oldest, true
}
