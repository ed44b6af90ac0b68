package lab_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/internal/lab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// parts prepares the real programs, or skips where nobody asked for them. Where
// they were asked for, a part that cannot be had is a failure.
func parts(t *testing.T) *lab.Parts {
	t.Helper()
	if os.Getenv("GUICHET_LAB") != "1" {
		t.Skip("needs root, a real Redis and a real Asterisk; set GUICHET_LAB=1 (make test does)")
	}
	found, err := lab.Prepare(soon(t, 10*time.Minute), lab.Steps(os.Stderr))
	require.NoError(t, err)
	return found
}

// soon bounds a part of a test.
func soon(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}
