package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// The contents of versions: which this controller holds, how they come into the
// ledger and from there, and when they go.

// failure is why a version could not be loaded, and when that was tried.
type failure struct {
	why error
	at  time.Time
}

// fetchRetry is the pause before a content is looked for again.
const fetchRetry = time.Second

// fetch loads a version from the ledger unless it is held. A content that is not
// there, or cannot be used, is looked for again after a while.
func (v *versions) fetch(ctx context.Context, hash string) error {
	v.mu.Lock()
	held, failed := v.held[hash], v.failed[hash]
	v.mu.Unlock()
	switch {
	case held != nil:
		return nil
	case failed.why != nil && time.Since(failed.at) < fetchRetry:
		return failed.why
	}
	site, err := v.read(ctx, hash)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		if failed.why == nil {
			v.c.log.Error("a version of the site cannot be loaded", zap.String("version", brief(hash)), zap.Error(err))
		}
		v.failed[hash] = failure{why: err, at: time.Now()}
		return err
	}
	delete(v.failed, hash)
	v.held[hash] = site
	return nil
}

var errMissing = errors.New("its content is not in the ledger")

func (v *versions) read(ctx context.Context, hash string) (*config.Site, error) {
	packed, found, err := v.c.ledger.LoadVersion(ctx, hash)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errMissing
	}
	site, err := v.restore(packed)
	if err != nil {
		return nil, err
	}
	if site.Hash != hash {
		return nil, fmt.Errorf("its content in the ledger is that of another version, %s", brief(site.Hash))
	}
	return site, nil
}

// keep holds a version and sees to it that the ledger has its content.
func (v *versions) keep(ctx context.Context, site *config.Site) error {
	packed, err := site.Content.Pack()
	if err != nil {
		return err
	}
	if err := v.c.ledger.SaveVersion(ctx, site.Hash, packed); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held[site.Hash] = site
	delete(v.failed, site.Hash)
	delete(v.idle, site.Hash)
	return nil
}

// has reports whether the version is held.
func (v *versions) has(hash string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.held[hash] != nil
}

// of is the version of this hash, or the active one in the place of one that is
// not held: any menu is better than a cut call.
func (v *versions) of(hash string) *config.Site {
	v.mu.Lock()
	defer v.mu.Unlock()
	if site := v.held[hash]; site != nil {
		return site
	}
	return v.active.Load()
}

// why is the reason for which a version could not be loaded, nil if none is known.
func (v *versions) why(hash string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failed[hash].why
}

// stock has the leader put the active content into the ledger again, after a
// take and after each history: another store may have lost it.
func (v *versions) stock(ctx context.Context) {
	var mark string
	site := v.active.Load()
	v.c.View(func(s *fold.State) {
		if epoch, leads := v.c.epoch(s, ledger.Site); leads && s.Config == site.Hash {
			mark = fmt.Sprint(site.Hash, s.Protocol.Gen, epoch)
		}
	})
	v.mu.Lock()
	due := mark != "" && mark != v.stocked
	v.mu.Unlock()
	if !due || v.keep(ctx, site) != nil {
		return // the tail tells that the ledger is away
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stocked = mark
}

// prune drops the contents that nobody needs: neither a live contact, nor the
// latest activations, nor a proposal. One that is on its way to a proposal is
// not needed yet, so it takes two looks.
func (v *versions) prune(ctx context.Context) error {
	kept, err := v.c.ledger.KeptVersions(ctx)
	if err != nil {
		return fmt.Errorf("look for old versions of the site: %w", err)
	}
	needed := map[string]bool{}
	v.c.View(func(s *fold.State) { v.needed(s, needed) })
	v.mu.Lock()
	maps.DeleteFunc(v.held, func(hash string, _ *config.Site) bool { return !needed[hash] })
	before := v.idle
	v.idle = map[string]bool{}
	var gone []string
	for _, hash := range kept {
		if needed[hash] {
			continue
		}
		if v.idle[hash] = true; before[hash] {
			gone = append(gone, hash)
		}
	}
	v.mu.Unlock()
	for _, hash := range gone {
		if err := v.c.ledger.DropVersion(ctx, hash); err != nil {
			return fmt.Errorf("drop an old version of the site: %w", err)
		}
		v.c.log.Info("old version of the site dropped", zap.String("version", brief(hash)))
	}
	return nil
}

func (v *versions) needed(s *fold.State, needed map[string]bool) {
	needed[s.Config], needed[v.active.Load().Hash], needed[v.running.Hash] = true, true, true
	for _, a := range s.Activations {
		needed[a.Hash] = true
	}
	if s.Proposal != nil {
		needed[s.Proposal.Hash] = true
	}
	for _, rec := range s.Contacts {
		needed[rec.Config] = true
	}
}
