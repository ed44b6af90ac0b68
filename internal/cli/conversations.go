package cli

import (
	"context"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

// recordingsCommand holds what is done with recorded conversations.
func (p *Program) recordingsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "recordings",
		Short: "List, fetch and delete recorded conversations",
		Long: `Lists the conversations that were recorded in queues which say so (recording, in queues.yaml),
fetches them, and deletes one before its retention is over. Who fetches one is noted in the
controller's log, who deletes one in the ledger.`,
		Example: `  guichet recordings list
  guichet recordings get mwxfn3dm-00000011.r1 --output appel.wav
  guichet recordings delete mwxfn3dm-00000011.r1`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.recordingsListCommand(), p.recordingGetCommand(), p.recordingDeleteCommand())
	return c
}

func (p *Program) recordingsListCommand() *cobra.Command {
	var queue string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the recordings that are kept, oldest first",
		Long:    "Lists the recordings of conversations that are kept, the oldest first, with their purpose and the time of their deletion.",
		Example: "  guichet recordings list --queue particuliers",
		Args:    cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			query := url.Values{}
			if queue != "" {
				query.Set("queue", queue)
			}
			var found []api.Recording
			return p.show(ctx, "/api/v1/recordings?"+query.Encode(), &found, func(w io.Writer) error { return writeRecordings(w, found) })
		}),
	}
	c.Flags().StringVar(&queue, "queue", "", "those of one queue")
	return p.withJSON(c)
}

func (p *Program) recordingGetCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:     "get ID --output FILE",
		Short:   "Fetch the recording of a conversation",
		Long:    "Fetches the recording as a WAV file that you alone may read; without --output it is written to the standard output. The controller notes who did so in its log.",
		Example: "  guichet recordings get mwxfn3dm-00000011.r1 --output appel.wav",
		Args:    one("the ID of a recording, as guichet recordings list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			return p.fetchSound(ctx, recordingPath(args[0])+"/file", output)
		}),
	}
	c.Flags().StringVarP(&output, "output", "o", "", "the file to write")
	return c
}

func (p *Program) recordingDeleteCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:     "delete ID",
		Short:   "Delete a recording before its retention is over",
		Long:    "Deletes the file of a recording at its Asterisk, by you: the ledger keeps who and when.",
		Example: "  guichet recordings delete mwxfn3dm-00000011.r1",
		Args:    one("the ID of a recording, as guichet recordings list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var r api.Recording
			shown, err := p.order(ctx, recordingPath(args[0])+"/delete", map[string]any{"by": p.author()}, &r)
			if err != nil || shown {
				return err
			}
			return writeLines(p.Out, []string{"recording " + string(r.ID) + " is deleted"})
		}),
	})
}

func recordingPath(id string) string { return "/api/v1/recordings/" + url.PathEscape(id) }

func writeRecordings(w io.Writer, all []api.Recording) error {
	if len(all) == 0 {
		_, err := io.WriteString(w, "no recordings\n")
		return err
	}
	t := terminal.NewTable("ID", "QUEUE", "AGENT", "BEGAN", ">LASTS", "DELETED", "PURPOSE")
	for _, r := range all {
		lasts, deleted := "goes on", terminal.Nothing
		if r.Ended != nil {
			lasts, deleted = terminal.Clock(r.Ended.Sub(r.At)), r.Until.Format("2006-01-02 15:04")
		}
		if r.Failed {
			lasts = "failed"
		}
		t.Row(string(r.ID), string(r.Queue), string(r.Agent), r.At.Format("2006-01-02 15:04"), lasts, deleted, terminal.Plain(r.Purpose))
	}
	return t.Write(w)
}
