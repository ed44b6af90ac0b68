package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// overflowed is a ledger in which c1 waited for cps_lyon, whose step widened to
// cis_ouest, which answered; cps_paris was closed all the time.
func overflowed() *reporttest.Ledger {
	l := reporttest.Floor(reporttest.Site(), "a1")
	l.Arrive("c1")
	l.Own("c1", fact.Queued{
		Queue: "recouvrement", Topic: "payment", Department: "35", Rank: l.Now, Policies: contact.DefaultPolicies(), Organisation: "plateau",
		Steps: []contact.Step{
			{Centers: []contact.Center{"cps_paris"}},
			{Centers: []contact.Center{"cps_lyon", "cps_paris"}},
			{After: time.Minute, Centers: []contact.Center{"cps_lyon", "cps_paris", "cis_ouest"}},
		},
		Hours: contact.Hours{"cps_paris": nil, "cps_lyon": {{From: l.Now - 1, Until: l.Now + 3600e6}}},
	})
	l.Pass(time.Minute)
	l.Lead("c1", fact.Circle{ContactVersion: l.State.Floor.Tickets["c1"].Version, Step: 2, Centers: []contact.Center{"cps_lyon", "cis_ouest"}, Why: "after 1m0s"})
	offer := l.Answer("c1", "a1", 5*time.Second)
	l.Pass(time.Minute)
	l.HangUp("c1", offer)
	return l
}

func TestTheLiveWindowsOfCentersEqualARecountAlsoAfterOverflow(t *testing.T) {
	t.Parallel()
	l := overflowed()
	centers := l.State.Tally.Window(0).Centers
	assert.Equal(t, map[contact.Center]fold.Share{"cps_lyon": {Asked: 1}, "cis_ouest": {Asked: 1, Answered: 1}}, centers)
	assert.True(t, made(t, l).Checks.OK(), "%v", made(t, l).Checks.Differences)
}

func TestALiveWindowThatWasCountedWronglyIsFound(t *testing.T) {
	t.Parallel()
	l := overflowed()
	for _, recent := range l.State.Tally.Recent {
		recent[0].Answered--
	}
	l.State.Tally.RecentCenters["cps_lyon"][0].Asked++
	assert.Equal(t, []string{
		"center_window_asked{15m,cps_lyon}: the fold says 2, the recount 1",
		"center_window_asked{1h,cps_lyon}: the fold says 2, the recount 1",
		"center_window_asked{day,cps_lyon}: the fold says 2, the recount 1",
		"window_answered{15m,2014,recouvrement,plateau}: the fold says 0, the recount 1",
		"window_answered{1h,2014,recouvrement,plateau}: the fold says 0, the recount 1",
		"window_answered{day,2014,recouvrement,plateau}: the fold says 0, the recount 1",
	}, made(t, l).Checks.Differences)
}
