package main

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/lab"
)

// cardCommand rebuilds what the program embeds; the sources lie beside it.
func cardCommand(out io.Writer) *cobra.Command {
	const sources = "internal/api/card"
	return &cobra.Command{
		Use: "card", Short: "Build the agent card from its sources into the bundle that guichet embeds", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return lab.BuildCard(cmd.Context(), lab.Steps(out), sources, filepath.Join(sources, "dist"))
		},
	}
}
