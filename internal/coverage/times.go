package coverage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/calendar"
)

// day is a date with the hours that segments cover of it.
type day struct {
	date  calendar.Date
	spans []span
}

// span is hours as they are posted on doors, 08:30 to 24:00.
type span struct{ from, to string }

func (d day) hours() string {
	parts := make([]string, 0, len(d.spans))
	for _, s := range d.spans {
		parts = append(parts, s.from+"-"+s.to)
	}
	return strings.Join(parts, " ")
}

// within reports whether another day covers all hours of this one.
func (d day) within(other day) bool {
	for _, s := range d.spans {
		if !slices.ContainsFunc(other.spans, func(o span) bool { return o.from <= s.from && s.to <= o.to }) {
			return false
		}
	}
	return true
}

// words says when, as a person would: the usual days with their hours, and the
// single dates that have more than is usual. Dates that have less, such as
// holidays, go without saying.
func (t *timeline) words(segments []int) string {
	days := t.days(segments)
	usual := t.usual(segments, days)
	var parts []string
	at := map[string]int{}
	for n := 0; n < 7; {
		first, hours := weekday(n), usual[weekday(n)].hours()
		last := first
		for n++; n < 7 && usual[weekday(n)].hours() == hours; n++ {
			last = weekday(n)
		}
		if i, known := at[hours]; known {
			parts[i] += "," + daysWord(first, last)
		} else if hours != "" {
			at[hours] = len(parts)
			parts = append(parts, daysWord(first, last))
		}
	}
	for hours, i := range at {
		parts[i] += " " + hours
	}
	if len(parts) == 1 && parts[0] == "mon-sun 00:00-24:00" {
		return "at any time"
	}
	return strings.Join(append(parts, single(days, usual)...), ", ")
}

// weekday is the nth day of a week that begins on Monday.
func weekday(n int) time.Weekday { return time.Weekday((n + 1) % 7) }

func daysWord(first, last time.Weekday) string {
	if first == last {
		return dayName(first)
	}
	return dayName(first) + "-" + dayName(last)
}

// dayName is the word that calendars.yaml uses.
func dayName(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// usual is the day that each weekday is most often, of those weekdays that have
// hours on at least half of their dates.
func (t *timeline) usual(segments []int, days []day) map[time.Weekday]day {
	dates, open, alike := map[time.Weekday]int{}, map[time.Weekday]int{}, map[string]int{}
	for _, d := range t.dates(segments) {
		dates[d.Weekday()]++
	}
	like := func(d day) string { return d.date.Weekday().String() + d.hours() }
	for _, d := range days {
		open[d.date.Weekday()]++
		alike[like(d)]++
	}
	usual := map[time.Weekday]day{}
	for _, d := range days {
		w := d.date.Weekday()
		if best, found := usual[w]; 2*open[w] >= dates[w] && (!found || alike[like(d)] > alike[like(best)]) {
			usual[w] = d
		}
	}
	return usual
}

// single are the dates with hours that are not usual, the first of them.
func single(days []day, usual map[time.Weekday]day) []string {
	var parts []string
	for _, d := range days {
		if !d.within(usual[d.date.Weekday()]) {
			parts = append(parts, d.date.String()+" "+d.hours())
		}
	}
	const shown = 3
	if more := len(parts) - shown; more > 0 {
		return append(parts[:shown:shown], fmt.Sprintf("%d more dates", more))
	}
	return parts
}

// days lists the dates that segments touch, with the hours they cover.
func (t *timeline) days(segments []int) []day {
	var all []day
	for _, i := range segments {
		for _, d := range t.split(t.segments[i]) {
			n := len(all)
			if n == 0 || all[n-1].date != d.date {
				all = append(all, d)
				continue
			}
			if last := &all[n-1].spans[len(all[n-1].spans)-1]; last.to == d.spans[0].from {
				last.to = d.spans[0].to
			} else {
				all[n-1].spans = append(all[n-1].spans, d.spans[0])
			}
		}
	}
	return all
}

// split cuts a segment at midnight.
func (t *timeline) split(s segment) []day {
	var all []day
	for at := s.from; at.Before(s.until); {
		date := calendar.DateOf(at.In(t.zone))
		end, to := date.Add(1).Begin(t.zone), "24:00"
		if s.until.Before(end) {
			end, to = s.until, s.until.In(t.zone).Format("15:04")
		}
		all = append(all, day{date, []span{{at.In(t.zone).Format("15:04"), to}}})
		at = end
	}
	return all
}

// dates lists the dates looked at in the phases that segments are of.
func (t *timeline) dates(segments []int) []calendar.Date {
	phases := map[int]bool{}
	for _, i := range segments {
		phases[t.segments[i].phase] = true
	}
	var all []int
	for i, s := range t.segments {
		if phases[s.phase] {
			all = append(all, i)
		}
	}
	var dates []calendar.Date
	for _, d := range t.days(all) {
		dates = append(dates, d.date)
	}
	return dates
}
