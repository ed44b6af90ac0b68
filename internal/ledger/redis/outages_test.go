package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// What can happen to a server, and what the ledger makes of it: on every server
// that this machine has. What happens without one is in ledgertest.
func TestTheLedgerComesThroughWhatHappensToItsServer(t *testing.T) {
	t.Parallel()
	table := []struct {
		name string
		test func(*testing.T, ledgertest.Program)
	}{
		{"a reply is lost: the fact sent again counts once", lostReply},
		{"restarted: the batch is refused, the generation rises", restartRefuses},
		{"restarted: opening raises the generation once", openAfterRestart},
		{"restarted after its last write was torn: whole batches are lost, and no other", torn},
		{"restarted twice, the second time without the first: a batch of that history is refused", unheardOf},
		{"restarted empty: a fold that was kept goes on, one behind it is not published", restartedEmpty},
		{"lost, and put back by two at once: the log continues the snapshot that is kept", overtaken},
		{"frozen: an ambiguous error in time, consistent later", frozen},
		{"failed over by Sentinel to an older replica: ids are used again, the owner writes again", olderReplica},
		{"its scripts are flushed again and again: each batch is written once", scriptsFlushed},
		{"its memory is full: nothing is written, everything can be read", full},
		{"restarted and full: the generation rises when there is room", restartedFull},
		{"its policy would remove facts: refused at the start", evictingRefused},
		{"its policy is changed while it runs: told at once, refused at the next start", policyChanged},
		{"its head is deleted by hand: found again in the log", headRemoved},
		{"an entry is written by hand: named, and not skipped", writtenByHand},
		{"a snapshot is interrupted: the one before stays", interruptedSnapshot},
		{"its health says what the ledger depends on", health},
		{"the rights in the documentation suffice", rightsSuffice},
	}
	for _, program := range ledgertest.Programs(t) {
		for _, c := range table {
			t.Run(program.Name+": "+c.name, func(t *testing.T) {
				t.Parallel()
				c.test(t, program)
			})
		}
	}
}

// synced is a server that loses nothing it acknowledged when it is killed. With
// everysec it may wait for the disk before it even writes.
var synced = []string{"--appendfsync", "always"}

func notRefused(t testing.TB, err error) {
	t.Helper()
	var refused *ledger.Refused
	require.Error(t, err)
	require.NotErrorAs(t, err, &refused)
}

func asRefused(err error, reason ledger.Refusal) bool {
	var refused *ledger.Refused
	return errors.As(err, &refused) && refused.Reason == reason
}

// owner writes facts about one subject as the holder of a node.
type owner struct {
	*redis.Log
	fold *ledger.Fold
}

// takes gives the owner its node.
func (o *owner) takes(t testing.TB, node string) {
	t.Helper()
	o.reload(t)
	candidate := ledger.NewCandidate("ctl-1", "p-1", 1, true)
	o.append(t, candidate.Due(o.fold, nil, 0)...)
	o.reload(t)
	o.append(t, ledger.Entry{
		Kind: ledger.KindTake, Format: 1, Subject: node, Writer: "ctl-1", Role: ledger.RoleController,
		Data: []byte(`{"beat":"0-0","holder":"","process":"p-1"}`),
	})
	o.reload(t)
	require.Equal(t, "ctl-1", o.fold.Nodes[node].Holder)
}

func (o *owner) append(t testing.TB, batch ...ledger.Entry) ledger.Appended {
	t.Helper()
	landed, err := o.Append(within(t), o.fold.Gen, batch)
	require.NoError(t, err)
	return landed
}

// fact is the owner's fact with this number.
func (o *owner) fact(node string, seq uint64) ledger.Entry {
	e := fact("")
	e.Role, e.Epoch, e.Seq = ledger.Owner(node), o.fold.Nodes[node].Epoch, seq
	return e
}

// reload folds snapshot and tail, as a controller does that was told to.
func (o *owner) reload(t testing.TB) (voids []ledger.Verdict) {
	t.Helper()
	snapshot, found, err := o.LoadSnapshot(within(t))
	require.NoError(t, err)
	o.fold = &ledger.Fold{}
	if found {
		require.NoError(t, o.fold.UnmarshalJSON(snapshot.Data))
	}
	o.fold.Know(ledgertest.Kinds)
	entries, err := o.Read(within(t), o.fold.Last.ID, 1000, 0)
	require.NoError(t, err)
	for _, e := range entries {
		v := o.fold.Accept(e)
		require.False(t, v.Stops(), "%s", v)
		if !v.Accepted() {
			voids = append(voids, v)
		}
	}
	return voids
}

