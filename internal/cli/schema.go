package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/schema"
)

func (p *Program) schemaCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "schema [NAME] [--out DIR]",
		Short: "Print what editors need to complete and check site files",
		Long: `Prints a JSON Schema of the files of a site folder, or writes them all, or one, into a
folder. With the line

  # yaml-language-server: $schema=../.schema/tree.schema.json

at the top of a file, an editor with a YAML language server completes keys, explains
them and marks what is misspelt. guichet check remains what decides.

Without NAME and --out, the names are listed.`,
		Example: `  guichet schema --out .schema
  guichet schema tree`,
		Args: cobra.MaximumNArgs(1),
		RunE: run(func(_ context.Context, args []string) error {
			names := schema.Names()
			if len(args) == 1 {
				names = args
			}
			if out != "" {
				return writeSchemas(out, names)
			}
			if len(args) == 0 {
				_, err := fmt.Fprintln(p.Out, strings.Join(names, "\n"))
				return err
			}
			content, err := schemaOf(args[0])
			if err != nil {
				return err
			}
			_, err = p.Out.Write(content)
			return err
		}),
	}
	c.Flags().StringVar(&out, "out", "", "folder to write NAME.schema.json into; it is made if need be")
	return c
}

func writeSchemas(dir string, names []string) error {
	for _, name := range names {
		content, err := schemaOf(name)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make the folder for schemas: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, schema.File(name)), content, 0o644); err != nil {
			return fmt.Errorf("write the schema %s: %w", name, err)
		}
	}
	return nil
}

func schemaOf(name string) ([]byte, error) {
	content, known := schema.Of(name)
	if !known {
		return nil, wrong("there is no schema %q; there are %s", name, strings.Join(schema.Names(), ", "))
	}
	return content, nil
}
