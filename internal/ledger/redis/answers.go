package redis

import (
	"fmt"
	"strconv"

	goredis "github.com/redis/go-redis/v9"

	"github.com/guichet/guichet/internal/ledger"
)

// readOpened reads the answer to an open.
func readOpened(answer []string, err error) (ledger.Head, error) {
	if err != nil {
		return ledger.Head{}, err
	}
	return readHead(answer)
}

// readHead reads {status, gen, run, last, digest}.
func readHead(answer []string) (ledger.Head, error) {
	if len(answer) != 5 {
		return ledger.Head{}, fmt.Errorf("read the head of the ledger: %d values, want 5", len(answer))
	}
	gen, err := strconv.ParseUint(answer[1], 10, 64)
	if err != nil {
		return ledger.Head{}, fmt.Errorf("read the generation of the ledger: %w", err)
	}
	last, err := readPosition(answer[3], answer[4])
	if err != nil {
		return ledger.Head{}, err
	}
	return ledger.Head{Gen: gen, Run: answer[2], Last: last}, nil
}

// readAppended reads {status, id of prev, digest of prev, ids...}.
func readAppended(answer []string, bodies [][]byte) (ledger.Appended, error) {
	if len(answer) != 3+len(bodies) {
		return ledger.Appended{}, fmt.Errorf("read where facts landed: %d values, want %d", len(answer), 3+len(bodies))
	}
	prev, err := readPosition(answer[1], answer[2])
	if err != nil {
		return ledger.Appended{}, err
	}
	ids := make([]ledger.ID, len(bodies))
	for i, text := range answer[3:] {
		if ids[i], err = ledger.ParseID(text); err != nil {
			return ledger.Appended{}, err
		}
	}
	return ledger.Landed(prev, ids, bodies), nil
}

func readPosition(id, digest string) (p ledger.Position, err error) {
	if p.ID, err = ledger.ParseID(id); err != nil {
		return p, err
	}
	p.Digest, err = ledger.ParseDigest(digest)
	return p, err
}

func (l *Log) readEntries(messages []goredis.XMessage) ([]ledger.Entry, error) {
	entries := make([]ledger.Entry, len(messages))
	for i, m := range messages {
		e, err := readEntry(m)
		if err != nil {
			// Never skipped: what one controller skips, another may not.
			return nil, fmt.Errorf("%w; if it was written by hand, remove it: XDEL %s %s", err, ledgerKey(l.site), m.ID)
		}
		entries[i] = e
	}
	return entries, nil
}

func readEntry(m goredis.XMessage) (ledger.Entry, error) {
	id, err := ledger.ParseID(m.ID)
	if err != nil {
		return ledger.Entry{}, err
	}
	body, hasBody := m.Values["body"].(string)
	prev, hasPrev := m.Values["prev"].(string)
	if !hasBody || !hasPrev {
		return ledger.Entry{}, fmt.Errorf("read ledger entry %s: no body or no prev", id)
	}
	position, err := ledger.ParsePosition(prev)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("read ledger entry %s: %w", id, err)
	}
	return ledger.ReadBody(id, position, []byte(body))
}
