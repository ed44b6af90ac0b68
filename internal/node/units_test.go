package node

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

func TestAContactsIDIsDerivedFromItsChannelAndSortsByTime(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_123)
	id := contactID("a1", "1800000000.1", at)
	assert.Equal(t, id, contactID("a1", "1800000000.1", at), "whoever finds the channel gives it the same id")
	assert.NotEqual(t, id, contactID("a2", "1800000000.1", at))
	assert.NotEqual(t, id, contactID("a1", "1800000000.2", at))
	assert.Less(t, id, contactID("a1", "1800000000.0", at.Add(time.Millisecond)))
	assert.Regexp(t, `^[0-9a-z]+-[0-9a-v]{8}$`, string(id))
}

func TestAFirstArrivalIsTheRankUnlessItCannotBeTrue(t *testing.T) {
	t.Parallel()
	const now = int64(1_800_000_000_000_000) // µs
	for ms, rank := range map[string]int64{
		"1799999990000":        1_799_999_990_000_000,
		"":                     now,
		"0":                    now,
		"-5":                   now,
		"1799999990000.5":      now,
		"1800000000001":        now, // to come
		"1799900000000":        now, // more than a day ago
		"99999999999999999999": now,
		"9223372036854775807":  now, // in µs it would not fit
	} {
		assert.Equal(t, rank, firstArrival(ms, now), ms)
	}
}

func TestOnlyWhatCanBeATelephoneNumberIsKept(t *testing.T) {
	t.Parallel()
	for number, kept := range map[string]string{
		"0612345678": "0612345678", "+33612345678": "+33612345678", "": "",
		"06+12": "", "anonymous": "", "06 12": "", "06\x0012": "", "०१२": "",
		"123456789012345678901234567890123": "",
	} {
		assert.Equal(t, kept, cleanNumber(number), number)
	}
}

func TestASealedNumberIsReadWithTheSameKeyOnly(t *testing.T) {
	t.Parallel()
	key := func(text string) config.Secret {
		file := filepath.Join(t.TempDir(), "key")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return config.Secret{File: file}
	}
	one, err := newSealer(key("one"))
	require.NoError(t, err)
	same, err := newSealer(key("one"))
	require.NoError(t, err)
	other, err := newSealer(key("other"))
	require.NoError(t, err)

	sealed, hash := one.seal("0612345678")
	again, sameHash := same.seal("0612345678")
	_, otherHash := other.seal("0612345678")
	assert.NotContains(t, sealed+hash, "0612345678")
	assert.Equal(t, "0612345678", same.open(sealed))
	assert.Empty(t, other.open(sealed))
	assert.NotEqual(t, sealed, again, "the same number is sealed in another way each time")
	assert.Equal(t, hash, sameHash, "and recognised by its hash")
	assert.NotEqual(t, hash, otherHash)

	for _, garbage := range []string{"", "x", "####", sealed[:20], sealed[1:]} {
		assert.Empty(t, one.open(garbage), garbage)
	}
	sealed, hash = one.seal("")
	assert.Empty(t, sealed+hash)
	_, err = newSealer(config.Secret{File: filepath.Join(t.TempDir(), "missing")})
	assert.ErrorContains(t, err, "read the site key")
}

// Whoever can write to the ledger must not choose whom we call.
func TestANumberToCallIsOpenedForItsContactAndItsPurposeOnly(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte("one"), 0o600))
	key, err := newSealer(config.Secret{File: file})
	require.NoError(t, err)
	n := numbers{sealer: key, site: &config.Site{}}

	sealed, _ := n.Seal("c1", "+33612345678")
	assert.Equal(t, "+33612345678", n.open("c1", sealed))
	assert.Empty(t, n.open("c2", sealed), "of another contact")
	assert.Empty(t, key.open(sealed), "as the number of a caller")
	caller, _ := key.seal("+33612345678")
	assert.Empty(t, n.open("c1", caller), "that of a caller is no number to call")
	for _, number := range []string{"+15551234567", "3939", "+33899000001", ""} {
		sealed, _ := n.Seal("c1", number)
		assert.Empty(t, n.open("c1", sealed), number)
	}
}

