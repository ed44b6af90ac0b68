package report

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/terminal"
)

// WriteText prints the comparison for a terminal of 80 columns.
func (b *Breakdown) WriteText(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s · by %s: people who arrived from\n%s to %s (%s)\n\n",
		cmp.Or(b.Site, "guichet"), b.title(), b.From.Format(minute), b.To.Format(minute), b.Zone)
	rows := append(b.Rows[:len(b.Rows):len(b.Rows)], b.All)
	title := strings.ToUpper(string(b.By))
	rates := terminal.NewTable(title, ">offered", ">answered / asked", ">within 20 s", ">within 60 s")
	waits := terminal.NewTable("WAIT OF", ">answered p50", ">p90", ">abandoned", ">short", ">p50", ">p90")
	people := terminal.NewTable("PEOPLE", ">attempts / served", "occupancy")
	for i, row := range rows {
		name := b.label(row, i == len(b.Rows))
		rates.Row(name, row.Offered, row.AnsweredRate, shareOf(row.Within20), shareOf(row.Within60))
		answered, left := row.WaitAnswered.cells(), row.WaitAbandoned.cells()
		waits.Row(name, answered[0], answered[1], row.Abandoned, row.Short, left[0], left[1])
		occupancy := ""
		if row.Occupancy != nil {
			occupancy = row.Occupancy.String()
		}
		people.Row(name, row.Attempts, occupancy)
	}
	fmt.Fprintf(&text, "%s\n%s\n", rates, waits)
	if b.By != ByHour {
		fmt.Fprintf(&text, "%s\n", people)
	}
	b.writeArms(&text)
	b.writeNotes(&text)
	_, err := io.WriteString(w, text.String())
	return err
}

func (b *Breakdown) title() string {
	if b.By == ByHour {
		return fmt.Sprintf("%d minutes", int(b.Interval.Duration().Minutes()))
	}
	return string(b.By)
}

// label names a row; days and offsets only where the period needs them.
func (b *Breakdown) label(row Row, all bool) string {
	switch {
	case all:
		return "all"
	case b.By != ByHour && row.Name == "":
		return "none"
	case b.By != ByHour:
		return row.Name
	}
	form := "15:04"
	if b.To.Sub(b.From) > 25*time.Hour {
		form = "01-02 15:04"
	}
	_, first := b.From.Zone()
	if _, last := b.To.Zone(); first != last {
		form += " MST"
	}
	return row.Begin.Format(form)
}

// shareOf is a share of the asked that the same line shows.
func shareOf(r Ratio) string {
	if r.Denominator == 0 {
		return terminal.Nothing
	}
	return fmt.Sprintf("%d = %s", r.Numerator, terminal.Percent(r.Numerator, r.Denominator))
}

func (b *Breakdown) writeArms(w io.Writer) {
	if len(b.Arms) == 0 {
		return
	}
	flows := terminal.NewTable("OVERFLOW", ">out, of its answered", ">in, of what its centers answered")
	by := terminal.NewTable("SERVED BY", "center", "", ">of its answered")
	for _, a := range b.Arms {
		flows.Row(a.Name, a.Out, a.In)
		for i, s := range a.ServedBy {
			name, where := string(a.Name), "overflow"
			if i > 0 {
				name = ""
			}
			if s.Home {
				where = "home"
			}
			by.Row(name, s.Center, where, s.Share)
		}
	}
	fmt.Fprintf(w, "%s\n%s\n", flows, by)
}

func (b *Breakdown) writeNotes(w io.Writer) {
	switch b.By {
	case ByCenter:
		fmt.Fprintln(w, "A center's row holds those it was presented to; one person may be in several\nrows, so they are never summed. Answered is by that center.")
	case ByOrganisation:
		fmt.Fprintln(w, "A person's organisation is fixed by the department, whoever answers. Home are\nthe centers of its people's first steps; overflow leaves or enters them.")
	case ByEntry, ByQueue, ByHour:
	}
	if b.By != ByHour {
		fmt.Fprintln(w, "occupancy: talk and wrap-up, of the time logged in; of agents, mails included")
	}
	fmt.Fprintln(w, "asked as in docs/definitions.md; mails are in no row; period by the arrival")
	b.Checks.writeSince(w)
	fmt.Fprintf(w, "figures equal to a recount of the ledger: %s; all checks: guichet report\n", b.Checks.recounted())
}

// WriteCSV writes one line per row, and one for all at the end.
func (b *Breakdown) WriteCSV(w io.Writer, d Dialect) error {
	lines := [][]string{{
		string(b.By), "offered", "asked", "answered", "answered_elsewhere", "abandoned", "abandoned_short",
		"answered_rate", "answered_within_20s", "answered_within_60s",
		"wait_answered_p50_seconds", "wait_answered_p90_seconds", "wait_abandoned_p50_seconds", "wait_abandoned_p90_seconds",
		"persons", "served_persons", "attempts_of_served",
		"agents", "talk_seconds", "wrap_up_seconds", "logged_in_seconds",
		"home", "overflow_out", "overflow_in", "answered_by_home",
	}}
	for _, row := range b.Rows {
		lines = append(lines, append(row.fields(d), b.armFields(row.Name)...))
	}
	all := b.All
	all.Name = "all"
	return d.write(w, append(lines, append(all.fields(d), b.armFields("")...)))
}

func (r Row) fields(d Dialect) []string {
	name := r.Name
	if !r.Begin.IsZero() {
		name = d.time(r.Begin)
	}
	fields := []string{name}
	for _, n := range []int{r.Offered, r.Asked, r.Answered, r.Elsewhere, r.Abandoned, r.Short} {
		fields = append(fields, strconv.Itoa(n))
	}
	fields = append(fields, d.ratio(r.AnsweredRate), strconv.FormatUint(r.Within20.Numerator, 10), strconv.FormatUint(r.Within60.Numerator, 10))
	for _, s := range []Spread{r.WaitAnswered, r.WaitAbandoned} {
		if s.Count == 0 {
			fields = append(fields, "", "")
		} else {
			fields = append(fields, d.seconds(s.P50), d.seconds(s.P90))
		}
	}
	for _, n := range []int{r.Attempts.Persons, r.Attempts.Served, r.Attempts.OfServed} {
		fields = append(fields, strconv.Itoa(n))
	}
	if r.Occupancy == nil {
		return append(fields, "", "", "", "")
	}
	o := r.Occupancy
	return append(fields, strconv.Itoa(o.Agents), d.seconds(o.Talk), d.seconds(o.WrapUp), d.seconds(o.LoggedIn))
}

// armFields are empty but in a row of an organisation.
func (b *Breakdown) armFields(name string) []string {
	for _, a := range b.Arms {
		if string(a.Name) != name {
			continue
		}
		home := make([]string, len(a.Home))
		for i, c := range a.Home {
			home[i] = string(c)
		}
		return []string{
			strings.Join(home, " "), strconv.FormatUint(a.Out.Numerator, 10),
			strconv.FormatUint(a.In.Numerator, 10), strconv.FormatUint(a.In.Denominator, 10),
		}
	}
	return []string{"", "", "", ""}
}
