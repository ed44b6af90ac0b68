// Package cli is the command guichet: one small file per command. It runs a
// controller (run), checks what one needs (check, doctor), and speaks HTTP to a
// running one for everything else.
//
// Commands print for people, or JSON for programs; they decide nothing about
// contacts. Exit codes: 0 fine, 1 failed, 2 wrong use or wrong configuration.
// Read Program and Main first.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/app"
)

// Exit codes of the command (contract).
const (
	exitFine   = 0
	exitFailed = 1
	exitWrong  = 2
)

// Program is the command with what it touches of the outside, so that a test
// can put something else there.
type Program struct {
	In       io.Reader
	Out, Err io.Writer
	// Getenv reads the environment.
	Getenv func(string) string
	// Version is that of the build.
	Version string
	// Run runs a controller until its context ends.
	Run func(context.Context, app.Options) error

	url  string
	json bool
}

// Main is the program as the operating system starts it; it returns the exit
// code.
func Main(ctx context.Context, args []string, version string) int {
	p := Program{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Version: version, Run: app.Run}
	return p.Execute(ctx, args)
}

// Execute runs one command line, without the program's own name, and returns
// the exit code.
func (p *Program) Execute(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	used, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitFine
	}
	return p.explain(used, err)
}

// explain prints an error once and turns it into an exit code. What a command
// itself reports is a failure; what cobra refuses is wrong use of that command.
func (p *Program) explain(used *cobra.Command, err error) int {
	var f *failure
	if !errors.As(err, &f) {
		fmt.Fprintf(p.Err, "guichet: %v\nsee %s --help\n", err, used.CommandPath())
		return exitWrong
	}
	var bad *unsoundSite
	if errors.As(f.err, &bad) {
		listProblems(p.Err, bad.problems)
	}
	if f.err != nil {
		fmt.Fprintf(p.Err, "guichet: %v\n", f.err)
	}
	return f.code
}

// failure is what a command ends with when it could be started: an exit code
// and the sentence for it, nil if it was said already.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit code %d", f.code)
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// command is the work of a command.
type command func(ctx context.Context, args []string) error

// wrong is a failure by wrong use or wrong configuration.
func wrong(format string, args ...any) error {
	return &failure{code: exitWrong, err: fmt.Errorf(format, args...)}
}

// run adapts a command to cobra: its errors are failures, not wrong use.
func run(do command) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		err := do(c.Context(), args)
		var f *failure
		if err == nil || errors.As(err, &f) {
			return err
		}
		return &failure{code: exitFailed, err: err}
	}
}

const about = `guichet is a contact-centre engine: it drives Asterisk, walks callers through
their menus, and offers each one to the agent who may serve and was ready first.

"guichet run" is a controller. The other commands speak to a running one over
HTTP, by default at ` + defaultURL + `; choose another with --url or the
environment variable GUICHET_URL. Every listing has --json.

Exit codes: 0 fine, 1 failed, 2 wrong use or wrong configuration.`

const defaultURL = "http://127.0.0.1:8080"

func (p *Program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "guichet",
		Short: "A contact-centre engine over Asterisk",
		Long:  about,
		Example: `  guichet run --site examples/dgfip
  guichet top
  guichet report --from yesterday`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       p.Version,
	}
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	root.SetVersionTemplate("guichet {{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().StringVar(&p.url, "url", p.address(), "address of the controller (environment: GUICHET_URL)")
	root.AddGroup(&cobra.Group{ID: "run", Title: "Run and check:"}, &cobra.Group{ID: "see", Title: "See:"}, &cobra.Group{ID: "act", Title: "Act:"})
	p.add(root, "run", p.runCommand(), p.checkCommand(), p.doctorCommand(), p.schemaCommand(), p.versionCommand())
	p.add(root, "see", p.statusCommand(), p.topCommand(), p.queuesCommand(), p.callsCommand(), p.callCommand(), p.explainCommand(), p.routeCommand(), p.reportCommand(), p.versionsCommand(), p.ivrCommand(), p.calendarCommand(), p.promptsCommand())
	p.add(root, "act", p.agentsCommand(), p.announcementCommand(), p.callbacksCommand(), p.messagesCommand(), p.recordingsCommand(), p.asteriskCommand(), p.activateCommand(), p.rollbackCommand())
	return root
}

func (p *Program) add(to *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		to.AddCommand(c)
	}
}

// address is the default of --url.
func (p *Program) address() string {
	if url := p.Getenv("GUICHET_URL"); url != "" {
		return url
	}
	return defaultURL
}

// withJSON gives a listing its --json.
func (p *Program) withJSON(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&p.json, "json", false, "print JSON for programs")
	return c
}
