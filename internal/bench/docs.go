package bench

import (
	"fmt"
	"os"
	"strings"
)

// document puts the section of each result into the file, in place of the one that
// is there between the marks of its part; the text around them is people's.
func document(path, machine string, results []result) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("document the figures: %w", err)
	}
	page := string(text)
	for _, r := range results {
		begin, end := fmt.Sprintf("<!-- measured (%s) -->\n", r.part), fmt.Sprintf("<!-- end of (%s) -->\n", r.part)
		before, rest, found := strings.Cut(page, begin)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			return fmt.Errorf("document the figures: %s has no %q with %q behind it", path, strings.TrimSpace(begin), strings.TrimSpace(end))
		}
		page = before + begin + r.markdown(machine) + end + after
	}
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		return fmt.Errorf("document the figures: %w", err)
	}
	return nil
}

// markdown is a result for the documentation.
func (r *result) markdown(machine string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n\n", fold(r.settings, 100))
	if r.picture != "" {
		fmt.Fprintf(&b, "![Latency against load](%s)\n\n", r.picture)
	}
	for _, t := range r.tables {
		fmt.Fprintf(&b, "| %s, ms | calls | p50 | p90 | p99 |%s\n|---|--:|--:|--:|--:|%s\n", t.title, t.cell(" "+t.ratioTitle()+" |"), t.cell("--:|"))
		for _, row := range t.rows {
			fmt.Fprintf(&b, "| %s | %d | %s | %s | %s |%s\n", row.name, len(row.values),
				ms(row.values.at(0.5)), ms(row.values.at(0.9)), ms(row.values.at(0.99)), t.cell(" "+t.ratio(row)+" |"))
		}
		fmt.Fprintln(&b)
	}
	for _, c := range r.columns {
		b.WriteString(c.markdown())
	}
	for _, n := range r.notes {
		fmt.Fprintf(&b, "%s\n\n", fold(n, 100))
	}
	b.WriteString(r.targets())
	fmt.Fprintf(&b, "%s\n\n", fold("Measured "+machine+r.atRest(), 100))
	return b.String()
}

// cell is what a table with a floor has more.
func (t table) cell(text string) string {
	if t.floor == "" {
		return ""
	}
	return text
}

// targets tells of each gate whether it was kept.
func (r *result) targets() string {
	if len(r.gates) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| target | measured | allowed | |\n|---|--:|--:|---|\n")
	for _, g := range r.gates {
		for _, limit := range g.limits() {
			verdict := "kept"
			if limit.figure > limit.bound {
				verdict = "**missed**"
			}
			fmt.Fprintf(&b, "| %s, %s | %s ms | %s ms | %s |\n", g.name, limit.name, ms(limit.figure), ms(limit.bound), verdict)
		}
	}
	return b.String() + "\n"
}

// atRest says how quiet the machine was while nothing of ours ran.
func (r *result) atRest() string {
	if len(r.rest.options) == 0 {
		return ""
	}
	quiet := func(s sample) string { return ms(s.at(0.5)) + " and " + ms(s.at(0.99)) + " ms" }
	text := fmt.Sprintf(" At rest, between the blocks, an OPTIONS took %s (p50 and p99), and a timer of 1 ms was late by %s.",
		quiet(r.rest.options), quiet(r.rest.timer))
	if r.noise() != "" {
		text += " **The machine was not quiet: a target missed here says nothing.**"
	}
	return text
}
