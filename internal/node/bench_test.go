package node_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/internal/node"
	"github.com/guichet/guichet/internal/status"
	"github.com/guichet/guichet/ivr"
)

// Most tests wait most of the time: more of them run at once than there are
// processors.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "6")
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for something that should come; a machine
// under load must not make a test fail.
const patience = 90 * time.Second

// bench is one fake Asterisk, one ledger in memory and one controller on the
// sample site.
type bench struct {
	*testing.T
	asterisk *aritest.Server
	store    *memory.Store
	dir      string // site folder
	changes  []func(*config.Site)

	connections []config.Asterisk
	key         config.Secret
	site        *config.Site
	logs        *observer.ObservedLogs
	lostWait    time.Duration
	noSnapshot  bool              // the ledger has lost it
	unreachable bool              // nobody listens at Asterisk's address when a controller starts
	silent      bool              // somebody does, and nothing comes through
	book        func() ledger.Log // what a controller is given; the store's by default

	prints     *atomic.Pointer[[]config.SoundPrint] // what callers hear of the folder
	texts      *counts                              // with links, by channel and result
	barred     *counts                              // numbers that agents wanted and that were not called
	circling   *counts                              // calls that agents may not send on any more
	unpromised *counts                              // whom no call back was promised, by reason
	before     func(*node.Controller)               // is given each controller before it runs
	broken     map[string]uint64                    // invariants that the test breaks, and how often

	// Of the controller that runs now.
	c      *node.Controller
	wire   *wire
	ledger *flaky
	run    *run
	cancel context.CancelFunc
	// unfit: it cannot make a site of what is in the ledger.
	unfit *atomic.Bool
}

// counts is by reason; many goroutines count.
type counts struct {
	mu sync.Mutex
	of map[string]int
}

func (c *counts) add(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[reason]++
}

func (c *counts) all() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.of)
}

// run is one life of a controller: err is what it ended with, once done.
type run struct {
	done chan struct{}
	err  error
}

// fast makes a second of ring time last 10 ms inside the fake Asterisk.
var fast = aritest.Config{Second: 10 * time.Millisecond}

func newBench(t *testing.T, change ...func(*config.Site)) *bench {
	t.Helper()
	return newBenchWith(t, aritest.Config{}, change...)
}

func newBenchWith(t *testing.T, conf aritest.Config, change ...func(*config.Site)) *bench {
	t.Helper()
	b := raise(t, conf, change...)
	b.start()
	return b
}

// raise is a bench whose controller does not run yet.
func raise(t *testing.T, conf aritest.Config, change ...func(*config.Site)) *bench {
	t.Helper()
	b := &bench{
		T: t, asterisk: aritest.NewWith(t, conf), store: memory.New("run-1", time.Now), changes: change,
		dir: filepath.Join("..", "..", "examples", "dgfip"), unpromised: &counts{}, barred: &counts{}, circling: &counts{}, texts: &counts{}, prints: &atomic.Pointer[[]config.SoundPrint]{},
	}
	b.prints.Store(&[]config.SoundPrint{})
	options := b.asterisk.Options()
	secret := filepath.Join(b.TempDir(), "password")
	require.NoError(b, os.WriteFile(secret, []byte(options.Password), 0o600))
	require.NoError(b, os.WriteFile(secret+"-user", []byte(options.Username), 0o600))
	b.key = config.Secret{File: secret}
	b.connections = []config.Asterisk{{
		Node: "a1", URL: options.URL, Application: options.Application,
		Username: config.Secret{File: secret + "-user"}, Password: b.key,
	}}
	b.site = b.loadSite()
	return b
}

// loadSite is the sample site, open day and night, pointed at the fake Asterisk.
func (b *bench) loadSite() *config.Site {
	site, problems := config.Load(b.dir)
	require.Empty(b, problems)
	b.adapt(site)
	return site
}

// adapt makes a version of the site fit for the bench.
func (b *bench) adapt(site *config.Site) {
	site.Asterisk, site.Key = b.connections, b.key
	for name, e := range site.Entries {
		e.Calendar = "demo"
		site.Entries[name] = e
	}
	for name, c := range site.Plan.Centers {
		c.Calendar = site.Calendars["demo"]
		site.Plan.Centers[name] = c
	}
	patient(site)
	for _, f := range b.changes {
		f(site)
	}
}

// patient has phones ring, and menus wait for a key, for longer than it takes a busy machine
// to come to what a test does about it. Menus give up soon enough that a caller whose keys were
// lost, as such a machine may take its link for dead, still reaches an agent while the test has
// patience.
func patient(s *config.Site) {
	policies(func(p *contact.Policies) { p.Ring = time.Minute })(s)
	menusWait(10 * time.Second)(s)
}

