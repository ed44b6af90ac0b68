package compose

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// healthy waits until every container is, and says of the last one that is not
// what its own check says.
func (t *test) healthy(ctx context.Context) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		missing, err := t.unhealthy(ctx)
		if err == nil && missing == "" {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s is not healthy: %w", missing, ctx.Err())
		}
	}
}

// format of one container: its name, whether it is well, and what it says.
const format = `{{.Name}} {{if .State.Health}}{{.State.Health.Status}}{{range .State.Health.Log}} {{printf "%q" .Output}}{{end}}{{else}}{{.State.Status}}:{{.State.ExitCode}}{{end}}`

// unhealthy is the first container that is not well: setup must have ended, the
// others must say so themselves.
func (t *test) unhealthy(ctx context.Context) (string, error) {
	ids, err := said(ctx, t.command(ctx, "ps", "-aq", "--filter", "label=com.docker.compose.project="+project))
	if err != nil {
		return "", err
	}
	all := strings.Fields(ids)
	if len(all) < 4 {
		return fmt.Sprintf("one of 4 services (only %d have a container)", len(all)), nil
	}
	states, err := said(ctx, t.command(ctx, append([]string{"inspect", "--format", format}, all...)...))
	if err != nil {
		return "", err
	}
	for state := range strings.Lines(states) {
		name, how, _ := strings.Cut(strings.TrimSpace(state), " ")
		if !strings.HasPrefix(how, "healthy") && how != "exited:0" {
			return name + " (" + how + ")", nil
		}
	}
	return "", nil
}
