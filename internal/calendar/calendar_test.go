package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func paris(t require.TestingT) *time.Location { return zone(t, "Europe/Paris") }

func zone(t require.TestingT, name string) *time.Location {
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

func at(t require.TestingT, z *time.Location, text string) time.Time {
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	require.NoError(t, err)
	return moment
}

func hours(from, to string) Span {
	return Span{From: clockOf(from), To: clockOf(to)}
}

func clockOf(text string) time.Duration {
	if text == "24:00" {
		return 24 * time.Hour
	}
	t, _ := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// bureau is the calendar of the sample site: Monday to Friday, 8:30 to 19:00.
func bureau(t require.TestingT) *Calendar {
	rules := Rules{Zone: paris(t), Holidays: []Set{France}, Dates: map[Date][]Span{
		{2026, time.December, 24}: nil,
		{2026, time.December, 31}: {hours("08:30", "12:00")},
		{2026, time.July, 14}:     {hours("10:00", "11:00")},
	}}
	for day := time.Monday; day <= time.Friday; day++ {
		rules.Week[day] = []Span{hours("08:30", "19:00")}
	}
	c, err := New("bureau", rules)
	require.NoError(t, err)
	return c
}

func TestStatusThroughOrdinaryAndSpecialDays(t *testing.T) {
	t.Parallel()
	c := bureau(t)
	for moment, want := range map[string]Status{
		"2026-11-24 08:29": Closed,
		"2026-11-24 08:30": Open,
		"2026-11-24 18:59": Open,
		"2026-11-24 19:00": Closed,
		"2026-11-28 12:00": Closed, // a Saturday
		"2026-11-11 12:00": Holiday,
		"2026-04-06 12:00": Holiday, // Easter Monday
		"2026-12-24 12:00": Exception,
		"2026-12-31 11:00": Open,
		"2026-12-31 12:00": Closed, // a day with hours of its own is closed outside them
		"2026-07-14 10:30": Open,   // hours of its own win over the holiday
		"2026-07-14 12:00": Closed,
	} {
		assert.Equal(t, want, c.At(at(t, paris(t), moment)), moment)
	}
}

func TestTheInstantCountsNotItsZone(t *testing.T) {
	t.Parallel()
	moment := at(t, paris(t), "2026-11-24 08:30")
	assert.Equal(t, Open, bureau(t).At(moment.UTC()))
	assert.Equal(t, Open, bureau(t).At(moment.In(zone(t, "Pacific/Noumea"))))
}

func TestNextChangeSkipsWeekendsAndHolidays(t *testing.T) {
	t.Parallel()
	c := bureau(t)
	for from, want := range map[string]string{
		"2026-11-24 08:00": "2026-11-24 08:30",
		"2026-11-24 08:30": "2026-11-24 19:00",
		"2026-11-27 19:00": "2026-11-30 08:30",
		"2026-12-23 19:00": "2026-12-24 00:00", // closed becomes an exception
		"2026-12-24 12:00": "2026-12-25 00:00", // then a holiday
		"2026-12-25 09:00": "2026-12-26 00:00",
	} {
		next, ok := c.NextChange(at(t, paris(t), from))
		require.True(t, ok, from)
		assert.Equal(t, at(t, paris(t), want), next, from)
	}
}

func TestACalendarThatNeverChangesSaysSo(t *testing.T) {
	t.Parallel()
	var always Rules
	for day := range always.Week {
		always.Week[day] = []Span{hours("00:00", "24:00")}
	}
	shifts := always
	shifts.Week[time.Friday] = []Span{hours("00:00", "12:00"), hours("12:00", "24:00")}
	same := always
	same.Dates = map[Date][]Span{{2026, time.December, 1}: {hours("00:00", "24:00")}}
	for name, rules := range map[string]Rules{"always": always, "never": {}, "in shifts": shifts, "a date like the others": same} {
		c, err := New(name, rules)
		require.NoError(t, err)
		_, ok := c.NextChange(at(t, time.UTC, "2026-11-24 08:00"))
		assert.False(t, ok, name)
	}

	holidays, lunch, closed, opened := always, always, always, Rules{}
	holidays.Holidays = []Set{France}
	lunch.Week[time.Friday] = []Span{hours("00:00", "12:00"), hours("12:30", "24:00")}
	closed.Dates = map[Date][]Span{{2026, time.December, 1}: nil}
	opened.Dates = map[Date][]Span{{2026, time.December, 1}: {hours("08:00", "12:00")}}
	for name, rules := range map[string]Rules{"but holidays": holidays, "but for lunch": lunch, "but one day": closed, "never but once": opened} {
		c, err := New(name, rules)
		require.NoError(t, err)
		_, ok := c.NextChange(at(t, time.UTC, "2026-11-24 08:00"))
		assert.True(t, ok, name)
	}
}

// On 29 March 2026 there is no 02:30 in Paris, on 25 October there are two.
func TestHoursFollowTheWallClockThroughClockChanges(t *testing.T) {
	t.Parallel()
	var rules Rules
	rules.Zone = paris(t)
	rules.Week[time.Sunday] = []Span{hours("01:00", "02:30"), hours("04:00", "05:00")}
	c, err := New("nuit", rules)
	require.NoError(t, err)

	spring := at(t, paris(t), "2026-03-29 01:00")
	assert.Equal(t, Open, c.At(spring))
	closes, ok := c.NextChange(spring)
	require.True(t, ok)
	assert.Equal(t, time.Hour, closes.Sub(spring), "02:00 to 02:30 does not exist that night")
	opens, _ := c.NextChange(closes)
	assert.Equal(t, at(t, paris(t), "2026-03-29 04:00"), opens)

	autumn := at(t, paris(t), "2026-10-25 01:00")
	var changes []time.Duration
	for moment := autumn; len(changes) < 5; {
		next, ok := c.NextChange(moment)
		require.True(t, ok)
		changes, moment = append(changes, next.Sub(autumn)), next
	}
	assert.Equal(t, []time.Duration{
		90 * time.Minute,  // 02:30 summer time: closed
		120 * time.Minute, // clocks go back to 02:00: open again
		150 * time.Minute, // 02:30 winter time: closed
		240 * time.Minute, // 04:00
		300 * time.Minute, // 05:00
	}, changes)
}

func TestADayBeginsWhereMidnightDoesNotExist(t *testing.T) {
	t.Parallel()
	brazil := zone(t, "America/Sao_Paulo")
	begin := Date{2018, time.November, 4}.Begin(brazil)
	assert.Equal(t, "2018-11-04 01:00", begin.Format("2006-01-02 15:04"))
	assert.Equal(t, "2018-11-03 23:59", begin.Add(-time.Minute).In(brazil).Format("2006-01-02 15:04"))
	assert.Equal(t, at(t, brazil, "2018-11-05 00:00"), Date{2018, time.November, 5}.Begin(brazil))
}

func TestRulesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for want, spans := range map[string][]Span{
		"calendar x, Monday: hours 19:00-08:30 end before they begin":   {hours("19:00", "08:30")},
		"calendar x, Monday: hours 08:00-12:00 and 11:00-13:00 overlap": {hours("11:00", "13:00"), hours("08:00", "12:00")},
		"calendar x, Monday: hours 23:00-25:00 leave the day":           {{From: 23 * time.Hour, To: 25 * time.Hour}},
		"calendar x, Monday: hours 08:00-08:00 end before they begin":   {hours("08:00", "08:00")},
	} {
		var rules Rules
		rules.Week[time.Monday] = spans
		_, err := New("x", rules)
		require.EqualError(t, err, want)
		_, err = New("x", Rules{Dates: map[Date][]Span{{2026, 1, 5}: spans}})
		require.Error(t, err)
	}
}

func TestDatesAreReadStrictly(t *testing.T) {
	t.Parallel()
	d, err := ParseDate("2026-02-28")
	require.NoError(t, err)
	assert.Equal(t, "2026-03-01", d.Add(1).String())
	for _, wrong := range []string{"2026-02-30", "24/12/2026", "2026-1-1", ""} {
		_, err := ParseDate(wrong)
		require.Error(t, err, wrong)
	}
}

// anyCalendar draws hours, dates and a zone, among them zones whose clocks
// change at midnight or by half an hour.
func anyCalendar(t *rapid.T) *Calendar {
	rules := Rules{
		Zone:     zone(t, rapid.SampledFrom([]string{"Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo", "America/Miquelon", "Indian/Reunion", "UTC"}).Draw(t, "zone")),
		Holidays: rapid.SampledFrom([][]Set{nil, {France}, {AlsaceMoselle, Reunion}}).Draw(t, "holidays"),
		Dates:    map[Date][]Span{},
	}
	spans := rapid.Custom(func(t *rapid.T) []Span {
		cuts := rapid.SliceOfNDistinct(rapid.IntRange(0, 48), 0, 4, rapid.ID[int]).Draw(t, "half hours")
		var all []Span
		for i := 1; i < len(cuts); i += 2 {
			a, b := min(cuts[i-1], cuts[i]), max(cuts[i-1], cuts[i])
			all = append(all, Span{time.Duration(a) * 30 * time.Minute, time.Duration(b) * 30 * time.Minute})
		}
		if len(all) == 2 && all[0].From < all[1].To && all[1].From < all[0].To {
			all = all[:1]
		}
		return all
	})
	for day := range rules.Week {
		rules.Week[day] = spans.Draw(t, "spans")
	}
	for range rapid.IntRange(0, 3).Draw(t, "dates") {
		rules.Dates[Date{2018, time.November, rapid.IntRange(1, 10).Draw(t, "day")}] = spans.Draw(t, "own")
	}
	c, err := New("any", rules)
	require.NoError(t, err)
	return c
}

func TestNextChangeAgreesWithLookingEveryMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		start := time.Date(2018, rapid.SampledFrom([]time.Month{2, 3, 4, 10, 11}).Draw(t, "month"),
			rapid.IntRange(1, 31).Draw(t, "day"), 0, rapid.IntRange(0, 24*60).Draw(t, "minute"), 0, 0, c.rules.Zone)
		want, now := start, c.At(start)
		for range 4 * 24 * 60 {
			if want = want.Add(time.Minute); c.At(want) != now {
				break
			}
		}
		next, ok := c.NextChange(start)
		if c.At(want) == now {
			require.True(t, !ok || next.After(want), "no change was seen before %s, but %s was named", want, next)
			return
		}
		require.True(t, ok)
		require.True(t, next.Equal(want), "from %s: a change at %s, not at %s", start, want, next)
	})
}