func (o *owner) snapshot(t testing.TB) ledger.Snapshot {
	t.Helper()
	data, err := ledger.Canonical(o.fold)
	require.NoError(t, err)
	return ledger.Snapshot{Position: o.fold.Last, Gen: o.fold.Gen, Format: 1, Data: data}
}

func olderReplica(t *testing.T, program ledgertest.Program) {
	primary := program.Start(t)
	replica := primary.Replica(t)
	sentinel := ledgertest.StartSentinel(t, "ledger", primary)
	o := owner{Log: newLog(t, redis.Options{
		Site: "watched", Timeout: time.Second,
		Sentinel: &redis.Sentinel{Primary: "ledger", Addresses: []string{sentinel.Address}},
	})}
	// Ids run an hour ahead of the clock, so that those of the lost entries will
	// come again: what else only a primary with a slower clock does.
	ahead := ledger.Position{ID: ledger.ID{Ms: uint64(time.Now().Add(time.Hour).UnixMilli())}}
	o.fold = &ledger.Fold{Last: ahead}
	eventually(t, func() (any, error) { return nil, o.SaveSnapshot(within(t), o.snapshot(t)) })
	_, err := o.Open(within(t))
	require.NoError(t, err)
	o.takes(t, "ast-1")
	o.append(t, o.fact("ast-1", 1), o.fact("ast-1", 2))
	require.NoError(t, rawClient(t, primary.Address).Wait(within(t), 1, 5*time.Second).Err())
	primary.CutOff(t, replica)
	lost := o.append(t, o.fact("ast-1", 3), o.fact("ast-1", 4)).Positions
	o.reload(t)
	gen := o.fold.Gen

	sentinel.MayFailOver(t, "ledger")
	primary.Kill(t)
	require.Eventually(t, func() bool {
		_, err := o.Append(within(t), gen, []ledger.Entry{o.fact("ast-1", 5)})
		return asRefused(err, ledger.History)
	}, 90*time.Second, 20*time.Millisecond, "the replica is promoted and found, though a standstill may cost half a minute")

	e, found, err := o.At(within(t), lost[0].ID)
	require.NoError(t, err)
	require.True(t, found, "the id of a lost entry is used again")
	assert.Equal(t, ledger.KindHistory, e.Kind)
	assert.NotEqual(t, lost[0].Digest, e.Self.Digest, "and only the digest tells")

	require.Empty(t, o.reload(t))
	assert.Greater(t, o.fold.Gen, gen)
	assert.Equal(t, []string{"ast-1"}, o.fold.WaitingFor())
	require.EqualValues(t, 2, o.fold.Seq("s-1"), "the facts 3 and 4 are gone")
	// The owner kept what it wrote, and writes what the fold lacks, then the new.
	caughtUp := o.fact("ast-1", 0)
	caughtUp.Kind, caughtUp.Subject, caughtUp.Data = ledger.KindCaughtUp, "ast-1", nil
	o.append(t, o.fact("ast-1", 3), o.fact("ast-1", 4), o.fact("ast-1", 5), caughtUp)
	require.Empty(t, o.reload(t), "nothing is twice, nothing is missing")
	assert.EqualValues(t, 5, o.fold.Seq("s-1"))
	assert.Empty(t, o.fold.WaitingFor())
}

