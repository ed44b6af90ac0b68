package node_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// The clock of this test runs through thirty days.
func TestTheLeaderDeletesARecordedConversationWhenItsRetentionIsOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	now := b.c.Now()
	const retention = 30 * 24 * time.Hour
	b.c.Spoil(func(s *fold.State) {
		s.Recordings = map[fact.RecordingID]*fold.Recording{
			"c1.r1": {ID: "c1.r1", Contact: "c1", Node: "a1", At: now - 60e6, EndedAt: now, Retention: retention},
			"c2.r1": {ID: "c2.r1", Contact: "c2", Node: "a1", At: now - 60e6, Retention: retention}, // goes on
		}
	})
	deleted := func() int { return b.asterisk.Count("DELETE /recordings/stored/*") }
	kept := func() (n int) {
		b.c.View(func(s *fold.State) { n = len(s.Recordings) })
		return n
	}
	for day := range 30 {
		b.c.DeleteRecordings(t.Context(), now+(time.Duration(day)*24*time.Hour).Microseconds())
		require.Zero(t, deleted(), "on day %d", day)
	}
	b.c.DeleteRecordings(t.Context(), now+retention.Microseconds()-1)
	require.Zero(t, deleted(), "a microsecond before")
	over := now + retention.Microseconds()
	b.asterisk.Inject(1, "DELETE /recordings/stored/*", aritest.Refuse(500, "Delete failed"))
	b.c.DeleteRecordings(t.Context(), over)
	require.Equal(t, 2, kept(), "the file is still there")
	b.c.DeleteRecordings(t.Context(), over)
	b.until("it to be forgotten", func() bool { return kept() == 1 })
	assert.Equal(t, 2, deleted())
	var written []string
	require.NoError(t, b.c.Replay(t.Context(), func(a fold.Applied) {
		if a.Entry.Kind == string(fact.KindRecordingDeleted) {
			written = append(written, fmt.Sprint(a.Entry.Subject, " ", a.Entry.Role, " ", a.Entry.At))
		}
	}))
	assert.Equal(t, []string{fmt.Sprint("recording:c1.r1 leader ", over)}, written)
	b.c.DeleteRecordings(t.Context(), over+retention.Microseconds())
	assert.Equal(t, 1, kept(), "what goes on is kept")
	assert.Equal(t, 1, b.logs.FilterMessage("recording deleted after its retention").Len())
}
