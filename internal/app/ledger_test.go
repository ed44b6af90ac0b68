package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/app"
	"github.com/guichet/guichet/internal/ledger/redis"
)

func TestTheSitesSentinelIsAskedWithItsOwnPassword(t *testing.T) {
	t.Parallel()
	secret := func(content string) config.Secret {
		path := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(path, []byte(content+"\n"), 0o600))
		return config.Secret{File: path}
	}
	site := &config.Site{Name: "s", Ledger: config.Ledger{Backend: "redis", Redis: config.Redis{
		Sentinel: config.Sentinel{Primary: "guichet", Addresses: []string{"10.0.0.1:26379"}, Password: secret("s1")},
		Username: secret("u"), Password: secret("r1"), Database: 2,
	}}}
	o, err := app.RedisOptions(site)
	require.NoError(t, err)
	assert.Equal(t, redis.Options{
		Site: "s", Username: "u", Password: "r1", DB: 2,
		Sentinel: &redis.Sentinel{Primary: "guichet", Addresses: []string{"10.0.0.1:26379"}, Password: "s1"},
	}, o)

	site.Ledger.Redis.Sentinel.Password = config.Secret{File: "/absent"}
	_, err = app.RedisOptions(site)
	require.ErrorContains(t, err, "read the password of sentinel")
}
