package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

// messagesCommand holds what is done with recorded messages.
func (p *Program) messagesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "messages",
		Short: "Listen to recorded messages and mark them as done",
		Long: `Lists the messages that callers have left, fetches their recordings, and marks them as
done: from then on the retention of the mailbox counts, and then the recording is deleted.
Those that a queue serves are offered to agents, who take them, or return them; done in
whichever way, they are taken from the queue.`,
		Example: `  guichet messages list
  guichet messages get mwxfn3dm-00000011.1 --output message.wav
  guichet messages done mwxfn3dm-00000011.1`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.messagesListCommand(), p.messageShowCommand(), p.messageGetCommand(), p.messageDoneCommand(),
		p.messageDeedCommand("take", "accept", "Have an agent take a message that lies on his screen",
			"Has an agent take the message of a queue that was offered to him, to deal with it: it is his until he says that it is done, or returns it, or his time for it is over."),
		p.messageCallCommand(),
		p.messageDeedCommand("return", "return", "Have an agent give a message back to its queue",
			"Has an agent give back the message of a queue that was offered to him, taken or not. It keeps its place."))
	return c
}

func (p *Program) messagesListCommand() *cobra.Command {
	var mailbox string
	var all bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the messages that are to be done, oldest first",
		Long:    "Lists the messages that nobody has marked as done, the oldest first; with --all those that are done and still kept, too.",
		Example: "  guichet messages list --mailbox accueil",
		Args:    cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			query := url.Values{}
			if mailbox != "" {
				query.Set("mailbox", mailbox)
			}
			if all {
				query.Set("all", "true")
			}
			var found []api.Message
			return p.show(ctx, "/api/v1/messages?"+query.Encode(), &found, func(w io.Writer) error { return writeMessages(w, found) })
		}),
	}
	c.Flags().StringVar(&mailbox, "mailbox", "", "those of one mailbox")
	c.Flags().BoolVar(&all, "all", false, "those that are done, too")
	return p.withJSON(c)
}

func (p *Program) messageShowCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:     "show ID",
		Short:   "Show one message, with the number to call back",
		Long:    "Shows what is known of a message, with the caller's number if it was not withheld.",
		Example: "  guichet messages show mwxfn3dm-00000011.1",
		Args:    one("the ID of a message, as guichet messages list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var m api.Message
			return p.show(ctx, messagePath(args[0]), &m, func(w io.Writer) error { return writeMessage(w, m) })
		}),
	})
}

func (p *Program) messageGetCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:     "get ID --output FILE",
		Short:   "Fetch the recording of a message",
		Long:    "Fetches the recording as a WAV file; without --output it is written to the standard output. The controller notes who did so in its log.",
		Example: "  guichet messages get mwxfn3dm-00000011.1 --output message.wav",
		Args:    one("the ID of a message, as guichet messages list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			return p.fetchSound(ctx, messagePath(args[0])+"/recording", output)
		}),
	}
	c.Flags().StringVarP(&output, "output", "o", "", "the file to write")
	return c
}

func (p *Program) messageDoneCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:     "done ID",
		Short:   "Mark a message as done",
		Long:    "Marks a message as done, by you: the ledger keeps who and when. Its recording is deleted when the retention of its mailbox is over.",
		Example: "  guichet messages done mwxfn3dm-00000011.1",
		Args:    one("the ID of a message, as guichet messages list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var m api.Message
			shown, err := p.order(ctx, messagePath(args[0])+"/done", map[string]any{"by": p.author()}, &m)
			if err != nil || shown {
				return err
			}
			return writeMessage(p.Out, m)
		}),
	})
}

// messageCallCommand has an agent call back who left a message.
func (p *Program) messageCallCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:   "call ID AGENT",
		Short: "Have an agent call back who left a message",
		Long: `Has an agent call back who left the message that he has taken: his own phone rings first, and the person is called
when he answers. That is a contact of its own; the message stays at hand until the agent says that it is done.`,
		Example: "  guichet messages call mwxfn3dm-00000011.1 a1001",
		Args:    two("the ID of a message and that of the agent"),
		RunE: run(func(ctx context.Context, args []string) error {
			m, err := p.messageOfQueue(ctx, args[0])
			if err != nil {
				return err
			}
			var called api.CallsBack
			shown, err := p.order(ctx, "/api/v1/agents/"+url.PathEscape(args[1])+"/call-back", map[string]any{"contact": m.ServedAs}, &called)
			if err != nil || shown {
				return err
			}
			return writeLines(p.Out, []string{fmt.Sprintf("%s calls back who left message %s; see guichet call show %s", called.Agent, m.ID, called.Contact)})
		}),
	})
}

