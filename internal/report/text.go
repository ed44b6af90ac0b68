package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/terminal"
)

// maxListed bounds what is printed of differences and violations; the JSON has
// them all.
const maxListed = 20

// WriteText prints the report for a terminal of at least 80 columns.
func (r *Report) WriteText(w io.Writer) error {
	var text strings.Builder
	r.title(&text)
	if r.Checks.writeSince(&text); r.Checks.Since != nil {
		text.WriteByte('\n')
	}
	r.Summary.write(&text, r.Occupancy)
	for _, by := range []struct {
		title  string
		groups []Group
	}{
		{"ENTRY", r.Entries}, {"QUEUE", r.Queues}, {"ORGANISATION", r.Organisations},
	} {
		writeGroups(&text, by.title, by.groups)
	}
	writeCenters(&text, r.Centers)
	writeMailboxes(&text, r.Mailboxes)
	r.Satisfaction.write(&text)
	writeSupervisions(&text, r.Contacts)
	r.Checks.write(&text)
	text.WriteString(definitions)
	_, err := io.WriteString(w, text.String())
	return err
}

const (
	minute = "2006-01-02 15:04"
	second = "2006-01-02 15:04:05"
)

func (r *Report) title(w io.Writer) {
	fmt.Fprintf(w, "%s · contacts that arrived from\n%s to %s (%s)\n\n",
		cmp.Or(r.Site, "guichet"), r.From.Format(minute), r.To.Format(minute), r.Zone)
}

// writeSince says what no figure can hold.
func (c Checks) writeSince(w io.Writer) {
	if c.Since != nil {
		fmt.Fprintf(w, "NOTE The ledger goes back to %s only: older entries are gone.\n"+
			"     Who arrived or logged in before is in no figure of this page.\n", c.Since.Format(second))
	}
}

func (s Summary) write(w io.Writer, o Occupancy) {
	counts := terminal.NewTable("CONTACTS", ">", "")
	counts.Row("offered", s.Offered, "")
	counts.Row("asked for an agent", s.Asked, "")
	for _, o := range contact.Outcomes {
		if n := s.Outcomes[o]; n > 0 || o == contact.Answered || s.detail(o) != "" {
			counts.Row(words(string(o)), n, s.detail(o))
		}
	}
	counts.Row("still here", s.StillHere, "")
	fmt.Fprintln(w, counts)

	rates := terminal.NewTable("RATES", "", "")
	rates.Row("answered / asked", s.AnsweredRate, "target over 80 %, reference 85 %")
	rates.Row("within 20 s / asked", s.Within20, "")
	rates.Row("within 60 s / asked", s.Within60, "")
	rates.Row("attempts / served", s.Attempts, fmt.Sprintf("%d persons asked", s.Attempts.Persons))
	rates.Row("occupancy", o, fmt.Sprintf("of %d agents", o.Agents))
	fmt.Fprintln(w, rates)

	spreads := terminal.NewTable("TIMES", ">p50", ">p90", ">p99", ">longest", ">of")
	for _, line := range []struct {
		name string
		Spread
	}{
		{"wait, answered", s.WaitAnswered}, {"wait, abandoned", s.WaitAbandoned},
		{"offer latency", s.OfferLatency}, {"talk", s.Talk}, {"wrap-up", s.WrapUp},
	} {
		spreads.Row(append([]any{line.name}, line.cells()...)...)
	}
	fmt.Fprintln(w, spreads)
}

func (s Spread) cells() []any {
	if s.Count == 0 {
		return []any{terminal.Nothing, terminal.Nothing, terminal.Nothing, terminal.Nothing, 0}
	}
	return []any{s.P50, s.P90, s.P99, s.Max, s.Count}
}

