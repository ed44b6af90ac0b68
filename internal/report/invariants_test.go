package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// floor is a ledger with these agents ready.
func floor(agents ...contact.Agent) *reporttest.Ledger {
	return reporttest.Floor(reporttest.Site(), agents...)
}

func violations(t *testing.T, l *reporttest.Ledger) []report.Violation {
	t.Helper()
	return made(t, l).Checks.Violations
}

func TestAnOfferToTheSecondInLineIsAViolationOfOrder(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	for _, id := range []contact.ID{"first", "second"} {
		l.Arrive(id)
		l.Enqueue(id, "particuliers")
		l.Pass(time.Second)
	}
	_, offered := l.Offer("second", "a1")
	require.Equal(t, "somebody waits before", offered.Void)
	assert.Empty(t, violations(t, l), "what has no effect breaks nothing")
	l.Pretend()
	found := violations(t, l)
	require.Len(t, found, 1)
	assert.Equal(t, "I6", found[0].Invariant)
	assert.Equal(t, offered.Entry.Self.ID, found[0].Position)
	assert.Equal(t, "contact second was offered to agent a1 while first, which came 1.0 s earlier, waited for the same people", found[0].Text)
}

func TestAContactBackAtItsRankIsAheadAgain(t *testing.T) {
	t.Parallel()
	l := floor("a1", "a2")
	l.Arrive("first")
	l.Enqueue("first", "particuliers")
	offer := l.Ring("first", "a1")
	l.Arrive("second")
	l.Enqueue("second", "particuliers")
	l.Pass(time.Second)
	l.Own("first", fact.OfferFailed{Offer: offer, Result: contact.Busy})
	l.Offer("second", "a2")
	l.Pretend()
	found := violations(t, l)
	require.Len(t, found, 1)
	assert.Equal(t, "I6", found[0].Invariant)
}

func TestNobodyIsAheadWhoLeftRingsOrWaitsElsewhere(t *testing.T) {
	t.Parallel()
	l := floor("a1", "a2", "a3")
	for _, id := range []contact.ID{"left", "rings", "elsewhere", "me"} {
		l.Arrive(id)
		queue := contact.Queue("particuliers")
		if id == "elsewhere" {
			queue = "recouvrement"
		}
		l.Enqueue(id, queue)
	}
	l.Close("left", contact.Abandoned, contact.InQueue)
	l.Ring("rings", "a1")
	l.Offer("me", "a2")
	assert.Empty(t, violations(t, l))
}

func TestAWrapUpThatNobodyEndsIsAStuckAgent(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Answer("c", "a1", time.Second)
	l.HangUp("c", offer)
	l.Pass(20*time.Second + 900*time.Millisecond)
	assert.Empty(t, violations(t, l), "a second late is allowed")
	l.Pass(600 * time.Millisecond)
	found := violations(t, l)
	require.Len(t, found, 1)
	assert.Equal(t, "I3", found[0].Invariant)
	assert.Contains(t, found[0].Text, "agent a1 was wrap-up for 21.")
	l.Expire("a1")
	assert.Len(t, violations(t, l), 1, "ended late is late, too")
}

func TestARingBeyondItsDeadlineIsFound(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Ring("c", "a1")
	l.Pass(22 * time.Second)
	l.Own("c", fact.OfferFailed{Offer: offer, Result: contact.NoAnswer})
	found := violations(t, l)
	require.Len(t, found, 1)
	assert.Contains(t, found[0].Text, "agent a1 was ringing for 22.0 s, 2.0 s longer than allowed")
}

func TestADeadlineCannotBeMetWhileNobodyLeads(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Answer("c", "a1", time.Second)
	l.HangUp("c", offer)
	l.Pass(19 * time.Second)
	l.Now += (30 * time.Second).Microseconds() // the controller is away: no beat
	l.Beat()
	l.Pass(800 * time.Millisecond)
	l.Expire("a1")
	assert.Empty(t, violations(t, l), "a second after the return is in time")
}

func TestAnAgentWhoWantedToLeaveIsNotSetAside(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Ring("c", "a1")
	l.Wish("a1", "out", fact.LoggedOut{Agent: "a1"})
	l.Own("c", fact.OfferFailed{Offer: offer, Result: contact.Busy})
	l.Pass(time.Minute)
	assert.Empty(t, violations(t, l))
}

