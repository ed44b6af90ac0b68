package node

import (
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// heardAnnouncement notes in every controller's log who announced what, and tells
// those who wait in a queue; whoever comes later finds it in the fold. Called with
// the lock held.
func (c *Controller) heardAnnouncement(a fold.Applied) {
	if !a.Effective() {
		return
	}
	switch f := a.Fact.(type) {
	case fact.Announced:
		c.log.Info("announced", zap.Stringer("place", f.Place), zap.String("prompt", f.Prompt), zap.String("text", f.Text),
			zap.Time("until", time.UnixMicro(f.Until)), zap.Bool("hang_up", f.HangUp), zap.String("by", f.By))
		c.tellQueue(f)
	case fact.AnnouncementCleared:
		c.log.Info("announcement cleared", zap.Stringer("place", f.Place), zap.String("by", f.By))
	}
}

// tellQueue has those hear it who wait there already.
func (c *Controller) tellQueue(f fact.Announced) {
	if f.Queue == "" {
		return
	}
	for id, v := range c.lives {
		if t := c.state.Floor.Tickets[id]; t != nil && t.Queue == f.Queue && t.Medium.Interactive() {
			v.box.put(engineEvent{engine.Announced{Queue: f.Queue}})
		}
	}
}
