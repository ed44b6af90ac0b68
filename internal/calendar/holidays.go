package calendar

import (
	"slices"
	"time"
)

// PublicHoliday is one by the name that a site folder calls it.
type PublicHoliday string

// The holidays that can be computed. France has the first eleven; the others are
// those of a Set.
const (
	NewYear      PublicHoliday = "new_year"
	EasterMonday PublicHoliday = "easter_monday"
	LabourDay    PublicHoliday = "labour_day"
	VictoryDay   PublicHoliday = "victory_day"
	Ascension    PublicHoliday = "ascension"
	WhitMonday   PublicHoliday = "whit_monday"
	NationalDay  PublicHoliday = "national_day"
	Assumption   PublicHoliday = "assumption"
	AllSaints    PublicHoliday = "all_saints"
	Armistice    PublicHoliday = "armistice"
	Christmas    PublicHoliday = "christmas"

	GoodFriday   PublicHoliday = "good_friday"
	SaintStephen PublicHoliday = "saint_stephen"
	Abolition    PublicHoliday = "abolition"
)

// labels are what people in France call the holidays.
var labels = map[PublicHoliday]string{
	NewYear: "Jour de l'an", EasterMonday: "Lundi de Pâques", LabourDay: "Fête du Travail", VictoryDay: "Victoire de 1945",
	Ascension: "Ascension", WhitMonday: "Lundi de Pentecôte", NationalDay: "Fête nationale", Assumption: "Assomption",
	AllSaints: "Toussaint", Armistice: "Armistice de 1918", Christmas: "Noël",
	GoodFriday: "Vendredi saint", SaintStephen: "Saint-Étienne", Abolition: "Abolition de l'esclavage",
}

// Label is what people in France call the holiday.
func (h PublicHoliday) Label() string { return labels[h] }

// PublicHolidays lists those that can be computed, in order of their names.
func PublicHolidays() []PublicHoliday {
	all := make([]PublicHoliday, 0, len(labels))
	for h := range labels {
		all = append(all, h)
	}
	slices.Sort(all)
	return all
}

// Set is the public holidays of a part of France, the national ones included.
type Set string

// The sets. Whatever a text of the law does not establish is not among them: the
// customs of the Antilles and of Guiana (Mi-Carême, Good Friday, All Souls' Day, 21
// July), the Muslim feasts that collective agreements of Mayotte may add (code du
// travail, article L3422-2), and the days of the Pacific collectivities, which make
// labour law of their own. A site closes those by date.
const (
	// France has the eleven of the code du travail, article L3133-1.
	France Set = "france"
	// AlsaceMoselle adds Good Friday and 26 December (code du travail, article
	// L3134-13, from the ordinance of 16 August 1892). The law has Good Friday for
	// communes with a Protestant or a mixed church only, as every town has in which a
	// center can be expected; a calendar elsewhere says that it is worked.
	AlsaceMoselle Set = "alsace_moselle"

	// These add the day on which slavery was abolished there: code du travail,
	// article L3422-2; loi 83-550 of 30 June 1983 with décret 83-1003 of 23 November
	// 1983, as amended by décret 2012-553 of 23 April 2012.
	Guadeloupe      Set = "guadeloupe"
	Guyane          Set = "guyane"
	Martinique      Set = "martinique"
	Mayotte         Set = "mayotte"
	Reunion         Set = "reunion"
	SaintBarthelemy Set = "saint_barthelemy"
	// SaintMartin has 28 May, the day asked for by its council, kept by the
	// prefecture since 2018 under the yearly circular of the ministers and told by the
	// calendar of the State (calendrier.api.gouv.fr); article L3422-2 still says 27
	// May, as for Guadeloupe.
	SaintMartin Set = "saint_martin"
)

// feast is when a holiday is: on a day of a month, or so many days after Easter.
type feast struct {
	holiday     PublicHoliday
	month       time.Month
	day         int
	afterEaster int
}

// national are the feasts of every set, and local those beside them.
var (
	national = []feast{
		{holiday: NewYear, month: time.January, day: 1},
		{holiday: EasterMonday, afterEaster: 1},
		{holiday: LabourDay, month: time.May, day: 1},
		{holiday: VictoryDay, month: time.May, day: 8},
		{holiday: Ascension, afterEaster: 39},
		{holiday: WhitMonday, afterEaster: 50},
		{holiday: NationalDay, month: time.July, day: 14},
		{holiday: Assumption, month: time.August, day: 15},
		{holiday: AllSaints, month: time.November, day: 1},
		{holiday: Armistice, month: time.November, day: 11},
		{holiday: Christmas, month: time.December, day: 25},
	}
	local = map[Set][]feast{
		France: nil,
		AlsaceMoselle: {
			{holiday: GoodFriday, afterEaster: -2},
			{holiday: SaintStephen, month: time.December, day: 26},
		},
		Guadeloupe:      {{holiday: Abolition, month: time.May, day: 27}},
		Guyane:          {{holiday: Abolition, month: time.June, day: 10}},
		Martinique:      {{holiday: Abolition, month: time.May, day: 22}},
		Mayotte:         {{holiday: Abolition, month: time.April, day: 27}},
		Reunion:         {{holiday: Abolition, month: time.December, day: 20}},
		SaintBarthelemy: {{holiday: Abolition, month: time.October, day: 9}},
		SaintMartin:     {{holiday: Abolition, month: time.May, day: 28}},
	}
)

// Sets lists the sets in order.
func Sets() []Set {
	all := make([]Set, 0, len(local))
	for s := range local {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

// Has reports whether the holiday is one of the set.
func (s Set) Has(h PublicHoliday) bool {
	return slices.ContainsFunc(feasts([]Set{s}, nil), func(f feast) bool { return f.holiday == h })
}

// feasts are those of all the sets together, without the days on which people work.
func feasts(sets []Set, worked []PublicHoliday) []feast {
	if len(sets) == 0 {
		return nil
	}
	all := slices.Clone(national)
	for _, s := range sets {
		all = append(all, local[s]...)
	}
	return slices.DeleteFunc(all, func(f feast) bool { return slices.Contains(worked, f.holiday) })
}

// holiday returns the first of the feasts that falls on a date.
func holiday(all []feast, d Date) (PublicHoliday, bool) {
	var easter Date
	for _, f := range all {
		if f.month != 0 {
			if f.month == d.Month && f.day == d.Day {
				return f.holiday, true
			}
			continue
		}
		if easter.Year == 0 {
			easter = Easter(d.Year)
		}
		if d == easter.Add(f.afterEaster) {
			return f.holiday, true
		}
	}
	return "", false
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
