package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// arms is the report of the afternoon of two organisations, with its ledger.
func arms(t *testing.T) (*reporttest.Ledger, *report.Report) {
	t.Helper()
	l := reporttest.Arms(reporttest.Site())
	p := report.Period{From: reporttest.Begin.Add(-time.Hour), To: reporttest.Begin.Add(2 * time.Hour)}
	r, err := report.Make(t.Context(), reporttest.NewController(l, reporttest.Site()), p)
	require.NoError(t, err)
	require.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
	return l, r
}

func rows(b *report.Breakdown) map[string]report.Row {
	found := map[string]report.Row{}
	for _, r := range b.Rows {
		found[r.Name] = r
	}
	return found
}

func TestOrganisationsAreComparedByTheArmWhoeverAnswered(t *testing.T) {
	t.Parallel()
	_, r := arms(t)
	b := r.By(report.ByOrganisation, 0)
	assert.Equal(t, "3/5 = 60.0 %", rows(b)["adossement"].AnsweredRate.String(), "p2 was answered by a center of the other")
	assert.Equal(t, "3/4 = 75.0 %", rows(b)["plateau"].AnsweredRate.String())
	assert.Equal(t, "2/5 = 40.0 %", rows(b)["adossement"].Within20.String())
	assert.Equal(t, "2/4 = 50.0 %", rows(b)["plateau"].Within20.String(), "p5 waited for a minute")
	assert.Equal(t, "4/3 = 1.33", rows(b)["plateau"].Attempts.String(), "p4 called twice")
	require.Len(t, b.Arms, 2)
	adossement, plateau := b.Arms[0], b.Arms[1]
	assert.Equal(t, []contact.Center{"cis_ouest"}, adossement.Home)
	assert.Equal(t, "1/3 = 33.3 %", adossement.Out.String(), "p2 of p1, p2, p8")
	assert.Equal(t, "1/3 = 33.3 %", adossement.In.String(), "p5 of what cis_ouest answered")
	assert.Equal(t, []contact.Center{"cps_lyon"}, plateau.Home)
	assert.Equal(t, "1/3 = 33.3 %", plateau.Out.String())
	assert.Equal(t, []report.Served{
		{Center: "cps_lyon", Home: true, Share: report.RatioOf(2, 3)},
		{Center: "cis_ouest", Home: false, Share: report.RatioOf(1, 3)},
	}, plateau.ServedBy)
}

func TestARowOfACenterHoldsThoseItWasPresentedTo(t *testing.T) {
	t.Parallel()
	_, r := arms(t)
	b := r.By(report.ByCenter, 0)
	cis := rows(b)["cis_ouest"]
	assert.Equal(t, 5, cis.Offered, "p1, p2, p7, p8, and p5 when its circle widened")
	assert.Equal(t, "3/5 = 60.0 %", cis.AnsweredRate.String())
	assert.Equal(t, 1, cis.Elsewhere, "p2")
	assert.Equal(t, 1, rows(b)[""].Offered, "p6 was refused at the door")
	assert.Equal(t, 9, b.All.Offered, "the whole is no sum of centers")
}

func TestACenterWhereAgentsWaitedForNobodyHasARowToo(t *testing.T) {
	t.Parallel()
	l := floor("a3")
	l.Pass(time.Minute)
	l.Beat()
	b := made(t, l).By(report.ByCenter, 0)
	require.Len(t, b.Rows, 1)
	assert.Equal(t, "cps_lyon", b.Rows[0].Name)
	assert.Equal(t, "0 s of 1:01 = 0.0 %", b.Rows[0].Occupancy.String())
}

// servedBy counts who answered whom from the facts alone, as no other code does.
func servedBy(l *reporttest.Ledger) map[contact.Organisation]map[contact.Center]uint64 {
	arm, found := map[string]contact.Organisation{}, map[contact.Organisation]map[contact.Center]uint64{}
	for _, a := range l.Applied {
		switch f := a.Fact.(type) {
		case fact.Queued:
			arm[a.Entry.Subject] = f.Organisation
		case fact.Connected:
			o := arm[a.Entry.Subject]
			if found[o] == nil {
				found[o] = map[contact.Center]uint64{}
			}
			found[o][f.ServedBy]++
		}
	}
	return found
}

