package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// alone is parts (c) and (e), and of (f) what Redis takes: the controller without
// Asterisk. They are benchmarks of Go, with their own gates and exit code.
func alone(ctx context.Context, w world) (result, error) {
	r := result{
		part: "c", title: "the controller and Redis alone",
		settings: "`internal/bench/alone/README.md` says what each figure means, and what the floors are.",
	}
	var printed bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "test", "./internal/bench/alone", "-run", "^$", "-bench", ".", "-benchtime", "1x", "-timeout", "20m")
	cmd.Stdout, cmd.Stderr = io.MultiWriter(w.out, &printed), w.out
	err := cmd.Run()
	r.columns, r.notes = tablesOf(printed.String(), aloneSections)
	r.columns = append(r.columns, verdictsIn(printed.String())...)
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return r, fmt.Errorf("run the benchmarks of the controller alone: %w", err)
	}
	if err != nil {
		r.broken = append(r.broken, "(c) the controller alone: "+firstMiss(printed.String()))
	}
	return r, nil
}

// firstMiss finds what the benchmarks say of a gate.
func firstMiss(printed string) string {
	for line := range strings.Lines(printed) {
		if i := strings.Index(line, "missed: "); i >= 0 {
			return strings.TrimSpace(line[i:])
		}
	}
	return "the benchmarks failed; their lines are above"
}
