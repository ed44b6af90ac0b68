package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// SaveVersion implements ledger.Versions.
func (l *Log) SaveVersion(ctx context.Context, hash string, content []byte) error {
	if err := l.usable(ctx); err != nil {
		return fmt.Errorf("keep version %s in memory: %w", hash, err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	if _, kept := l.store.versions[hash]; !kept {
		l.store.versions[hash] = slices.Clone(content)
	}
	return nil
}

// LoadVersion implements ledger.Versions.
func (l *Log) LoadVersion(ctx context.Context, hash string) ([]byte, bool, error) {
	if err := l.usable(ctx); err != nil {
		return nil, false, fmt.Errorf("load version %s from memory: %w", hash, err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	content, kept := l.store.versions[hash]
	return slices.Clone(content), kept, nil
}

// KeptVersions implements ledger.Versions.
func (l *Log) KeptVersions(ctx context.Context) ([]string, error) {
	if err := l.usable(ctx); err != nil {
		return nil, fmt.Errorf("list the versions in memory: %w", err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	return slices.Sorted(maps.Keys(l.store.versions)), nil
}

// DropVersion implements ledger.Versions.
func (l *Log) DropVersion(ctx context.Context, hash string) error {
	if err := l.usable(ctx); err != nil {
		return fmt.Errorf("drop version %s from memory: %w", hash, err)
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	delete(l.store.versions, hash)
	return nil
}
