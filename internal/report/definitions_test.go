package report_test

// The definitions of docs/definitions.md, in their order, one test for each.
// That a recount equals the fold, and that rows equal both, is in report_test.go
// and by_test.go; mails are in mail_test.go.

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func TestDefinitionOneOutcomeOfAClosedListFixedAtTheFirstBridgeOrAtClosing(t *testing.T) {
	t.Parallel()
	assert.ElementsMatch(t, []contact.Outcome{
		"answered", "abandoned", "dissuaded", "self_served", "callback", "transferred_out", "message", "failed",
	}, contact.Outcomes)
	l := floor("a1")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Answer("c", "a1", time.Second)
	assert.Equal(t, contact.Answered, made(t, l).Contacts[0].Outcome, "at the bridge, not when they hang up")
	l.Own("c", fact.LegEnded{Offer: offer, By: "agent"})
	l.Close("c", contact.Failed, "")
	r := made(t, l)
	assert.Equal(t, contact.Answered, r.Contacts[0].Outcome, "whatever closes it")
	assert.True(t, r.Checks.OK(), "%v", r.Checks.Differences)
}

func TestDefinitionConservationHoldsAfterEachEntryOfTheLedger(t *testing.T) {
	t.Parallel()
	for _, l := range []*reporttest.Ledger{reporttest.Afternoon(reporttest.Site()), reporttest.Arms(reporttest.Site())} {
		state := fold.New()
		for _, a := range l.Applied {
			state.Apply(a.Entry)
			here := 0
			for _, rec := range state.Contacts {
				if rec.Outcome == contact.StillHere {
					here++
				}
			}
			require.Equal(t, int(state.Tally.Offered.Total()), int(state.Tally.Outcomes.Total())+here, "at %s", a.Entry.Self)
		}
	}
}

// ended is what the report says of one contact that asked or not and ended so.
func ended(t *testing.T, asked bool, f fact.Closed) report.Summary {
	t.Helper()
	l := floor()
	l.Arrive("c")
	if asked {
		l.Own("c", fact.Waiting{Node: "motif", Asked: "payment", Menu: []byte(`{}`)})
	}
	l.Pass(time.Second)
	f.Asked = asked
	l.Own("c", f)
	r := made(t, l)
	require.True(t, r.Checks.OK(), "%v", r.Checks.Differences)
	require.Equal(t, 1, r.Summary.Outcomes[f.Outcome])
	return r.Summary
}

func TestDefinitionAskedIsExactlyTheseOutcomes(t *testing.T) {
	t.Parallel()
	dissuaded := func(why contact.Refusal) fact.Closed {
		return fact.Closed{Outcome: contact.Dissuaded, Refusal: why}
	}
	for _, c := range []struct {
		name  string
		asked bool
		end   fact.Closed
		want  int
	}{
		{"abandoned after asking", true, fact.Closed{Outcome: contact.Abandoned, Stage: contact.InMenu}, 1},
		{"abandoned before", false, fact.Closed{Outcome: contact.Abandoned, Stage: contact.InMenu}, 0},
		{"dissuaded, full", true, dissuaded(contact.Full), 1},
		{"dissuaded, no agent", true, dissuaded(contact.NoAgent), 1},
		{"dissuaded, closed: beside, never in", true, dissuaded(contact.Closed), 0},
		{"callback", true, fact.Closed{Outcome: contact.Callback}, 1},
		{"failed after asking", true, fact.Closed{Outcome: contact.Failed}, 1},
		{"failed before", false, fact.Closed{Outcome: contact.Failed}, 0},
		{"self served", false, fact.Closed{Outcome: contact.SelfServed}, 0},
		{"message", true, fact.Closed{Outcome: contact.Message}, 0},
	} {
		assert.Equal(t, c.want, ended(t, c.asked, c.end).Asked, c.name)
	}
	assert.Equal(t, 1, ended(t, true, dissuaded(contact.Closed)).Dissuaded[contact.Closed], "shown beside")
}