// messageOfQueue is a message that a queue serves.
func (p *Program) messageOfQueue(ctx context.Context, id string) (m api.Message, err error) {
	if err := p.get(ctx, messagePath(id), &m); err != nil {
		return m, err
	}
	if m.ServedAs == "" {
		return m, fmt.Errorf("message %s is no contact of a queue; see queue of its mailbox in queues.yaml", m.ID)
	}
	return m, nil
}

// messageDeedCommand is what an agent does with a message that he was offered.
func (p *Program) messageDeedCommand(name, act, short, long string) *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:     name + " ID AGENT",
		Short:   short,
		Long:    long,
		Example: "  guichet messages " + name + " mwxfn3dm-00000011.1 a1001",
		Args:    two("the ID of a message and that of the agent"),
		RunE: run(func(ctx context.Context, args []string) error {
			m, err := p.messageOfQueue(ctx, args[0])
			if err != nil {
				return err
			}
			var done api.Done
			shown, err := p.order(ctx, "/api/v1/contacts/"+url.PathEscape(string(m.ServedAs))+"/"+act, map[string]any{"agent": args[1]}, &done)
			if err != nil || shown {
				return err
			}
			if err := p.get(ctx, messagePath(args[0]), &m); err != nil {
				return err
			}
			return writeMessage(p.Out, m)
		}),
	})
}

func messagePath(id string) string { return "/api/v1/messages/" + url.PathEscape(id) }

// whereServed is where the contact of a message is in its queue.
func whereServed(m api.Message) string {
	switch {
	case m.Standing != "" && m.Agent != "":
		return fmt.Sprintf(", as contact %s, %s, agent %s", m.ServedAs, m.Standing, m.Agent)
	case m.Standing != "":
		return fmt.Sprintf(", as contact %s, %s", m.ServedAs, m.Standing)
	case m.ServedAs != "":
		return ", as contact " + string(m.ServedAs)
	}
	return ""
}

func writeMessages(w io.Writer, all []api.Message) error {
	if len(all) == 0 {
		_, err := io.WriteString(w, "no messages\n")
		return err
	}
	t := terminal.NewTable("ID", "MAILBOX", "LEFT", ">LASTS", "CALLER", "TOPIC", "DONE")
	for _, m := range all {
		done := terminal.Nothing
		switch {
		case !m.Due.IsZero():
			done = "due " + m.Due.Format("2006-01-02 15:04")
		case m.DoneAt != nil:
			done = m.DoneAt.Format("2006-01-02 15:04") + " by " + m.DoneBy
		}
		t.Row(string(m.ID), m.Mailbox, m.At.Format("2006-01-02 15:04"), messageLength(m), m.Caller, string(m.Topic), done)
	}
	return t.Write(w)
}

func messageLength(m api.Message) string {
	return terminal.Clock(time.Duration(m.Seconds * float64(time.Second)))
}

func writeMessage(w io.Writer, m api.Message) error {
	var text strings.Builder
	fmt.Fprintf(&text, "message %s for %s\nleft     %s, %s long, at %s\nby       %s\ncontact  %s\n",
		m.ID, m.Mailbox, m.At.Format("2006-01-02 15:04:05"), messageLength(m), m.Entry, m.Caller, m.Contact)
	if m.Topic != "" {
		fmt.Fprintf(&text, "about    %s\n", m.Topic)
	}
	if !m.Due.IsZero() {
		fmt.Fprintf(&text, "due      %s\n", m.Due.Format("2006-01-02 15:04:05"))
	}
	if m.Queue != "" {
		fmt.Fprintf(&text, "queue    %s%s\n", m.Queue, whereServed(m))
	}
	if m.DoneAt != nil {
		fmt.Fprintf(&text, "done     %s, by %s\ndeleted  after %s\n", m.DoneAt.Format("2006-01-02 15:04:05"), m.DoneBy, m.Until.Format("2006-01-02 15:04"))
	}
	_, err := io.WriteString(w, text.String())
	return err
}
