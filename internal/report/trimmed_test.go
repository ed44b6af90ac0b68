package report_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// trimmed is a controller whose ledger has lost its first entries.
type trimmed struct {
	report.Source
	lost int
}

func (t trimmed) Replay(ctx context.Context, visit func(fold.Applied)) error {
	seen := 0
	return t.Source.Replay(ctx, func(a fold.Applied) {
		if seen++; seen > t.lost {
			visit(a)
		}
	})
}

// Wherever a ledger was cut: a report says from when on it counts, counts that
// exactly, and finds nothing broken that only was not seen.
func TestAReportOnATrimmedLedgerCountsWhatArrivedSince(t *testing.T) {
	t.Parallel()
	l := reporttest.Afternoon(reporttest.Site())
	c := reporttest.NewController(l, reporttest.Site())
	whole := made(t, l)
	require.Empty(t, whole.Checks.Violations)
	rows := map[contact.ID]report.Contact{}
	for _, row := range whole.Contacts {
		rows[row.ID] = row
	}
	for lost := 1; lost < len(l.Applied); lost++ {
		since := time.UnixMicro(l.Applied[lost].Entry.At)
		arrived := 0
		for _, a := range l.Applied[lost:] {
			if a.Effective() && a.Entry.Kind == string(fact.KindArrived) {
				arrived++
			}
		}
		r, err := report.Make(t.Context(), trimmed{c, lost}, report.Period{From: whole.From, To: whole.To})
		require.NoError(t, err)
		require.NotNil(t, r.Checks.Since)
		assert.True(t, r.Checks.Since.Equal(since))
		assert.Equal(t, arrived, r.Summary.Offered)
		for _, row := range r.Contacts {
			assert.Equal(t, rows[row.ID], row, "who is counted is counted as before")
		}
		assert.True(t, r.Checks.OK(), "%v", r.Checks.Violations)
		assert.False(t, r.Checks.Compared)
	}
}

func TestAReportOnATrimmedLedgerSaysSo(t *testing.T) {
	t.Parallel()
	l := reporttest.Afternoon(reporttest.Site())
	c := trimmed{reporttest.NewController(l, reporttest.Site()), len(l.Applied) / 2}
	r, err := report.Make(t.Context(), c, report.Period{From: made(t, l).From, To: made(t, l).To})
	require.NoError(t, err)
	since := r.Checks.Since.Format("2006-01-02 15:04:05")
	for _, page := range []interface{ WriteText(io.Writer) error }{r, r.By(report.ByQueue, 0)} {
		var text strings.Builder
		require.NoError(t, page.WriteText(&text))
		assert.Contains(t, text.String(), "NOTE The ledger goes back to "+since+" only: older entries are gone.")
		assert.Contains(t, text.String(), "unknown")
		for line := range strings.Lines(text.String()) {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 81, line)
		}
	}

	_, err = report.Tell(t.Context(), c, "c01")
	require.ErrorIs(t, err, report.ErrUnknown)
	var gone *report.Trimmed
	require.ErrorAs(t, err, &gone)
	assert.ErrorContains(t, err, "since "+since)
}
