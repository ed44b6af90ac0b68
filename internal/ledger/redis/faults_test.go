package redis_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// eventually tries until the ledger answers: after a restart the pool of
// connections needs up to a second to dial again.
func eventually[T any](t testing.TB, try func() (T, error)) (result T) {
	t.Helper()
	var last error
	require.Eventually(t, func() bool {
		result, last = try()
		return last == nil
	}, 15*time.Second, 10*time.Millisecond, "%v", last)
	return result
}

func restartRefuses(t *testing.T, program ledgertest.Program) {
	server := program.Start(t, synced...)
	l, before := opened(t, server)
	landed, err := l.Append(within(t), before.Gen, []ledger.Entry{fact("a"), fact("b")})
	require.NoError(t, err)

	server.Kill(t)
	_, err = l.Append(within(t), before.Gen, []ledger.Entry{fact("while away")})
	require.Error(t, err)
	var refused *ledger.Refused
	require.NotErrorAs(t, err, &refused, "an unreachable Redis refuses nothing")
	server.Restart(t)

	eventually(t, func() (time.Time, error) { return l.Now(within(t)) })
	_, err = l.Append(within(t), before.Gen, []ledger.Entry{fact("c")})
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, ledger.History, refused.Reason)
	assert.Greater(t, refused.Head.Gen, before.Gen)
	assert.NotEqual(t, before.Run, refused.Head.Run)

	entries, err := l.Read(within(t), landed.Positions[1].ID, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 1, "the refused batch is not in the log")
	assert.Equal(t, ledger.KindHistory, entries[0].Kind)
	assert.Equal(t, landed.Positions[1], entries[0].Prev, "the append-only file kept what was acknowledged")
	assert.Equal(t, refused.Head.Last, entries[0].Self)

	_, err = l.Append(within(t), refused.Head.Gen, []ledger.Entry{fact("c")})
	require.NoError(t, err)
	fold(t, l)
}

func openAfterRestart(t *testing.T, program ledgertest.Program) {
	server := program.Start(t, synced...)
	l, before := opened(t, server)
	server.Kill(t)
	server.Restart(t)
	after := eventually(t, func() (ledger.Head, error) { return l.Open(within(t)) })
	assert.Greater(t, after.Gen, before.Gen)
	again, err := l.Open(within(t))
	require.NoError(t, err)
	assert.Equal(t, after, again)
}

// fold folds the whole log and returns the voids.
func fold(t testing.TB, l ledger.Log) (f *ledger.Fold, voids []ledger.Verdict) {
	t.Helper()
	f = &ledger.Fold{}
	f.Know(ledgertest.Kinds)
	for {
		entries, err := l.Read(within(t), f.Last.ID, 100, 0)
		require.NoError(t, err)
		if len(entries) == 0 {
			return f, voids
		}
		for _, e := range entries {
			v := f.Accept(e)
			require.False(t, v.Stops(), v.String())
			if !v.Accepted() {
				voids = append(voids, v)
			}
		}
	}
}

func frozen(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	const timeout = 300 * time.Millisecond
	l := newLog(t, redis.Options{Site: newSite(), Address: server.Address, Timeout: timeout})
	head, err := l.Open(within(t))
	require.NoError(t, err)

	server.Freeze(t)
	stood := ledgertest.WatchStandstill(t)
	begun := time.Now()
	_, err = l.Append(context.Background(), head.Gen, []ledger.Entry{fact("frozen")})
	require.Error(t, err)
	assert.Less(t, time.Since(begun)-stood.SoFar(), timeout+time.Second)
	var refused *ledger.Refused
	assert.False(t, errors.As(err, &refused) || errors.Is(err, ledger.ErrInvalid), "ambiguous: %v", err)
	stood, begun = ledgertest.WatchStandstill(t), time.Now()
	_, err = l.Read(context.Background(), head.Last.ID, 10, 200*time.Millisecond)
	require.Error(t, err, "a silent Redis is not an empty log")
	assert.Less(t, time.Since(begun)-stood.SoFar(), timeout+1200*time.Millisecond)
	server.Thaw(t)

	// The frozen command was in the socket: it ran, or not, but whole and once.
	landed := eventually(t, func() (ledger.Appended, error) {
		return l.Append(within(t), head.Gen, []ledger.Entry{fact("thawed")})
	})
	f, _ := fold(t, l)
	assert.Equal(t, landed.Positions[0], f.Last)
	entries, err := l.Read(within(t), head.Last.ID, 100, 0)
	require.NoError(t, err)
	ops := map[string]int{}
	for _, e := range entries {
		ops[e.Op]++
	}
	assert.LessOrEqual(t, ops["frozen"], 1)
	assert.Equal(t, 1, ops["thawed"])
}

