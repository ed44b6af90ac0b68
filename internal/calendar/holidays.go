package calendar

import "time"

// IsHoliday reports whether the date is one of the eleven national holidays of
// France (Code du travail, article L3133-1). The local days of Alsace-Moselle
// and overseas are not among them: a site adds those as closed dates.
func IsHoliday(d Date) bool {
	switch (Date{Month: d.Month, Day: d.Day}) {
	case Date{Month: time.January, Day: 1},
		Date{Month: time.May, Day: 1},
		Date{Month: time.May, Day: 8},
		Date{Month: time.July, Day: 14},
		Date{Month: time.August, Day: 15},
		Date{Month: time.November, Day: 1},
		Date{Month: time.November, Day: 11},
		Date{Month: time.December, Day: 25}:
		return true
	}
	easter := Easter(d.Year)
	return d == easter.Add(1) || d == easter.Add(39) || d == easter.Add(50)
}

// Easter returns the date of Easter Sunday by the anonymous Gregorian computus
// (Meeus, Jones, Butcher). The letters are those of the published algorithm.
func Easter(year int) Date {
	a := year % 19
	b, c := year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return Date{Year: year, Month: time.Month(n / 31), Day: n%31 + 1}
}
