package node

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// versions are the versions of the site folder that this controller holds: the
// active one, by which new contacts go, and those that contacts in flight began
// with. The fold says which is active; one goroutine follows it, for a content
// may have to be fetched from the ledger first.
type versions struct {
	c       *Controller
	load    func() (*config.Site, []config.Problem)
	restore func(packed []byte) (*config.Site, error)
	sounds  func(*config.Site) []config.SoundPrint
	// running is what this process was started with: its connections.
	running *config.Site
	active  atomic.Pointer[config.Site]
	// topics are those that contacts in flight may ask about, by their versions.
	topics atomic.Pointer[[]contact.Topic]
	// company: another controller was heard since we started.
	company   atomic.Bool
	following sync.Mutex // one switch at a time
	asking    sync.Mutex // one activation at a time is asked for here
	// sounding is what callers heard at the latest activation here, or the start.
	// Guarded by asking.
	sounding []config.SoundPrint

	mu     sync.Mutex
	held   map[string]*config.Site
	failed map[string]failure
	// settled: it is decided whether the folder of the start becomes active.
	settled bool
	// stocked is the version and the generation in which we saw to it that the
	// ledger keeps the active content.
	stocked string
	idle    map[string]bool // kept versions that nobody needed at the last look
	self    status.Version
}

func newVersions(c *Controller, o Options) *versions {
	site := o.Site
	v := &versions{
		c: c, load: o.Load, restore: o.Restore, sounds: o.Sounds, running: site,
		held: map[string]*config.Site{site.Hash: site}, failed: map[string]failure{}, idle: map[string]bool{},
		self: status.Version{Folder: site.Hash, ReloadOK: true},
	}
	if v.load == nil {
		v.load = func() (*config.Site, []config.Problem) { return config.Load(site.Dir) }
	}
	if v.restore == nil {
		v.restore = func(packed []byte) (*config.Site, error) { return config.Restore(site.Dir, packed) }
	}
	if v.sounds == nil {
		v.sounds = func(*config.Site) []config.SoundPrint { return nil }
	}
	v.active.Store(site)
	v.topics.Store(&site.Topics)
	return v
}

