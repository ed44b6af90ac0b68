package redis_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sites numbers the sites, so that tests can share one server.
var sites atomic.Int64

func newSite() string { return fmt.Sprint("site-", sites.Add(1)) }

func newLog(t testing.TB, o redis.Options) *redis.Log {
	t.Helper()
	l, err := redis.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// rawClient is a plain client, for what an operator could do with redis-cli.
func rawClient(t testing.TB, address string) *goredis.Client {
	client := goredis.NewClient(&goredis.Options{Addr: address})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func onServer(server *ledgertest.RedisServer) func(testing.TB) ledgertest.Backend {
	return func(t testing.TB) ledgertest.Backend {
		site := newSite()
		return ledgertest.Backend{
			Log: func(t testing.TB) ledger.Log {
				return newLog(t, redis.Options{Site: site, Address: server.Address})
			},
			Lose: func(t testing.TB) {
				keys := []string{"guichet:{" + site + "}:ledger", "guichet:{" + site + "}:head"}
				require.NoError(t, rawClient(t, server.Address).Del(context.Background(), keys...).Err())
			},
		}
	}
}

func TestTheLedgerInRedisIsALedger(t *testing.T) {
	t.Parallel()
	for _, program := range ledgertest.Programs(t) {
		t.Run(program.Name, func(t *testing.T) {
			t.Parallel()
			ledgertest.Run(t, onServer(program.Start(t)))
		})
	}
}

func fact(op string) ledger.Entry { return ledgertest.Fact(op, map[string]int{"n": 1}) }

// within is a context for what must happen at once, on a slow machine.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func opened(t testing.TB, server *ledgertest.RedisServer) (*redis.Log, ledger.Head) {
	t.Helper()
	l := newLog(t, redis.Options{Site: newSite(), Address: server.Address})
	head, err := l.Open(within(t))
	require.NoError(t, err)
	return l, head
}

func TestOptionsThatNameNoSingleRedisAreRefused(t *testing.T) {
	t.Parallel()
	for _, o := range []redis.Options{
		{Site: "s"},
		{Address: "127.0.0.1:6379"},
		{Site: "a{b}", Address: "127.0.0.1:6379"},
		{Site: "s", Address: "127.0.0.1:6379", Sentinel: &redis.Sentinel{Primary: "p"}},
	} {
		_, err := redis.New(o)
		assert.Error(t, err, "%+v", o)
	}
}

func evictingRefused(t *testing.T, program ledgertest.Program) {
	server := program.Start(t, "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")
	l := newLog(t, redis.Options{Site: "s", Address: server.Address})
	_, err := l.Open(within(t))
	require.ErrorContains(t, err, `maxmemory-policy is "allkeys-lru"`)
	require.ErrorContains(t, err, "noeviction")
	exists, err := rawClient(t, server.Address).DBSize(within(t)).Result()
	require.NoError(t, err)
	assert.Zero(t, exists, "nothing was written")
}

func health(t *testing.T, program ledgertest.Program) {
	server := program.Start(t, "--maxmemory", "50mb")
	l, head := opened(t, server)
	h, err := l.Health(within(t))
	require.NoError(t, err)
	assert.Equal(t, head.Run, h.RunID)
	assert.NotEmpty(t, h.Version)
	assert.EqualValues(t, 50<<20, h.MaxMemory)
	assert.Positive(t, h.UsedMemory)
	assert.True(t, h.AOF)
	assert.EqualValues(t, 1, h.LedgerFacts)
	assert.Empty(t, h.Problems())

	client := rawClient(t, server.Address)
	require.NoError(t, client.ConfigSet(within(t), "appendonly", "no").Err())
	require.NoError(t, client.ConfigSet(within(t), "maxmemory", fmt.Sprint(h.UsedMemory*3/2)).Err())
	h, err = l.Health(within(t))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, h.MemoryPercent(), int64(60))
	assert.Len(t, h.Problems(), 2, "memory and append-only file: %v", h.Problems())
}

func writtenByHand(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	client := rawClient(t, server.Address)
	const key = "guichet:{site-by-hand}:ledger"
	l := newLog(t, redis.Options{Site: "site-by-hand", Address: server.Address})
	head, err := l.Open(within(t))
	require.NoError(t, err)
	id, err := client.XAdd(within(t), &goredis.XAddArgs{Stream: key, Values: []string{"hello", "world"}}).Result()
	require.NoError(t, err)
	_, err = l.Read(within(t), head.Last.ID, 10, 0)
	require.ErrorContains(t, err, "XDEL "+key+" "+id)

	require.NoError(t, client.XDel(within(t), key, id).Err())
	landed, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err)
	assert.Equal(t, head.Last, landed.Prev, "the chain goes on as if nothing had been")
}

