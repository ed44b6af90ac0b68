package cli

import (
	"context"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/explanation"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) routeCommand() *cobra.Command {
	var ask explanation.Ask
	var dir string
	var details bool
	c := &cobra.Command{
		Use:   "route --entry NUMBER [--topic TOPIC] [--postal CODE]",
		Short: "Say where a contact would go, and who could serve it",
		Long: `Asks the running controller where such a contact would go: organisation, queue,
rule, steps, and who could serve it of those who are there now. Nothing is
changed. With --explain it also says what was looked at and did not hold, and for
every agent of the site why he could not serve.

With --site no controller is asked: the folder is read, and all its agents stand
in for a floor, as if each were logged in and ready.`,
		Example: `  guichet route --entry 2014 --topic paiement --postal 44000 --at 2026-12-24T15:50
  guichet route --site examples/dgfip --entry 2014 --topic paiement --postal 35000 --explain`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			if dir != "" {
				return p.routeOffline(dir, ask, details)
			}
			var r explanation.Routed
			return p.show(ctx, "/api/v1/route?"+query(ask), &r, func(w io.Writer) error { return writeRouted(w, &r, details) })
		}),
	}
	c.Flags().StringVar(&ask.Entry, "entry", "", "the number that is dialled, or the name of an entry")
	c.Flags().StringVar(&ask.Topic, "topic", "", "why the person contacts us")
	c.Flags().StringVar(&ask.PostalCode, "postal", "", "postal code of the person, or its first two digits (overseas three)")
	c.Flags().StringVar(&ask.Department, "department", "", "department, instead of the postal code's")
	c.Flags().StringVar(&ask.Language, "language", "", "language, such as fr")
	c.Flags().StringVar(&ask.Authentication, "authentication", "", "how far the menu has identified the person: 0, 1 or 2 (default 0)")
	c.Flags().StringVar(&ask.Medium, "medium", "", "voice or email (default voice)")
	c.Flags().StringVar(&ask.At, "at", "", "when, such as 2026-12-24T15:50 (default now)")
	c.Flags().BoolVar(&details, "explain", false, "say also what did not hold, and who could not serve and why")
	c.Flags().StringVar(&dir, "site", "", "ask this site folder instead of a controller")
	return p.withJSON(c)
}

func query(ask explanation.Ask) string {
	q := url.Values{}
	for name, value := range map[string]string{
		"entry": ask.Entry, "topic": ask.Topic, "postal_code": ask.PostalCode, "department": ask.Department,
		"language": ask.Language, "authentication": ask.Authentication, "medium": ask.Medium, "at": ask.At,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

// routeOffline needs no controller.
func (p *Program) routeOffline(dir string, ask explanation.Ask, details bool) error {
	site, err := soundSite(dir)
	if err != nil {
		return err
	}
	r, err := explanation.Offline(site, time.Now().UnixMicro(), ask)
	var unknown *explanation.Wrong
	switch {
	case errors.As(err, &unknown):
		return wrong("%w; %s", unknown, unknown.Advice())
	case err != nil:
		return err
	case p.json:
		return printJSON(p.Out, r)
	}
	return writeRouted(p.Out, r, details)
}

func writeRouted(w io.Writer, r *explanation.Routed, details bool) error {
	lines := r.Brief
	if details {
		lines = slices.Concat(lines, []string{""}, r.Details)
	}
	return writeLines(w, lines)
}

// writeLines writes sentences.
func writeLines(w io.Writer, lines []string) error {
	var text strings.Builder
	for _, line := range lines {
		writeFolded(&text, line)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// writeFolded writes a sentence in lines that fit every terminal.
func writeFolded(text *strings.Builder, line string) {
	for _, folded := range terminal.Fold(terminal.Plain(line), 80) {
		text.WriteString(folded + "\n")
	}
}
