package cli

import (
	"context"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/explanation"
)

func (p *Program) explainCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:   "explain CONTACT",
		Short: "Say why a contact waits, or why an agent got it",
		Long: `Of a contact that waits: its place, who comes first and why, who could serve it
now, who could not and why, what opens next and when, and what ends the wait.

Of each offer that was made: why that agent, who else could have served, who could
not and why, as the floor was right before it, and what came of it. CONTACT may be
the beginning of an id, if no other contact begins so.`,
		Example: `  guichet explain 01JD8Z
  guichet explain 01JD8Z --json`,
		Args: one("the id of a CONTACT, as guichet calls lists them"),
		RunE: run(func(ctx context.Context, args []string) error {
			var c explanation.Contact
			path := "/api/v1/contacts/" + url.PathEscape(args[0]) + "/explanation"
			return p.show(ctx, path, &c, func(w io.Writer) error { return writeLines(w, c.Text) })
		}),
	})
}
