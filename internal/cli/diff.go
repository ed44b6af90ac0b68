package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/difference"
	"github.com/guichet/guichet/internal/drafts"
)

func (p *Program) diffCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say in words what a site folder changes for those who call",
		Long: `Compares two site folders: numbers, nodes of menus and flows, choices and where they
lead, what callers hear, what was recorded anew, hours, back-ends, tables, and tests,
each as a sentence. Comments, the order of keys and other ways of writing the same are
no difference; nor is what no menu shows, such as agents and queues (see guichet
activate --dry-run).

The exit code is that of diff: 0 if nothing is different, 1 if something is, and 2 if
one of the folders has problems.`,
		Example: `  guichet ivr diff /etc/guichet examples/dgfip
  git worktree add /tmp/before main && guichet ivr diff /tmp/before/site site`,
		Args: two("the folders OLD and NEW"),
		RunE: run(func(_ context.Context, args []string) error {
			before, err := readableSite(args[0])
			if err != nil {
				return err
			}
			after, err := readableSite(args[1])
			if err != nil {
				return err
			}
			changes := append(difference.Of(before.Content, after.Content),
				difference.Sounds(before.SoundPrints("", drafts.IsDraft), after.SoundPrints("", drafts.IsDraft))...)
			write := func() error { return writeDifference(p.Out, changes) }
			if p.json {
				write = func() error { return printJSON(p.Out, append([]difference.Change{}, changes...)) }
			}
			if err := write(); err != nil || len(changes) == 0 {
				return err
			}
			return &failure{code: exitFailed}
		}),
	}
	return p.withJSON(c)
}

// writeDifference prints a paragraph for each change, and how many there are.
func writeDifference(w io.Writer, changes []difference.Change) error {
	var text strings.Builder
	for _, line := range difference.Lines(changes) {
		writeFolded(&text, line)
	}
	if len(changes) == 0 {
		text.WriteString("nothing is different for those who call\n")
	}
	_, err := fmt.Fprint(w, text.String())
	return err
}
