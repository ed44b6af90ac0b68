package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// sample is the sample site, copied with secrets beside it.
func sample(t *testing.T) *config.Site {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "dgfip"))))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "secrets"), 0o700))
	for _, name := range []string{"ari-password", "site-key"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "secrets", name), []byte("0123456789abcdef0123456789abcdef"), 0o600))
	}
	site, problems := config.Load(dir)
	require.Empty(t, problems)
	return site
}

func TestTheSampleSiteFitsATerminalOf80By24(t *testing.T) {
	t.Parallel()
	site := sample(t)
	d := deskOf(t, reporttest.NewController(reporttest.Afternoon(reporttest.Site()), site))
	var top api.Top
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "top", "--once", "--json")), &top))
	floor, longest, found := strings.Cut(floor(top, top.Now, ""), "LONGEST WAITS")
	require.True(t, found, "what may be cut is last")
	assert.Contains(t, longest, "c10")
	lines := strings.Split(strings.TrimRight(floor, "\n"), "\n")
	assert.LessOrEqual(t, len(lines), 24-2, "two lines are for what needs attention:\n%s", floor)
	for _, line := range lines {
		assert.LessOrEqual(t, len([]rune(line)), 80, line)
	}
	for name := range site.Plan.Organisations {
		assert.Contains(t, floor, "\n"+string(name)+" ")
	}
	for name := range site.Centers {
		assert.Contains(t, floor, "\n"+string(name)+" ")
	}
	for name := range site.Entries {
		assert.Contains(t, floor, "\nentry "+string(name)+" ")
	}
}

func TestWhoRingsIsAmongThoseWhoWaitAndNobodyIsLeftOut(t *testing.T) {
	t.Parallel()
	calls := map[string]int{"menu": 1, "waiting": 2, "offered": 3, "ringing": 4, "talking": 5, "transferring": 6, "transferred": 7, "leaving": 8, "closed": 9}
	assert.Equal(t, "in the menu 1 · waiting 9 (ringing 7) · talking 5 · with a local service 13 · leaving 17", standings(calls))
}
