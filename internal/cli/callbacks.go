package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

// callbacksCommand holds what is done with calls back and appointments.
func (p *Program) callbacksCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "callbacks",
		Short: "List who is to be called back, and cancel a call back or an appointment",
		Long: `Lists the people who were promised a call, at once or at a time that they chose, and cancels
a call when its person needs none any more: its place is free again. Who cancelled it, and
why, is in the ledger.`,
		Example: `  guichet callbacks list
  guichet callbacks show mwxfn3dm-00000011
  guichet callbacks cancel mwxfn3dm-00000011 --reason "a rappelé lui-même"`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.callbacksListCommand(), p.callbackShowCommand(), p.callbackCancelCommand())
	return c
}

func (p *Program) callbacksListCommand() *cobra.Command {
	var queue string
	c := &cobra.Command{
		Use:   "list",
		Short: "List who is to be called back",
		Long: `Lists the people who were promised a call and have not been reached yet, by the time that
they chose or asked at. Of a number the last two digits are shown.`,
		Example: "  guichet callbacks list --queue particuliers",
		Args:    cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			query := url.Values{}
			if queue != "" {
				query.Set("queue", queue)
			}
			var found []api.Callback
			return p.show(ctx, "/api/v1/callbacks?"+query.Encode(), &found, func(w io.Writer) error { return writeCallbacks(w, found) })
		}),
	}
	c.Flags().StringVar(&queue, "queue", "", "those of one queue")
	return p.withJSON(c)
}

func (p *Program) callbackShowCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:     "show ID",
		Short:   "Show one call back, with the number to call",
		Long:    "Shows what was promised, with the number to call: to make sure that it is that of who calls in.",
		Example: "  guichet callbacks show mwxfn3dm-00000011",
		Args:    one("the ID of a call, as guichet callbacks list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var cb api.Callback
			return p.show(ctx, callbackPath(args[0]), &cb, func(w io.Writer) error { return writeCallback(w, cb) })
		}),
	})
}

func (p *Program) callbackCancelCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "cancel ID --reason TEXT",
		Short: "Cancel a call back or an appointment",
		Long: `Has somebody not called back after all, by you: the ledger keeps who and why. It is refused
while an agent's phone rings for it, or the person is being called.`,
		Example: `  guichet callbacks cancel mwxfn3dm-00000011 --reason "a rappelé lui-même"`,
		Args:    one("the ID of a call, as guichet callbacks list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var done api.CallbackCancelled
			shown, err := p.order(ctx, callbackPath(args[0])+"/cancel", map[string]any{"by": p.author(), "reason": reason}, &done)
			if err != nil || shown {
				return err
			}
			return writeLines(p.Out, []string{fmt.Sprintf("%s is not called back: cancelled by %s", done.Contact, terminal.Plain(done.By))})
		}),
	}
	c.Flags().StringVar(&reason, "reason", "", "why, in a few words")
	return p.withJSON(c)
}

func callbackPath(id string) string { return "/api/v1/callbacks/" + url.PathEscape(id) }

func writeCallbacks(w io.Writer, all []api.Callback) error {
	if len(all) == 0 {
		_, err := io.WriteString(w, "nobody is to be called back\n")
		return err
	}
	t := terminal.NewTable("CALL", "QUEUE", "TOPIC", "ASKED", "CALLED", ">TRIED", "NUMBER", "WHERE")
	for _, c := range all {
		t.Row(c.Contact, c.Queue, or(c.Topic), c.Requested.Format("2006-01-02 15:04"), whenCalled(c),
			fmt.Sprintf("%d/%d", c.Attempts, c.MaxAttempts), terminal.Plain(c.Number), c.Standing)
	}
	return t.Write(w)
}

// whenCalled is the time that was chosen, or until when the person is called.
func whenCalled(c api.Callback) string {
	if c.From.IsZero() {
		return "until " + c.Expires.Format("2006-01-02 15:04")
	}
	return c.From.Format("2006-01-02 15:04") + " to " + c.Until.Format("15:04")
}

func writeCallback(w io.Writer, c api.Callback) error {
	var text strings.Builder
	fmt.Fprintf(&text, "call     %s, at %s\nnumber   %s\nabout    %s, in %s\nasked    %s\ncalled   %s\ntried    %d of %d times\nwhere    %s\n",
		c.Contact, c.Entry, terminal.Plain(c.Number), or(c.Topic), c.Queue, c.Requested.Format("2006-01-02 15:04:05"), whenCalled(c),
		c.Attempts, c.MaxAttempts, c.Standing)
	if c.Center != "" {
		fmt.Fprintf(&text, "by       %s\n", c.Center)
	}
	if !c.NotBefore.IsZero() {
		fmt.Fprintf(&text, "again    %s at the earliest\n", c.NotBefore.Format("2006-01-02 15:04:05"))
	}
	_, err := io.WriteString(w, text.String())
	return err
}