func TestANumberThatMayNotBeCalledCountsOnceInACall(t *testing.T) {
	t.Parallel()
	counted := map[string]int{}
	c := controllerOf(fold.New())
	c.observer.OnUnpromised = func(reason string) { counted[reason]++ }
	for range 2 {
		n := c.numbersOf(&config.Site{})
		for _, keyed := range []string{"0899000001", "0612345678", "0899000001", "0262000001"} {
			n.Callable(keyed)
		}
	}
	assert.Equal(t, map[string]int{"number": 4}, counted)
}

func TestTheClockFollowsGentlyAndRefusesAJump(t *testing.T) {
	t.Parallel()
	c := newClock()
	anchored := time.UnixMicro(1_800_000_000_000_000)
	begun := time.Now()
	c.set(anchored)
	off, err := c.slew(anchored.Add(500 * time.Millisecond))
	took := time.Since(begun) // of which nothing is the clock's
	require.NoError(t, err)
	assert.InDelta(t, 500*time.Millisecond, off, float64(took+time.Microsecond))
	ahead := time.Duration(c.now()-anchored.UnixMicro()) * time.Microsecond
	assert.GreaterOrEqual(t, ahead, off/10-time.Microsecond)
	assert.Less(t, ahead, off/10+time.Since(begun)+time.Microsecond, "a tenth of the way at a time")

	before := c.now()
	_, err = c.slew(anchored.Add(time.Hour))
	require.ErrorContains(t, err, "not followed")
	assert.Less(t, c.now()-before, time.Minute.Microseconds())
}

func TestAMailboxKeepsOrderAndLosesNothing(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 1000
	b := newMailbox()
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				b.put([2]int{w, i})
			}
		})
	}
	var next [writers]int
	for taken := 0; taken < writers*each; {
		for _, m := range b.take() {
			m := m.([2]int)
			require.Equal(t, next[m[0]], m[1])
			next[m[0]]++
			taken++
		}
	}
	writing.Wait()
	assert.Empty(t, b.waiting)
}

// The leg that a repeated create made is told just when its session ends.
func TestALegThatIsToldToAnEndedSessionReachesTheLink(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New(), "a1")
	l := c.links["a1"]
	l.box = newMailbox()
	leg := ari.Event{Value: &v5.StasisStart{Channel: v5.ChannelData{ID: "guichet-leg-1"}}}
	late := ari.Event{Value: &v5.StasisStart{Channel: v5.ChannelData{ID: "guichet-leg-2"}}}
	own := newMailbox()
	own.put(leg)
	own.put(ari.Event{Value: &v5.StasisStart{Channel: v5.ChannelData{ID: "1800000000.1"}}})
	own.put(stop{})
	own.passOn(l.tooLate)
	own.put(late)
	assert.Equal(t, []any{leg, late}, l.box.take(), "of before and after, in order, and nothing else")
}

// controllerOf is a controller that does not run, on a state made by hand.
func controllerOf(s *fold.State, nodes ...contact.Node) *Controller {
	c := &Controller{
		instance: "c1", log: zap.NewNop(), clock: newClock(), live: newLiveCounts(), state: s,
		candidate: ledger.NewCandidate("c1", "p1", 1, true),
		links:     map[contact.Node]*link{}, lives: map[contact.ID]*life{},
	}
	c.journal, c.leader, c.mail = newJournal(c), newLeader(c), newMailroom(c)
	for _, n := range nodes {
		c.links[n] = &link{c: c, name: n, upSince: 1, heard: map[string]*mailbox{}}
	}
	return c
}

