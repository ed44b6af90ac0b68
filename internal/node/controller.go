package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/backend"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Options are what a controller needs. Site, Log, Ledger and Instance are
// required.
type Options struct {
	Site *config.Site
	// Load reads and checks the site folder completely, as it is now;
	// config.Load by default. Restore makes the site of a packed version; config.Restore by
	// default.
	Load    func() (*config.Site, []config.Problem)
	Restore func(packed []byte) (*config.Site, error)
	// Sounds tells what callers hear of a site folder at the moment; nil tells nothing.
	Sounds func(*config.Site) []config.SoundPrint

	Log    *zap.Logger
	Ledger ledger.Log
	// Instance names this controller in the ledger; two controllers of a site
	// never share it.
	Instance string
	// Locked says that this process holds the lock file of its instance, so
	// that a holder of the same name is its own dead predecessor.
	Locked bool
	// LostWait is for how long a ledger that is missing at the start is left to
	// other controllers: one that has folded it puts it back. 0 if nobody else can
	// have it; see LostWait.
	LostWait time.Duration
	// Observer receives measurements; optional.
	Observer Observer
}

// LostWait is what a ledger that several controllers share needs: those that have
// folded it find out that it is gone by their next beat or read.
const LostWait = 4 * time.Second

// Observer receives measurements. Any field may be nil. Calls come from many
// goroutines and must not block.
type Observer struct {
	OnLedger   func(op string, took time.Duration)
	OnRequest  func(op string, took time.Duration, err error)
	OnEventLag func(node contact.Node, lag time.Duration)
	// OnBackend is told each request to a back-end, OnMessage each message to a
	// person; the results are of closed sets.
	OnBackend func(backend, result string, took time.Duration)
	OnMessage func(channel, result string)
	// OnUnpromised is told whom no call back was promised, or who was not called after
	// all; the reasons are of a closed set.
	OnUnpromised func(reason string)
	// OnBarred is told of a number that an agent wanted to be called and that was not.
	OnBarred func(reason string)
	// OnCircling is told of a call that an agent wanted to send on once more than agents may,
	// and why it stayed: moved_too_often or transferred_too_often.
	OnCircling func(reason string)
	// OnTransferKey is told what came of the Transfer key of a phone: done, unreached, or
	// why it was refused, of a closed set.
	OnTransferKey func(result string)
}

// Controller is one running instance. Create it with New, then call Run once.
type Controller struct {
	log      *zap.Logger
	ledger   ledger.Log
	observer Observer
	instance string
	process  string
	lostWait time.Duration
	clock    *clock
	sealer   *sealer
	live     *liveCounts

	candidate *ledger.Candidate
	links     map[contact.Node]*link
	journal   *journal
	spoken    spoken
	leader    *leader
	mail      *mailroom
	versions  *versions
	backends  *backend.Client
	pins      pins
	couriers  *couriers

	// appending holds a token while an append of ours is on its way: one at a
	// time, so that each may be folded at once.
	appending chan struct{}
	reloading sync.Mutex // one reload at a time

	mu       sync.RWMutex
	state    *fold.State
	folded   uint64 // facts, since the start
	watchers map[chan struct{}]struct{}
	lives    map[contact.ID]*life
	order    order
}

// New returns a controller that has not started.
func New(o Options) (*Controller, error) {
	sealer, err := newSealer(o.Site.Key)
	if err != nil {
		return nil, err
	}
	c := &Controller{
		log: o.Log, ledger: o.Ledger, observer: o.Observer,
		instance: o.Instance, process: newProcessName(), sealer: sealer, lostWait: o.LostWait,
		live:     newLiveCounts(),
		state:    fold.New(),
		links:    map[contact.Node]*link{},
		watchers: map[chan struct{}]struct{}{},
		lives:    map[contact.ID]*life{},

		appending: make(chan struct{}, 1),
	}
	c.clock = newClock()
	c.candidate = ledger.NewCandidate(o.Instance, c.process, fold.Understands, o.Locked)
	c.journal = newJournal(c)
	c.leader = newLeader(c)
	c.mail = newMailroom(c)
	c.versions = newVersions(c, o)
	c.backends = c.newBackends()
	c.pins = newPINs()
	c.couriers = newCouriers()
	for _, a := range o.Site.Asterisk {
		l, err := newLink(c, a)
		if err != nil {
			return nil, fmt.Errorf("asterisk node %s: %w", a.Node, err)
		}
		c.links[a.Node] = l
	}
	return c, nil
}

// ErrReplaced says that another controller without a common ledger registered
// our application.
var ErrReplaced = errors.New("another controller registered our application")

// Run serves until ctx ends or the controller cannot go on. Callers keep their
// line, rank and music when it returns: they stay in Asterisk for whoever
// comes next. The nodes are given back, so that a successor need not wait.
func (c *Controller) Run(ctx context.Context) error {
	if err := c.open(ctx); err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	// The writers outlive the sessions, whose last facts they carry.
	writing, stopWriting := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWriting()

	var calls, writers sync.WaitGroup
	start := func(g *sync.WaitGroup, ctx context.Context, run func(context.Context) error) {
		g.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				fail(err)
			}
		})
	}
	start(&writers, writing, c.tail)
	start(&writers, writing, c.journal.run)
	start(&calls, ctx, c.claims)
	start(&calls, ctx, c.leader.run)
	start(&calls, ctx, c.keep)
	start(&calls, ctx, c.keepSnapshots)
	start(&calls, ctx, c.keepRetention)
	start(&calls, ctx, c.versions.run)
	start(&calls, ctx, c.mail.run)
	for _, l := range c.links {
		start(&calls, ctx, l.run)
	}
	<-ctx.Done()
	calls.Wait()
	c.closeSessions()
	c.couriers.end()
	c.backends.Close()
	c.handOver(writing)
	stopWriting()
	writers.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// handOver writes what is left and gives the nodes back, within a bound.
func (c *Controller) handOver(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	c.journal.drain(ctx, c.heldNodes()...)
	c.yieldAll(ctx)
	if err := c.saveState(ctx); err != nil {
		c.log.Warn("no snapshot at the end; the next start reads the whole ledger", zap.Error(err))
	}
}

// View calls read with the state under a read lock: copy what is kept.
func (c *Controller) View(read func(*fold.State)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	read(c.state)
}

// Site returns the version of the site folder that is active.
func (c *Controller) Site() *config.Site { return c.versions.active.Load() }

// Now returns site time in µs since 1970.
func (c *Controller) Now() int64 { return c.clock.now() }

// Watch returns a channel that is signalled, coalesced, after facts were
// folded, and the function that ends it.
func (c *Controller) Watch() (changed <-chan struct{}, stop func()) {
	signal := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers[signal] = struct{}{}
	return signal, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watchers, signal)
	}
}

// heldNodes are those whose facts we may write.
func (c *Controller) heldNodes() []contact.Node {
	return slices.DeleteFunc(append(c.nodeNames(), contact.Mailroom), func(n contact.Node) bool { return !c.holds(n) })
}

// nodeNames are the configured Asterisk nodes, sorted.
func (c *Controller) nodeNames() []contact.Node {
	var names []contact.Node
	for n := range c.links {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
