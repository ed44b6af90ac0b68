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
number, and can be --json or --csv too.`,
		Example: `  guichet report
  guichet report --day yesterday --excel-fr > hier.csv
  guichet report --day 2026-11-26 --abandoned
  guichet report --from 2h --json`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			return p.report(ctx, o.query(), o.csv || o.french, o.abandoned)
		}),
	}
	c.Flags().StringVar(&o.day, "day", "", "a whole day: 2026-11-26, today or yesterday")
	c.Flags().StringVar(&o.from, "from", "", "beginning of the period (default: midnight)")
	c.Flags().StringVar(&o.until, "until", "", "end of the period (default: now)")
	c.Flags().StringVar(&o.until, "to", "", "the same as --until")
	c.Flags().BoolVar(&o.abandoned, "abandoned", false, "list those who left before they were answered")
	c.Flags().BoolVar(&o.csv, "csv", false, "print one line per contact, as CSV")
	c.Flags().BoolVar(&o.french, "excel-fr", false, "print a CSV that a French Excel opens by a double click")
	p.withJSON(c)
	c.MarkFlagsMutuallyExclusive("csv", "json", "excel-fr")
	for _, end := range []string{"from", "until", "to"} {
		c.MarkFlagsMutuallyExclusive("day", end)
	}
	return c
}

type reportOptions struct {
	day, from, until       string
	csv, french, abandoned bool
}

func (o reportOptions) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"day": o.day, "from": o.from, "to": o.until} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if o.abandoned {
		q.Set("list", "abandoned")
	}
	if o.french {
		q.Set("excel", "fr")
	}
	return q
}

func (p *Program) report(ctx context.Context, q url.Values, csv, abandoned bool) error {
	if csv {
		q.Set("format", "csv")
		text, err := p.fetch(ctx, reportPatience, http.MethodGet, "/api/v1/report?"+q.Encode(), nil)
		if err != nil {
			return err
		}
		_, err = p.Out.Write(text)
		return err
	}
	path := "/api/v1/report?" + q.Encode()
	text, err := p.fetch(ctx, reportPatience, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if abandoned {
		return p.printAbandoned(path, text)
	}
	var r report.Report
	if err := p.decode(path, text, &r); err != nil {
		return err
	}
	if err := p.printReport(&r, text); err != nil {
		return err
	}
	if !r.Checks.OK() {
		return &failure{code: exitFailed}
	}
	return nil
}

func (p *Program) printReport(r *report.Report, text []byte) error {
	if p.json {
		_, err := p.Out.Write(text)
		return err
	}
	return r.WriteText(io.Writer(p.Out))
}

func (p *Program) printAbandoned(path string, text []byte) error {
	if p.json {
		_, err := p.Out.Write(text)
		return err
	}
	var list report.Abandoned
	if err := p.decode(path, text, &list); err != nil {
		return err
	}
	return list.WriteText(p.Out)
}