func TestEveryComparisonEqualsWhatTheFoldAndTheFactsSay(t *testing.T) {
	t.Parallel()
	l, r := arms(t)
	recounted(t, l, r)
}

func TestComparisonsOfAnyAfternoonEqualWhatTheFoldAndTheFactsSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := reporttest.Floor(reporttest.Site(), "a1", "a3")
		for i := range rapid.IntRange(0, 12).Draw(t, "calls") {
			id := contact.ID(fmt.Sprintf("r%02d", i))
			o := rapid.SampledFrom([]contact.Organisation{reporttest.Adossement, reporttest.Plateau}).Draw(t, "organisation")
			home, other := contact.Agent("a1"), contact.Agent("a3")
			if o == reporttest.Plateau {
				home, other = other, home
			}
			switch rapid.IntRange(0, 3).Draw(t, "becomes") {
			case 0:
				l.AtHome(id, string(id), o, home, 5*time.Second, time.Second)
			case 1:
				l.Overflow(id, o, other, time.Second)
			case 2:
				l.Call(id, "")
				l.EnqueueIn(id, o)
				l.Pass(3 * time.Second)
				l.Close(id, contact.Abandoned, contact.InQueue)
			default:
				l.Call(id, "")
				l.Own(id, fact.Closed{Outcome: contact.Dissuaded, Refusal: contact.Full, Queue: "recouvrement", Organisation: o, Asked: true})
			}
		}
		p := report.Period{From: reporttest.Begin, To: reporttest.Begin.Add(time.Hour)}
		r, err := report.Make(context.Background(), reporttest.NewController(l, reporttest.Site()), p)
		require.NoError(t, err)
		require.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
		recounted(t, l, r)
	})
}

// recounted compares a report on a whole ledger with the fold's counters, and
// with the facts.
func recounted(t require.TestingT, l *reporttest.Ledger, r *report.Report) {
	tally := l.State.Tally
	asked := func(label int) map[string]int {
		found := map[string]int{}
		for labels, n := range tally.Asked {
			found[labels.Values()[label]] += int(n)
		}
		return found
	}
	for dimension, want := range map[report.Dimension]map[string]int{
		report.ByEntry: asked(0), report.ByQueue: asked(1), report.ByOrganisation: asked(2),
	} {
		got, total := map[string]int{}, 0
		b := r.By(dimension, 0)
		for _, row := range b.Rows {
			got[row.Name] = row.Asked
			total += row.Offered
		}
		assert.Equal(t, want, got, "asked by %s", dimension)
		assert.Equal(t, int(tally.Offered.Total()), total, "offered by %s", dimension)
	}
	answered := map[string]int{}
	for labels, n := range tally.Outcomes {
		if v := labels.Values(); v[0] == string(contact.Answered) {
			answered[v[2]] += int(n)
		}
	}
	for _, row := range r.By(report.ByCenter, 0).Rows {
		assert.Equal(t, answered[row.Name], row.Answered, "answered by %q", row.Name)
	}
	facts := map[contact.Organisation]map[contact.Center]uint64{}
	var out, in uint64
	homes := map[contact.Center]bool{}
	for _, a := range r.By(report.ByOrganisation, 0).Arms {
		for _, c := range a.Home {
			homes[c] = true
		}
		for _, s := range a.ServedBy {
			if facts[a.Name] == nil {
				facts[a.Name] = map[contact.Center]uint64{}
			}
			facts[a.Name][s.Center] = s.Share.Numerator
		}
		out, in = out+a.Out.Numerator, in+a.In.Numerator
	}
	assert.Equal(t, servedBy(l), facts)
	if len(homes) == 2 {
		assert.Equal(t, out, in, "what leaves one arm enters another")
	}
}

