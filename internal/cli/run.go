package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

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

SIGHUP, guichet activate, or a change of the files has the folder checked and
made the active version, without touching a call.

A site folder with problems never starts, nor one of which callers would not hear
every prompt, recorded or as a draft; guichet prompts synth makes drafts. Problems are printed as by check, and the
exit code is 2. Logs are JSON lines on standard error.`,
		Example: `  guichet run --site examples/dgfip
  guichet run --site /etc/guichet --instance a`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			err := p.Run(ctx, o)
			var wrong *app.SiteError
			if errors.As(err, &wrong) {
				return errors.Join(printProblems(p.Err, wrong.Dir, wrong.Problems), &failure{code: exitWrong})
			}
			return err
		}),
	}
	c.Flags().StringVar(&o.SiteDir, "site", ".", "site folder")
	c.Flags().StringVar(&o.Sounds, "sounds", "", "folder from which Asterisk plays the prompts (default: prompts/ of the site folder)")
	c.Flags().StringVar(&o.Instance, "instance", "", "name of this controller in the ledger (default: the host's name)")
	c.Flags().BoolVar(&o.NewSite, "new-site", false, "begin the ledger at once if there is none; otherwise it is left for 4 s to another controller that may still have it")
	c.Flags().BoolVar(&o.Watch, "watch", true, "activate the site folder when its files change; --watch=false leaves it to SIGHUP and guichet activate")
	c.Flags().StringVar(&o.LockFile, "lock-file", "", "file that proves that no other process of this instance runs (default: one in the folder for temporary files)")
	return c
}