func TestDefinitionOverflowAndMovesBetweenQueuesCountOnce(t *testing.T) {
	t.Parallel()
	r := made(t, overflowed())
	assert.Equal(t, "1/1 = 100.0 %", r.Summary.AnsweredRate.String())
	l := floor("a1")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	l.Pass(30 * time.Second)
	l.Enqueue("c", "recouvrement")
	l.Answer("c", "a1", 5*time.Second)
	r = made(t, l)
	assert.Equal(t, "1/1 = 100.0 %", r.Summary.AnsweredRate.String())
	require.Len(t, r.Queues, 1)
	assert.Equal(t, "recouvrement", r.Queues[0].Name, "the last one")
	assert.Equal(t, "35.0 s", r.Summary.WaitAnswered.P50.String(), "a move is no new wait")
}

func TestDefinitionARateNeverTravelsAlone(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(report.RatioOf(51, 58))
	require.NoError(t, err)
	assert.JSONEq(t, `{"numerator": 51, "denominator": 58, "value": 0.8793103448275862}`, string(text))
	assert.Equal(t, "51/58 = 87.9 %", report.RatioOf(51, 58).String())
	assert.Equal(t, "0/0", report.RatioOf(0, 0).String(), "over nothing there is no rate")
	assert.Nil(t, report.RatioOf(0, 0).Value)
	assert.Equal(t, "9999/10000 = 99.9 %", report.RatioOf(9999, 10000).String(), "only all is 100 %")
}

func TestDefinitionAShortAbandonIsShownAndNeverTakenOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wait  time.Duration
		short int
	}{{5*time.Second - time.Microsecond, 1}, {5 * time.Second, 0}} {
		l := floor()
		l.Arrive("c")
		l.Pass(time.Minute) // in the menu: short is from queueing
		l.Enqueue("c", "particuliers")
		l.Pass(c.wait)
		l.Close("c", contact.Abandoned, contact.InQueue)
		s := made(t, l).Summary
		assert.Equal(t, c.short, s.Short, "%s", c.wait)
		assert.Equal(t, 1, s.Outcomes[contact.Abandoned])
		assert.Equal(t, 1, s.Asked)
		assert.Equal(t, 1, s.WaitAbandoned.Count)
	}
}

func TestDefinitionMedianAndNinetiethPercentileOfBothWaits(t *testing.T) {
	t.Parallel()
	_, r := arms(t)
	assert.Equal(t, "10.0 s", r.Summary.WaitAnswered.P50.String(), "of 5, 8, 10, 18, 65 and 65 s")
	assert.Equal(t, "1:05", r.Summary.WaitAnswered.P90.String())
	assert.Equal(t, "3.0 s", r.Summary.WaitAbandoned.P50.String(), "of 3 and 40 s")
	assert.Equal(t, "40.0 s", r.Summary.WaitAbandoned.P90.String())
}

func TestDefinitionTheShareWithinATimeIsOverAllWhoAsked(t *testing.T) {
	t.Parallel()
	_, r := arms(t)
	assert.Equal(t, "4/9 = 44.4 %", r.Summary.Within20.String(), "over asked, not over answered")
	assert.Equal(t, "4/9 = 44.4 %", r.Summary.Within60.String(), "p2 and p5 waited 65 s")
	assert.Equal(t, "2/2 = 100.0 %", waited(t, 20*time.Second, 14*time.Second).Within20.String(), "20 s are within 20 s")
}

// waited is the summary of contacts that were answered after these waits.
func waited(t *testing.T, waits ...time.Duration) report.Summary {
	t.Helper()
	l := floor("a1")
	for _, w := range waits {
		id := contact.ID("w" + w.String())
		l.Arrive(id)
		l.Enqueue(id, "particuliers")
		l.Pass(w - 10*time.Second - 8*time.Millisecond)
		l.HangUp(id, l.Answer(id, "a1", 10*time.Second))
		l.Pass(20 * time.Second)
		l.Expire("a1")
	}
	return made(t, l).Summary
}