// unheardOf is a batch that was decided between two outages, on a history that the
// second one took away. The generation rises both times from the same number.
func unheardOf(t *testing.T, program ledgertest.Program) {
	server := program.Start(t, synced...)
	l, head := opened(t, server)
	_, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err)
	gens := map[uint64]bool{head.Gen: true}
	gen := head.Gen
	for torn := range 2 {
		server.Kill(t)
		if torn == 1 {
			server.Tear(t, 10)
		}
		server.Restart(t)
		eventually(t, func() (time.Time, error) { return l.Now(within(t)) })
		_, err = l.Append(within(t), gen, []ledger.Entry{fact("b")})
		var refused *ledger.Refused
		require.ErrorAs(t, err, &refused)
		require.Equal(t, ledger.History, refused.Reason)
		require.False(t, gens[refused.Head.Gen], "generation %d was another history's", refused.Head.Gen)
		gen = refused.Head.Gen
		gens[gen] = true
	}
	for lost := range gens {
		_, err = l.Append(within(t), lost, []ledger.Entry{fact("c")})
		require.Equal(t, lost != gen, asRefused(err, ledger.OtherGeneration), "%v", err)
	}
	entries, err := l.Read(within(t), ledger.ID{}, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 4, "genesis, a, the second history, c")
	fold(t, l)
}

func torn(t *testing.T, program ledgertest.Program) {
	server := program.Start(t, synced...)
	l, head := opened(t, server)
	kept, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a"), fact("b")})
	require.NoError(t, err)
	_, err = l.Append(within(t), head.Gen, []ledger.Entry{fact("c"), fact("d"), fact("e")})
	require.NoError(t, err)
	server.Kill(t)
	server.Tear(t, 10)
	server.Restart(t)
	eventually(t, func() (time.Time, error) { return l.Now(within(t)) })

	_, err = l.Append(within(t), head.Gen, []ledger.Entry{fact("f")})
	require.True(t, asRefused(err, ledger.History), "%v", err)
	entries, err := l.Read(within(t), head.Last.ID, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 3, "a, b and history")
	assert.Equal(t, kept.Positions[1], entries[2].Prev)
	fold(t, l)
}

func restartedEmpty(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	l, _ := opened(t, server)
	behind, ahead := owner{Log: l}, owner{Log: l}
	ahead.takes(t, "ast-1")
	behind.reload(t)
	ahead.append(t, ahead.fact("ast-1", 1))
	ahead.reload(t)
	server.Kill(t)
	server.Empty(t)
	server.Restart(t)
	eventually(t, func() (time.Time, error) { return l.Now(within(t)) })

	_, err := l.Append(within(t), ahead.fold.Gen, []ledger.Entry{ahead.fact("ast-1", 2)})
	require.True(t, asRefused(err, ledger.NoStream), "%v", err)
	continued := ahead.snapshot(t)
	require.NoError(t, l.SaveSnapshot(within(t), continued))
	head, err := l.Open(within(t))
	require.NoError(t, err)
	assert.Greater(t, head.Gen, ahead.fold.Gen)
	first, err := l.Read(within(t), ledger.ID{}, 1, 0)
	require.NoError(t, err)
	require.Len(t, first, 1)
	assert.Equal(t, ledger.KindGenesis, first[0].Kind)
	assert.Equal(t, continued.Position, first[0].Prev)

	require.ErrorIs(t, l.SaveSnapshot(within(t), behind.snapshot(t)), ledger.ErrForeign)
	behind.reload(t)
	ahead.reload(t)
	assert.Equal(t, ahead.fold.Last, behind.fold.Last)
	assert.EqualValues(t, 1, behind.fold.Seq("s-1"), "what was folded before is known still")
}

