package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
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

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file of testdata; look at the diff of -update.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 80, line)
	}
}

func afternoon(t *testing.T) *report.Report {
	t.Helper()
	return made(t, reporttest.Afternoon(reporttest.Site()))
}

func made(t *testing.T, l *reporttest.Ledger) *report.Report {
	t.Helper()
	c := reporttest.NewController(l, reporttest.Site())
	r, err := report.Make(t.Context(), c, day())
	require.NoError(t, err)
	return r
}

func day() report.Period {
	return report.Period{From: reporttest.Begin.Add(-time.Hour), To: reporttest.Begin.Add(time.Hour)}
}

func TestAReportCountsEveryKindOfContactByItsDefinition(t *testing.T) {
	t.Parallel()
	s := afternoon(t).Summary
	assert.Equal(t, 12, s.Offered)
	assert.Equal(t, 2, s.StillHere, "c10 waits, c12 is in the menu; c11 is answered")
	assert.Equal(t, map[contact.Outcome]int{
		contact.Answered: 3, contact.Abandoned: 3, contact.Dissuaded: 2, contact.SelfServed: 1, contact.Failed: 1,
		contact.Callback: 0, contact.TransferredOut: 0, contact.Message: 0,
	}, s.Outcomes)
	assert.Equal(t, map[contact.Stage]int{contact.InMenu: 1, contact.InQueue: 1, contact.InRing: 1}, s.Abandoned)
	assert.Equal(t, 1, s.Short, "c03 left after 3 s")
	assert.Equal(t, map[contact.Refusal]int{contact.Full: 1, contact.NoAgent: 0, contact.Closed: 1}, s.Dissuaded)
	// 3 answered, c03 and c09 after asking, c05 failed after asking, c06 full.
	assert.Equal(t, 7, s.Asked)
	assert.Equal(t, "3/7 = 42.9 %", s.AnsweredRate.String())
	assert.Equal(t, "2/7 = 28.6 %", s.Within20.String(), "c04 waited 22 s")
	assert.Equal(t, "3/7 = 42.9 %", s.Within60.String())
}

func TestWaitsTalkAndLatencyAreThoseOfTheFacts(t *testing.T) {
	t.Parallel()
	s := afternoon(t).Summary
	span := func(d time.Duration) report.Span { return report.Span(d.Microseconds()) }
	assert.Equal(t, 3, s.WaitAnswered.Count)
	assert.Equal(t, span(6*time.Second+8*time.Millisecond), s.WaitAnswered.P50)
	assert.Equal(t, span(22*time.Second+16*time.Millisecond), s.WaitAnswered.P90)
	assert.Equal(t, 2, s.WaitAbandoned.Count, "who left in the menu waited in no queue")
	assert.Equal(t, 5, s.OfferLatency.Count, "one for each ring")
	assert.Equal(t, span(8*time.Millisecond), s.OfferLatency.P99)
	assert.Equal(t, 2, s.Talk.Count, "c11 talks still")
	assert.Equal(t, span(90*time.Second), s.Talk.Max)
	assert.Equal(t, 2, s.WrapUp.Count)
	assert.Equal(t, span(20*time.Second), s.WrapUp.Max)
	assert.Equal(t, span(5*time.Second), s.WrapUp.P50, "a3 ended it early")
}

func TestARecountOfTheLedgerEqualsTheFold(t *testing.T) {
	t.Parallel()
	c := afternoon(t).Checks
	assert.True(t, c.Compared)
	assert.Empty(t, c.Differences)
	assert.Empty(t, c.Violations)
	assert.True(t, c.Conserved())
	assert.True(t, c.OK())
	assert.Equal(t, uint64(12), c.Offered)
	assert.Equal(t, uint64(10), c.Outcomes)
	assert.Equal(t, uint64(2), c.StillHere)
}

func TestAFoldThatCountedWronglyIsFound(t *testing.T) {
	t.Parallel()
	l := reporttest.Afternoon(reporttest.Site())
	l.State.Tally.Offered["2014\x1fvoice"]++
	l.State.Tally.Talk.Sum++
	c := made(t, l).Checks
	assert.False(t, c.OK())
	assert.False(t, c.Conserved())
	assert.Equal(t, []string{
		"offered{2014,voice}: the fold says 13, the recount 12",
		"talk_sum_µs{}: the fold says 135000001, the recount 135000000",
	}, c.Differences)
}

func TestContactsBelongToThePeriodOfTheirArrival(t *testing.T) {
	t.Parallel()
	c := reporttest.NewController(reporttest.Afternoon(reporttest.Site()), reporttest.Site())
	p := report.Period{From: reporttest.Begin, To: reporttest.Begin.Add(2 * time.Minute)}
	r, err := report.Make(t.Context(), c, p)
	require.NoError(t, err)
	require.Len(t, r.Contacts, 1, "c01 arrived in it and was answered in it; c02 arrived at its end")
	assert.Equal(t, contact.ID("c01"), r.Contacts[0].ID)
	assert.Equal(t, uint64(12), r.Checks.Offered, "checks concern the whole ledger")
}

