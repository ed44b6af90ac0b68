package config

import (
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/routing"
)

// calendarsFile is calendars.yaml: when services are open, and the campaigns.
type calendarsFile struct {
	Calendars table[calendarYAML] `yaml:"calendars,required"`
	// Campaigns by name: periods that entries and prompts name under during.
	Campaigns table[campaignYAML] `yaml:"campaigns"`
}

// calendarYAML is one calendar.
type calendarYAML struct {
	Label value[string] `yaml:"label"`
	// Zone is where its clocks hang, such as Indian/Reunion; that of the site by
	// default.
	Zone value[string] `yaml:"zone"`
	// Hours of the week: days such as mon, mon-fri or "sat,sun", to one range
	// of hours or a list of them, such as 08:30-19:00. 24:00 is midnight.
	Hours table[list[spanYAML]] `yaml:"hours,required"`
	// Holidays is one set of public holidays that are closed, or a list of them:
	// france, alsace_moselle, guadeloupe, guyane, martinique, mayotte, reunion,
	// saint_barthelemy, saint_martin. Each has the eleven national days beside its
	// own. None by default.
	Holidays list[value[string]] `yaml:"holidays"`
	// Worked lists public holidays of these sets on which the hours of the week
	// hold, such as good_friday or whit_monday.
	Worked list[value[string]] `yaml:"worked"`
	// Closed lists single dates that are closed: exceptions for callers.
	Closed list[closedYAML] `yaml:"closed"`
	// Open gives single dates hours of their own, holiday or not.
	Open table[openYAML] `yaml:"open"`
}

// closedYAML is a date, or a date with the reason why it is closed.
type closedYAML struct {
	// Date that is closed all day.
	Date value[calendar.Date] `yaml:"date,required"`
	// Reason for people; callers do not hear it.
	Reason value[string] `yaml:"reason"`
}

type closedFields closedYAML

func (c *closedYAML) read(d *document, n ast.Node) {
	d.readEither(n, (*closedFields)(c), &c.Date)
}

// openYAML is the hours of a date, or its hours with the reason for them.
type openYAML struct {
	// Hours of that date, like those of a day of the week.
	Hours list[spanYAML] `yaml:"hours,required"`
	// Reason for people; callers do not hear it.
	Reason value[string] `yaml:"reason"`
}

type openFields openYAML

func (o *openYAML) read(d *document, n ast.Node) {
	d.readEither(n, (*openFields)(o), &o.Hours)
}

// spanYAML is one range of hours, such as 08:30-19:00.
type spanYAML struct{ value[string] }

// read knows one trap: within brackets the YAML library takes the first colon of
// an unquoted 08:30-12:00 for that of a key.
func (s *spanYAML) read(d *document, n ast.Node) {
	if isMapping(n) {
		d.add(d.at(n), `put each range in quotes: ["08:30-12:00", "13:30-17:00"]`, "expected hours, found keys and values")
		return
	}
	s.value.read(d, n)
}

func (b *builder) buildCalendars(f calendarsFile) {
	b.site.Calendars = make(map[string]*calendar.Calendar, len(f.Calendars))
	for _, r := range f.Calendars {
		b.name(r.key, "a calendar")
		rules := calendar.Rules{Label: r.v.Label.or(r.key.v), Zone: b.site.Zone, Week: b.week(r.v.Hours)}
		if r.v.Zone.set {
			rules.Zone = b.zone(r.v.Zone)
		}
		rules.Holidays, rules.Worked = b.holidays(r.v)
		rules.Dates, rules.Reasons = b.dates(r.v)
		c, err := calendar.New(r.key.v, rules)
		if err != nil {
			b.add(r.key.at, "correct the hours", "%s", err)
			continue
		}
		b.site.Calendars[r.key.v] = c
	}
}

// openEverywhere puts one calendar in the place of all. It comes last: routing
// tests are about the hours that are written, wherever they are run.
func (b *builder) openEverywhere(everywhere value[string]) {
	if everywhere.v == "" || !b.refers(everywhere, "calendar", b.calendars) {
		return
	}
	open := b.site.Calendars[everywhere.v]
	for name := range b.site.Calendars {
		b.site.Calendars[name] = open
	}
	for name, c := range b.site.Centers {
		if c.Calendar != nil {
			c.Calendar = open
			b.site.Centers[name] = c
			b.site.Plan.Centers[name] = routing.CenterTerms{Period: c.Period, Calendar: open}
		}
	}
	b.site.LocalServices.openEverywhere(open)
}

// weekdays are the days as admins write them.
var weekdays = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
}

func (b *builder) week(hours table[list[spanYAML]]) [7][]calendar.Span {
	var week [7][]calendar.Span
	for _, r := range hours {
		spans := b.spans(r.v)
		days, ok := parseDays(r.key.v)
		if !ok {
			b.add(r.key.at, "write days like mon, mon-fri or sat,sun", "%q does not name days", r.key.v)
		}
		for _, day := range days {
			if len(week[day]) > 0 {
				b.add(r.key.at, "write all hours of a day in one list", "%s has hours already", day)
				continue
			}
			week[day] = spans
		}
	}
	return week
}

// parseDays reads "mon-fri" or "sat,sun"; a range may run over the weekend.
func parseDays(text string) ([]time.Weekday, bool) {
	var days []time.Weekday
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		from, ok := weekdays[first]
		to, ok2 := weekdays[last]
		if !ok || isRange && !ok2 {
			return nil, false
		}
		for days = append(days, from); isRange && from != to; days = append(days, from) {
			from = (from + 1) % 7
		}
	}
	return days, true
}

func (b *builder) spans(written list[spanYAML]) []calendar.Span {
	var spans []calendar.Span
	for _, v := range written {
		if !v.set {
			continue
		}
		span, ok := parseSpan(v.v)
		if !ok {
			b.add(v.at, "write it like 08:30-19:00", "%q is not a range of hours", v.v)
			continue
		}
		if i := slices.IndexFunc(spans, span.Overlaps); i >= 0 {
			b.add(v.at, "end one before the other begins", "hours %s and %s overlap", spans[i], span)
			continue
		}
		spans = append(spans, span)
	}
	return spans
}

func parseSpan(text string) (calendar.Span, bool) {
	from, to, found := strings.Cut(text, "-")
	a, okA := parseClock(strings.TrimSpace(from))
	b, okB := parseClock(strings.TrimSpace(to))
	return calendar.Span{From: a, To: b}, found && okA && okB && a < b
}

// parseClock reads 08:30; 24:00 is the end of the day.
func parseClock(text string) (time.Duration, bool) {
	if text == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}
