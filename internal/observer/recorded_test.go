package observer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// What has an effect in the fold has one in the eyes of the observer, who was written from
// the page alone: entry by entry, on ledgers that hold every kind.
func TestTheObserverFindsTheSameEffectiveAsTheFold(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../fold/testdata/recorded/*.ledger")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			j, state, last := NewJudge(Limits{}), fold.New(), ledger.Position{}
			twice := map[string]bool{}
			for line := range strings.Lines(string(text)) {
				at, body, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
				id, err := ledger.ParseID(at)
				require.NoError(t, err)
				e, err := ledger.ReadBody(id, last, []byte(body))
				require.NoError(t, err)
				prev := "0-0/" + noDigest
				if !last.IsZero() {
					prev = last.String()
				}
				last = e.Self
				if j.floor.contacts[e.Subject] != nil && e.Kind == "arrived" {
					twice[e.Subject] = true // no site does that; older recordings did
				}
				a, known := state.Apply(e), len(j.effective)
				require.NoError(t, j.Message(Message{ID: at, Body: body, Prev: prev}))
				if !twice[e.Subject] {
					assert.Equalf(t, a.Verdict.Accepted() && a.Void == "", len(j.effective) > known, "%s %s of %s, to the fold: %s %s: %s", at, e.Kind, e.Subject, a.Verdict, a.Void, body)
				}
			}
		})
	}
}
