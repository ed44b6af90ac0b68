// Package terminal is how figures are written for people: aligned columns,
// durations and rates that always show numerator and denominator, and the few
// control sequences of a live view.
//
// It formats and measures text; it knows nothing of contacts. Read Table,
// Duration and Rate.
package terminal

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table aligns columns by their widest cell. A column whose title begins with
// ">" is aligned to the right. The zero value is an empty table without titles.
type Table struct {
	rows  [][]string
	right []bool
	// Indent is written before each row.
	Indent string
}

// NewTable begins a table with a row of titles.
func NewTable(titles ...string) *Table {
	t := &Table{right: make([]bool, len(titles))}
	row := make([]string, len(titles))
	for i, title := range titles {
		row[i], t.right[i] = strings.CutPrefix(title, ">")
	}
	t.rows = append(t.rows, row)
	return t
}

// Row adds a row; each cell is printed as fmt.Sprint does. Cells beyond the
// titles are written as they are, aligned to the left.
func (t *Table) Row(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = fmt.Sprint(c)
	}
	t.rows = append(t.rows, row)
}

// Write prints the table, without blanks at the ends of lines.
func (t *Table) Write(w io.Writer) error {
	widths := t.widths()
	var text strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		line.WriteString(t.Indent)
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			line.WriteString(t.pad(cell, i, widths[i]))
		}
		text.WriteString(strings.TrimRight(line.String(), " "))
		text.WriteByte('\n')
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// String is the printed table.
func (t *Table) String() string {
	var text strings.Builder
	_ = t.Write(&text) // a strings.Builder never fails
	return text.String()
}

func (t *Table) widths() []int {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

func (t *Table) pad(cell string, column, width int) string {
	blanks := strings.Repeat(" ", width-utf8.RuneCountInString(cell))
	if column < len(t.right) && t.right[column] {
		return blanks + cell
	}
	return cell + blanks
}