func TestDefinitionOccupancyIsTalkAndWrapUpOverTimeLoggedIn(t *testing.T) {
	t.Parallel()
	l, r := arms(t)
	span := func(d time.Duration) report.Span { return report.Span(d.Microseconds()) }
	o := r.Occupancy
	assert.Equal(t, 2, o.Agents)
	assert.Equal(t, span(390*time.Second), o.Talk, "a1: 60, 120 and 60 s; a3: 30, 60 and 60 s")
	assert.Equal(t, span(120*time.Second), o.WrapUp, "six times 20 s")
	assert.Equal(t, span(3*time.Hour), o.LoggedIn, "a1 until it left, a3 until the ledger ends")
	assert.InDelta(t, 510.0/10800, *o.Value, 1e-9)

	cut := report.Period{From: reporttest.Begin, To: reporttest.Begin.Add(time.Hour)}
	hour, err := report.Make(t.Context(), reporttest.NewController(l, reporttest.Site()), cut)
	require.NoError(t, err)
	assert.Equal(t, span(2*time.Hour), hour.Occupancy.LoggedIn, "only what lies in the period")
	assert.Equal(t, span(330*time.Second), hour.Occupancy.Talk, "without p8, served in the next hour")
}

func TestDefinitionOccupancyCountsPausesAsTimeLoggedInAndALateLogOutToItsEnd(t *testing.T) {
	t.Parallel()
	l := floor("a1") // one second ago
	l.Wish("a1", "pause", fact.Paused{Agent: "a1", Reason: "lunch"})
	l.Pass(9 * time.Second)
	l.Wish("a1", "resume", fact.Resumed{Agent: "a1"})
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Answer("c", "a1", 992*time.Millisecond)
	l.Pass(4 * time.Second)
	l.Wish("a1", "out", fact.LoggedOut{Agent: "a1"})
	l.Pass(time.Second)
	l.HangUp("c", offer)
	l.Pass(20 * time.Second)
	l.Expire("a1")
	l.Pass(time.Hour)
	l.Beat()
	assert.Equal(t, "25.0 s of 36.0 s = 69.4 %", made(t, l).Occupancy.String())
}

func TestDefinitionOccupancyOfACenterIsThatOfWhoWorkedThereThen(t *testing.T) {
	t.Parallel()
	l := floor("a1") // one second ago, at cis_ouest
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	offer := l.Answer("c", "a1", 992*time.Millisecond)
	l.Pass(3 * time.Second)
	l.Wish("a1", "move", fact.AgentChanged{Agent: "a1", Center: "cps_lyon"})
	l.Pass(2 * time.Second)
	l.HangUp("c", offer)
	l.Pass(20 * time.Second)
	l.Expire("a1")
	l.Pass(3 * time.Second)
	l.Wish("a1", "back", fact.AgentChanged{Agent: "a1", Reset: true})
	l.Pass(5 * time.Second)
	l.Beat()
	r := made(t, l)
	require.True(t, r.Checks.OK(), "%v", r.Checks.Differences)
	assert.Equal(t, "25.0 s of 35.0 s = 71.4 %", r.Occupancy.String())
	centers := rows(r.By(report.ByCenter, 0))
	assert.Equal(t, "3.0 s of 10.0 s = 30.0 %", centers["cis_ouest"].Occupancy.String())
	assert.Equal(t, "22.0 s of 25.0 s = 88.0 %", centers["cps_lyon"].Occupancy.String())
	assert.Equal(t, 1, r.Occupancy.Agents)
}

// attempt is a call: of which number, when, and whether an agent answered.
type attempt struct {
	hash     string
	at       time.Duration
	answered bool
}

func attempts(t *testing.T, calls ...attempt) report.Attempts {
	t.Helper()
	l := floor("a1")
	begin := l.Now
	for i, c := range calls {
		id := contact.ID(rune('a' + i))
		l.Now = begin + c.at.Microseconds()
		l.Call(id, c.hash)
		l.Enqueue(id, "particuliers")
		if !c.answered {
			l.Pass(8 * time.Second)
			l.Close(id, contact.Abandoned, contact.InQueue)
			continue
		}
		l.HangUp(id, l.Answer(id, "a1", time.Second))
		l.Pass(20 * time.Second)
		l.Expire("a1")
	}
	p := report.Period{From: reporttest.Begin, To: reporttest.Begin.Add(72 * time.Hour)}
	r, err := report.Make(t.Context(), reporttest.NewController(l, reporttest.Site()), p)
	require.NoError(t, err)
	return r.Summary.Attempts
}