// holding is a state in which the controller holds these nodes.
func holding(t *testing.T, c *Controller, nodes ...string) {
	t.Helper()
	c.state.Protocol.Gen = 1
	for i, node := range nodes {
		data, err := ledger.Canonical(ledger.Take{Process: "p1"})
		require.NoError(t, err)
		e := ledger.Entry{
			Gen: 1, Prev: c.state.Protocol.Last, Format: 1, Kind: ledger.KindTake, Subject: node, Writer: "c1",
			Role: ledger.RoleController, Data: data,
			Self: ledger.Position{ID: ledger.ID{Ms: uint64(i + 1)}},
		}
		applied := c.state.Apply(e)
		require.True(t, applied.Verdict.Accepted(), applied.Verdict)
		c.candidate.Folded(e, applied.Verdict, 0)
	}
}

func TestAJournalWritesInOrderInBatchesOfTheLedgersSize(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	holding(t, c, "a1")
	var facts []fact.Fact
	for range 600 {
		facts = append(facts, fact.Waiting{Node: "motif"})
	}
	c.journal.write("elsewhere", "other", 1, 1, nil, []fact.Fact{fact.Waiting{}})
	c.journal.write("a1", "x", 1, 7, nil, facts)
	seq := uint64(0)
	for _, size := range []int{256, 256, 88, 0} {
		c.journal.prepare()
		taken, entries, _ := c.journal.batch(c.state)
		require.Len(t, entries, size)
		for _, e := range entries {
			seq++
			assert.Equal(t, seq, e.Seq)
			assert.EqualValues(t, 7, e.At)
			assert.Equal(t, "owner:a1", e.Role)
		}
		c.journal.done(taken)
	}
	assert.Equal(t, 1, c.journal.depth(), "the fact of a node that is not held waits")
	assert.Equal(t, 1, c.journal.pending("elsewhere"))
	assert.Zero(t, c.journal.pending("a1"))

	c.journal.restate()
	assert.Equal(t, 600, c.journal.pending("a1"), "after a history it is all to be looked at again")
	c.journal.prepare()
	_, entries, _ := c.journal.batch(c.state)
	require.Len(t, entries, 256)
	assert.EqualValues(t, 1, entries[0].Seq)
}

// written puts facts of a contact in the kept ones, as if long ago.
func written(c *Controller, subject string, facts ...fact.Fact) {
	c.journal.write("a1", subject, 1, 1, nil, facts)
	taken, _, _ := c.journal.batch(c.state)
	c.journal.done(taken)
	for i := range c.journal.kept {
		c.journal.kept[i].written = time.Now().Add(-2 * keepFor)
	}
}

func TestTheFactsOfAContactAreKeptUntilItIsOver(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	holding(t, c, "a1")
	c.state.Contacts["x"] = &engine.Record{ID: "x"}
	written(c, "x", fact.Waiting{Node: "motif"}, fact.Waiting{Node: "motif"})
	c.journal.sweep(c.state)
	assert.Len(t, c.journal.kept, 2)

	delete(c.state.Contacts, "x")
	c.journal.swept = time.Time{}
	c.journal.sweep(c.state)
	assert.Len(t, c.journal.kept, 2, "the ledger lost them with the contact")

	for seq := range uint64(2) {
		fold1(c, ledger.Entry{Kind: string(fact.KindWaiting), Subject: "x", Seq: seq + 1, Data: []byte(`{"node":"motif"}`)})
	}
	c.journal.swept = time.Time{}
	c.journal.sweep(c.state)
	assert.Empty(t, c.journal.kept)
}

func TestAHoleIsFilledFromWhatIsKept(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	holding(t, c, "a1")
	written(c, "x", fact.Waiting{Node: "motif"})
	hole := ledger.Entry{Kind: string(fact.KindWaiting), Subject: "x", Seq: 2, Data: []byte(`{"node":"motif"}`)}
	applied := fold1(c, hole)
	require.Equal(t, ledger.Hole, applied.Verdict.Reason)
	repairs, _, _ := c.live.copy()
	assert.EqualValues(t, 1, repairs["hole"])
	assert.Equal(t, 1, c.journal.pending("a1"))
	c.journal.prepare()
	_, entries, _ := c.journal.batch(c.state)
	require.Len(t, entries, 1)
	assert.EqualValues(t, 1, entries[0].Seq)

	hole.Subject = "of an earlier owner"
	c.journal.prepare()
	before := c.journal.pending("a1")
	fold1(c, hole)
	assert.Equal(t, before, c.journal.pending("a1"), "nothing is written in vain")
	assert.False(t, c.journal.again)
}

