// Command lab puts guichet on this machine with everything around it: `lab
// prepare` installs what is missing, `lab run` serves until Ctrl-C for real
// phones, `lab demo` plays a minute of calls. The Makefile calls it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/demo"
	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/stage"
)

func main() {
	// A terminal that is closed ends what was started in it, in order too.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := root(os.Stdout).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

// flags of the commands that raise a stage.
type flags struct {
	program, site, dir string
	sip, http          string // of run
	demoSIP, demoHTTP  string
	joins              bool
	callers            int
	every              time.Duration
}

func root(out io.Writer) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use: "lab", Short: "Real Redis, real Asterisk and guichet on this machine",
		SilenceUsage: true, SilenceErrors: true,
	}
	p := cmd.PersistentFlags()
	p.StringVar(&f.program, "program", "bin/guichet", "the guichet binary")
	p.StringVar(&f.site, "site", "examples/dgfip", "the site folder")
	p.StringVar(&f.dir, "dir", ".lab", "folder for secrets, logs and data of this machine")
	prepare := &cobra.Command{
		Use: "prepare", Short: "Install what is missing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := lab.Prepare(cmd.Context(), lab.Steps(out))
			return err
		},
	}
	valkey := &cobra.Command{
		Use: "valkey", Short: "Fetch a Valkey and print its path, for GUICHET_REDIS_SERVER", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := lab.Valkey(cmd.Context(), lab.Steps(cmd.ErrOrStderr()))
			if err == nil {
				fmt.Fprintln(out, path)
			}
			return err
		},
	}
	serve := &cobra.Command{
		Use: "run", Short: "Serve until Ctrl-C; any SIP phone may call", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.serve(cmd.Context(), out) },
	}
	serve.Flags().StringVar(&f.sip, "sip", "127.0.0.1:5060", "where SIP is heard")
	serve.Flags().StringVar(&f.http, "http", "127.0.0.1:8080", "where guichet's HTTP is heard")
	play := &cobra.Command{
		Use: "demo", Short: "Play a minute of calls and compare phones with counters", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.demo(cmd.Context(), out) },
	}
	play.Flags().StringVar(&f.demoSIP, "sip", "127.0.0.1:0", "where SIP is heard; port 0 is a free one")
	play.Flags().StringVar(&f.demoHTTP, "http", "127.0.0.1:0", "where guichet's HTTP is heard; port 0 is a free one")
	play.Flags().BoolVar(&f.joins, "join", false, "play on what runs at --sip and --http, as `lab setup` furnished it")
	play.Flags().IntVar(&f.callers, "callers", 45, "how many people call")
	play.Flags().DurationVar(&f.every, "every", 900*time.Millisecond, "mean time between two calls")
	cmd.AddCommand(prepare, valkey, serve, play, f.setupCommand(out), f.passwordCommand(out), composeTestCommand(out), cardCommand(out), f.benchCommand(out))
	return cmd
}

// raise puts up a stage whose files are in a folder of the laboratory.
func (f *flags) raise(ctx context.Context, out io.Writer, dir string, o stage.Options) (_ *stage.Stage, err error) {
	if o.Dir, err = filepath.Abs(filepath.Join(f.dir, dir)); err != nil {
		return nil, err
	}
	o.Program, o.Progress = f.program, lab.Steps(out)
	return stage.Raise(ctx, o)
}

func (f *flags) demo(ctx context.Context, out io.Writer) error {
	play := demo.Options{Out: out, Callers: f.callers, Every: f.every, Seed: 1}
	err := f.demoStage(ctx, &play)
	if err != nil {
		return err
	}
	defer play.Stage.Lower()
	if play.Outside != nil {
		defer play.Outside.Close()
	}
	return stopped(ctx, demo.Play(ctx, play))
}

var errStopped = errors.New("stopped")

// demoStage is one of its own, with an empty ledger, so that its figures are those
// of this minute, and with times that fit into it; or one that runs already.
func (f *flags) demoStage(ctx context.Context, play *demo.Options) (err error) {
	if f.joins {
		play.Stage, err = f.join(play.Out)
		return err
	}
	if err := os.RemoveAll(filepath.Join(f.dir, "demo", "redis")); err != nil {
		return fmt.Errorf("empty the ledger of the last demo: %w", err)
	}
	site := filepath.Join(f.dir, "demo", "site")
	if err := demo.Hurry(f.site, site); err != nil {
		return err
	}
	if play.Outside, err = demo.Outside(ctx); err != nil {
		return err
	}
	play.Stage, err = f.raise(ctx, play.Out, "demo", stage.Options{
		Site: site, SIPAddr: f.demoSIP, HTTPAddr: f.demoHTTP, Operator: play.Outside.Addr(),
	})
	if err != nil {
		return errors.Join(err, play.Outside.Close())
	}
	return nil
}

// urlFlag is what commands need when HTTP is not where they look by default.
func (f *flags) urlFlag() string {
	if f.http == "127.0.0.1:8080" {
		return ""
	}
	return " --url http://" + f.http
}

// visitor is the account of any SIP phone that wants to call.
const visitor = "visiteur"

func (f *flags) serve(ctx context.Context, out io.Writer) error {
	s, err := f.raise(ctx, out, "run", stage.Options{
		Site: f.site, SIPAddr: f.sip, HTTPAddr: f.http, Extra: []string{visitor},
	})
	if err != nil {
		return err
	}
	defer s.Lower()
	account := s.Account(visitor)
	fmt.Fprintf(out, `
guichet serves. Ctrl-C ends it, and everything that was started with it.

  to call     register a SIP phone at %s by UDP
              user %s, password %s; then dial %s
  as agent    user %s (or any agent of %s), password in %s
              %[8]s agents login %[5]s
  to watch    %[8]s top      %[8]s report      %[9]s/

`, s.Lab.Asterisk.SIPAddr(), account.User, account.Password, s.Entry, s.Agent, f.site,
		filepath.Join(f.dir, "run", "secrets", "sip-"+string(s.Agent)), f.program+f.urlFlag(), s.URL)
	following, stop := context.WithCancel(ctx)
	var speaking sync.WaitGroup
	speaking.Go(func() {
		s.Follow(following, func(names []string, err error) {
			if len(names) > 0 {
				fmt.Fprintf(out, "spoken anew: %s\n", strings.Join(names, ", "))
			}
			if err != nil {
				fmt.Fprintf(out, "not spoken, callers hear what there was: %s\n", err)
			}
		})
	})
	defer speaking.Wait()
	defer stop()
	select {
	case <-ctx.Done():
		return nil
	case <-s.Controller.Ended():
		return fmt.Errorf("guichet ended by itself; its log is %s", s.Controller.LogFile())
	case <-s.Lab.Asterisk.Ended():
		return fmt.Errorf("asterisk ended by itself; its log is %s", s.Lab.Asterisk.LogFile())
	}
}