// run follows the fold: what it says is active, and what is proposed.
func (v *versions) run(ctx context.Context) error {
	v.listen()
	changed, done := v.c.Watch()
	defer done()
	tick := time.NewTicker(fetchRetry)
	defer tick.Stop()
	for {
		v.look(ctx)
		select {
		case <-changed:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// heard notes the beat of another controller, and that a version is proposed:
// why it could not be loaded the last time is no answer to whoever asks for it
// again. Called with the state locked.
func (v *versions) heard(a fold.Applied) {
	if a.Entry.Kind == ledger.KindBeat && a.Entry.Writer != v.c.instance {
		v.company.Store(true)
	}
	if proposed, is := a.Fact.(fact.ConfigProposed); is && a.Effective() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.failed, proposed.Hash)
	}
}

func (v *versions) look(ctx context.Context) {
	v.settle(ctx)
	v.follow(ctx)
	v.fetchProposed(ctx)
	v.stock(ctx)
	v.yieldUnfit(ctx)
}

// begin takes up the version that the ledger says is active, before anything is
// served. Whether our own folder takes its place is settled later.
func (v *versions) begin(ctx context.Context) {
	v.mu.Lock()
	v.self.ReloadedAt = v.c.clock.now()
	v.mu.Unlock()
	v.fetchNeeded(ctx)
	v.follow(ctx)
}

// follow makes the version active here that is active in the ledger.
func (v *versions) follow(ctx context.Context) {
	v.following.Lock()
	defer v.following.Unlock()
	var hash string
	var latest fold.Activation
	v.c.View(func(s *fold.State) {
		if hash = s.Config; len(s.Activations) > 0 {
			latest = s.Activations[0]
		}
	})
	before := v.active.Load()
	if hash == "" || hash == before.Hash || v.fetch(ctx, hash) != nil {
		return
	}
	v.active.Store(v.of(hash))
	v.gatherTopics(before)
	v.c.log.Info("site version active", zap.String("from", brief(before.Hash)), zap.String("to", brief(hash)),
		zap.String("by", latest.By), zap.String("source", string(latest.Source)), zap.String("changes", latest.Summary))
	v.c.leader.suspectAll()
}

func brief(hash string) string { return hash[:min(12, len(hash))] }

// settle decides, once after a start, whether the folder we were started with
// becomes the active version: it does if we lead and nobody else was heard.
// Whoever joins others goes by theirs.
func (v *versions) settle(ctx context.Context) {
	site, wanted := v.wantsOwn()
	if !wanted {
		return
	}
	if err := v.keep(ctx, site); err != nil {
		v.c.log.Warn("site version not activated yet", zap.Error(err))
		pause(ctx, tailRetry)
		return
	}
	_, err := v.c.append(ctx, "activate", func(s *fold.State) []ledger.Entry {
		epoch, leads := v.c.epoch(s, ledger.Site)
		if !leads || s.Config == site.Hash {
			return nil
		}
		e := v.c.entry(fact.ConfigActivated{Hash: site.Hash, Cause: fact.Cause{
			By: v.c.instance, Source: fact.AtStart, Summary: v.summary(s.Config, site),
		}}, "", v.c.clock.now())
		e.Role, e.Epoch = ledger.RoleLeader, epoch
		return []ledger.Entry{e}
	})
	if err != nil {
		v.c.log.Warn("site version not activated yet", zap.Error(err))
		v.c.settle(ctx, err)
	}
}

// wantsOwn reports whether a version of ours is to become active without being
// asked for, and which.
func (v *versions) wantsOwn() (site *config.Site, wanted bool) {
	var hash string
	var leads bool
	var latest fold.Activation
	v.c.View(func(s *fold.State) {
		hash = s.Config
		_, leads = v.c.epoch(s, ledger.Site)
		if len(s.Activations) > 0 {
			latest = s.Activations[0]
		}
	})
	alone := !v.company.Load()
	v.mu.Lock()
	defer v.mu.Unlock()
	first := !v.settled
	switch {
	case hash == v.running.Hash:
		v.settled = true
	case first && !alone && hash != "":
		v.settled = true
		v.c.log.Warn("other controllers are there, with another version of the site than this folder; theirs stays active",
			zap.String("active", brief(hash)), zap.String("folder", brief(v.running.Hash)), zap.String("hint", "guichet activate"))
	case !leads:
	case hash == "":
		return v.running, true
	case first && latest.Source == fact.ByRollback && latest.From == v.running.Hash && v.held[hash] != nil:
		v.settled = true
		v.c.log.Warn("the folder holds a version that was rolled back; the one before stays active",
			zap.String("active", brief(hash)), zap.String("folder", brief(v.running.Hash)), zap.String("hint", "guichet activate"))
	case first && alone:
		return v.running, true
	case alone && v.held[hash] == nil && v.failed[hash].why != nil:
		return v.active.Load(), true // nobody has that version any more
	}
	return nil, false
}

func (v *versions) fetchProposed(ctx context.Context) {
	var proposed string
	v.c.View(func(s *fold.State) {
		if s.Proposal != nil {
			proposed = s.Proposal.Hash
		}
	})
	if proposed != "" && !v.has(proposed) {
		_ = v.fetch(ctx, proposed) // the leader says why it refuses
		v.c.leader.signal()
	}
}

// fetchNeeded loads the versions that contacts in flight began with, for whoever
// takes them up.
func (v *versions) fetchNeeded(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	defer v.gatherTopics(v.active.Load())
	needed := v.inFlight()
	for _, hash := range slices.Sorted(maps.Keys(needed)) {
		if err := v.fetch(ctx, hash); err != nil {
			v.c.live.repaired("version_lost")
			v.c.log.Warn("contacts go on by the active version, for theirs cannot be loaded", zap.String("version", brief(hash)), zap.Error(err))
		}
	}
}

// inFlight are the versions that live contacts began with.
func (v *versions) inFlight() map[string]bool {
	hashes := map[string]bool{}
	v.c.View(func(s *fold.State) {
		for _, rec := range s.Contacts {
			hashes[rec.Config] = true
		}
	})
	return hashes
}

// gatherTopics notes what people may ask about who began with an earlier
// version: agents keep their general level in a topic that has just left the
// menu, or nobody could serve who chose it. Before is the version whose callers
// may not be in the fold yet.
func (v *versions) gatherTopics(before *config.Site) {
	topics := slices.Clone(before.Topics)
	hashes := v.inFlight()
	v.mu.Lock()
	for hash := range hashes {
		if site := v.held[hash]; site != nil {
			topics = append(topics, site.Topics...)
		}
	}
	v.mu.Unlock()
	slices.Sort(topics)
	topics = slices.Compact(topics)
	v.topics.Store(&topics)
}

// mayLead: only a controller with the active content decides for the site, or
// with the one that is to take its place; or one that is alone.
func (v *versions) mayLead(s *fold.State) bool {
	return s.Config == "" || v.has(s.Config) || s.Proposal != nil && v.has(s.Proposal.Hash) || !v.company.Load()
}

func (v *versions) yieldUnfit(ctx context.Context) {
	unfit := false
	v.c.View(func(s *fold.State) {
		_, leads := v.c.epoch(s, ledger.Site)
		unfit = leads && !v.mayLead(s)
	})
	if unfit {
		v.c.yield(ctx, ledger.Site, "the active version of the site cannot be loaded")
	}
}

// summary is a line for the fact.
func (v *versions) summary(from string, site *config.Site) string {
	var before *config.Site
	if v.has(from) {
		before = v.of(from)
	}
	const most = 200
	line := strings.Join(config.Compare(before, site), "; ")
	if cut := []rune(line); len(cut) > most {
		return string(cut[:most]) + "…"
	}
	return line
}
