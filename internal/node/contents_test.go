package node

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger/memory"
)

// A slow machine takes longer to make a site of a content than it is waited for. Thrown away
// it would be made again and again, and its contacts never go by it.
func TestAVersionThatTookLongToMakeIsKept(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	c.ledger = memory.NewLog(memory.New("run-1", time.Now))
	require.NoError(t, c.ledger.SaveVersion(t.Context(), "old", []byte("packed")))
	ctx, cancel := context.WithCancel(t.Context())
	v := newVersions(c, Options{
		Site:    &config.Site{Hash: "active"},
		Restore: func([]byte) (*config.Site, error) { cancel(); return &config.Site{Hash: "old"}, nil },
	})
	require.NoError(t, v.fetch(ctx, "old"))
	assert.True(t, v.has("old"))
	require.ErrorIs(t, v.fetch(ctx, "another"), context.Canceled, "what was not looked for is not known to be lost")
	assert.Empty(t, v.failed)
}
