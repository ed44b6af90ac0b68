package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// Who withholds his number is told apart, for whoever may see the others.
func TestWhoWithholdsHisNumberIsKnownToBeCutOff(t *testing.T) {
	t.Parallel()
	l := reporttest.NewLedger(reporttest.Begin)
	l.Own("c01", fact.Arrived{
		Medium: contact.Voice, Entry: "2014", Node: reporttest.Node, Line: "l", Caller: "sealed:0612345678", Withheld: true, Config: "0123", Rank: l.Now,
	})
	l.Own("c01", fact.Closed{Outcome: contact.Failed, Reason: fact.NodeDied})
	list := made(t, l).CutOff(func(_ string, withheld bool) string {
		return map[bool]string{true: "withheld", false: "shown"}[withheld]
	})
	require.Len(t, list.Callers, 1)
	assert.Equal(t, "withheld", list.Callers[0].Caller)
}

func TestThoseWhoseAsteriskDiedAreListedToBeCalledBack(t *testing.T) {
	t.Parallel()
	list := afternoon(t).CutOff(func(sealed string, withheld bool) string {
		assert.False(t, withheld)
		return masked(sealed)
	})
	require.Len(t, list.Callers, 1)
	cut := list.Callers[0]
	assert.Equal(t, contact.ID("c05"), cut.ID)
	assert.Equal(t, contact.Failed, cut.Outcome)
	assert.Equal(t, "••78", cut.Caller)
	assert.Equal(t, 8*time.Second, cut.Cut.Sub(cut.Arrived))
	var text, csv bytes.Buffer
	require.NoError(t, list.WriteText(&text))
	golden(t, "cut-off.txt", text.String())
	require.NoError(t, list.WriteCSV(&csv, report.Dialect{}))
	lines := strings.Split(csv.String(), "\r\n")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[1], ",particuliers,failed,,••78")
}
