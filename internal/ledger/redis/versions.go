package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"

	goredis "github.com/redis/go-redis/v9"
)

// SaveVersion implements ledger.Versions. The name comes first: a content that
// nobody lists would stay for good.
func (l *Log) SaveVersion(ctx context.Context, hash string, content []byte) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	err := l.together(ctx, func(p goredis.Pipeliner) {
		p.SAdd(ctx, versionsKey(l.site), hash)
		p.SetNX(ctx, versionKey(l.site, hash), content, 0)
	})
	if err != nil {
		return fmt.Errorf("keep version %s in redis: %w", hash, err)
	}
	return nil
}

// LoadVersion implements ledger.Versions.
func (l *Log) LoadVersion(ctx context.Context, hash string) ([]byte, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	content, err := l.client.Get(ctx, versionKey(l.site, hash)).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("load version %s from redis: %w", hash, err)
	}
	return content, true, nil
}

// KeptVersions implements ledger.Versions.
func (l *Log) KeptVersions(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	kept, err := l.client.SMembers(ctx, versionsKey(l.site)).Result()
	if err != nil {
		return nil, fmt.Errorf("list the versions in redis: %w", err)
	}
	slices.Sort(kept)
	return kept, nil
}

// DropVersion implements ledger.Versions.
func (l *Log) DropVersion(ctx context.Context, hash string) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	err := l.together(ctx, func(p goredis.Pipeliner) {
		p.Unlink(ctx, versionKey(l.site, hash))
		p.SRem(ctx, versionsKey(l.site), hash)
	})
	if err != nil {
		return fmt.Errorf("drop version %s from redis: %w", hash, err)
	}
	return nil
}
