package calendar

import (
	"slices"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/fr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// daysOf are the holidays of a year by sets, as text.
func daysOf(year int, worked []PublicHoliday, sets ...Set) (days []string) {
	all := feasts(sets, worked)
	for d := (Date{year, time.January, 1}); d.Year == year; d = d.Add(1) {
		if h, is := holiday(all, d); is {
			days = append(days, d.String()+" "+h.Label())
		}
	}
	return days
}

func TestTheElevenNationalHolidays(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{
		"2026-01-01 Jour de l'an", "2026-04-06 Lundi de Pâques", "2026-05-01 Fête du Travail", "2026-05-08 Victoire de 1945",
		"2026-05-14 Ascension", "2026-05-25 Lundi de Pentecôte", "2026-07-14 Fête nationale", "2026-08-15 Assomption",
		"2026-11-01 Toussaint", "2026-11-11 Armistice de 1918", "2026-12-25 Noël",
	}, daysOf(2026, nil, France))
	assert.Len(t, daysOf(2008, nil, France), 10, "Ascension fell on the first of May")
	assert.Empty(t, daysOf(2026, nil))
}

// rickar/cal knows the national days only.
func TestTheNationalHolidaysAgreeWithAnotherLibrary(t *testing.T) {
	t.Parallel()
	oracle := cal.Calendar{}
	oracle.AddHoliday(fr.Holidays...)
	sets := feasts([]Set{France}, nil)
	compared := 0
	for d := (Date{1990, time.January, 1}); d.Year <= 2100; d = d.Add(1) {
		want, _, _ := oracle.IsHoliday(time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC))
		_, got := holiday(sets, d)
		require.Equal(t, want, got, d.String())
		if got {
			compared++
		}
	}
	assert.Greater(t, compared, 111*10)
}

func TestEachSetHasTheNationalDaysAndItsOwn(t *testing.T) {
	t.Parallel()
	for set, own := range map[Set][]string{
		AlsaceMoselle:   {"2027-03-26 Vendredi saint", "2027-12-26 Saint-Étienne"},
		Mayotte:         {"2027-04-27 Abolition de l'esclavage"},
		Martinique:      {"2027-05-22 Abolition de l'esclavage"},
		Guadeloupe:      {"2027-05-27 Abolition de l'esclavage"},
		SaintMartin:     {"2027-05-28 Abolition de l'esclavage"},
		Guyane:          {"2027-06-10 Abolition de l'esclavage"},
		SaintBarthelemy: {"2027-10-09 Abolition de l'esclavage"},
		Reunion:         {"2027-12-20 Abolition de l'esclavage"},
		France:          nil,
	} {
		want := append(daysOf(2027, nil, France), own...)
		slices.Sort(want)
		assert.Equal(t, want, daysOf(2027, nil, set), set)
		assert.Equal(t, want, daysOf(2027, nil, France, set), set)
	}
	assert.Len(t, Sets(), 9)
	assert.Len(t, daysOf(2027, nil, Guadeloupe, Martinique), 13, "a center may serve both")
}

// Another library has the national days; what each part of France has beside them is
// what the code du travail says, year after year.
func TestEverySetAgreesWithTheLawFrom2020To2040(t *testing.T) {
	t.Parallel()
	oracle := cal.Calendar{}
	oracle.AddHoliday(fr.Holidays...)
	own := map[Set]func(d Date) bool{
		France:          func(Date) bool { return false },
		AlsaceMoselle:   func(d Date) bool { return d == easterByEpact(d.Year).Add(-2) || d == Date{d.Year, time.December, 26} },
		Guadeloupe:      func(d Date) bool { return d == Date{d.Year, time.May, 27} },
		Guyane:          func(d Date) bool { return d == Date{d.Year, time.June, 10} },
		Martinique:      func(d Date) bool { return d == Date{d.Year, time.May, 22} },
		Mayotte:         func(d Date) bool { return d == Date{d.Year, time.April, 27} },
		Reunion:         func(d Date) bool { return d == Date{d.Year, time.December, 20} },
		SaintBarthelemy: func(d Date) bool { return d == Date{d.Year, time.October, 9} },
		SaintMartin:     func(d Date) bool { return d == Date{d.Year, time.May, 28} },
	}
	require.Len(t, own, len(Sets()))
	for set, is := range own {
		days := feasts([]Set{set}, nil)
		for d := (Date{2020, time.January, 1}); d.Year <= 2040; d = d.Add(1) {
			national, _, _ := oracle.IsHoliday(time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC))
			_, got := holiday(days, d)
			require.Equal(t, national || is(d), got, "%s %s", set, d)
		}
	}
}

