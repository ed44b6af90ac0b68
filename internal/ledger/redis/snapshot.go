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
	// chunksAtOnce are read with one command, which is short still.
	chunksAtOnce = 8
	// mostChunks bounds what room is made for at the word of a manifest: 128 MiB.
	mostChunks = 2048
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
	if err := l.save(ctx, s, snapshotKey(l.site), baseKey(l.site)); err != nil {
		return fmt.Errorf("save a snapshot in redis: %w", err)
	}
	return nil
}

// save keeps a snapshot under the manifest named target. The chunks of the one
// before go, unless the manifest named other needs them.
func (l *Log) save(ctx context.Context, s ledger.Snapshot, target, other string) error {
	m := manifest{
		Position: s.Position, Gen: s.Gen, Format: s.Format, SHA1: sha1.Sum(s.Data),
		Key: chunksKey(l.site, s.Position.ID, rand.Text()), Chunks: max(1, (len(s.Data)+chunkSize-1)/chunkSize),
	}
	if err := l.saveChunks(ctx, m, s.Data); err != nil {
		return fmt.Errorf("its chunks: %w", err)
	}
	if err := l.publish(ctx, m, target, other); err != nil {
		return fmt.Errorf("its manifest: %w", err)
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
	return l.together(ctx, func(p goredis.Pipeliner) {
		p.RPush(ctx, key, chunk)
		p.Expire(ctx, key, chunksLife)
	})
}

// publish puts the manifest in place of the one before and keeps the chunks it
// names, if it is of the log that is there; the script looks and writes at once.
func (l *Log) publish(ctx context.Context, m manifest, target, other string) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	text, err := ledger.Canonical(m)
	if err != nil {
		return err
	}
	keys := []string{ledgerKey(l.site), headKey(l.site), target, other, m.Key}
	answer, err := l.script(ctx, keys, "keep", 0, m.Position.ID.String(), m.Position.Digest.String(), []byte(text))
	switch {
	case err != nil:
		return err
	case answer[0] == "foreign":
		return ledger.ErrForeign
	}
	return nil
}

// LoadSnapshot implements ledger.Log.
func (l *Log) LoadSnapshot(ctx context.Context) (ledger.Snapshot, bool, error) {
	s, found, err := l.load(ctx, snapshotKey(l.site))
	if err != nil {
		return ledger.Snapshot{}, false, fmt.Errorf("load a snapshot from redis: %w", err)
	}
	return s, found, nil
}

// load reads the snapshot under a manifest, if it is whole and belongs to the log.
func (l *Log) load(ctx context.Context, key string) (ledger.Snapshot, bool, error) {
	m, _, found, err := l.manifest(ctx, key)
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

// manifest reads a manifest and its text. One that cannot be read counts as none:
// the log itself is the truth, a snapshot only saves time.
func (l *Log) manifest(ctx context.Context, key string) (m manifest, text []byte, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	text, err = l.client.Get(ctx, key).Bytes()
	if errors.Is(err, goredis.Nil) {
		return manifest{}, nil, false, nil
	}
	if err != nil {
		return manifest{}, nil, false, err
	}
	if ledger.Decode(text, &m) != nil {
		return manifest{}, text, false, nil
	}
	return m, text, true, nil
}

// continued is the snapshot that a new log would continue: the latest if it is
// whole, otherwise none; and the text of its manifest, by which the script knows
// that it is still the latest. While there is a log it is not looked for.
func (l *Log) continued(ctx context.Context) (m manifest, text []byte, err error) {
	exists, err := l.client.Exists(ctx, ledgerKey(l.site)).Result()
	if err != nil || exists > 0 {
		return manifest{}, nil, err
	}
	m, text, found, err := l.manifest(ctx, snapshotKey(l.site))
	if err != nil || !found {
		return manifest{}, text, err
	}
	_, whole, err := l.chunks(ctx, m)
	if err != nil || !whole {
		return manifest{}, text, err
	}
	return m, text, nil
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
	for from := 0; from < m.Chunks; from += chunksAtOnce {
		some, err := l.someChunks(ctx, m.Key, from, min(from+chunksAtOnce, m.Chunks))
		if err != nil {
			return nil, false, err
		}
		if len(some) == 0 {
			break // the sum of the data tells that they are missing
		}
		if from == 0 {
			data = make([]byte, 0, min(m.Chunks, mostChunks)*chunkSize)
		}
		for _, chunk := range some {
			data = append(data, chunk...)
		}
	}
	return data, sha1.Sum(data) == m.SHA1, nil
}

func (l *Log) someChunks(ctx context.Context, key string, from, until int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return l.client.LRange(ctx, key, int64(from), int64(until-1)).Result()
}
