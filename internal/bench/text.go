package bench

import (
	"fmt"
	"io"
	"strings"
)

// write prints a result in 80 columns.
func (r *result) write(w io.Writer) {
	fmt.Fprintf(w, "\n(%s) %s\n%s\n", r.part, r.title, fold(r.settings, 80))
	for _, t := range r.tables {
		fmt.Fprintf(w, "\n%s\n%-43s %6s %6s %6s %6s %6s\n", t.title, "  ms", "calls", "p50", "p90", "p99", t.ratioTitle())
		for _, row := range t.rows {
			fmt.Fprintf(w, "  %-41s %6d %6s %6s %6s %6s\n", row.name, len(row.values),
				ms(row.values.at(0.5)), ms(row.values.at(0.9)), ms(row.values.at(0.99)), t.ratio(row))
		}
	}
	for _, n := range r.notes {
		fmt.Fprintln(w, fold(n, 80))
	}
	if rest := r.atRest(); rest != "" {
		fmt.Fprintf(w, "\n%s\n", fold(strings.ReplaceAll(rest, "**", ""), 80))
	}
}

func (t table) ratioTitle() string {
	if t.floor == "" {
		return ""
	}
	return "×floor"
}

// ratio is how many times the floor's median a row's is.
func (t table) ratio(of row) string {
	for _, r := range t.rows {
		if r.name == t.floor && r.values.at(0.5) > 0 {
			return fmt.Sprintf("%.1f", float64(of.values.at(0.5))/float64(r.values.at(0.5)))
		}
	}
	return ""
}

// fold breaks a text into lines of at most so many characters.
func fold(text string, width int) string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}