func TestGroupsHoldThoseWhoReachedThem(t *testing.T) {
	t.Parallel()
	r := afternoon(t)
	names := func(groups []report.Group) map[string]int {
		found := map[string]int{}
		for _, g := range groups {
			found[g.Name] = g.Offered
		}
		return found
	}
	assert.Equal(t, map[string]int{"2014": 12}, names(r.Entries))
	assert.Equal(t, map[string]int{"particuliers": 6, "recouvrement": 2}, names(r.Queues))
	assert.Equal(t, map[string]int{"cis_ouest": 2, "cps_lyon": 1}, names(r.Centers))
	assert.Equal(t, map[string]int{"existant": 8}, names(r.Organisations))
}

func TestAReportReadsWellOnATerminal(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	require.NoError(t, afternoon(t).WriteText(&text))
	golden(t, "report.txt", text.String())
}

func TestAnEmptyLedgerMakesAReportWithoutRates(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	r := made(t, reporttest.Floor(reporttest.Site()))
	require.NoError(t, r.WriteText(&text))
	assert.True(t, r.Checks.OK())
	golden(t, "empty.txt", text.String())
}

func TestCSVHasOneLinePerContactAndNoNumber(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	r := afternoon(t)
	require.NoError(t, r.WriteCSV(&text, report.Dialect{}))
	assert.NotContains(t, text.String(), "0612345678")
	lines, err := csv.NewReader(&text).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 13)
	assert.Equal(t, []string{
		"c04", "voice", "2014", "2026-11-23T14:02:33.008+01:00", "2026-11-23T14:02:33.008+01:00", "2026-11-23T14:03:40.024+01:00",
		"payment", "35", "existant", "particuliers", "answered", "", "", "false", "true",
		"cps_lyon", "a3", "2", "22.016000", "45.000000", "5.000000", "",
	}, lines[8])
}

func TestAReportSurvivesJSON(t *testing.T) {
	t.Parallel()
	r := afternoon(t)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "0612345678")
	var back report.Report
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, r.Summary, back.Summary)
	assert.Equal(t, r.Checks, back.Checks)
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, string(text), string(again))
}

func TestPercentilesAreTheNearestRank(t *testing.T) {
	t.Parallel()
	ten := make([]report.Span, 10)
	for i := range ten {
		ten[i] = report.Span(10 - i)
	}
	s := report.SpreadOf(ten)
	assert.Equal(t, report.Spread{Count: 10, Mean: 5, P50: 5, P90: 9, P99: 10, Max: 10}, s)
	assert.Equal(t, report.Spread{Count: 1, Mean: 7, P50: 7, P90: 7, P99: 7, Max: 7}, report.SpreadOf([]report.Span{7}))
	assert.Equal(t, report.Spread{}, report.SpreadOf(nil))
}

// What callers left is counted once more, and a counter of the fold that differs is told.
func TestMailboxesAreRecounted(t *testing.T) {
	t.Parallel()
	c := reporttest.Messages(reporttest.Site())
	var l *reporttest.Ledger
	c.Change(func(book *reporttest.Ledger) { l = book })
	refused := func(id contact.ID, node string) {
		l.Arrive(id)
		l.Own(id, fact.Closed{Outcome: contact.Abandoned, Stage: contact.InMenu, Decided: []fact.Decided{{Node: "repondeur", Case: node, Mailbox: "accueil"}}})
	}
	refused("c31", fact.OnFull)
	refused("c32", fact.OnFull)
	refused("c33", "on_error")
	require.Empty(t, l.Wish("message:c21.1", "op-1", fact.MessageDone{Message: "c21.1", By: "marie"}).Void)
	require.Empty(t, l.Wish("message:c23.1", "op-2", fact.MessageDone{Message: "c23.1", By: "marie"}).Void)
	l.Now += (31 * 24 * time.Hour).Microseconds() // without the beats of a month
	require.Empty(t, l.Lead("message:c23.1", fact.MessageDeleted{Message: "c23.1"}).Void)
	p := report.Period{From: reporttest.Begin.Add(-time.Hour), To: reporttest.Begin.Add(2 * time.Hour)}
	r, err := report.Make(t.Context(), c, p)
	require.NoError(t, err)
	assert.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
	assert.Equal(t, []report.Mailbox{
		{Name: "accueil", Left: 2, Done: 1, Waiting: 1, Full: 2, NotRecorded: 1},
		{Name: "recours", Left: 1, Done: 1},
	}, r.Mailboxes)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	assert.Regexp(t, `MAILBOX +left +done +waiting +full +not recorded\naccueil +2 +1 +1 +2 +1\nrecours +1 +1 +0 +0 +0\n`, text.String())

	later, err := report.Make(t.Context(), c, report.Period{From: p.To, To: p.To.Add(time.Hour)})
	require.NoError(t, err)
	assert.Empty(t, later.Mailboxes, "nobody arrived then")

	l.State.Mailboxes["accueil"].Refused++
	l.State.Mailboxes["recours"].Deleted = 0
	r, err = report.Make(t.Context(), c, p)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"mailbox{accueil,full}: the fold says 3, the recount 2", "mailbox{recours,deleted}: the fold says 0, the recount 1",
	}, r.Checks.Differences)
}
