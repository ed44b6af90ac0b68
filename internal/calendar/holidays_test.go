package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestEasterInYearsThatAlmanacsName(t *testing.T) {
	t.Parallel()
	for _, want := range []Date{
		{1818, time.March, 22}, // the earliest possible
		{1943, time.April, 25}, // the latest possible
		{1954, time.April, 18}, {1981, time.April, 19}, {2000, time.April, 23}, {2008, time.March, 23},
		{2019, time.April, 21}, {2024, time.March, 31}, {2025, time.April, 20}, {2026, time.April, 5},
		{2027, time.March, 28}, {2038, time.April, 25}, {2049, time.April, 18}, {2076, time.April, 19},
	} {
		assert.Equal(t, want, Easter(want.Year))
	}
}

// The paschal full moon by the tables of the Gregorian reform: golden number and
// epact, then the Sunday after. Another way to the same date.
func easterByEpact(year int) Date {
	golden := year%19 + 1
	century := year/100 + 1
	solar := 3*century/4 - 12
	lunar := (8*century+5)/25 - 5
	epact := ((11*golden+20+lunar-solar)%30 + 30) % 30
	if epact == 25 && golden > 11 || epact == 24 {
		epact++
	}
	moon := 44 - epact
	if moon < 21 {
		moon += 30
	}
	full := Date{year, time.March, 1}.Add(moon - 1)
	return full.Add(7 - int(full.Weekday()))
}

func TestEasterAgreesWithTheEpactForSevenCenturies(t *testing.T) {
	t.Parallel()
	for year := 1583; year < 2300; year++ {
		assert.Equal(t, easterByEpact(year), Easter(year))
		assert.Equal(t, time.Sunday, Easter(year).Weekday())
	}
}

func TestTheElevenNationalHolidays(t *testing.T) {
	t.Parallel()
	for year, want := range map[int][]string{
		2026: {"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14",
			"2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25"},
		// Ascension fell on the first of May in 2008: ten days instead of eleven.
		2008: {"2008-01-01", "2008-03-24", "2008-05-01", "2008-05-08", "2008-05-12", "2008-07-14", "2008-08-15",
			"2008-11-01", "2008-11-11", "2008-12-25"},
	} {
		var got []string
		for d := (Date{year, time.January, 1}); d.Year == year; d = d.Add(1) {
			if IsHoliday(d) {
				got = append(got, d.String())
			}
		}
		assert.Equal(t, want, got)
	}
}