// overtaken has a controller look for the snapshot that a new log continues, and
// another put its own there before the first begins the log.
func overtaken(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	site, proxy := newSite(), startProxy(t, server.Address)
	first := newLog(t, redis.Options{Site: site, Address: proxy.address})
	second := newLog(t, redis.Options{Site: site, Address: server.Address})
	snapshot := func(ms uint64) ledger.Snapshot {
		f := &ledger.Fold{Gen: 7, Last: ledger.Position{ID: ledger.ID{Ms: ms}}}
		o := owner{fold: f}
		return o.snapshot(t)
	}
	require.NoError(t, first.SaveSnapshot(within(t), snapshot(1)))
	proxy.before("open", func() { assert.NoError(t, second.SaveSnapshot(context.Background(), snapshot(2))) })
	head, err := first.Open(within(t))
	require.NoError(t, err)
	assert.Greater(t, head.Gen, uint64(7))
	entries, err := first.Read(within(t), ledger.ID{}, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	assert.Equal(t, snapshot(2).Position, entries[0].Prev, "the log continues the snapshot that is kept")
	o := owner{Log: second}
	o.reload(t)
	assert.Equal(t, head.Last, o.fold.Last)
}

func scriptsFlushed(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	l, head := opened(t, server)
	client := rawClient(t, server.Address)
	flushing, stop := context.WithCancel(context.Background())
	var flusher sync.WaitGroup
	flusher.Go(func() {
		for flushing.Err() == nil {
			assert.NoError(t, client.ScriptFlush(context.Background()).Err())
		}
	})
	const batches = 200
	for i := range batches {
		_, err := l.Append(within(t), head.Gen, []ledger.Entry{fact(fmt.Sprint(i, "-a")), fact(fmt.Sprint(i, "-b"))})
		require.NoError(t, err)
	}
	stop()
	flusher.Wait()
	f, voids := fold(t, l)
	assert.Empty(t, voids, "a command that came twice would be void")
	entries, err := l.Read(within(t), head.Last.ID, 1000, 0)
	require.NoError(t, err)
	assert.Len(t, entries, 2*batches)
	assert.Equal(t, entries[2*batches-1].Self, f.Last)
}

func setMemory(t testing.TB, server *ledgertest.RedisServer, bytes string) {
	t.Helper()
	require.NoError(t, rawClient(t, server.Address).ConfigSet(within(t), "maxmemory", bytes).Err())
}

func full(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	l, head := opened(t, server)
	saved := ledger.Snapshot{Position: head.Last, Gen: head.Gen, Format: 1, Data: []byte("before")}
	require.NoError(t, l.SaveSnapshot(within(t), saved))
	setMemory(t, server, "1")

	_, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a"), fact("b")})
	require.ErrorContains(t, err, "OOM")
	notRefused(t, err)
	require.ErrorContains(t, l.SaveSnapshot(within(t), saved), "OOM")
	require.ErrorContains(t, l.Trim(within(t), saved), "OOM")
	require.ErrorContains(t, l.SaveVersion(within(t), "v", []byte("x")), "OOM")
	again, err := l.Open(within(t))
	require.NoError(t, err, "who starts can read")
	assert.Equal(t, head, again)
	fold(t, l)
	got, found, err := l.LoadSnapshot(within(t))
	require.NoError(t, err)
	require.True(t, found)
	assert.Equal(t, saved, got, "the snapshot before stays")

	setMemory(t, server, "0")
	landed, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("c")})
	require.NoError(t, err)
	assert.Equal(t, head.Last, landed.Prev, "nothing of the refused batch is in the log")
	require.NoError(t, l.SaveSnapshot(within(t), ledger.Snapshot{Position: landed.Positions[0], Gen: head.Gen, Format: 1}))
}

func restartedFull(t *testing.T, program ledgertest.Program) {
	server := program.Start(t, synced...)
	l, head := opened(t, server)
	server.Kill(t)
	server.Restart(t)
	eventually(t, func() (time.Time, error) { return l.Now(within(t)) })
	setMemory(t, server, "1")
	for range 2 {
		_, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
		require.ErrorContains(t, err, "OOM")
		_, err = l.Open(within(t))
		require.ErrorContains(t, err, "OOM", "that other process must be in the log before anything else")
	}
	setMemory(t, server, "0")
	after, err := l.Open(within(t))
	require.NoError(t, err)
	assert.Greater(t, after.Gen, head.Gen, "history is written once")
	fold(t, l)
}

func policyChanged(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	l, head := opened(t, server)
	client := rawClient(t, server.Address)
	require.NoError(t, client.ConfigSet(within(t), "maxmemory-policy", "allkeys-lru").Err())
	_, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err, "calls are not dropped for it")
	h, err := l.Health(within(t))
	require.NoError(t, err)
	require.Len(t, h.Problems(), 1)
	assert.Contains(t, h.Problems()[0], `maxmemory-policy is "allkeys-lru"`)
	room, err := l.Room(within(t))
	require.NoError(t, err)
	assert.Equal(t, "allkeys-lru", room.Evicts)
	_, err = l.Open(within(t))
	require.ErrorContains(t, err, "set it to noeviction")
	require.NoError(t, client.ConfigSet(within(t), "maxmemory-policy", "noeviction").Err())
	_, err = l.Open(within(t))
	require.NoError(t, err)
}
