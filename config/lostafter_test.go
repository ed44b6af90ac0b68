package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAsteriskIsLostAfterAWhileOrNever(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]time.Duration{
		"":                               2 * time.Second,
		"    lost_after: 5s\n":           5 * time.Second,
		"    lost_after: never\n":        0,
		"    lost_after: 0\n":            0,
		"    lost_after: \"0\"\n":        0,
		"    lost_after: 0s\n":           0,
		"    lost_after: ${LOST:-7s}\n":  7 * time.Second,
		"    lost_after: ${NEVER:-7s}\n": 0,
	} {
		files := mistakenSite(t, []byte("A node.\n-- site.yaml --\nname: essai\nledger: memory\nasterisk:\n  a1:\n    url: http://127.0.0.1:8088/ari\n    username: guichet\n    password: {env: ARI_PASSWORD}\n"+written))
		site, problems := load(".", files, func(name string) (string, bool) { return "never", name == "NEVER" })
		require.Empty(t, problems, written)
		require.Len(t, site.Asterisk, 1, written)
		assert.Equal(t, want, site.Asterisk[0].LostAfter, written)
	}
}
