package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) callsCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:   "calls",
		Short: "List live calls and mails",
		Long: `Lists the calls and mails that are here now, oldest first: where each one is, in
which queue, with which agent. Of a caller's number the last two digits are shown,
or nothing. The story of one call is in guichet call show ID.`,
		Example: `  guichet calls
  guichet calls --json`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			var calls []api.Call
			return p.show(ctx, "/api/v1/calls", &calls, func(w io.Writer) error { return writeCalls(w, calls, time.Now()) })
		}),
	})
}

func writeCalls(w io.Writer, calls []api.Call, now time.Time) error {
	if len(calls) == 0 {
		_, err := fmt.Fprintln(w, "nobody is here")
		return err
	}
	t := terminal.NewTable("CALL", "WHERE", ">FOR", ">WAIT", "QUEUE", "TOPIC", "AGENT", "ENTRY", "CALLER")
	for _, c := range calls {
		t.Row(c.ID, place(c), terminal.Clock(now.Sub(c.Arrived)), wait(c, now),
			or(c.Queue), or(c.Topic), or(c.Agent), c.Entry, terminal.Plain(c.Caller))
	}
	return t.Write(w)
}

func place(c api.Call) string {
	if c.Standing == "menu" && c.Menu != "" {
		return "menu " + c.Menu
	}
	if !c.Medium.Interactive() {
		return c.Medium.Written() + " " + c.Standing
	}
	return c.Standing
}

// wait is what the caller waited in the queue, or has waited so far.
func wait(c api.Call, now time.Time) string {
	if c.Queued.IsZero() {
		return terminal.Nothing
	}
	if !c.Answered.IsZero() {
		now = c.Answered
	}
	return terminal.Clock(now.Sub(c.Queued))
}

func or[T ~string](value T) string { return cmp.Or(string(value), terminal.Nothing) }

func (p *Program) callCommand() *cobra.Command {
	group := &cobra.Command{
		Use:     "call",
		Short:   "Tell the story of one call",
		Long:    "Tells what happened to one call; see guichet call show --help.",
		Example: "  guichet call show 01JD",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return fmt.Errorf("say what to do with the call: call show ID") },
	}
	group.AddCommand(p.withJSON(&cobra.Command{
		Use:   "show ID",
		Short: "Tell the story of one call, live or past",
		Long: `Tells what happened to a call, fact by fact as the ledger has it: menu, queue, each
offer with its reason, answer, end. ID may be the beginning of an id, if no other
call begins so.`,
		Example: `  guichet call show 01JD8Z
  guichet call show 01JD8Z --json`,
		Args: one("the ID of a call, as guichet calls lists them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var story api.CallStory
			return p.show(ctx, "/api/v1/calls/"+url.PathEscape(args[0]), &story, func(w io.Writer) error { return writeStory(w, story) })
		}),
	}))
	return group
}

func writeStory(w io.Writer, s api.CallStory) error {
	if err := s.Story.WriteText(w); err != nil {
		return err
	}
	if s.Live == nil {
		return nil
	}
	_, err := fmt.Fprintf(w, "now: %s · caller %s\n", place(*s.Live), terminal.Plain(s.Live.Caller))
	return err
}