// policies changes the times of every queue.
func policies(change func(*contact.Policies)) func(*config.Site) {
	return func(s *config.Site) {
		for q, terms := range s.Plan.Queues {
			change(&terms.Policies)
			s.Plan.Queues[q] = terms
		}
	}
}

// noWrapUp lets agents take the next call at once.
var noWrapUp = policies(func(p *contact.Policies) { p.WrapUp = 0 })

// menusWait sets the silence after which a menu asks again.
func menusWait(silence time.Duration) func(*config.Site) {
	return func(s *config.Site) {
		for _, n := range s.Entries["2014"].Tree.Nodes {
			if m, is := n.(*ivr.Menu); is && m != nil {
				m.NoInputTimeout = silence
			}
		}
	}
}

// afterNoon puts the site where it is a quarter past noon: neither a day nor an hour nor half
// of one ends while a test lasts.
func afterNoon() func(*config.Site) {
	now := time.Now().UTC()
	zone := time.FixedZone("afternoon", int((12*time.Hour + 15*time.Minute - now.Sub(now.Truncate(24*time.Hour))).Seconds()))
	return func(s *config.Site) { s.Zone = zone }
}

// start runs a controller and waits until it commands Asterisk.
func (b *bench) start() {
	b.Helper()
	b.launch("c1")
	b.until("the link to be up", b.ready)
}

