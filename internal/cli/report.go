package cli

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/report"
)

func (p *Program) reportCommand() *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report [--day D | --from T --until T]",
		Short: "Report what became of the contacts of a period",
		Long: `Reports on the contacts that arrived in a period, by default today: how many were
offered, asked for an agent and were answered, how long they waited, and by which
entry, queue, center and organisation.

The figures are recounted from the ledger, by code that has no part in making
them; the report says whether they equal what the controller counted, and whether
order and uniqueness of offers held. The exit code is 1 if something was broken.

A time is 2026-11-23, 2026-11-23T14:30, today, yesterday, now, or 2h for two
hours ago; a day is a whole one, also when clocks change. --csv has one line per
contact, --excel-fr the same for a French Excel. --abandoned lists those who left
before they were answered, with when, how long they had waited and a masked
number, and can be --json or --csv too. --cut-off lists likewise those whose call
ended because Asterisk died, for whoever calls them back: with --numbers the numbers
are shown that callers do not withhold, which the log of the controller notes.

--by compares people by what they share, a row for each: rate, waits and attempts.
--by organisation adds who served whom: overflow out of an organisation, answered
by a center that is not at home in it, and into it. --by hour goes by the arrival;
--interval makes it quarters or halves of an hour. With --csv it has one line per
row.`,
		Example: `  guichet report
  guichet report --day yesterday --excel-fr > hier.csv
  guichet report --day 2026-11-26 --abandoned
  guichet report --cut-off --numbers
  guichet report --from 2026-01-01 --until today --by organisation
  guichet report --day today --interval 15m
  guichet report --from 2h --json`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			return p.report(ctx, o)
		}),
	}
	c.Flags().StringVar(&o.day, "day", "", "a whole day: 2026-11-26, today or yesterday")
	c.Flags().StringVar(&o.from, "from", "", "beginning of the period (default: midnight)")
	c.Flags().StringVar(&o.until, "until", "", "end of the period (default: now)")
	c.Flags().StringVar(&o.until, "to", "", "the same as --until")
	c.Flags().BoolVar(&o.abandoned, "abandoned", false, "list those who left before they were answered")
	c.Flags().BoolVar(&o.cutOff, "cut-off", false, "list those whose call ended because Asterisk died")
	c.Flags().BoolVar(&o.numbers, "numbers", false, "with --cut-off: their numbers in full, to call them back")
	c.Flags().StringVar(&o.by, "by", "", "compare by entry, queue, center, organisation or hour")
	c.Flags().StringVar(&o.interval, "interval", "", "with --by hour: 15m, 30m or 60m")
	c.Flags().BoolVar(&o.csv, "csv", false, "print one line per contact or row, as CSV")
	c.Flags().BoolVar(&o.french, "excel-fr", false, "print a CSV that a French Excel opens by a double click")
	p.withJSON(c)
	c.MarkFlagsMutuallyExclusive("csv", "json", "excel-fr")
	c.MarkFlagsMutuallyExclusive("abandoned", "cut-off", "by")
	c.MarkFlagsMutuallyExclusive("abandoned", "cut-off", "interval")
	for _, end := range []string{"from", "until", "to"} {
		c.MarkFlagsMutuallyExclusive("day", end)
	}
	return c
}

type reportOptions struct {
	day, from, until       string
	by, interval           string
	csv, french, abandoned bool
	cutOff, numbers        bool
}

func (o reportOptions) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"day": o.day, "from": o.from, "to": o.until, "by": o.by, "interval": o.interval} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if o.abandoned {
		q.Set("list", "abandoned")
	}
	if o.cutOff {
		q.Set("list", "cut_off")
	}
	if o.numbers {
		q.Set("numbers", "true")
	}
	if o.french {
		q.Set("excel", "fr")
	}
	return q
}

func (p *Program) report(ctx context.Context, o reportOptions) error {
	q, csv := o.query(), o.csv || o.french
	if csv {
		q.Set("format", "csv")
	}
	path := "/api/v1/report?" + q.Encode()
	text, err := p.fetch(ctx, reportPatience, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if csv {
		_, err = p.Out.Write(text)
		return err
	}
	checks := report.Checks{Compared: true}
	var shown interface{ WriteText(io.Writer) error }
	switch {
	case o.abandoned:
		var list report.Abandoned
		err, shown = p.decode(path, text, &list), &list
	case o.cutOff:
		var list report.CutOff
		err, shown = p.decode(path, text, &list), &list
	case o.by != "" || o.interval != "":
		var b report.Breakdown
		err, shown = p.decode(path, text, &b), &b
		checks = b.Checks
	default:
		var r report.Report
		err, shown = p.decode(path, text, &r), &r
		checks = r.Checks
	}
	if err != nil {
		return err
	}
	if err := p.printReport(shown, text); err != nil {
		return err
	}
	if !checks.OK() {
		return &failure{code: exitFailed}
	}
	return nil
}

func (p *Program) printReport(shown interface{ WriteText(io.Writer) error }, text []byte) error {
	if p.json {
		_, err := p.Out.Write(text)
		return err
	}
	return shown.WriteText(p.Out)
}
