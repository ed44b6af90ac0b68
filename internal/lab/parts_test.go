package lab

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVersionsAreReadFromWhatProgramsSay(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]Version{
		"Asterisk 22.10.1+dfsg+~cs6.17.60671434-1\n":   {22, 10, 1},
		"Redis server v=7.0.15 sha=00000000:0 bits=64": {7, 0, 15},
	} {
		got, err := parseVersion(said)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := parseVersion("Asterisk GIT-master")
	assert.Error(t, err)
}

func TestOnlyAnOlderVersionIsBefore(t *testing.T) {
	t.Parallel()
	for _, older := range []Version{{22, 10, 0}, {22, 9, 9}, {20, 20, 20}} {
		assert.True(t, older.Before(MinimumAsterisk), older)
		assert.False(t, MinimumAsterisk.Before(older), older)
	}
	assert.False(t, MinimumAsterisk.Before(MinimumAsterisk))
}

func TestFailuresOfPackageToolsBecomeARemedy(t *testing.T) {
	t.Parallel()
	failed := errors.New("exit status 100")
	for said, remedy := range map[string]string{
		"Err:1 x bookworm\n  Temporary failure resolving 'x'\nE: Unable to fetch": "connect this machine",
		"E: You don't have enough free space in /var/cache/apt/archives/.":        "free 1 GB",
		"Reading lists\nE: Unable to locate package foo\nbye":                     "E: Unable to locate package foo",
		"": "it said nothing",
	} {
		err := explain(t.Context(), failed, said)
		assert.ErrorContains(t, err, remedy)
		assert.NotContains(t, err.Error(), "\n")
	}
}

func TestOneBuilderAtATimeHoldsTheLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	release, err := lock(t.Context(), Silent, path)
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = lock(ctx, Silent, path)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	release()
	again, err := lock(t.Context(), Silent, path)
	require.NoError(t, err)
	again()
}

func TestTheRootsNameFollowsItsRecipe(t *testing.T) {
	t.Parallel()
	assert.Regexp(t, `^asterisk-forky-[0-9a-f]{8}$`, rootName())
}

func TestAStepIsOnePlainLineWithItsDurationWhereThereIsNoTerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	progress := Steps(&out)

	progress.Step("build the root")(nil)
	progress.Step("start Redis")(errors.New("no"))

	assert.Regexp(t, `^ok     build the root \(\d+\.\d s\)\nfailed start Redis \(\d+\.\d s\)\n$`, out.String())
}
