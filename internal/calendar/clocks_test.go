package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// clockChanges are the instants of a year at which the clocks of a zone change.
func clockChanges(zone *time.Location, year int) (changes []time.Time) {
	t := time.Date(year, time.January, 1, 0, 0, 0, 0, zone)
	for {
		_, next := t.ZoneBounds()
		if next.IsZero() || next.In(zone).Year() > year {
			return changes
		}
		changes, t = append(changes, next.In(zone)), next.In(zone)
	}
}

// sundays is open on Sundays, when clocks change, in one range of hours.
func sundays(t require.TestingT, from, to string) *Calendar {
	rules := Rules{Zone: paris(t)}
	rules.Week[time.Sunday] = []Span{hours(from, to)}
	c, err := New("sundays", rules)
	require.NoError(t, err)
	return c
}

// What is open between two instants, in minutes.
func openMinutes(c *Calendar, from, until time.Time) (n int) {
	for at := from; at.Before(until); at = at.Add(time.Minute) {
		if c.At(at) == Open {
			n++
		}
	}
	return n
}

func TestAnHourThatDoesNotExistNeverOpens(t *testing.T) {
	t.Parallel()
	c := sundays(t, "02:00", "03:00") // all of it is skipped on 29 March 2026
	begin := at(t, paris(t), "2026-03-29 00:00")
	assert.Zero(t, openMinutes(c, begin, begin.Add(24*time.Hour)))
	opens := c.Opens(begin, begin.Add(8*24*time.Hour))
	require.Len(t, opens, 1)
	assert.Equal(t, at(t, paris(t), "2026-04-05 02:00"), opens[0].From.In(paris(t)), "the next opening is a week later")
}

func TestHoursThatBeginOrEndInASkippedHour(t *testing.T) {
	t.Parallel()
	begin := at(t, paris(t), "2026-03-29 00:00")
	for _, c := range []struct {
		from, to, opens, closes string
	}{
		{"02:30", "05:00", "2026-03-29 03:00", "2026-03-29 05:00"}, // as soon as the clock has passed 02:30
		{"01:00", "02:30", "2026-03-29 01:00", "2026-03-29 03:00"}, // until the clock leaves the range
		{"01:59", "03:01", "2026-03-29 01:59", "2026-03-29 03:01"},
	} {
		opens := sundays(t, c.from, c.to).Opens(begin, begin.Add(24*time.Hour))
		require.Len(t, opens, 1, c.from)
		assert.Equal(t, at(t, paris(t), c.opens), opens[0].From.In(paris(t)), c.from)
		assert.Equal(t, at(t, paris(t), c.closes), opens[0].Until.In(paris(t)), c.to)
	}
}

func TestAnHourThatExistsTwiceOpensTwice(t *testing.T) {
	t.Parallel()
	begin := at(t, paris(t), "2026-10-25 00:00")
	opens := sundays(t, "02:15", "02:45").Opens(begin, begin.Add(24*time.Hour))
	require.Len(t, opens, 2)
	assert.Equal(t, time.Hour, opens[1].From.Sub(opens[0].From))
	for _, o := range opens {
		assert.Equal(t, 30*time.Minute, o.Until.Sub(o.From))
	}
	whole := sundays(t, "01:00", "04:00").Opens(begin, begin.Add(24*time.Hour))
	require.Len(t, whole, 1, "a range around it is one opening, an hour longer")
	assert.Equal(t, 4*time.Hour, whole[0].Until.Sub(whole[0].From))
}

func TestHoursThatGoOnOverMidnightAreOneOpening(t *testing.T) {
	t.Parallel()
	for date, lasts := range map[Date]time.Duration{
		{2026, time.November, 14}: 10 * time.Hour,
		{2026, time.March, 28}:    9 * time.Hour,
		{2026, time.October, 24}:  11 * time.Hour,
	} {
		rules := Rules{Zone: paris(t)}
		rules.Week[time.Saturday] = []Span{hours("20:00", "24:00")}
		rules.Week[time.Sunday] = []Span{hours("00:00", "06:00")}
		c, err := New("night", rules)
		require.NoError(t, err)
		begin := date.Begin(paris(t))
		opens := c.Opens(begin, begin.Add(48*time.Hour))
		require.Len(t, opens, 1, date)
		assert.Equal(t, lasts, opens[0].Until.Sub(opens[0].From), date)
		assert.Equal(t, "06:00", opens[0].Until.In(paris(t)).Format("15:04"))
	}
}

func TestTheStatusIsThatOfTheWallClockAroundEveryClockChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom([]string{
			"Europe/Paris", "America/Miquelon", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Gaza",
		}).Draw(t, "zone"))
		rules := Rules{Zone: z}
		for day := range rules.Week {
			from := rapid.IntRange(0, 95).Draw(t, "from")
			to := rapid.IntRange(from+1, 96).Draw(t, "to")
			rules.Week[day] = []Span{{time.Duration(from) * 15 * time.Minute, time.Duration(to) * 15 * time.Minute}}
		}
		c, err := New("any", rules)
		require.NoError(t, err)
		for _, change := range clockChanges(z, rapid.IntRange(1990, 2037).Draw(t, "year")) {
			begin := change.Add(-26 * time.Hour).Truncate(time.Minute)
			inWords(t, c, begin, begin.Add(52*time.Hour))
		}
	})
}

// inWords compares every minute with what is written on the door, and the openings
// with the minutes.
func inWords(t *rapid.T, c *Calendar, from, until time.Time) {
	minutes := 0
	for at := from; at.Before(until); at = at.Add(time.Minute) {
		local := at.In(c.rules.Zone)
		clock := time.Duration(local.Hour()*60+local.Minute()) * time.Minute
		span := c.rules.Week[local.Weekday()][0]
		open := span.From <= clock && clock < span.To
		require.Equal(t, open, c.At(at) == Open, "%s", local)
		if open {
			minutes++
		}
	}
	var told time.Duration
	for _, o := range c.Opens(from, until) {
		told += min(o.Until.Sub(from), until.Sub(from)) - o.From.Sub(from)
	}
	require.Equal(t, time.Duration(minutes)*time.Minute, told)
}
