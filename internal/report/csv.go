package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// columns are the CSV's header: one line per contact, RFC 4180, UTF-8, times in
// RFC 3339, spans in seconds. New columns come at the end.
var columns = []string{
	"contact", "medium", "entry", "arrived", "queued", "closed", "topic", "department",
	"organisation", "queue", "outcome", "stage", "refusal", "short", "asked",
	"served_by", "agent", "offers", "wait_seconds", "talk_seconds", "wrap_up_seconds",
}

// WriteCSV writes the contacts of the report.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("write the report as CSV: %w", err)
	}
	for _, c := range r.Contacts {
		if err := out.Write(c.fields()); err != nil {
			return fmt.Errorf("write the report as CSV: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func (c Contact) fields() []string {
	return []string{
		string(c.ID), string(c.Medium), string(c.Entry), stamp(c.Arrived), stamp(c.Queued), stamp(c.Closed),
		string(c.Topic), string(c.Department), string(c.Organisation), string(c.Queue),
		string(c.Outcome), string(c.Stage), string(c.Refusal), strconv.FormatBool(c.Short), strconv.FormatBool(c.Asked),
		string(c.ServedBy), string(c.Agent), strconv.Itoa(c.Offers),
		c.Wait.seconds(), c.Talk.seconds(), c.WrapUp.seconds(),
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

func (s Span) seconds() string { return strconv.FormatFloat(s.Duration().Seconds(), 'f', 6, 64) }