func TestALogOutEndsAWrapUpThatCounts(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Answer("c", "a1", time.Second)
	l.HangUp("c", offer)
	l.Pass(3 * time.Second)
	l.Wish("a1", "out", fact.LoggedOut{Agent: "a1"})
	r := made(t, l)
	assert.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
	assert.Equal(t, report.Span(3_000_000), r.Summary.WrapUp.Max)
}

func TestAPeriodIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	zone := reporttest.Site().Zone
	now := time.Date(2026, 10, 25, 14, 30, 0, 0, zone) // clocks went back this morning
	at := func(d, h, m int) time.Time { return time.Date(2026, 10, d, h, m, 0, 0, zone) }
	for _, c := range []struct {
		from, to string
		want     report.Period
	}{
		{"", "", report.Period{From: at(25, 0, 0), To: now}},
		{"yesterday", "today", report.Period{From: at(24, 0, 0), To: at(25, 0, 0)}},
		{"2026-10-24", "2026-10-24T12:15", report.Period{From: at(24, 0, 0), To: at(24, 12, 15)}},
		{"2h", "now", report.Period{From: now.Add(-2 * time.Hour), To: now}},
		{"2026-10-24T10:00:00Z", "", report.Period{From: at(24, 12, 0), To: now}},
	} {
		got, err := report.ParsePeriod(c.from, c.to, now)
		require.NoError(t, err, "%q %q", c.from, c.to)
		assert.True(t, got.From.Equal(c.want.From), "%q: %s", c.from, got.From)
		assert.True(t, got.To.Equal(c.want.To), "%q: %s", c.to, got.To)
	}
	for _, bad := range [][2]string{{"lundi", ""}, {"", "31/12/2026"}, {"now", "yesterday"}, {"today", "today"}} {
		_, err := report.ParsePeriod(bad[0], bad[1], now)
		assert.Error(t, err, "%v", bad)
	}
}

func TestTheDayWindowBeginsAtMidnightOnADayOf25Hours(t *testing.T) {
	t.Parallel()
	zone := reporttest.Site().Zone
	now := time.Date(2026, 10, 25, 12, 0, 30, 0, zone)
	windows := report.Windows(now.UnixMicro(), zone)
	minute := now.Unix() / 60
	assert.Equal(t, []report.Window{{Name: "15m", From: minute - 14}, {Name: "1h", From: minute - 59}, {Name: "day", From: minute - 13*60}}, windows)
}

func TestWhoIsGivenUpIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	for _, id := range []contact.ID{"first", "second"} {
		l.Arrive(id)
		l.Enqueue(id, "particuliers")
		l.Pass(time.Second)
	}
	given := l.Lead("first", fact.GivenUp{ContactVersion: l.State.Floor.Tickets["first"].Version, Reason: contact.NoAgent})
	require.Empty(t, given.Void)
	_, offered := l.Offer("second", "a1")
	require.Empty(t, offered.Void)
	assert.Empty(t, violations(t, l), "nobody waits before the second any more")
}

// A redial keeps its rank and begins again at its first step: whoever came
// later and waits at a wider one is not in the same line.
func TestWhoWaitsAtAnotherStepIsInAnotherLine(t *testing.T) {
	t.Parallel()
	l := floor("a4")
	steps := []contact.Step{{Centers: []contact.Center{"cis_ouest"}}, {After: time.Minute, Centers: []contact.Center{"cis_ouest", "cps_lyon"}}}
	queue := func(id contact.ID, rank int64) {
		l.Arrive(id)
		l.Own(id, fact.Queued{Queue: "particuliers", Rank: rank, Steps: steps, Policies: contact.DefaultPolicies()})
	}
	before := l.Now
	l.Pass(time.Second)
	queue("later", l.Now)
	opened := l.Lead("later", fact.Circle{ContactVersion: l.State.Floor.Tickets["later"].Version, Step: 1, Centers: steps[1].Centers, Why: "nobody of step 1 is there"})
	require.Empty(t, opened.Void)
	queue("redial", before)
	_, offered := l.Offer("later", "a4")
	require.Empty(t, offered.Void)
	assert.Empty(t, violations(t, l))
}