func TestGoodFridayIsTwoDaysBeforeEasterWhereItIsAHoliday(t *testing.T) {
	t.Parallel()
	c, err := New("strasbourg", Rules{Holidays: []Set{AlsaceMoselle}})
	require.NoError(t, err)
	for year := 1990; year <= 2100; year++ {
		friday := Easter(year).Add(-2)
		assert.Equal(t, time.Friday, friday.Weekday())
		assert.Equal(t, Holiday, c.At(friday.Begin(time.UTC)))
		assert.Equal(t, "Vendredi saint", c.Why(friday.Begin(time.UTC)))
	}
}

func TestAWorkedHolidayHasTheHoursOfTheWeek(t *testing.T) {
	t.Parallel()
	rules := Rules{Zone: paris(t), Holidays: []Set{AlsaceMoselle}, Worked: []PublicHoliday{GoodFriday, LabourDay}}
	for day := range rules.Week {
		rules.Week[day] = []Span{hours("08:30", "19:00")}
	}
	c, err := New("village", rules)
	require.NoError(t, err)
	assert.Equal(t, Open, c.At(at(t, paris(t), "2027-03-26 10:00")), "Good Friday without a Protestant church")
	assert.Empty(t, c.Why(at(t, paris(t), "2027-03-26 10:00")))
	assert.Equal(t, Holiday, c.At(at(t, paris(t), "2027-12-26 10:00")))
	assert.Equal(t, Holiday, c.At(at(t, paris(t), "2008-05-01 10:00")), "Ascension on a worked first of May")
	assert.Equal(t, "Ascension", c.Why(at(t, paris(t), "2008-05-01 10:00")))
	assert.True(t, AlsaceMoselle.Has(GoodFriday))
	assert.False(t, France.Has(GoodFriday))
}

func TestSpecialDaysSayWhy(t *testing.T) {
	t.Parallel()
	rules := Rules{Zone: paris(t), Holidays: []Set{France}, Dates: map[Date][]Span{
		{2026, time.December, 24}: nil,
		{2026, time.December, 25}: {hours("08:00", "10:00")},
		{2026, time.December, 31}: {hours("08:30", "12:00")},
	}, Reasons: map[Date]string{{2026, time.December, 24}: "Réveillon", {2026, time.December, 31}: "Inventaire"}}
	c, err := New("bureau", rules)
	require.NoError(t, err)
	assert.Equal(t, []Day{
		{Date: Date{2026, time.December, 24}, Otherwise: Exception, Special: true, Reason: "Réveillon"},
		{Date: Date{2026, time.December, 25}, Otherwise: Closed, Special: true, Spans: []Span{hours("08:00", "10:00")}, Holiday: Christmas},
		{Date: Date{2026, time.December, 31}, Otherwise: Closed, Special: true, Spans: []Span{hours("08:30", "12:00")}, Reason: "Inventaire"},
		{Date: Date{2027, time.January, 1}, Otherwise: Holiday, Holiday: NewYear},
	}, c.Special(Date{2026, time.December, 1}, Date{2027, time.January, 2}))
	assert.Equal(t, "Inventaire", c.Why(at(t, paris(t), "2026-12-31 20:00")))
	assert.Equal(t, "Jour de l'an", c.Why(at(t, paris(t), "2027-01-01 20:00")))
	assert.Empty(t, c.Why(at(t, paris(t), "2026-12-25 20:00")), "hours of its own, and nobody said why")
}

func TestEveryPublicHolidayHasALabelAndASet(t *testing.T) {
	t.Parallel()
	for _, h := range PublicHolidays() {
		assert.NotEmpty(t, h.Label(), h)
		assert.True(t, slices.ContainsFunc(Sets(), func(s Set) bool { return s.Has(h) }), h)
	}
}
