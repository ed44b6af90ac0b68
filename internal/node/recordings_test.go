package node_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
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
		s.Salvage()
	})
	look := b.c.Retention()
	deleted := func() int { return b.asterisk.Count("DELETE /recordings/stored/*") }
	kept := func() (n int) {
		b.c.View(func(s *fold.State) { n = len(s.Recordings) })
		return n
	}
	for day := range 30 {
		look(t.Context(), now+(time.Duration(day)*24*time.Hour).Microseconds())
		require.Zero(t, deleted(), "on day %d", day)
	}
	look(t.Context(), now+retention.Microseconds()-1)
	require.Zero(t, deleted(), "a microsecond before")
	over := now + retention.Microseconds()
	b.asterisk.Inject(1, "DELETE /recordings/stored/*", aritest.Refuse(500, "Delete failed"))
	look(t.Context(), over)
	require.Equal(t, 2, kept(), "the file is still there")
	look(t.Context(), over)
	b.until("it to be forgotten", func() bool { return kept() == 1 })
	assert.Equal(t, 2, deleted())
	var written []string
	require.NoError(t, b.c.Replay(t.Context(), func(a fold.Applied) {
		if a.Entry.Kind == string(fact.KindRecordingDeleted) {
			written = append(written, fmt.Sprint(a.Entry.Subject, " ", a.Entry.Role, " ", a.Entry.At))
		}
	}))
	assert.Equal(t, []string{fmt.Sprint("recording:c1.r1 leader ", over)}, written)
	look(t.Context(), over+retention.Microseconds())
	assert.Equal(t, 1, kept(), "what goes on is kept")
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("was not at its node").Len(), "there was no file")
}

// What a node refuses to delete holds up nothing else, what it does not answer is not asked
// again for each file, and where no controller reaches the files is said once.
func TestWhatCannotBeDeletedHoldsUpNothingElse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const retention = 30 * 24 * time.Hour
	over := b.c.Now() + retention.Microseconds() // the controller's own look comes too early
	b.c.Spoil(func(s *fold.State) {
		s.Recordings = map[fact.RecordingID]*fold.Recording{}
		for i, at := range []contact.Node{"a1", "a1", "a1", "old", "old"} {
			id := fact.RecordingID(fmt.Sprintf("c%d.r1", i))
			s.Recordings[id] = &fold.Recording{ID: id, Node: at, At: 1, EndedAt: over - retention.Microseconds() - int64(10-i), Retention: retention}
		}
		s.Salvage()
	})
	look := b.c.Retention()
	said := func(what string) int { return b.logs.FilterMessageSnippet(what).Len() }
	left := func() (ids []string) {
		b.c.View(func(s *fold.State) {
			for _, o := range s.Overdue(over) {
				ids = append(ids, string(o.Recording))
			}
		})
		return ids
	}
	lost := b.asterisk.Inject(100, "DELETE /recordings/stored/*", aritest.LoseRequest())
	look(t.Context(), over)
	tried := b.logs.FilterMessageSnippet("not deleted yet").All()
	require.Len(t, tried, 1)
	assert.EqualValues(t, 1, tried[0].ContextMap()["failed"], "the two behind it would take as long")
	assert.Equal(t, []string{"c0.r1", "c1.r1", "c2.r1", "c3.r1", "c4.r1"}, left(), "the longest overdue first")
	lost()
	b.asterisk.Inject(1, "DELETE /recordings/stored/*", aritest.Refuse(500, "Delete failed"))
	look(t.Context(), over)
	b.until("the others to be written down", func() bool { return len(left()) == 3 })
	assert.Equal(t, []string{"c1.r1", "c3.r1", "c4.r1"}, left(), "the look began behind the one that was not answered")
	assert.Equal(t, 2, said("not deleted yet"))
	assert.Equal(t, 1, said("their node is not in the site any more"))
}