func TestDefinitionAttemptsPerServedPersonMergesRedialsWithinADay(t *testing.T) {
	t.Parallel()
	hour := time.Hour
	a := attempts(t, attempt{"x", 0, false}, attempt{"x", hour, false}, attempt{"y", 2 * hour, false}, attempt{"x", 3 * hour, true}, attempt{"x", 4 * hour, true})
	assert.Equal(t, "4/2 = 2.00", a.String(), "three attempts, then one for something else")
	assert.Equal(t, 3, a.Persons, "y was never served")
	a = attempts(t, attempt{"x", 0, false}, attempt{"x", 25 * hour, true})
	assert.Equal(t, "1/1 = 1.00", a.String(), "more than 24 h later it is no redial")
	a = attempts(t, attempt{"", 0, false}, attempt{"", hour, true})
	assert.Equal(t, "1/1 = 1.00", a.String(), "a withheld number is nobody's")
	assert.Equal(t, 2, a.Persons)
}

func TestDefinitionANumberThatTwoPeopleShareIsNoOnePersons(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	l.Call("colleague", "company")
	l.Call("c1", "company")
	l.Enqueue("c1", "particuliers")
	l.Pass(8 * time.Second)
	l.Close("c1", contact.Abandoned, contact.InQueue)
	l.Call("c2", "company")
	l.Enqueue("c2", "particuliers")
	l.Answer("c2", "a1", time.Second)
	a := made(t, l).Summary.Attempts
	assert.Equal(t, "1/1 = 1.00", a.String())
	assert.Equal(t, 2, a.Persons)
}

func TestDefinitionLiveWindowsGoByTheOutcomeAndReportsByTheArrival(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	l.Now = reporttest.Begin.Add(time.Hour - 10*time.Second).UnixMicro() // 14:59:50
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	l.Answer("c", "a1", 15*time.Second)
	three := reporttest.Begin.Add(time.Hour)
	assert.Equal(t, uint64(1), l.State.Tally.Window(three.Unix()/60).All.Answered)
	p := report.Period{From: reporttest.Begin, To: three.Add(time.Hour)}
	r, err := report.Make(t.Context(), reporttest.NewController(l, reporttest.Site()), p)
	require.NoError(t, err)
	hours := r.By(report.ByHour, time.Hour).Rows
	require.Len(t, hours, 1)
	assert.Equal(t, "2026-11-23 14:00 +01:00", hours[0].Name)
	assert.True(t, r.Checks.OK(), "each compared with a recount: %v", r.Checks.Differences)
}

func TestDefinitionDaysAreThoseOfTheZoneThroughBothClockChanges(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, reporttest.Site().Zone)
	for day, hours := range map[string]float64{"2026-03-29": 23, "2026-10-25": 25, "2026-11-26": 24} {
		p, err := report.ParseDay(day, now)
		require.NoError(t, err)
		assert.InDelta(t, hours, p.To.Sub(p.From).Hours(), 0, day)
	}
	l := reporttest.NewLedger(time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC)) // 1:59; 2:00 is 3:00
	l.Arrive("before")
	l.Now += (2 * time.Minute).Microseconds()
	l.Arrive("after")
	p, err := report.ParseDay("2026-03-29", now)
	require.NoError(t, err)
	r, err := report.Make(t.Context(), reporttest.NewController(l, reporttest.Site()), p)
	require.NoError(t, err)
	rows := r.By(report.ByHour, time.Hour).Rows
	require.Len(t, rows, 2, "no hour from 2 to 3")
	assert.Equal(t, "2026-03-29 01:00 +01:00", rows[0].Name)
	assert.Equal(t, "2026-03-29 03:00 +02:00", rows[1].Name)
}
