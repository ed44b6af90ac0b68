package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/compose"
	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/stage"
)

// Inside containers the parts are started by somebody else: setup writes what they
// need, and the phones join what runs. docker-compose.yml calls both.

func (f *flags) setupCommand(out io.Writer) *cobra.Command {
	var node lab.AsteriskOptions
	c := &cobra.Command{
		Use: "setup", Short: "Write secrets, Asterisk's local files and prompts for parts that run in containers",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			node.SIPAddr = f.sip
			return stage.Furnish(cmd.Context(), f.furnished(out), node)
		},
	}
	c.Flags().StringVar(&node.Name, "node", "a1", "the node's name")
	c.Flags().StringVar(&f.sip, "sip", "127.0.0.1:5060", "where SIP is heard")
	c.Flags().IntVar(&node.HTTPPort, "ari-port", 8088, "where ARI is heard, on 127.0.0.1")
	c.Flags().IntVar(&node.RTPFirst, "rtp-first", 20000, "first voice port")
	c.Flags().IntVar(&node.RTPLast, "rtp-last", 20199, "last voice port")
	c.Flags().StringSliceVar(&node.Trunks, "trunk", []string{lab.DefaultTrunk}, "addresses of the operator's gateways")
	c.Flags().StringVar(&node.TrunkContact, "trunk-contact", "", "where calls to the operator go, host:port")
	return c
}

func (f *flags) passwordCommand(out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "password USER", Short: "Print the password of a SIP phone, for example " + visitor + " or a1001",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if !filepath.IsLocal(args[0]) || strings.ContainsRune(args[0], filepath.Separator) {
				return fmt.Errorf("%q is no user of a phone", args[0])
			}
			password, err := os.ReadFile(filepath.Join(f.dir, "phones", "sip-"+args[0]))
			if err != nil {
				return fmt.Errorf("find the phone %s: %w; `lab setup` makes a password for each agent of the site", args[0], err)
			}
			_, err = out.Write(password)
			return err
		},
	}
}

func composeTestCommand(out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "compose-test", Short: "Build docker-compose.yml, start it, place one call to an agent, and stop it",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return compose.Test(cmd.Context(), out) },
	}
}

// furnished is a stage whose folders `lab setup` writes.
func (f *flags) furnished(out io.Writer) stage.Options {
	return stage.Options{
		Program: f.program, Site: f.site, Dir: f.dir, Phones: filepath.Join(f.dir, "phones"),
		Extra: []string{visitor}, Progress: lab.Steps(out),
	}
}

// join is the stage of a demo whose parts run already.
func (f *flags) join(out io.Writer) (*stage.Stage, error) {
	o := f.furnished(out)
	o.SIPAddr, o.HTTPAddr = f.demoSIP, f.demoHTTP
	return stage.Join(o)
}