func TestAFactThatWaitsIsKnownToWait(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	holding(t, c, "a1")
	assert.False(t, c.journal.waits("a1001"))
	c.journal.write("a1", "a1001", 1, 1, nil, []fact.Fact{fact.Reachable{Agent: "a1001", Version: 3}})
	assert.True(t, c.journal.waits("a1001"))
	taken, _, _ := c.journal.batch(c.state)
	c.journal.done(taken)
	assert.False(t, c.journal.waits("a1001"))
}

// fold1 folds an entry of ours at the present epoch of node a1.
func fold1(c *Controller, e ledger.Entry) fold.Applied {
	e.Gen, e.Prev, e.Format, e.Writer = 1, c.state.Protocol.Last, 1, "c1"
	e.Self.ID = ledger.ID{Ms: e.Prev.ID.Ms + 1}
	e.Role = ledger.Owner("a1")
	e.Epoch, _ = c.epoch(c.state, "a1")
	applied := c.state.Apply(e)
	c.distribute(applied)
	return applied
}

func TestTheWatcherReportsEachBreachOnce(t *testing.T) {
	t.Parallel()
	s := fold.New()
	c := controllerOf(s, "a1")
	holding(t, c, ledger.Site)
	w := newWatcher(c)
	now := time.Now()
	w.look(now)
	require.Empty(t, c.live.violated(), "an empty floor is sound")

	past := c.clock.now() - time.Hour.Microseconds()
	s.Floor.Agents["stuck"] = &acd.Agent{ID: "stuck", State: acd.WrapUp, Until: past}
	s.Floor.Agents["bound"] = &acd.Agent{ID: "bound", State: acd.Talking, Offer: "nowhere"}
	for i := range 2 {
		id := fact.OfferID(fmt.Sprint("offer", i))
		s.Floor.Offers[id] = &acd.Offer{ID: id, Agent: "twice", Contact: contact.ID(fmt.Sprint("c", i))}
	}
	for agent, since := range map[contact.Agent]int64{"rings for ever": past, "rings": c.clock.now()} {
		id := fact.OfferID("of who " + agent)
		s.Floor.Agents[agent] = &acd.Agent{ID: agent, State: acd.Ringing, Node: "a1", Offer: id}
		s.Floor.Offers[id] = &acd.Offer{ID: id, Agent: agent, Contact: contact.ID(agent), At: past, RungAt: since}
	}
	s.Contacts["lost"] = &engine.Record{ID: "lost", Node: "a1"}
	w.look(now)
	assert.Equal(t, map[string]uint64{"I3": 1, "I4": 1, "I5": 1}, c.live.violated(), "no deadline is judged while the ledger does not move")
	beats := func(after time.Duration) { // after the look before
		w.looked = time.Now().Add(-after)
		s.Protocol.Controllers = map[string]ledger.Controller{c.instance: {Beat: ledger.ID{Ms: w.beat.Ms + 1}}}
		w.look(now)
	}
	beats(watchEvery)
	beats(3 * watchEvery) // Redis froze just after a beat, and so did who asks its time
	assert.Equal(t, map[string]uint64{"I3": 1, "I4": 1, "I5": 1}, c.live.violated(), "nor after a look that came late")
	beats(watchEvery)
	beats(watchEvery)
	assert.Equal(t, map[string]uint64{"I3": 3, "I4": 1, "I5": 1}, c.live.violated())
	w.look(now.Add(time.Second))
	assert.Equal(t, map[string]uint64{"I3": 3, "I4": 1, "I5": 1}, c.live.violated(), "told once")
	w.look(now.Add(2 * unownedFor))
	assert.EqualValues(t, 1, c.live.violated()["I2"])
}
