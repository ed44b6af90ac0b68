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
	var from, to string
	var csv bool
	c := &cobra.Command{
		Use:   "report [--from T] [--to T]",
		Short: "Report what became of the contacts of a period",
		Long: `Reports on the contacts that arrived in a period, by default today: how many were
offered, asked for an agent and were answered, how long they waited, and by which
entry, queue, center and organisation.

The figures are recounted from the ledger, by code that has no part in making
them; the report says whether they equal what the controller counted, and whether
order and uniqueness of offers held. The exit code is 1 if something was broken.

A time is 2026-11-23, 2026-11-23T14:30, today, yesterday, now, or 2h for two
hours ago. --csv has one line per contact.`,
		Example: `  guichet report
  guichet report --from yesterday --to today --csv > yesterday.csv
  guichet report --from 2h --json`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			q := url.Values{}
			for name, value := range map[string]string{"from": from, "to": to} {
				if value != "" {
					q.Set(name, value)
				}
			}
			return p.report(ctx, q, csv)
		}),
	}
	c.Flags().StringVar(&from, "from", "", "beginning of the period (default: midnight)")
	c.Flags().StringVar(&to, "to", "", "end of the period (default: now)")
	c.Flags().BoolVar(&csv, "csv", false, "print one line per contact, as CSV")
	p.withJSON(c)
	c.MarkFlagsMutuallyExclusive("csv", "json")
	return c
}

func (p *Program) report(ctx context.Context, q url.Values, csv bool) error {
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