// detail splits those outcomes that always need it.
func (s Summary) detail(o contact.Outcome) string {
	switch o {
	case contact.Abandoned:
		return fmt.Sprintf("in the menu %d, waiting %d, ringing %d; of these short %d",
			s.Abandoned[contact.InMenu], s.Abandoned[contact.InQueue], s.Abandoned[contact.InRing], s.Short)
	case contact.SelfServed:
		return s.Links.String()
	case contact.Failed:
		if s.Cancelled > 0 {
			return fmt.Sprintf("call back cancelled %d", s.Cancelled)
		}
	case contact.Dissuaded:
		return fmt.Sprintf("full %d, no agent %d, closed %d",
			s.Dissuaded[contact.Full], s.Dissuaded[contact.NoAgent], s.Dissuaded[contact.Closed])
	}
	return ""
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

func writeGroups(w io.Writer, title string, groups []Group) {
	if len(groups) == 0 {
		return
	}
	t := terminal.NewTable(title, ">offered", ">asked", ">answered / asked", ">wait p50", ">p90", ">talk p50")
	for _, g := range groups {
		waits, talk := g.WaitAnswered.cells(), g.Talk.cells()
		t.Row(g.Name, g.Offered, g.Asked, g.AnsweredRate, waits[0], waits[1], talk[0])
	}
	fmt.Fprintln(w, t)
}

// writeCenters shows who answered: a center has no denominator, for nobody asks
// a center.
func writeCenters(w io.Writer, groups []Group) {
	if len(groups) == 0 {
		return
	}
	t := terminal.NewTable("CENTER", ">answered", ">wait p50", ">p90", ">talk p50", ">wrap-up p50")
	for _, g := range groups {
		waits, talk, wrapUp := g.WaitAnswered.cells(), g.Talk.cells(), g.WrapUp.cells()
		t.Row(g.Name, g.Outcomes[contact.Answered], waits[0], waits[1], talk[0], wrapUp[0])
	}
	fmt.Fprintln(w, t)
}

func (c Checks) write(w io.Writer) {
	t := terminal.NewTable("CHECKS", "", "")
	t.Row("conservation", verdict(c.Conserved()),
		fmt.Sprintf("%d offered = %d with an outcome + %d still here", c.Offered, c.Outcomes, c.StillHere))
	for _, i := range []struct{ name, what string }{
		{"I3", "no agent stuck"}, {"I4", "no double assignment"}, {"I6", "order kept"},
	} {
		t.Row(i.name+" "+i.what, verdict(c.Found(i.name) == 0), fmt.Sprintf("%d violations", c.Found(i.name)))
	}
	t.Row("I5 counters exact", c.exact(), c.comparison())
	fmt.Fprint(w, t)
	fmt.Fprintf(w, "recounted from %d ledger entries, up to %s\n", c.Entries, c.Position)
	list(w, c.Differences, func(d string) string { return d })
	list(w, c.Violations, func(v Violation) string { return fmt.Sprintf("%s at %s: %s", v.Invariant, v.Position, v.Text) })
	fmt.Fprintln(w)
}

// recounted says whether all of a page was found right.
func (c Checks) recounted() string {
	if c.Since != nil && c.OK() {
		return "unknown"
	}
	return verdict(c.OK())
}

func (c Checks) exact() string {
	if c.Since != nil {
		return "unknown"
	}
	return verdict(c.Compared && len(c.Differences) == 0)
}

func (c Checks) comparison() string {
	if c.Since != nil {
		return "not compared: older entries are gone"
	}
	if !c.Compared {
		return "not compared: the fold's place is not in the ledger that was read; run the report again"
	}
	return fmt.Sprintf("%d differences between the fold and the recount", len(c.Differences))
}

func verdict(ok bool) string {
	if ok {
		return "ok"
	}
	return "BROKEN"
}

func list[T any](w io.Writer, all []T, show func(T) string) {
	for i, item := range all {
		if i == maxListed {
			fmt.Fprintf(w, "  … and %d more, see --json\n", len(all)-maxListed)
			return
		}
		fmt.Fprintf(w, "  %s\n", show(item))
	}
}

const definitions = `DEFINITIONS
asked          answered + abandoned after asking + dissuaded (full, no agent) +
               callback + failed after asking, while open; closed is counted
               beside, never in
mail           counted by its medium; in no rate, and of the times of this page
               only in the wrap-up
wait           from queueing to the outcome; percentiles exact (nearest rank)
attempts       redials of one number within 24 h of its first call, until one is
               answered
occupancy      (talk + wrap-up) of time logged in, pauses included; mails too
short          abandoned below 5 s from queueing; shown, never removed
offer latency  from an agent being free with an eligible contact waiting to the
               ring sent
period         by the arrival of the contact; checks concern the whole ledger
`
