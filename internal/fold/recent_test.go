package fold

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

var one = Share{Asked: 1, Answered: 1}

func TestALiveWindowIsExactToTheMinuteForAnHourAndToTheQuarterForADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Outcomes of two days, most in order, some brought late by a journal.
		ats := rapid.SliceOfN(rapid.Int64Range(0, 2*dayMinutes), 1, 300).Draw(t, "minutes")
		var recent Recent
		newest := int64(0)
		for _, at := range ats {
			recent = recent.with(at, one)
			newest = max(newest, at)
			assert.LessOrEqual(t, len(recent), fineMinutes+15+dayMinutes/15+1, "bounded")
		}
		now := newest + rapid.Int64Range(0, 3).Draw(t, "silence")
		for _, since := range []int64{now - 14, now - 59, quarter(now - 60), quarter(now - dayMinutes + 15)} {
			want := uint64(0)
			for _, at := range ats {
				if at >= since {
					want++
				}
			}
			require.Equal(t, want, recent.Since(since).Asked, "since %d of %d", since, now)
		}
		assert.True(t, sortedOnce(recent))
	})
}

func sortedOnce(r Recent) bool {
	for i := 1; i < len(r); i++ {
		if r[i].At <= r[i-1].At {
			return false
		}
	}
	return true
}

func TestWhatIsKeptForWindowsDoesNotDependOnTheOrderItCameIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ats := rapid.SliceOfN(rapid.Int64Range(0, dayMinutes), 1, 50).Draw(t, "minutes")
		var a, b Recent
		for _, at := range ats {
			a = a.with(at, one)
		}
		for _, at := range rapid.Permutation(ats).Draw(t, "another order") {
			b = b.with(at, one)
		}
		require.Equal(t, a, b)
	})
}

func TestADayIsKeptAlsoWhenItHasTwentyFiveHours(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	midnight := time.Date(2026, 10, 25, 0, 0, 0, 0, paris)
	recent := Recent{}.with(midnight.Unix()/60, one)
	recent = recent.with(midnight.Unix()/60+25*60-1, one)
	assert.EqualValues(t, 2, recent.Since(midnight.Unix()/60).Asked)
	recent = recent.with(midnight.Unix()/60+26*60, one)
	assert.EqualValues(t, 2, recent.Since(0).Asked, "what is older than a day is forgotten")
}

func TestAWindowIsSummedByWhatContactsShare(t *testing.T) {
	t.Parallel()
	tally := newTally()
	at := int64(6000) * 60_000_000
	rec := func(o contact.Outcome, by contact.Center) *engine.Record {
		return &engine.Record{Entry: "2014", Queue: "particuliers", Organisation: "plateau", Outcome: o, ServedBy: by}
	}
	tally.decided(at, rec(contact.Answered, "cis"), []contact.Center{"plateau_44", "cis"})
	tally.decided(at, rec(contact.Answered, "plateau_44"), []contact.Center{"plateau_44"})
	tally.decided(at, rec(contact.Abandoned, ""), []contact.Center{"plateau_44"})
	other := rec(contact.Failed, "")
	other.Queue, other.Organisation = "recouvrement", ""
	tally.decided(at, other, nil)

	live := tally.Window(6000)
	assert.Equal(t, Share{Asked: 4, Answered: 2, Abandoned: 1}, live.All)
	assert.Equal(t, map[contact.Entry]Share{"2014": live.All}, live.Entries)
	three := Share{Asked: 3, Answered: 2, Abandoned: 1}
	assert.Equal(t, map[contact.Queue]Share{"particuliers": three, "recouvrement": {Asked: 1}}, live.Queues)
	assert.Equal(t, map[contact.Organisation]Share{"plateau": three}, live.Organisations, "who reached none is in none's figures")
	assert.Equal(t, map[contact.Center]Share{
		"plateau_44": {Asked: 3, Answered: 1, Abandoned: 1}, "cis": {Asked: 1, Answered: 1},
	}, live.Centers, "what overflowed was answered by another")
	assert.Equal(t, Share{}, tally.Window(6001).All)
}
