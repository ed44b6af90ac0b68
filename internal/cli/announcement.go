package cli

import (
	"cmp"
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
)

// announcementCommand holds what is said outside the menus.
func (p *Program) announcementCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "announcement",
		Aliases: []string{"announce", "notice"},
		Short:   "Say something to every caller at once, outside the menus",
		Long: `Has the callers of an entry, or of a queue, hear something that no menu says: a
breakdown, a strike, an evacuation. The next caller hears it, whichever controller
serves him, before the menu or in the place of the music; those who wait in the
queue already hear it once. It ends by itself at the time that was given.`,
		Example: `  guichet announcement set --entry 2014 --prompt panne --until 18:00
  guichet announcement list
  guichet announcement clear --entry 2014`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.announcementSetCommand(), p.announcementListCommand(), p.announcementClearCommand())
	return c
}

func (p *Program) announcementSetCommand() *cobra.Command {
	var entries, queues []string
	var prompt, sound, text, until, then string
	c := &cobra.Command{
		Use:   "set --entry NUMBER|--queue NAME --until TIME --prompt NAME",
		Short: "Announce something at entries or queues",
		Long: `Announces a prompt of the site, or a recording that Asterisk has (--sound, with its
--text), until a time of today (18:00), of another day (2026-12-24T18:00), or for a
while (2h). --entry and --queue may be repeated. What was announced there before is
replaced. With --then hangup the call ends after it, and counts as turned away
because it was closed.

A prompt that is not said in every language that callers there may speak is refused.`,
		Example: `  guichet announcement set --entry 2014 --prompt panne --until 18:00
  guichet announcement set --entry 2014 --entry relais --prompt evacuation --until 2h --then hangup
  guichet announcement set --queue particuliers --sound urgence/panne --text "Panne du serveur" --until 18:00`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			return p.announcing(ctx, "/api/v1/announcements", map[string]any{
				"entries": entries, "queues": queues, "prompt": prompt, "sound": sound, "text": text, "until": until, "then": then, "by": p.author(),
			})
		}),
	}
	c.Flags().StringArrayVar(&entries, "entry", nil, "an entry, by its name or a number that is dialled")
	c.Flags().StringArrayVar(&queues, "queue", nil, "a queue")
	c.Flags().StringVar(&prompt, "prompt", "", "a prompt of the site")
	c.Flags().StringVar(&sound, "sound", "", "a recording of Asterisk that is no prompt of the site, such as urgence/panne")
	c.Flags().StringVar(&text, "text", "", "what it says, for people who look (default the prompt's text)")
	c.Flags().StringVar(&until, "until", "", "when it ends: 18:00, 2026-12-24T18:00, or 2h from now")
	c.Flags().StringVar(&then, "then", "", "hangup ends the call after it (default the menu follows)")
	return p.withJSON(c)
}

func (p *Program) announcementListCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:     "list",
		Short:   "List what is announced now",
		Long:    "Lists what is announced now, where, until when, and who said so.",
		Example: "  guichet announcement list",
		Args:    cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			var a api.Announcements
			return p.show(ctx, "/api/v1/announcements", &a, func(w io.Writer) error { return writeAnnouncements(w, a) })
		}),
	})
}

func (p *Program) announcementClearCommand() *cobra.Command {
	var entries, queues []string
	var all bool
	c := &cobra.Command{
		Use:   "clear --entry NUMBER|--queue NAME|--all",
		Short: "End announcements before their time",
		Long:  "Ends what is announced at entries or queues, or everywhere. Who hears it just then hears the rest.",
		Example: `  guichet announcement clear --entry 2014
  guichet announcement clear --all`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			return p.announcing(ctx, "/api/v1/announcements/clear", map[string]any{
				"entries": entries, "queues": queues, "all": all, "by": p.author(),
			})
		}),
	}
	c.Flags().StringArrayVar(&entries, "entry", nil, "an entry, by its name or a number that is dialled")
	c.Flags().StringArrayVar(&queues, "queue", nil, "a queue")
	c.Flags().BoolVar(&all, "all", false, "everywhere")
	return p.withJSON(c)
}

// announcing sends a command and shows what is announced afterwards.
func (p *Program) announcing(ctx context.Context, path string, body map[string]any) error {
	var a api.Announcements
	shown, err := p.order(ctx, path, body, &a)
	if err != nil || shown {
		return err
	}
	return writeAnnouncements(p.Out, a)
}

func writeAnnouncements(w io.Writer, a api.Announcements) error {
	var text strings.Builder
	for _, one := range a.Announcements {
		writeFolded(&text, announcementInWords(one))
	}
	if len(a.Announcements) == 0 {
		text.WriteString("nothing is announced\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// announcementInWords is one line for whoever looks at the floor.
func announcementInWords(a api.Announcement) string {
	line := a.Place() + ": " + cmp.Or(a.Prompt, "a recording")
	if a.HangUp {
		line += ", then hang up"
	}
	line += a.Until.Format(", until 2006-01-02 15:04")
	if a.By != "" {
		line += ", by " + a.By
	}
	if a.Text != "" {
		line += ": " + a.Text
	}
	return line
}
