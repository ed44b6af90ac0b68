package redis

import (
	"context"
	"fmt"

	"github.com/guichet/guichet/internal/ledger"
)

// trimPiece keeps each command short: to remove millions of entries in one would
// hold up every append behind it.
const trimPiece = 10_000

// Trim implements ledger.Log: the base first, then the entries, oldest first. One
// that is interrupted leaves a log that can be folded from the base.
func (l *Log) Trim(ctx context.Context, base ledger.Snapshot) error {
	if err := l.save(ctx, base, baseKey(l.site), snapshotKey(l.site)); err != nil {
		return fmt.Errorf("trim the ledger in redis: save its base: %w", err)
	}
	first := ledger.ID{Ms: base.Position.ID.Ms, Seq: base.Position.ID.Seq + 1}
	for {
		removed, err := l.trimPiece(ctx, first)
		if err != nil {
			return fmt.Errorf("trim the ledger in redis to %s: %w", base.Position.ID, err)
		}
		if removed == 0 {
			return l.trimRest(ctx, first)
		}
	}
}

// trimPiece removes whole nodes of the stream, which costs no more than freeing
// them.
func (l *Log) trimPiece(ctx context.Context, first ledger.ID) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return l.client.XTrimMinIDApprox(ctx, ledgerKey(l.site), first.String(), trimPiece).Result()
}

// trimRest removes the rest, less than one node.
func (l *Log) trimRest(ctx context.Context, first ledger.ID) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	if err := l.client.XTrimMinID(ctx, ledgerKey(l.site), first.String()).Err(); err != nil {
		return fmt.Errorf("trim the ledger in redis before %s: %w", first, err)
	}
	return nil
}

// LoadBase implements ledger.Log.
func (l *Log) LoadBase(ctx context.Context) (ledger.Snapshot, bool, error) {
	base, found, err := l.load(ctx, baseKey(l.site))
	if err != nil {
		return ledger.Snapshot{}, false, fmt.Errorf("load the base of the ledger from redis: %w", err)
	}
	return base, found, nil
}

// Room implements ledger.Log. Without maxmemory the limit is the machine's memory.
func (l *Log) Room(ctx context.Context) (ledger.Room, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	text, err := l.client.Info(ctx, "memory").Result()
	if err != nil {
		return ledger.Room{}, fmt.Errorf("ask redis for its memory: %w", err)
	}
	return readInfo(text).Room(), nil
}