// launch runs a controller of this instance name behind a wire of its own.
func (b *bench) launch(instance string) {
	b.Helper()
	b.wire = newWire(b, b.asterisk.URL())
	if b.unreachable {
		b.wire.refuse()
	}
	if b.silent {
		b.wire.hush()
	}
	if b.book == nil {
		b.book = func() ledger.Log { return memory.NewLog(b.store) }
	}
	b.ledger = newFlaky(b.book())
	b.ledger.noSnapshot = b.noSnapshot
	site := *b.site
	connections := slices.Clone(site.Asterisk)
	connections[0].URL = b.wire.url
	site.Asterisk = connections
	here := func(site *config.Site) *config.Site {
		b.adapt(site)
		site.Asterisk = connections
		return site
	}
	dir, unfit := b.dir, &atomic.Bool{}
	b.unfit = unfit
	core, logs := observer.New(zapcore.DebugLevel)
	b.logs = logs
	c, err := node.New(node.Options{
		Sounds: func(*config.Site) []config.SoundPrint { return *b.prints.Load() },
		Site:   &site, Log: zap.New(core), Ledger: b.ledger, Instance: instance, Locked: true, LostWait: b.lostWait,
		Observer: node.Observer{
			OnUnpromised: b.unpromised.add, OnBarred: b.barred.add, OnCircling: b.circling.add, OnMessage: func(channel, result string) { b.texts.add(channel + " " + result) },
		},
		Load: func() (*config.Site, []config.Problem) {
			site, problems := config.Load(dir)
			if site != nil {
				site = here(site)
			}
			return site, problems
		},
		Restore: func(packed []byte) (*config.Site, error) {
			if unfit.Load() {
				return nil, errors.New("not by this program")
			}
			site, err := config.Restore(dir, packed)
			if err != nil {
				return nil, err
			}
			return here(site), nil
		},
	})
	require.NoError(b, err)
	if b.before != nil {
		b.before(c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{done: make(chan struct{})}
	b.c, b.cancel, b.run = c, cancel, r
	go func() {
		defer close(r.done)
		r.err = c.Run(ctx)
	}()
	b.Cleanup(func() {
		cancel()
		<-r.done
		if b.Failed() {
			for _, e := range logs.FilterLevelExact(zapcore.WarnLevel).All() {
				b.Log(instance, e.Message, e.ContextMap())
			}
		}
	})
}

// stop ends the controller as an operator does.
func (b *bench) stop() {
	b.Helper()
	b.cancel()
	require.NoError(b, b.ended())
}

// ended waits for the end of the controller and returns with what it ended.
func (b *bench) ended() error {
	b.Helper()
	select {
	case <-b.run.done:
		return b.run.err
	case <-time.After(patience):
		b.Fatal("the controller goes on")
		return nil
	}
}

// kill ends the controller as kill -9 does: from one instant on, nothing that
// it says reaches Asterisk or the ledger.
func (b *bench) kill() {
	b.ledger.break_(errKilled)
	b.wire.cut(true)
	b.asterisk.Cut()
	b.cancel()
}

// ready reports whether the controller commands Asterisk, which one that stands by does
// not yet, and the leader has said what may be written.
func (b *bench) ready() (ready bool) {
	b.c.View(func(s *fold.State) { ready = s.MayWrite(fact.KindCallbackRequested) })
	link := b.c.Links()[0]
	// Its client can be commanded before the node has taken note that the link is up: a
	// test that cuts it then would take the one for the other.
	return ready && len(b.c.NotReady()) == 0 && link.Held && link.Connected
}

func (b *bench) until(what string, holds func() bool) {
	b.Helper()
	require.Eventually(b, holds, patience, 2*time.Millisecond, "waiting for %s", what)
}

// whileUntil asserts that something holds all the time until the other does.
func (b *bench) whileUntil(what string, holds, end func() bool) {
	b.Helper()
	b.until(what, func() bool {
		require.True(b, holds(), "while waiting for %s", what)
		return end()
	})
}

// login logs agents in. Whoever has no phone yet gets one that rings: without it he would be
// ready for no longer than it takes to be seen.
func (b *bench) login(agents ...contact.Agent) {
	b.Helper()
	for _, a := range agents {
		card, known := b.c.Card(a)
		require.True(b, known, a)
		if !b.asterisk.HasPhone(card.Phone) {
			b.asterisk.Phone(card.Phone, aritest.Rings())
		}
		b.command(a, card)
	}
}

var operations atomic.Int64

// nextOperation is a name that nothing else has.
func nextOperation() string { return "op-" + strconv.FormatInt(operations.Add(1), 10) }

// command gives a command that must be accepted. On a machine that stands still it may not be
// answered in time: it is given again, and takes effect once.
func (b *bench) command(a contact.Agent, f fact.Fact) ledger.Answer {
	b.Helper()
	op := nextOperation()
	answer, err := b.c.Command(context.Background(), a, f, op)
	for again := time.Now(); err != nil && time.Since(again) < patience; {
		answer, err = b.c.Command(context.Background(), a, f, op)
	}
	require.NoError(b, err)
	require.Empty(b, answer.Void)
	return answer
}

// phone sets up the phone of an agent of the sample site.
func (b *bench) phone(a contact.Agent, does aritest.Behaviour) *aritest.Phone {
	return b.asterisk.Phone("PJSIP/"+string(a), does)
}

// call enters the unique number the way the dialplan does.
func (b *bench) call() *aritest.Caller {
	return b.asterisk.Call("0612345678", "2014", "entry", "2014")
}

// What a caller from Paris keys: for an agent of the CIS about the declaration,
// and for one of the CPS about direct debit, under payment.
const (
	forCIS = "1" + "75"
	forCPS = "22" + "75"
)

// ask calls and presses the keys that ask for an agent of the CIS.
func (b *bench) ask() *aritest.Caller {
	caller := b.call()
	caller.Press(forCIS)
	return caller
}

// waits calls, asks, and returns when the caller waits in the queue.
func (b *bench) waits() *aritest.Caller {
	b.Helper()
	caller := b.ask()
	b.until("the caller to wait", func() bool { return b.standingOf(caller) == "waiting" })
	return caller
}

func (b *bench) agent(id contact.Agent) (state acd.State) {
	b.c.View(func(s *fold.State) {
		if a := s.Floor.Agents[id]; a != nil {
			state = a.State
		}
	})
	return state
}

func (b *bench) agentIs(id contact.Agent, state acd.State) {
	b.Helper()
	b.until(fmt.Sprintf("agent %s to be %s", id, state), func() bool { return b.agent(id) == state })
}

// why is the reason for which an agent is set aside or paused.
func (b *bench) why(id contact.Agent) (why string) {
	b.c.View(func(s *fold.State) { why = s.Floor.Agents[id].Why })
	return why
}

// count is what a counter of the site holds, by its first label.
func (b *bench) count(of func(*fold.Tally) fold.Counter) map[string]uint64 {
	counts := map[string]uint64{}
	b.c.View(func(s *fold.State) {
		for labels, n := range of(s.Tally) {
			counts[labels.Values()[0]] += n
		}
	})
	return counts
}

func (b *bench) outcomes() map[string]uint64 {
	return b.count(func(t *fold.Tally) fold.Counter { return t.Outcomes })
}

func (b *bench) offers() map[string]uint64 {
	return b.count(func(t *fold.Tally) fold.Counter { return t.Offers })
}

// abandoned counts by stage.
func (b *bench) abandoned() map[string]uint64 {
	counts := map[string]uint64{}
	b.c.View(func(s *fold.State) {
		for labels, n := range s.Tally.Abandoned {
			counts[labels.Values()[2]] += n
		}
	})
	return counts
}

// dissuaded counts by reason.
func (b *bench) dissuaded() map[string]uint64 {
	counts := map[string]uint64{}
	b.c.View(func(s *fold.State) {
		for labels, n := range s.Tally.Dissuaded {
			counts[labels.Values()[1]] += n
		}
	})
	return counts
}

// record is what the ledger knows of a caller, nil if nothing any more.
func (b *bench) record(caller *aritest.Caller) (rec *engine.Record) {
	b.c.View(func(s *fold.State) {
		for _, r := range s.Contacts {
			if r.Line == string(caller.ID()) {
				rec = new(engine.Record)
				*rec = *r
			}
		}
	})
	return rec
}

func (b *bench) standingOf(caller *aritest.Caller) string {
	if rec := b.record(caller); rec != nil {
		return rec.Standing()
	}
	return "unknown"
}

func (b *bench) standings(callers ...*aritest.Caller) (all []string) {
	for _, caller := range callers {
		all = append(all, b.standingOf(caller))
	}
	return all
}

// contacts counts the contacts that the ledger has.
func (b *bench) contacts() (n int) {
	b.c.View(func(s *fold.State) { n = len(s.Contacts) })
	return n
}

// talks reports whether caller and phone hear each other.
func (b *bench) talks(caller *aritest.Caller, phone *aritest.Phone) bool {
	return slices.ContainsFunc(phone.Legs(), func(leg aritest.Channel) bool {
		return slices.Contains(leg.BridgedTo, caller.ID())
	})
}

func (b *bench) untilTalking(caller *aritest.Caller, a contact.Agent) {
	b.Helper()
	b.until("the caller to talk to "+string(a), func() bool {
		rec := b.record(caller)
		return rec != nil && rec.Standing() == "talking" && rec.Agent == a && len(caller.Channel().BridgedTo) == 1
	})
}

// untilQuiet waits until nothing is left of any call: no session, contact,
// channel, bridge, listener or unwritten fact.
func (b *bench) untilQuiet() {
	b.Helper()
	defer func() {
		if b.Failed() {
			b.Logf("left: %+v, contacts %d, channels %+v, bridges %+v", b.c.Live(), b.contacts(), b.asterisk.Channels(), b.asterisk.Bridges())
		}
	}()
	b.until("nothing to be left", func() bool {
		live := b.c.Live()
		return live.Contacts == 0 && live.Journal == 0 && b.contacts() == 0 &&
			b.c.Listening() == 0 && len(b.asterisk.Channels()) == 0 && len(b.asterisk.Bridges()) == 0
	})
	b.sound()
}

// sound asserts what holds at every moment: no broken invariant, conservation,
// and counters that are equal to a recount of the ledger.
func (b *bench) sound() {
	b.Helper()
	if broken := b.c.Live().Violations; b.broken == nil {
		assert.Empty(b, broken)
	} else {
		assert.Equal(b, b.broken, broken)
	}
	if live, again, same := b.recount(); same {
		assert.JSONEq(b, live, again, "recount")
	}
	b.c.View(func(s *fold.State) {
		here := uint64(0)
		for _, rec := range s.Contacts {
			if rec.Outcome == contact.StillHere {
				here++
			}
		}
		assert.Equal(b, s.Tally.Offered.Total(), s.Tally.Outcomes.Total()+here, "conservation")
	})
}

// recount is what was counted live, and what a fold of the whole ledger counts up to the same
// place: however long that takes, and whatever is written meanwhile. Of a ledger that lacks
// its beginning there is none.
func (b *bench) recount() (live, again string, same bool) {
	b.Helper()
	var last ledger.Position
	tally := func(s *fold.State) string {
		text, err := json.Marshal(s.Tally)
		require.NoError(b, err)
		return string(text)
	}
	b.c.View(func(s *fold.State) { last, live = s.Protocol.Last, tally(s) })
	state := fold.New()
	require.NoError(b, b.c.Replay(context.Background(), func(a fold.Applied) {
		if state.Protocol.Last != last {
			state.Apply(a.Entry)
		}
	}))
	return live, tally(state), state.Protocol.Last == last
}

// facts are the accepted facts of the ledger, in order, of these kinds.
func (b *bench) facts(kinds ...fact.Kind) (found []fold.Applied) {
	b.Helper()
	require.NoError(b, b.c.Replay(context.Background(), func(a fold.Applied) {
		if a.Effective() && slices.Contains(kinds, a.Fact.Kind()) {
			found = append(found, a)
		}
	}))
	return found
}

// servedRanks lists the callers' ranks in the order in which they were connected.
func (b *bench) servedRanks() (ranks []int64) {
	for _, a := range b.facts(fact.KindConnected) {
		ranks = append(ranks, a.Record.Rank)
	}
	return ranks
}

func (b *bench) live() status.Live { return b.c.Live() }

func sortedByRank(ranks []int64) bool { return slices.IsSortedFunc(ranks, cmp.Compare[int64]) }
