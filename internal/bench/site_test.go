package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
)

func TestTheSiteOfTheBenchIsValid(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "site")
	require.NoError(t, writeSite(dir, 400))
	site, problems := config.Load(dir)
	require.Empty(t, problems)
	require.Len(t, site.Agents, 400)
	last, found := site.Agents[contact.Agent(user(399))]
	require.True(t, found)
	assert.Equal(t, "PJSIP/"+user(399), last.Phone)
}

func TestTheIncumbentDiffersByDialplanQueueAndOneModule(t *testing.T) {
	t.Parallel()
	product, dir := filepath.Join("..", "..", "deploy", "asterisk"), filepath.Join(t.TempDir(), "config")
	require.NoError(t, writeQueue(dir, product, 5))
	files, err := filepath.Glob(filepath.Join(product, "*.conf"))
	require.NoError(t, err)
	for _, path := range files {
		name := filepath.Base(path)
		was, is := read(t, path), read(t, filepath.Join(dir, name))
		switch name {
		case "extensions.conf":
			assert.Contains(t, is, "Queue(bench")
			assert.NotContains(t, is, "Stasis(")
		case "modules.conf":
			assert.Contains(t, is, was)
			assert.Contains(t, is[len(was):], "load = app_queue.so")
		default:
			assert.Equal(t, was, is, name)
		}
	}
	queues := read(t, filepath.Join(dir, "queues.conf"))
	for _, line := range []string{"autofill = yes", "ringinuse = no", "retry = 1", "wrapuptime = 0", "member => PJSIP/b0001\n", "member => PJSIP/b0005\n"} {
		assert.Contains(t, queues, line)
	}
	assert.NotContains(t, queues, "b0006")
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
