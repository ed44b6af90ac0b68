package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Dialect is how a CSV is written. The zero value is RFC 4180 in UTF-8, with
// times in RFC 3339 and spans in seconds.
type Dialect struct {
	// French is what a French Excel opens by a double click: semicolons, a byte
	// order mark, decimal commas, and local times without their offset.
	French bool
}

func (d Dialect) write(w io.Writer, rows [][]string) error {
	if d.French {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return fmt.Errorf("write a CSV: %w", err)
		}
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if d.French {
		out.Comma = ';'
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write a CSV: %w", err)
	}
	return nil
}

func (d Dialect) time(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case d.French:
		return t.Format(time.DateTime)
	}
	return t.Format(time.RFC3339Nano)
}

func (d Dialect) seconds(s Span) string {
	return d.decimal(s.Duration().Seconds(), 6)
}

// ratio is empty when there is nothing to divide by.
func (d Dialect) ratio(r Ratio) string {
	if r.Value == nil {
		return ""
	}
	return d.decimal(*r.Value, 4)
}

func (d Dialect) decimal(value float64, digits int) string {
	text := strconv.FormatFloat(value, 'f', digits, 64)
	if d.French {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}

// columns are the CSV's header: one line per contact. New columns come at the
// end.
var columns = []string{
	"contact", "medium", "entry", "arrived", "queued", "closed", "topic", "department",
	"organisation", "queue", "outcome", "stage", "refusal", "short", "asked",
	"served_by", "agent", "offers", "wait_seconds", "talk_seconds", "wrap_up_seconds",
	"rating",
}

// WriteCSV writes the contacts of the report.
func (r *Report) WriteCSV(w io.Writer, d Dialect) error {
	rows := [][]string{columns}
	for _, c := range r.Contacts {
		rows = append(rows, c.fields(d))
	}
	return d.write(w, rows)
}

func (c Contact) fields(d Dialect) []string {
	return []string{
		string(c.ID), string(c.Medium), string(c.Entry), d.time(c.Arrived), d.time(c.Queued), d.time(c.Closed),
		string(c.Topic), string(c.Department), string(c.Organisation), string(c.Queue),
		string(c.Outcome), string(c.Stage), string(c.Refusal), strconv.FormatBool(c.Short), strconv.FormatBool(c.Asked),
		string(c.ServedBy), string(c.Agent), strconv.Itoa(c.Offers),
		d.seconds(c.Wait), d.seconds(c.Talk), d.seconds(c.WrapUp),
		c.Rating,
	}
}
