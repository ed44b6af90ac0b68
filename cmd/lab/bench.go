package main

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/bench"
)

func (f *flags) benchCommand(out io.Writer) *cobra.Command {
	o := bench.Options{Out: out}
	c := &cobra.Command{
		Use: "bench", Short: "Measure guichet beside app_queue and beside bare ARI", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Program, o.Dir = f.program, filepath.Join(f.dir, "bench")
			return stopped(cmd.Context(), bench.Run(cmd.Context(), o))
		},
	}
	c.Flags().StringVar(&o.Config, "config", "deploy/asterisk", "the product's configuration of Asterisk")
	c.Flags().StringSliceVar(&o.Only, "only", nil, "parts to measure, such as a,b; without it all")
	c.Flags().DurationVar(&o.Block, "block", 15*time.Second, "how long a system works before it is the turn of the next")
	c.Flags().IntVar(&o.Rounds, "rounds", 3, "turns of each system")
	c.Flags().Float64SliceVar(&o.Rates, "rates", []float64{15, 30, 60}, "calls per second of part (b)")
	c.Flags().DurationVar(&o.Steady, "steady", 30*time.Second, "how long part (d) lasts; 10m for the whole")
	c.Flags().StringVar(&o.Document, "document", "", "page whose figures are replaced, such as docs/benchmarks.md; without it they are only printed")
	return c
}

// stopped replaces what Ctrl-C made of a run by one word.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errStopped
	}
	return err
}
