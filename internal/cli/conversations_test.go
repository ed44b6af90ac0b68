package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/report/reporttest"
)

func TestRecordedConversationsAreListedFetchedAndDeleted(t *testing.T) {
	t.Parallel()
	d := deskOf(t, reporttest.Recorded(reporttest.Site()))
	listed := d.prints(t, "recordings", "list")
	assert.Regexp(t, `(?m)^c31\.r1 +\S+ +a1 .* 3:00 +20\d\d-\d\d-\d\d \d\d:\d\d +accueil$`, listed)
	assert.Regexp(t, `(?m)^c32\.r1 .* failed .*accueil$`, listed)
	assert.Regexp(t, `(?m)^c33\.r1 .* goes on .*accueil$`, listed)
	assert.Equal(t, "no recordings\n", d.prints(t, "recordings", "list", "--queue", "autre"))

	file := filepath.Join(t.TempDir(), "appel.wav")
	assert.Equal(t, file+": 11 bytes\n", d.prints(t, "recordings", "get", "c31.r1", "--output", file))
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it is personal")
	require.NoError(t, os.Chmod(file, 0o644))
	d.prints(t, "recordings", "get", "c31.r1", "--output", file)
	info, err = os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "also where there was a file that all may read")
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing but the file")
	assert.Equal(t, "/dev/null: 11 bytes\n", d.prints(t, "recordings", "get", "c31.r1", "--output", os.DevNull))
	assert.Equal(t, "RIFF of c31", d.prints(t, "recordings", "get", "c31.r1"))

	code, _, errs := d.types(t, "recordings", "delete", "c33.r1")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "still going on")
	assert.Equal(t, "recording c31.r1 is deleted\n", d.prints(t, "recordings", "delete", "c31.r1"))
	assert.NotContains(t, d.prints(t, "recordings", "list"), "c31")
}