func lostReply(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	proxy := startProxy(t, server.Address)
	l := newLog(t, redis.Options{Site: newSite(), Address: proxy.address, Timeout: time.Second})
	head, err := l.Open(within(t))
	require.NoError(t, err)

	candidate := ledger.NewCandidate("ctl-1", "p-1", 1, true)
	f, _ := fold(t, l)
	beat := candidate.Due(f, nil, 0)
	take := ledger.Entry{
		Kind: ledger.KindTake, Format: 1, Subject: "ast-1", Writer: "ctl-1", Role: ledger.RoleController,
		Data: []byte(`{"beat":"0-0","holder":"","process":"p-1"}`),
	}
	landed, err := l.Append(within(t), head.Gen, append(beat, take))
	require.NoError(t, err)
	owned := fact("")
	owned.Role, owned.Epoch, owned.Seq = ledger.Owner("ast-1"), landed.Positions[1].ID, 1

	proxy.loseNextReply()
	_, err = l.Append(within(t), head.Gen, []ledger.Entry{owned})
	require.Error(t, err)
	var refused *ledger.Refused
	require.NotErrorAs(t, err, &refused)
	// The writer cannot know, and sends the same fact with the same seq.
	eventually(t, func() (ledger.Appended, error) { return l.Append(within(t), head.Gen, []ledger.Entry{owned}) })

	f, voids := fold(t, l)
	require.Len(t, voids, 1, "the reply was lost after the commit: the fact is in the log twice")
	assert.Equal(t, ledger.Duplicate, voids[0].Reason)
	assert.EqualValues(t, 1, f.Seq(owned.Subject))
	assert.EqualValues(t, 1, proxy.lost.Load())
}

func TestACommandAppendedTwiceGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	server := ledgertest.StartRedis(t)
	l, head := opened(t, server)
	landed, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("pause-1"), fact("pause-1")})
	require.NoError(t, err)
	_, voids := fold(t, l)
	require.Len(t, voids, 1)
	assert.Equal(t, ledger.KnownOperation, voids[0].Reason)
	assert.Equal(t, ledger.Answer{At: landed.Positions[0].ID}, voids[0].Answer)
}

func interruptedSnapshot(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	const site = "interrupted"
	l := newLog(t, redis.Options{Site: site, Address: server.Address})
	head, err := l.Open(within(t))
	require.NoError(t, err)
	saved := ledger.Snapshot{Position: head.Last, Gen: head.Gen, Format: 1, Data: make([]byte, 100_000)}
	require.NoError(t, l.SaveSnapshot(within(t), saved))

	client := rawClient(t, server.Address)
	// The manifest cannot be written: its key holds something of another type
	// only at the moment of the second save, as after a crash between the two.
	manifest, err := client.Get(within(t), "guichet:{"+site+"}:snapshot").Result()
	require.NoError(t, err)
	require.NoError(t, client.Del(within(t), "guichet:{"+site+"}:snapshot").Err())
	require.NoError(t, client.LPush(within(t), "guichet:{"+site+"}:snapshot", "x").Err())
	require.Error(t, l.SaveSnapshot(within(t), ledger.Snapshot{Position: head.Last, Gen: head.Gen, Format: 1, Data: []byte("new")}))
	require.NoError(t, client.Del(within(t), "guichet:{"+site+"}:snapshot").Err())
	require.NoError(t, client.Set(within(t), "guichet:{"+site+"}:snapshot", manifest, 0).Err())

	got, found, err := l.LoadSnapshot(within(t))
	require.NoError(t, err)
	require.True(t, found)
	assert.Equal(t, saved, got)

	chunks, err := client.Keys(within(t), "guichet:{"+site+"}:snapshot:*").Result()
	require.NoError(t, err)
	require.Len(t, chunks, 2)
	lives := map[bool]int{}
	for _, key := range chunks {
		ttl, err := client.TTL(within(t), key).Result()
		require.NoError(t, err)
		lives[ttl > 0]++
	}
	assert.Equal(t, map[bool]int{true: 1, false: 1}, lives, "only the chunks without a manifest expire")

	require.NoError(t, l.SaveSnapshot(within(t), saved))
	for _, key := range chunks {
		require.NoError(t, client.Del(within(t), key).Err())
	}
	_, found, err = l.LoadSnapshot(within(t))
	require.NoError(t, err)
	assert.True(t, found, "the chunks of the latest have a name of their own")
	kept, err := client.Keys(within(t), "guichet:{"+site+"}:snapshot:*").Result()
	require.NoError(t, err)
	require.Len(t, kept, 1)
	require.NoError(t, client.LTrim(within(t), kept[0], 1, -1).Err())
	_, found, err = l.LoadSnapshot(within(t))
	require.NoError(t, err)
	assert.False(t, found, fmt.Sprintf("a snapshot without its first chunk (%s) is not used", kept[0]))
}
