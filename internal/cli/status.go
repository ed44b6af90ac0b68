package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this program",
		Long:    "Prints the version of this program. That of a running controller is in guichet status.",
		Example: "  guichet version",
		Args:    cobra.NoArgs,
		RunE: run(func(context.Context, []string) error {
			_, err := fmt.Fprintf(p.Out, "guichet %s\n", p.Version)
			return err
		}),
	}
}

func (p *Program) statusCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:   "status",
		Short: "Show how a controller is",
		Long: `Shows whether a controller can serve calls, who leads, how the ledger and each
Asterisk are, and what was repaired or refused. The exit code is 1 when it
answers but is not ready.`,
		Example: `  guichet status
  guichet status --json --url http://10.0.0.5:8080`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			var s api.Status
			text, err := p.fetch(ctx, patience, "GET", "/api/v1/status", nil)
			if err != nil {
				return err
			}
			if err := p.decode("/api/v1/status", text, &s); err != nil {
				return err
			}
			if p.json {
				_, err = p.Out.Write(text)
			} else {
				err = writeStatus(p.Out, s)
			}
			if err == nil && !s.Ready {
				return &failure{code: exitFailed}
			}
			return err
		}),
	})
}

func writeStatus(w io.Writer, s api.Status) error {
	state := "ready"
	if !s.Ready {
		state = "NOT READY: " + strings.Join(s.NotReady, "; ")
	}
	if len(s.Degraded) > 0 {
		state += ", DEGRADED: " + strings.Join(s.Degraded, "; ")
	}
	t := terminal.NewTable("", "")
	t.Row("site", s.Site+" · "+state)
	t.Row("version", fmt.Sprintf("%s · site folder %.12s", cmp.Or(s.Version, "unknown"), s.Config))
	t.Row("leader", cmp.Or(s.Leader, "nobody"))
	t.Row("ledger", fmt.Sprintf("%s · generation %d · entry %s · %d facts waiting", upDown(s.Ledger.OK), s.Ledger.Generation, s.Ledger.Last, s.Ledger.Journal))
	t.Row("contacts", fmt.Sprintf("%d live here", s.Contacts))
	for _, counts := range []struct {
		name   string
		counts map[string]uint64
	}{{"violations", s.Violations}, {"repairs", s.Repairs}, {"stray", s.Stray}, {"void", s.Voids}} {
		t.Row(counts.name, cmp.Or(inWords(counts.counts), "none"))
	}
	for i, a := range s.Announcements {
		title := ""
		if i == 0 {
			title = "announced"
		}
		for _, line := range terminal.Fold(terminal.Plain(announcementInWords(a)), narrow-len("violations  ")) {
			t.Row(title, line)
			title = ""
		}
	}
	nodes := terminal.NewTable("NODE", "LINK", "HOLDER", "LAG", "SINCE", "ASTERISK", "ADDRESS")
	for _, n := range s.Nodes {
		nodes.Row(n.Node, link(n), cmp.Or(n.Holder, "nobody"), n.Lag, clock(n.Since), cmp.Or(n.Version, "unknown"), n.URL)
	}
	// A table without titles begins with an empty line.
	_, err := fmt.Fprintf(w, "%s\n%s", strings.TrimPrefix(t.String(), "\n"), nodes)
	return err
}

func link(n api.Link) string {
	switch {
	case n.Commandable:
		return "up"
	case n.Connected:
		return "up, but does not echo"
	}
	return "DOWN"
}

func upDown(ok bool) string {
	if ok {
		return "answers"
	}
	return "DOES NOT ANSWER"
}

// inWords lists counters that are not zero.
func inWords(counts map[string]uint64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
		}
	}
	return strings.Join(parts, ", ")
}

// clock is a time of day, for what happened today.
func clock(t time.Time) string {
	if t.IsZero() {
		return terminal.Nothing
	}
	return t.Format("15:04:05")
}

// printJSON prints what did not come as JSON already.
func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(v)
}
