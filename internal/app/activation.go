package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/node"
	"github.com/guichet/guichet/internal/status"
)

// activations has the site folder activated at each SIGHUP and, if it is
// watched, when its files have changed. The controller's log says what came of
// it; a folder that was refused changes nothing.
func activations(ctx context.Context, c *node.Controller, o Options, log *zap.Logger) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	changes := make(chan struct{}, 1)
	if o.Watch {
		w := newWatcher(o.SiteDir, changes, log)
		defer w.stop()
	}
	for {
		source := fact.BySignal
		select {
		case <-hangups:
		case <-changes:
			source = fact.ByFile
		case <-ctx.Done():
			return
		}
		_, _ = c.Activate(ctx, status.Ask{Source: source}) // it logs what it refuses
	}
}
