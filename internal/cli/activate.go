package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/status"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) activateCommand() *cobra.Command {
	var dryRun bool
	c := &cobra.Command{
		Use:   "activate [--dry-run]",
		Short: "Make the controller's site folder the active version, without touching a call",
		Long: `Has the controller read its site folder again, check it completely, and make it
the active version: contacts that arrive from then on go by it, those in flight
finish on the version they began with. Agents on the floor get their new skills
and rights; what was changed by hand stays, and is listed.

What becomes different for those who call is told in words, as by guichet ivr diff.

A folder with problems changes nothing: they are printed as by check, and the
exit code is 2. What is fixed when a controller starts (connections, name, key)
needs a restart, which is said; calls survive it.`,
		Example: "  guichet activate --dry-run\n  guichet activate",
		Args:    cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			return p.change(ctx, "/api/v1/activate", map[string]any{"by": p.author(), "dry_run": dryRun})
		}),
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false, "check, and say what would change")
	return p.withJSON(c)
}

func (p *Program) rollbackCommand() *cobra.Command {
	var dryRun bool
	c := &cobra.Command{
		Use:   "rollback [HASH]",
		Short: "Make an earlier version of the site the active one again",
		Long: `Goes back to an earlier version of the site folder, by its hash or a beginning of
it; without one, to the version before the active one. The folder itself is not
changed: mend it before the next activation.`,
		Example: "  guichet rollback\n  guichet rollback 3f9c2a",
		Args:    atMostOne("hash"),
		RunE: run(func(ctx context.Context, args []string) error {
			body := map[string]any{"by": p.author(), "dry_run": dryRun}
			if len(args) == 1 {
				body["hash"] = args[0]
			}
			return p.change(ctx, "/api/v1/rollback", body)
		}),
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would change")
	return p.withJSON(c)
}

func (p *Program) versionsCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:   "versions",
		Short: "List the latest versions of the site folder and who activated them",
		Long: `Lists the latest activations, the newest first: which version, when, by whom and
how, and how many live contacts still go by it; then what was changed by hand.`,
		Example: "  guichet versions",
		Args:    cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			var v api.Versions
			return p.show(ctx, "/api/v1/versions", &v, func(w io.Writer) error { return writeVersions(w, v) })
		}),
	})
}

// author is the name under which the operating system knows who types.
func (p *Program) author() string {
	if who, err := user.Current(); err == nil {
		return who.Username
	}
	return p.Getenv("USER")
}

// change asks for another version and prints what came of it.
func (p *Program) change(ctx context.Context, path string, body map[string]any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	answer, err := p.fetch(ctx, reportPatience, http.MethodPost, path, text)
	var refused *api.Error
	if errors.As(err, &refused) && refused.Code == string(status.BadSite) {
		return p.showProblems(refused)
	}
	if err != nil {
		return err
	}
	if p.json {
		_, err = p.Out.Write(answer)
		return err
	}
	var done api.Activated
	if err := p.decode(path, answer, &done); err != nil {
		return err
	}
	return writeActivated(p.Out, done)
}

func (p *Program) showProblems(refused *api.Error) error {
	if p.json {
		return errors.Join(printJSON(p.Out, refused.Problems), &failure{code: exitWrong})
	}
	printProblems(p.Out, "the controller's site folder; the active version stays", refused.Problems)
	return &failure{code: exitWrong}
}

func writeActivated(w io.Writer, a api.Activated) error {
	var text strings.Builder
	switch {
	case a.Hash == a.From && len(a.Differences) > 0:
		fmt.Fprintf(&text, "version %.12s is active already; only what is recorded is another\n", a.Hash)
	case a.Hash == a.From:
		fmt.Fprintf(&text, "version %.12s is active already; nothing changes\n", a.Hash)
	case a.DryRun:
		fmt.Fprintf(&text, "version %.12s would take the place of %.12s:\n", a.Hash, a.From)
	default:
		fmt.Fprintf(&text, "version %.12s is active; before: %.12s\n", a.Hash, a.From)
	}
	for _, change := range a.Changes {
		writeFolded(&text, "  "+change)
	}
	if len(a.Differences) > 0 {
		text.WriteString("\ndifferent for those who call:\n")
	}
	for _, line := range a.Differences {
		writeFolded(&text, "  "+line)
	}
	if len(a.Drift) > 0 {
		text.WriteString("\nchanged by hand, and stays (guichet agents reset ID takes it back):\n")
		writeDrift(&text, a.Drift)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func writeVersions(w io.Writer, v api.Versions) error {
	var text strings.Builder
	t := terminal.NewTable("VERSION", "", "SINCE", "SOURCE", "BY", ">CONTACTS")
	for _, a := range v.Versions {
		mark := ""
		if a.Active {
			mark = "active"
		}
		t.Row(brief(a.Hash), mark, a.At.Format("2006-01-02 15:04:05"), a.Source, terminal.Plain(a.By), a.Contacts)
	}
	for i, row := range strings.Split(strings.TrimSuffix(t.String(), "\n"), "\n") {
		text.WriteString(row + "\n")
		if i > 0 && v.Versions[i-1].Summary != "" {
			writeFolded(&text, "  "+v.Versions[i-1].Summary)
		}
	}
	if v.Folder != v.Active {
		text.WriteString("\n")
		writeFolded(&text, fmt.Sprintf("the controller's folder holds version %s, which is not active (guichet activate)", brief(v.Folder)))
	}
	if v.Missing != "" {
		text.WriteString("\n")
		writeFolded(&text, v.Missing)
	}
	if len(v.Drift) > 0 {
		text.WriteString("\nchanged by hand (guichet agents reset ID takes it back):\n")
		writeDrift(&text, v.Drift)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// writeDrift has a paragraph for each agent: of a general level there are as many
// changes as topics.
func writeDrift(text *strings.Builder, drift []api.Drift) {
	for _, d := range drift {
		by := ""
		if d.By != "" {
			by = " by " + d.By
		}
		writeFolded(text, fmt.Sprintf("  %s, on %s%s: %s", d.Agent, d.At.Format("2006-01-02 15:04:05"), by, strings.Join(d.Changes, ", ")))
	}
}

func brief(hash string) string { return fmt.Sprintf("%.12s", hash) }