func headRemoved(t *testing.T, program ledgertest.Program) {
	server := program.Start(t)
	l := newLog(t, redis.Options{Site: "headless", Address: server.Address})
	head, err := l.Open(within(t))
	require.NoError(t, err)
	landed, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err)
	require.NoError(t, rawClient(t, server.Address).Del(within(t), "guichet:{headless}:head").Err())

	_, err = l.Append(within(t), head.Gen, []ledger.Entry{fact("b")})
	var refused *ledger.Refused
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, ledger.History, refused.Reason)
	assert.Greater(t, refused.Head.Gen, head.Gen)
	entries, err := l.Read(within(t), landed.Positions[0].ID, 10, 0)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	assert.Equal(t, landed.Positions[0], entries[0].Prev, "no entry of the surviving log is dropped")
	assert.Equal(t, refused.Head.Last, entries[0].Self)
}

func BenchmarkRedis(b *testing.B) { ledgertest.Benchmark(b, onServer(ledgertest.StartRedis(b))) }

// What a waiting contact costs in Redis is four or five such facts.
func TestAFactWith200BytesOfDataCostsLessThan512BytesInRedis(t *testing.T) {
	t.Parallel()
	server := ledgertest.StartRedis(t)
	l := newLog(t, redis.Options{Site: "measured", Address: server.Address})
	head, err := l.Open(within(t))
	require.NoError(t, err)
	batch := make([]ledger.Entry, ledger.MaxBatch)
	for i := range batch {
		batch[i] = ledgertest.TypicalFact(uint64(i + 1))
	}
	require.Len(t, batch[0].Data, 200)
	const batches = 40
	for range batches {
		_, err := l.Append(within(t), head.Gen, batch)
		require.NoError(t, err)
	}
	usage, err := rawClient(t, server.Address).MemoryUsage(within(t), "guichet:{measured}:ledger", 0).Result()
	require.NoError(t, err)
	each := usage / int64(batches*len(batch))
	t.Logf("%d bytes per fact", each)
	assert.Less(t, each, int64(512))
}

func rightsSuffice(t *testing.T, program ledgertest.Program) {
	document, err := os.ReadFile("../../../docs/ledger.md")
	require.NoError(t, err)
	_, line, found := strings.Cut(string(document), "\nACL SETUSER guichet ")
	require.True(t, found)
	line, _, _ = strings.Cut(line, "\n")
	rights := strings.Fields(strings.NewReplacer("SECRET", "pass", "SITE", "guarded").Replace(line))

	server := program.Start(t)
	command := []any{"acl", "setuser", "guichet"}
	for _, right := range rights {
		command = append(command, right)
	}
	require.NoError(t, rawClient(t, server.Address).Do(within(t), command...).Err())
	log := func(site string) *redis.Log {
		return newLog(t, redis.Options{Site: site, Address: server.Address, Username: "guichet", Password: "pass"})
	}
	l := log("guarded")
	head, err := l.Open(within(t))
	require.NoError(t, err)
	landed, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err)
	for _, wait := range []time.Duration{0, time.Second} {
		entries, err := l.Read(within(t), head.Last.ID, 10, wait)
		require.NoError(t, err)
		assert.Len(t, entries, 1)
	}
	snapshot := ledger.Snapshot{Position: landed.Positions[0], Gen: head.Gen, Format: 1, Data: []byte("x")}
	for range 2 {
		require.NoError(t, l.SaveSnapshot(within(t), snapshot))
	}
	_, found, err = l.LoadSnapshot(within(t))
	require.NoError(t, err)
	assert.True(t, found)
	require.NoError(t, l.SaveVersion(within(t), "v1", []byte("x")))
	_, found, err = l.LoadVersion(within(t), "v1")
	require.NoError(t, err)
	assert.True(t, found)
	_, err = l.KeptVersions(within(t))
	require.NoError(t, err)
	require.NoError(t, l.DropVersion(within(t), "v1"))
	_, err = l.Now(within(t))
	require.NoError(t, err)
	_, err = l.Health(within(t))
	require.NoError(t, err)

	_, err = log("other").Open(within(t))
	require.ErrorContains(t, err, "NOPERM", "and reach no other site")
}
