package forecast_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/forecast"
)

const minute = 60 * second

// steadyLine serves one a minute, of six who wait, until that minute.
func steadyLine(t *testing.T, until int64) *forecast.Line {
	t.Helper()
	l := &forecast.Line{}
	for m := int64(100); m <= until; m++ {
		at := m * minute
		l.Holds(at, 6)
		made := l.Say(at, forecast.Place{Ahead: 5, Head: at - 6*minute})
		l.Answered(at, 0, 6*minute, 0, made)
	}
	return l
}

func TestTheLengthOfTheLineIsPassedAtThePaceOfLate(t *testing.T) {
	t.Parallel()
	l := steadyLine(t, 112)
	m := l.Say(113*minute, forecast.Place{Ahead: 11, Head: 107 * minute})
	assert.InDelta(t, 12*minute, m.By[0], float64(minute), "eleven before, one a minute")
	assert.Equal(t, 6*minute, m.By[1], "the last one waited six")
	assert.Equal(t, 6*minute, m.By[2], "and so has the first of the line")
	wait, _, ok := l.Best(m)
	require.True(t, ok)
	assert.Positive(t, wait)
}

func TestWhoGivesUpShortensTheWaitOfThoseBehind(t *testing.T) {
	t.Parallel()
	patient, hasty := steadyLine(t, 112), steadyLine(t, 112)
	for range 12 { // one of six in each minute
		hasty.Left(112*minute, 3*minute, forecast.Made{})
	}
	far := forecast.Place{Ahead: 20}
	a, b := patient.Say(113*minute, far).By[0], hasty.Say(113*minute, far).By[0]
	assert.Less(t, b, a*2/3)
	assert.Greater(t, b, minute)
}

func TestNobodyIsToldANumberBeforeEnoughWereServed(t *testing.T) {
	t.Parallel()
	l := steadyLine(t, 103)
	_, _, ok := l.Best(l.Say(104*minute, forecast.Place{Ahead: 100, Head: 100 * minute}))
	assert.False(t, ok, "four were served after a wait")
	l = steadyLine(t, 106)
	_, _, ok = l.Best(l.Say(107*minute, forecast.Place{Ahead: 100, Head: 100 * minute}))
	assert.True(t, ok)
	_, _, ok = l.Best(l.Say(200*minute, forecast.Place{Ahead: 3}))
	assert.False(t, ok, "too long ago to tell")
}

func TestWhoIsOfferedAtOnceTellsNothingOfWaits(t *testing.T) {
	t.Parallel()
	l := &forecast.Line{}
	for m := int64(100); m < 110; m++ {
		l.Answered(m*minute, 0, 9*second, 9*second, l.Say(m*minute, forecast.Place{}))
	}
	assert.Empty(t, l.Scores)
	assert.Empty(t, l.Served)
}

func TestTheLastServedOfAnotherPriorityIsNoPrecedent(t *testing.T) {
	t.Parallel()
	l := steadyLine(t, 112)
	l.Answered(112*minute, 9, 10*second, 2*second, l.Say(112*minute, forecast.Place{Priority: 9}))
	at := 112*minute + second
	assert.Equal(t, 6*minute, l.Say(at, forecast.Place{}).By[1])
	assert.Equal(t, 10*second, l.Say(at, forecast.Place{Priority: 9}).By[1])
	assert.Equal(t, 4*minute, l.Say(at, forecast.Place{Elapsed: 2 * minute}).By[1], "who has waited two of them")
	assert.Equal(t, forecast.None, l.Say(at, forecast.Place{Elapsed: 7 * minute}).By[1], "waited longer than that already")
}

// Whoever leaves after eleven minutes and had been told five says that five was wrong;
// of who leaves after two nobody knows.
func TestWhoGivesUpJudgesWhatWasPromisedTooEarly(t *testing.T) {
	t.Parallel()
	l := &forecast.Line{}
	said := forecast.Made{At: 100 * minute, By: [3]int64{5 * minute, 20 * minute, forecast.None}}
	l.Left(102*minute, 2*minute, said)
	assert.Empty(t, l.Scores)
	l.Left(111*minute, 11*minute, said)
	assert.Equal(t, map[forecast.Method]forecast.Score{forecast.Length: {Error: 6 * minute, N: 1}}, l.Scores)
}

// Whatever it is told: no panic, no wait below nothing or above a day, and the same
// after it was read back.
func TestALineIsTotal(t *testing.T) {
	t.Parallel()
	times := rapid.OneOf(rapid.Int64Range(0, 60*minute), rapid.SampledFrom([]int64{math.MinInt64, -1, math.MaxInt64, 1 << 60}))
	rapid.Check(t, func(t *rapid.T) {
		l := &forecast.Line{}
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			at, waited := times.Draw(t, "at"), times.Draw(t, "waited")
			place := forecast.Place{
				Priority: rapid.IntRange(0, 2).Draw(t, "priority"), Ahead: rapid.SampledFrom([]int{0, 1, 7, 5000, 200_000, -1}).Draw(t, "ahead"),
				Head: times.Draw(t, "head"), Elapsed: rapid.Int64Range(0, 60*minute).Draw(t, "elapsed"),
			}
			made := l.Say(at, place)
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				l.Holds(at, rapid.SampledFrom([]int{0, 1, 50, 100_000, -3}).Draw(t, "waiting"))
			case 1:
				l.Answered(at, place.Priority, waited, times.Draw(t, "rang"), made)
			case 2:
				l.Left(at, waited, made)
			}
			for _, wait := range made.By {
				require.GreaterOrEqual(t, wait, forecast.None)
				require.LessOrEqual(t, wait, 24*60*minute)
			}
			wait, _, _ := l.Best(made)
			require.GreaterOrEqual(t, wait, time.Duration(0))
			require.LessOrEqual(t, len(l.Minutes), 16)
			text, err := json.Marshal(l)
			require.NoError(t, err)
			again := &forecast.Line{}
			require.NoError(t, json.Unmarshal(text, again))
			require.Equal(t, l.Say(at, place), again.Say(at, place))
		}
	})
}
