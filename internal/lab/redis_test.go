package lab_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

func startRedis(t *testing.T) (*lab.Redis, *redis.Client) {
	t.Helper()
	r, err := parts(t).StartRedis(soon(t, time.Minute), lab.RedisOptions{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(r.Stop)
	client := redis.NewClient(&redis.Options{Addr: r.Addr(), ContextTimeoutEnabled: true, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	return r, client
}

func TestRedisKeepsWhatItAcknowledgedWhenStoppedAndStartedAgain(t *testing.T) {
	t.Parallel()
	r, client := startRedis(t)
	ctx := soon(t, time.Minute)
	addr := r.Addr()
	require.NoError(t, client.Set(ctx, "rank", 7, 0).Err())

	require.NoError(t, r.Restart(ctx))

	assert.Equal(t, addr, r.Addr())
	assert.Equal(t, "7", client.Get(ctx, "rank").Val())
}

func TestRedisStartsAgainAfterAKill(t *testing.T) {
	t.Parallel()
	r, client := startRedis(t)
	ctx := soon(t, time.Minute)

	r.Kill()
	require.Error(t, client.Ping(ctx).Err())
	require.NoError(t, r.Restart(ctx))

	assert.NoError(t, client.Ping(ctx).Err())
}

func TestAPausedRedisIsSilentAndThenGoesOn(t *testing.T) {
	t.Parallel()
	r, client := startRedis(t)
	ctx := soon(t, time.Minute)
	require.NoError(t, client.Ping(ctx).Err())

	r.Pause()
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, client.Ping(short).Err(), "timeout")
	r.Resume()

	assert.NoError(t, client.Ping(ctx).Err())
}

func TestRedisRefusesWritesRatherThanForgetting(t *testing.T) {
	t.Parallel()
	_, client := startRedis(t)
	ctx := soon(t, time.Minute)

	assert.Equal(t, "noeviction", client.ConfigGet(ctx, "maxmemory-policy").Val()["maxmemory-policy"])
	assert.Equal(t, "everysec", client.ConfigGet(ctx, "appendfsync").Val()["appendfsync"])
	assert.Equal(t, "yes", client.ConfigGet(ctx, "appendonly").Val()["appendonly"])
}
