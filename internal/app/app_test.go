package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestABadSiteIsRefusedBeforeAnythingIsOpened(t *testing.T) {
	t.Parallel()
	err := Run(context.Background(), Options{SiteDir: t.TempDir(), LockFile: filepath.Join(t.TempDir(), "lock")})
	var wrong *SiteError
	require.ErrorAs(t, err, &wrong)
	assert.NotEmpty(t, wrong.Problems)
}

func TestASecondControllerOfTheSameInstanceIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	first, err := acquire(path, "c1")
	require.NoError(t, err)
	_, err = acquire(path, "c1")
	require.ErrorContains(t, err, "another controller named c1 runs on this host")
	assert.ErrorContains(t, err, "--instance")
	first.release()
	again, err := acquire(path, "c1")
	require.NoError(t, err, "the lock of a process that ended is free")
	again.release()
}

func TestALockFileThatCannotBeMadeIsNamed(t *testing.T) {
	t.Parallel()
	_, err := acquire(filepath.Join(t.TempDir(), "missing", "lock"), "c1")
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "--lock-file")
}

func TestAnUnknownLogLevelIsNamed(t *testing.T) {
	t.Parallel()
	_, err := newLogger("loud")
	assert.ErrorContains(t, err, `log level "loud"`)
}
