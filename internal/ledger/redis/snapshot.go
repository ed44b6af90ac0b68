package redis

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"errors"
	"fmt"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/guichet/guichet/internal/ledger"
)

const (
	// chunkSize keeps each command short: a snapshot of many megabytes in one
	// would hold up every append behind it.
	chunkSize = 64 << 10
	// chunksLife is how long chunks wait for their manifest.
	chunksLife = time.Hour
)

// manifest says where the latest snapshot is and how to know it is whole.
type manifest struct {
	Position ledger.Position `json:"position"`
	Gen      uint64          `json:"gen"`
	Format   int             `json:"format"`
	Key      string          `json:"key"`
	Chunks   int             `json:"chunks"`
	SHA1     ledger.Digest   `json:"sha1"` // of the data
}

// SaveSnapshot implements ledger.Log: the chunks first, the manifest last.
func (l *Log) SaveSnapshot(ctx context.Context, s ledger.Snapshot) error {
	m := manifest{
		Position: s.Position, Gen: s.Gen, Format: s.Format, SHA1: sha1.Sum(s.Data),
		Key: chunksKey(l.site, s.Position.ID, rand.Text()), Chunks: max(1, (len(s.Data)+chunkSize-1)/chunkSize),
	}
	if err := l.saveChunks(ctx, m, s.Data); err != nil {
		return fmt.Errorf("save the chunks of a snapshot in redis: %w", err)
	}
	if err := l.publish(ctx, m); err != nil {
		return fmt.Errorf("save the manifest of a snapshot in redis: %w", err)
	}
	return nil
}

func (l *Log) saveChunks(ctx context.Context, m manifest, data []byte) error {
	for range m.Chunks {
		chunk := data[:min(chunkSize, len(data))]
		data = data[len(chunk):]
		if err := l.saveChunk(ctx, m.Key, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) saveChunk(ctx context.Context, key string, chunk []byte) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	_, err := l.client.TxPipelined(ctx, func(p goredis.Pipeliner) error {
		p.RPush(ctx, key, chunk)
		p.Expire(ctx, key, chunksLife)
		return nil
	})
	return err
}

// publish puts the manifest in place of the one before, keeps the chunks it
// names and removes those of the other, together.
func (l *Log) publish(ctx context.Context, m manifest) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	before, _, err := l.manifest(ctx)
	if err != nil {
		return err
	}
	text, err := ledger.Canonical(m)
	if err != nil {
		return err
	}
	_, err = l.client.TxPipelined(ctx, func(p goredis.Pipeliner) error {
		p.Persist(ctx, m.Key)
		p.Set(ctx, snapshotKey(l.site), []byte(text), 0)
		if before.Key != "" {
			p.Unlink(ctx, before.Key)
		}
		return nil
	})
	return err
}

// LoadSnapshot implements ledger.Log.
func (l *Log) LoadSnapshot(ctx context.Context) (ledger.Snapshot, bool, error) {
	s, found, err := l.loadSnapshot(ctx)
	if err != nil {
		return ledger.Snapshot{}, false, fmt.Errorf("load a snapshot from redis: %w", err)
	}
	return s, found, nil
}

func (l *Log) loadSnapshot(ctx context.Context) (ledger.Snapshot, bool, error) {
	m, found, err := l.manifest(ctx)
	if err != nil || !found {
		return ledger.Snapshot{}, false, err
	}
	if belongs, err := l.belongs(ctx, m.Position); err != nil || !belongs {
		return ledger.Snapshot{}, false, err
	}
	data, whole, err := l.chunks(ctx, m)
	if err != nil || !whole {
		return ledger.Snapshot{}, false, err
	}
	return ledger.Snapshot{Position: m.Position, Gen: m.Gen, Format: m.Format, Data: data}, true, nil
}

// manifest reads the manifest. One that cannot be read counts as none: the log
// itself is the truth, a snapshot only saves time.
func (l *Log) manifest(ctx context.Context) (manifest, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	text, err := l.client.Get(ctx, snapshotKey(l.site)).Bytes()
	if errors.Is(err, goredis.Nil) {
		return manifest{}, false, nil
	}
	if err != nil {
		return manifest{}, false, err
	}
	var m manifest
	if ledger.Decode(text, &m) != nil {
		return manifest{}, false, nil
	}
	return m, true, nil
}

// continued is the snapshot that a new log would continue: the latest if it is
// whole, otherwise none. While there is a log it is not looked for; the script
// ignores it then.
func (l *Log) continued(ctx context.Context) (manifest, error) {
	exists, err := l.client.Exists(ctx, ledgerKey(l.site)).Result()
	if err != nil || exists > 0 {
		return manifest{}, err
	}
	m, found, err := l.manifest(ctx)
	if err != nil || !found {
		return manifest{}, err
	}
	_, whole, err := l.chunks(ctx, m)
	if err != nil || !whole {
		return manifest{}, err
	}
	return m, nil
}

// belongs reports whether the log went through position, or was begun from it.
func (l *Log) belongs(ctx context.Context, position ledger.Position) (bool, error) {
	e, found, err := l.At(ctx, position.ID)
	if err != nil || found {
		return e.Self == position, err
	}
	first, err := l.Read(ctx, ledger.ID{}, 1, 0)
	return len(first) == 1 && first[0].Prev == position, err
}

// chunks reads the data, and whether it is what was saved.
func (l *Log) chunks(ctx context.Context, m manifest) (data []byte, whole bool, err error) {
	for i := range int64(m.Chunks) {
		chunk, err := l.chunk(ctx, m.Key, i)
		if err != nil {
			return nil, false, err
		}
		data = append(data, chunk...)
	}
	return data, sha1.Sum(data) == m.SHA1, nil
}

// chunk is empty if it is missing; the sum of the data tells.
func (l *Log) chunk(ctx context.Context, key string, i int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	chunk, err := l.client.LIndex(ctx, key, i).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, nil
	}
	return chunk, err
}
