package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/app"
)

func (p *Program) runCommand() *cobra.Command {
	o := app.Options{Version: p.Version}
	c := &cobra.Command{
		Use:   "run --site DIR",
		Short: "Run a controller until it is told to stop",
		Long: `Runs a controller: it checks the site folder, opens the ledger, connects to each
Asterisk and answers calls, until Ctrl-C or SIGTERM. Callers who talk or wait
stay in Asterisk when it stops; the next controller takes them up.

A site folder with problems never starts: they are printed as by check, and the
exit code is 2. Logs are JSON lines on standard error.`,
		Example: `  guichet run --site examples/dgfip
  guichet run --site /etc/guichet --instance a`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			err := p.Run(ctx, o)
			var wrong *app.SiteError
			if errors.As(err, &wrong) {
				printProblems(p.Err, wrong.Dir, wrong.Problems)
				return &failure{code: exitWrong}
			}
			return err
		}),
	}
	c.Flags().StringVar(&o.SiteDir, "site", ".", "site folder")
	c.Flags().StringVar(&o.Instance, "instance", "", "name of this controller in the ledger (default: the host's name)")
	c.Flags().StringVar(&o.LockFile, "lock-file", "", "file that proves that no other process of this instance runs (default: one in the folder for temporary files)")
	return c
}

func (p *Program) checkCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "check [--site DIR]",
		Short: "Check a site folder and list all its problems",
		Long: `Reads a site folder as run would and prints everything that is wrong with it, all
at once, each as file:line:column: message; hint. It connects to nothing.

The exit code is 0 for a folder that can run, and 2 for one that cannot.`,
		Example: `  guichet check --site examples/dgfip`,
		Args:    cobra.NoArgs,
		RunE: run(func(context.Context, []string) error {
			site, problems := config.Load(dir)
			if len(problems) > 0 {
				if p.json {
					return errors.Join(printJSON(p.Out, problems), &failure{code: exitWrong})
				}
				printProblems(p.Out, dir, problems)
				return &failure{code: exitWrong}
			}
			if p.json {
				return printJSON(p.Out, []config.Problem{})
			}
			fmt.Fprintf(p.Out, "%s is fine: %d entries, %d queues, %d centers, %d agents, version %.12s\n",
				site.Name, len(site.Entries), len(site.Queues), len(site.Centers), len(site.Agents), site.Hash)
			return nil
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	return p.withJSON(c)
}

func printProblems(w io.Writer, dir string, problems []config.Problem) {
	for _, problem := range problems {
		fmt.Fprintln(w, problem)
	}
	noun := "problems"
	if len(problems) == 1 {
		noun = "problem"
	}
	fmt.Fprintf(w, "%d %s in %s\n", len(problems), noun, dir)
}