func TestHoursHoldThoseWhoArrivedInThemAndTheEmptyOnesToo(t *testing.T) {
	t.Parallel()
	_, r := arms(t)
	hours := r.By(report.ByHour, time.Hour).Rows
	require.Len(t, hours, 2)
	assert.Equal(t, "2026-11-23 14:00 +01:00", hours[0].Name)
	assert.Equal(t, []int{8, 1}, []int{hours[0].Offered, hours[1].Offered})
	quarters := r.By(report.ByHour, 15*time.Minute).Rows
	sum, empty := 0, 0
	for i, q := range quarters {
		sum += q.Offered
		if q.Offered == 0 {
			empty++
			assert.Nil(t, q.AnsweredRate.Value)
		}
		assert.Equal(t, reporttest.Begin.Add(time.Duration(i)*15*time.Minute).Unix(), q.Begin.Unix())
	}
	assert.Equal(t, 9, sum)
	assert.Positive(t, empty)
}

func TestTheHourThatComesTwiceInOctoberHasTwoRows(t *testing.T) {
	t.Parallel()
	l := reporttest.NewLedger(time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)) // 2:30, before the clocks go back
	l.Arrive("first")
	l.Now += time.Hour.Microseconds()
	l.Arrive("second")
	l.Now += time.Hour.Microseconds()
	l.Arrive("third")
	p := report.Period{From: time.UnixMicro(l.Now).Add(-3 * time.Hour), To: time.UnixMicro(l.Now).Add(time.Hour)}
	r, err := report.Make(t.Context(), reporttest.NewController(l, reporttest.Site()), p)
	require.NoError(t, err)
	var names []string
	for _, row := range r.By(report.ByHour, time.Hour).Rows {
		names = append(names, row.Name)
		assert.Equal(t, 1, row.Offered)
	}
	assert.Equal(t, []string{"2026-10-25 02:00 +02:00", "2026-10-25 02:00 +01:00", "2026-10-25 03:00 +01:00"}, names)
}

func TestEachComparisonFitsEightyColumnsAndSurvivesJSON(t *testing.T) {
	t.Parallel()
	_, r := arms(t)
	for _, d := range report.Dimensions {
		b := r.By(d, 15*time.Minute)
		text, err := json.Marshal(b)
		require.NoError(t, err)
		var back report.Breakdown
		require.NoError(t, json.Unmarshal(text, &back))
		var page, again bytes.Buffer
		require.NoError(t, b.WriteText(&page))
		back.From, back.To = back.From.In(r.From.Location()), back.To.In(r.From.Location())
		require.NoError(t, back.WriteText(&again))
		assert.Equal(t, page.String(), again.String(), "what a client prints of %s", d)
		golden(t, "by-"+string(d)+".txt", page.String())
	}
}

func TestTheCSVOfAComparisonHasARowPerGroupAndOneForAll(t *testing.T) {
	t.Parallel()
	_, r := arms(t)
	var plain, french bytes.Buffer
	require.NoError(t, r.By(report.ByOrganisation, 0).WriteCSV(&plain, report.Dialect{}))
	lines, err := csv.NewReader(&plain).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 4)
	assert.Equal(t, "organisation", lines[0][0])
	assert.Equal(t, []string{"adossement", "5", "5", "3", "0", "1", "1", "0.6000"}, lines[1][:8])
	assert.Equal(t, []string{"cis_ouest", "1", "1", "3"}, lines[1][21:])
	assert.Equal(t, "all", lines[3][0])
	require.NoError(t, r.By(report.ByCenter, 0).WriteCSV(&french, report.Dialect{French: true}))
	assert.Contains(t, french.String(), "cis_ouest;5;5;3;1;1;1;0,6000;")
}

func TestADimensionIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		by, interval string
		want         report.Dimension
		length       time.Duration
	}{
		{"organisation", "", report.ByOrganisation, time.Hour},
		{"hour", "", report.ByHour, time.Hour},
		{"", "15m", report.ByHour, 15 * time.Minute},
		{"hour", "60m", report.ByHour, time.Hour},
	} {
		d, length, err := report.ParseDimension(c.by, c.interval)
		require.NoError(t, err)
		assert.Equal(t, c.want, d)
		assert.Equal(t, c.length, length)
	}
	for _, bad := range [][2]string{{"agent", ""}, {"queue", "15m"}, {"hour", "7m"}, {"hour", "soon"}} {
		_, _, err := report.ParseDimension(bad[0], bad[1])
		assert.Error(t, err, "%v", bad)
	}
}
