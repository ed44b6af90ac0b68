package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/drawing"
	"github.com/guichet/guichet/ivr"
)

// ivrCommand holds what there is for the authors of menus.
func (p *Program) ivrCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "ivr",
		Short:   "Look at menu trees",
		Long:    "Shows the menu trees of a site folder. No controller is needed, and nothing is changed.",
		Example: `  guichet ivr graph accueil --site examples/dgfip -o accueil.svg`,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.graphCommand())
	c.AddCommand(p.diffCommand())
	c.AddCommand(p.ivrTestCommand(), p.ivrTryCommand())
	return c
}

// pictures are what a tree can be drawn as.
var pictures = map[string]func(*drawing.Drawing) string{
	"svg": (*drawing.Drawing).SVG, "mermaid": (*drawing.Drawing).Mermaid, "dot": (*drawing.Drawing).DOT,
}

func (p *Program) graphCommand() *cobra.Command {
	var dir, format, file, language string
	c := &cobra.Command{
		Use:   "graph TREE [--site DIR] [--format svg|mermaid|dot] [-o FILE]",
		Short: "Draw a menu tree",
		Long: `Draws a menu tree of a site folder: what callers hear, what they may press, and where
each key, silence and a wrong key lead. A folder with problems is not drawn; see
guichet check.

svg is a picture that every browser shows, with the whole tree in words for who
cannot see it. mermaid and dot are the same graph as text, for wikis and Graphviz.
The same tree gives the same bytes.`,
		Example: `  guichet ivr graph accueil --site examples/dgfip -o accueil.svg
  guichet ivr graph accueil --site examples/dgfip --format mermaid`,
		Args: one("the name of a TREE, as its file in ivr/ is called"),
		RunE: run(func(_ context.Context, args []string) error {
			draw, known := pictures[format]
			if !known {
				return wrong("there is no format %q; choose svg, mermaid or dot", format)
			}
			d, err := drawn(dir, args[0], language)
			if err != nil {
				return err
			}
			return p.writeFile(file, draw(d))
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	c.Flags().StringVar(&format, "format", "svg", "svg, mermaid or dot")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default standard output)")
	c.Flags().StringVar(&language, "language", "", "language of the prompts (default the first of the tree)")
	return c
}

// drawn reads the folder and prepares one of its trees.
func drawn(dir, name, language string) (*drawing.Drawing, error) {
	site, err := readableSite(dir)
	if err != nil {
		return nil, err
	}
	tree := site.Trees[name]
	if tree == nil {
		return nil, wrong("the site folder %s has no tree %q; it has %s", dir, name, strings.Join(slices.Sorted(maps.Keys(site.Trees)), ", "))
	}
	if language == "" {
		language = tree.Speaks(nil)
	}
	if !slices.Contains(tree.Languages, language) {
		return nil, wrong("the tree %q does not speak %q; choose %s", name, language, strings.Join(tree.Languages, ", "))
	}
	return drawing.New(tree, func(p ivr.Prompt) string {
		sound, _ := site.Prompts[p].Said(language)
		return sound.Text
	}), nil
}

// writeFile writes to a file, or to the output if none is named.
func (p *Program) writeFile(file, text string) error {
	if file == "" || file == "-" {
		_, err := io.WriteString(p.Out, text)
		return err
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}
