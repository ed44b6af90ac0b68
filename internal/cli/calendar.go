package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/terminal"
)

// calendarCommand holds what there is for who keeps the opening hours.
func (p *Program) calendarCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "calendar",
		Short:   "Look at opening hours",
		Long:    "Shows the calendars of a site folder. No controller is needed, and nothing is changed.",
		Example: `  guichet calendar show bureau --site examples/dgfip`,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.calendarShowCommand())
	return c
}

func (p *Program) calendarShowCommand() *cobra.Command {
	var dir string
	var year int
	c := &cobra.Command{
		Use:   "show NAME [--site DIR] [--year YEAR]",
		Short: "Show the hours of a calendar and its special days to come",
		Long: `Shows a calendar of a site folder: its hours, whether it is open now, and every day of
the next twelve months, or of a year, on which they do not simply hold: public
holidays, and the dates that the folder closes or opens, each with its reason.`,
		Example: `  guichet calendar show bureau --site examples/dgfip
  guichet calendar show bureau --site examples/dgfip --year 2027`,
		Args: one("the NAME of a calendar"),
		RunE: run(func(_ context.Context, args []string) error {
			site, err := soundSite(dir)
			if err != nil {
				return err
			}
			known := site.Calendars[args[0]]
			switch {
			case known == nil:
				return wrong("the site folder %s has no calendar %q; it has %s", dir, args[0], strings.Join(slices.Sorted(maps.Keys(site.Calendars)), ", "))
			case year != 0 && (year < 1970 || year > 2200):
				return wrong("choose a year from 1970 to 2200")
			}
			shown := shownCalendar(args[0], known, time.Now(), year)
			if p.json {
				return printJSON(p.Out, shown)
			}
			return shown.write(p.Out)
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	c.Flags().IntVar(&year, "year", 0, "the special days of this year (default the next twelve months)")
	return p.withJSON(c)
}

// calendarView is a calendar for people and programs.
type calendarView struct {
	Name     string                   `json:"name"`
	Label    string                   `json:"label"`
	Zone     string                   `json:"zone"`
	Holidays []calendar.Set           `json:"holidays"`
	Worked   []calendar.PublicHoliday `json:"worked,omitempty"`
	// Status is that of now, and Changes when it does next; not of another year.
	Status  calendar.Status `json:"status,omitempty"`
	Changes *time.Time      `json:"changes,omitempty"`
	// Week has the hours of each day from Monday on.
	Week []weekdayView `json:"week"`
	// Days are the special ones from From until before Until.
	From  string           `json:"from"`
	Until string           `json:"until"`
	Days  []specialDayView `json:"days"`
}

type weekdayView struct {
	Day   string   `json:"day"`
	Hours []string `json:"hours"`
}

type specialDayView struct {
	Date  string   `json:"date"`
	Day   string   `json:"day"`
	Hours []string `json:"hours"`
	// Why is the holiday, or the reason for a date with hours of its own.
	Why     string `json:"why,omitempty"`
	Holiday string `json:"holiday,omitempty"`
}

func shownCalendar(name string, c *calendar.Calendar, now time.Time, year int) calendarView {
	rules := c.Rules()
	v := calendarView{
		Name: name, Label: rules.Label, Zone: rules.Zone.String(), Holidays: append([]calendar.Set{}, rules.Holidays...),
		Worked: rules.Worked, Days: []specialDayView{},
	}
	for i := range rules.Week {
		day := time.Weekday((i + 1) % 7)
		v.Week = append(v.Week, weekdayView{Day: shortDay(day), Hours: hoursOf(rules.Week[day])})
	}
	now = now.In(rules.Zone)
	from := calendar.DateOf(now)
	until := from
	until.Year++
	if year != 0 {
		from, until = calendar.Date{Year: year, Month: time.January, Day: 1}, calendar.Date{Year: year + 1, Month: time.January, Day: 1}
	} else {
		v.Status = c.At(now)
		if next, changes := c.NextChange(now); changes {
			next = next.In(rules.Zone)
			v.Changes = &next
		}
	}
	v.From, v.Until = from.String(), until.String()
	for _, d := range c.Special(from, until) {
		v.Days = append(v.Days, specialDayView{
			Date: d.Date.String(), Day: shortDay(d.Date.Weekday()), Hours: hoursOf(d.Spans), Why: d.Why(), Holiday: string(d.Holiday),
		})
	}
	return v
}

func shortDay(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

func hoursOf(spans []calendar.Span) []string {
	hours := []string{}
	for _, s := range spans {
		hours = append(hours, s.String())
	}
	return hours
}

func (v calendarView) write(w io.Writer) error {
	var text strings.Builder
	head := v.Name
	if v.Label != v.Name {
		head += ": " + v.Label
	}
	writeFolded(&text, head)
	writeFolded(&text, "zone "+v.Zone+"; "+v.holidaysInWords())
	if v.Status != "" {
		now := "now " + string(v.Status)
		if v.Changes != nil {
			now += v.Changes.Format(", until Mon 2006-01-02 15:04")
		}
		writeFolded(&text, now)
	}
	text.WriteString("\n")
	v.writeWeek(&text)
	fmt.Fprintf(&text, "\nspecial days from %s until before %s", v.From, v.Until)
	if len(v.Days) == 0 {
		text.WriteString(": none\n")
	} else {
		text.WriteString("\n")
	}
	v.writeDays(&text)
	_, err := io.WriteString(w, text.String())
	return err
}

func (v calendarView) holidaysInWords() string {
	if len(v.Holidays) == 0 {
		return "no public holidays"
	}
	words := "public holidays of " + inList(v.Holidays)
	if len(v.Worked) > 0 {
		words += " but for " + inList(v.Worked)
	}
	return words
}

func inList[T ~string](names []T) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}

// writeWeek has a line for days in a row that have the same hours.
func (v calendarView) writeWeek(w *strings.Builder) {
	t := terminal.Table{Indent: "  "}
	for first := 0; first < len(v.Week); {
		last := first
		for last+1 < len(v.Week) && slices.Equal(v.Week[last+1].Hours, v.Week[first].Hours) {
			last++
		}
		days := v.Week[first].Day
		if last > first {
			days += "-" + v.Week[last].Day
		}
		t.Row(days, openOrClosed(v.Week[first].Hours))
		first = last + 1
	}
	_ = t.Write(w) // a strings.Builder never fails
}

// writeDays has the reasons in a column of their own.
func (v calendarView) writeDays(text *strings.Builder) {
	wide := 0
	for _, d := range v.Days {
		wide = max(wide, len(openOrClosed(d.Hours)))
	}
	for _, d := range v.Days {
		head := fmt.Sprintf("  %s %s  %-*s  ", d.Day, d.Date, wide, openOrClosed(d.Hours))
		for _, part := range terminal.Fold(terminal.Plain(d.Why), max(20, 80-len(head))) {
			text.WriteString(strings.TrimRight(head+strings.TrimSpace(part), " ") + "\n")
			head = strings.Repeat(" ", len(head))
		}
	}
}

func openOrClosed(hours []string) string {
	if len(hours) == 0 {
		return "closed"
	}
	return strings.Join(hours, " ")
}
