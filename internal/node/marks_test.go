package node

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func TestMarksReachBackTwoDaysAndAreFew(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	var ms marks
	for minute := range 5 * 24 * 60 {
		at := begun.Add(time.Duration(minute) * time.Minute)
		s := ledger.Snapshot{Position: ledger.Position{ID: ledger.ID{Ms: uint64(at.UnixMilli())}}, Gen: 1, Format: 2, Data: []byte(at.String())}
		require.NoError(t, ms.add(s, keepTail))
		newest := ms[len(ms)-1]
		require.Less(t, at.Sub(newest.at()), keepTail)
		if minute > 60 {
			copied := slices.Clone(ms)
			_, found := copied.take(at.Add(-keepTail))
			require.True(t, found, "there is always one behind the tail")
		}
		if minute > 49*60 {
			age := at.Sub(ms[0].at())
			require.GreaterOrEqual(t, age, marksFor, "at %s", at)
			require.Less(t, age, marksFor+2*marksApart)
		}
	}
	assert.Less(t, len(ms), 56)
	oldest, err := ms[0].snapshot()
	require.NoError(t, err)
	assert.Equal(t, ms[0].at().UTC().String(), string(oldest.Data))
	assert.EqualValues(t, 2, oldest.Format)
}
