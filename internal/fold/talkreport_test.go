package fold_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
)

// Whatever happens in a conversation, `guichet report` counts from the facts what the fold
// has counted, and finds no agent and no contact bound twice.
func TestTheReportCountsAConversationAsTheFoldDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newTalk(t)
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			w.anything()
		}
		always := report.Period{From: time.UnixMicro(0), To: time.UnixMicro(w.at + second)}
		r, err := report.Make(t.Context(), written{w.c}, always)
		require.NoError(t, err)
		require.True(t, r.Checks.Compared)
		require.Empty(t, r.Checks.Differences)
		// The phones here ring for as long as they like, so no deadline is kept.
		require.Empty(t, slices.DeleteFunc(r.Checks.Violations, func(v report.Violation) bool { return v.Invariant == "I3" }))
	})
}

// written is a chain as the report reads a controller's ledger.
type written struct{ c *chain }

func (w written) View(read func(*fold.State)) { read(w.c.state) }

func (written) Site() *config.Site { return &config.Site{Name: "guichet", Zone: time.UTC} }

func (w written) Replay(_ context.Context, visit func(fold.Applied)) error {
	s := fold.New()
	for _, e := range w.c.log {
		visit(s.Apply(e))
	}
	return nil
}
