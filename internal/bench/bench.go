package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/lab"
)

// Options choose what is measured.
type Options struct {
	// Program is the guichet binary, Config the product's configuration of Asterisk.
	Program, Config string
	// Dir is for what the parts write: logs, ledgers, secrets.
	Dir string
	// Out gets the tables.
	Out io.Writer
	// Only names parts, a letter each; none is all.
	Only []string
	// Block is how long a system works before it is the turn of the next, Rounds how
	// often each has its turn.
	Block  time.Duration
	Rounds int
	// Rates are the calls per second of part (b).
	Rates []float64
	// Steady is how long part (d) lasts.
	Steady time.Duration
	// Document is the page whose figures are replaced; none: they are printed only.
	// The picture is written beside it.
	Document string
}

// world is what all parts of a run share.
type world struct {
	program, config, dir string
	password             string // of ARI and phones, on loopback, for this run
	parts                *lab.Parts
	progress             lab.Progress
	out                  io.Writer
	block                time.Duration
	rounds               int
	rates                []float64
	steady               time.Duration
}

// turns says how long each system was measured.
func (w world) turns() string {
	return fmt.Sprintf("Each system ran %d times for %s, in turns.", w.rounds, w.block)
}

func (w world) folder(name string) string { return filepath.Join(w.dir, name) }

// part is one of the questions that a run answers.
type part struct {
	letter string
	run    func(context.Context, world) (result, error)
}

var allParts = []part{{"a", saturated}, {"b", free}, {"c", alone}, {"d", steady}, {"f", transport}, {"g", menus}}

// Letters are the parts there are.
func Letters() []string {
	var letters []string
	for _, p := range allParts {
		letters = append(letters, p.letter)
	}
	return letters
}

// Run measures, and prints as it goes. The error names each figure that exceeds its
// target.
func Run(ctx context.Context, o Options) error {
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	// The phones share the machine with what they measure: they collect seldom.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var missed []string
	var results []result
	for _, p := range allParts {
		if len(o.Only) > 0 && !slices.Contains(o.Only, p.letter) {
			continue
		}
		r, err := p.run(ctx, w)
		if err != nil {
			return fmt.Errorf("measure (%s): %w", p.letter, err)
		}
		r.write(o.Out)
		missed = append(missed, r.missed()...)
		results = append(results, r)
	}
	if err := w.publish(o.Document, results); err != nil {
		return err
	}
	if len(missed) > 0 {
		return errors.New(strings.Join(missed, "\n"))
	}
	return nil
}

func open(ctx context.Context, o Options) (world, error) {
	for _, letter := range o.Only {
		if !slices.Contains(Letters(), letter) {
			return world{}, fmt.Errorf("there is no part %q; there are %s", letter, strings.Join(Letters(), ", "))
		}
	}
	progress := lab.Steps(o.Out)
	parts, err := lab.Prepare(ctx, progress)
	if err != nil {
		return world{}, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return world{}, fmt.Errorf("find the folder of the bench: %w", err)
	}
	return world{
		program: o.Program, config: o.Config, dir: dir, password: rand.Text(), parts: parts, progress: progress,
		out: o.Out, block: o.Block, rounds: o.Rounds, rates: o.Rates, steady: o.Steady,
	}, nil
}

// publish replaces what the documentation says of the parts that were measured.
func (w world) publish(page string, results []result) error {
	if page == "" {
		return nil
	}
	for i, r := range results {
		if len(r.curves) > 0 {
			picture := strings.TrimSuffix(page, filepath.Ext(page)) + ".svg"
			if err := draw(picture, "Routed → INVITE at the agent's phone: p50 solid, p99 dashed", r.curves); err != nil {
				return err
			}
			results[i].picture = filepath.Base(picture)
		}
	}
	return document(page, w.machine(), results)
}
