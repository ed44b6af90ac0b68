package cli

import (
	"context"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

// asteriskCommand holds what an admin knows of an Asterisk, and no controller can.
func (p *Program) asteriskCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "asterisk",
		Short: "Say that the machine of an Asterisk is off, so that its calls are closed",
		Long: `An Asterisk that was killed is known by its machine, which refuses connections. One whose machine
is off keeps silent, as it does behind a network that is cut. Who is sure of that says so here.`,
		Example: `  guichet asterisk lost a1
  guichet asterisk lost a1 --machine-is-off --reason "alimentation coupée, baie 3"`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.asteriskLostCommand())
	return c
}

func (p *Program) asteriskLostCommand() *cobra.Command {
	var off bool
	var reason string
	c := &cobra.Command{
		Use:   "lost NODE --machine-is-off --reason TEXT",
		Short: "Close the calls of an Asterisk whose machine is off, and free their agents",
		Long: `Closes the calls of an Asterisk that keeps silent because its machine is off, by power or by its
hypervisor: who had been answered stays answered, the others are failed, their agents are free for
others, and who was promised a call keeps the place. Without --machine-is-off nothing is changed,
and how many calls it would close is said. Be sure: people who talk on an Asterisk that is only cut
off are hung up when it is back. It is refused while that Asterisk answers, and told to one
controller, which keeps it until then; after a restart of that controller say it again if people
wait to be called back there. Who and why is in the log; guichet report --cut-off lists the calls.`,
		Example: `  guichet asterisk lost a1
  guichet asterisk lost a1 --machine-is-off --reason "alimentation coupée, baie 3"`,
		Args: one("the name of an Asterisk, as guichet status lists them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var done api.DeclaredLost
			body := map[string]any{"machine_is_off": off, "by": p.author(), "reason": reason}
			shown, err := p.order(ctx, "/api/v1/asterisk/"+url.PathEscape(args[0])+"/lost", body, &done)
			if err != nil || shown {
				return err
			}
			return writeLines(p.Out, declaredInWords(done))
		}),
	}
	c.Flags().BoolVar(&off, "machine-is-off", false, "its machine is off, and nobody talks on it: that is sure")
	c.Flags().StringVar(&reason, "reason", "", "why, in a few words")
	return p.withJSON(c)
}

func declaredInWords(d api.DeclaredLost) []string {
	lines := []string{fmt.Sprintf("%s is declared lost by %s since %s: %d calls are closed", d.Node, terminal.Plain(d.By), clock(d.At), max(d.Calls-d.Open, 0))}
	if d.Open > 0 {
		lines = append(lines, fmt.Sprintf("%d more are closed as soon as the ledger takes it: see guichet status", d.Open))
	}
	return append(lines, "it serves again by itself once it is started")
}
