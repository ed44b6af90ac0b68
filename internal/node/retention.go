package node

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// retentionLook is how often the leader looks for recordings whose retention is over.
const retentionLook = 30 * time.Second

// retention deletes recordings whose retention is over, while its controller leads. What it
// does not reach is tried again at each look; guichet_recordings_overdue counts it.
type retention struct {
	*Controller
	// strange are the nodes, not of the site, of which it was said that nobody can delete there.
	strange map[contact.Node]bool
	// unanswered is the file of each node to whose deletion no answer came: the next look
	// begins behind it.
	mu         sync.Mutex
	unanswered map[contact.Node]fold.Overdue
}

func newRetention(c *Controller) *retention {
	return &retention{Controller: c, strange: map[contact.Node]bool{}, unanswered: map[contact.Node]fold.Overdue{}}
}

// keepRetention looks until ctx ends.
func (c *Controller) keepRetention(ctx context.Context) error {
	r := newRetention(c)
	look := time.NewTicker(retentionLook)
	defer look.Stop()
	for {
		r.look(ctx, c.clock.now())
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// look deletes at all nodes at once: one that does not answer delays no other.
func (r *retention) look(ctx context.Context, at int64) {
	var nodes sync.WaitGroup
	for node, files := range r.overdue(at) {
		if l := r.links[node]; l != nil {
			nodes.Go(func() { r.deleteAt(ctx, l, r.behind(node, files), at) })
			continue
		}
		if !r.strange[node] {
			r.log.Warn("recordings are kept longer than allowed: their node is not in the site any more, so delete the files in its spool by hand",
				zap.String("node", string(node)), zap.Int("recordings", len(files)))
		}
		r.strange[node] = true
	}
	nodes.Wait()
}

// overdue are the files to delete, by node, if this controller leads.
func (c *Controller) overdue(at int64) map[contact.Node][]fold.Overdue {
	byNode := map[contact.Node][]fold.Overdue{}
	c.View(func(s *fold.State) {
		if _, leads := c.epoch(s, ledger.Site); !leads {
			return
		}
		for _, o := range s.Overdue(at) {
			byNode[o.Node] = append(byNode[o.Node], o)
		}
	})
	return byNode
}

// behind has the files begin behind the one that was not answered.
func (r *retention) behind(node contact.Node, files []fold.Overdue) []fold.Overdue {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(files, r.unanswered[node]) + 1
	delete(r.unanswered, node)
	return slices.Concat(files[i:], files[:i])
}

// deleteAt deletes first and writes it down then: what the ledger says is gone is gone.
// Behind one that the node refuses the next has its turn; behind one to which no answer
// came nothing is tried at this look, for each would take as long.
func (r *retention) deleteAt(ctx context.Context, l *link, files []fold.Overdue, at int64) {
	var failed []error
	defer func() {
		if len(failed) > 0 && ctx.Err() == nil {
			r.log.Warn("recordings are not deleted yet, though their retention is over", zap.String("node", string(l.name)),
				zap.Int("failed", len(failed)), zap.Int("recordings", len(files)), zap.Error(failed[0]))
		}
	}()
	for _, f := range files {
		err := l.current().DeleteRecording(ctx, fileOf(f))
		missing := errors.Is(err, ari.ErrNotFound)
		if err != nil && !missing {
			failed = append(failed, err)
			if refusal := (*ari.Error)(nil); errors.As(err, &refusal) && refusal.Status != 0 {
				continue
			}
			r.mu.Lock()
			r.unanswered[l.name] = f
			r.mu.Unlock()
			return
		}
		written, err := r.append(ctx, "delete", func(s *fold.State) []ledger.Entry {
			return r.leads(s, f.Subject(), f.Deleted(), at, s.Keeps(f))
		})
		switch {
		case err != nil:
			r.settle(ctx, err)
			return
		case len(written) == 0:
			return // another controller leads, or somebody was quicker: the next look knows
		}
		said := []zap.Field{zap.String("recording", string(fileOf(f))), zap.String("node", string(l.name))}
		if missing {
			r.log.Warn("a recording whose retention is over was not at its node: it is taken for deleted; if the spool folder was away, delete it there by hand", said...)
			continue
		}
		r.log.Info("recording deleted after its retention", said...)
	}
}

func fileOf(f fold.Overdue) ari.RecordingName {
	if f.Message != "" {
		return voice.RecordingName(f.Message)
	}
	return voice.TapeName(f.Recording)
}
