package node

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// policyEvery is how often the store is asked what it does when it is full. At the
// start, and after each reconnect, a store that removes facts is refused; while it
// runs, somebody may still set it so. Calls go on: nothing is lost before it is full.
const policyEvery = 5 * time.Second

// evicting is the repair that counts a policy found changed.
const evicting = "ledger_evicts"

// lookAtPolicy tells and counts when the store would begin to remove facts, and
// tells when it would no more.
func (c *Controller) lookAtPolicy(ctx context.Context) {
	room, err := c.ledger.Room(ctx)
	if err != nil || !c.live.setEvicts(room.Evicts) {
		return // an answer that does not come is told by the tail
	}
	if room.Evicts == "" {
		c.log.Info("the store of the ledger keeps everything again")
		return
	}
	c.live.repaired(evicting)
	c.log.Error("the store of the ledger removes facts when it is full; set maxmemory-policy to noeviction at once, or the next start and reconnect are refused",
		zap.String("policy", room.Evicts))
}

// Degraded lists what endangers service though calls are served; empty if nothing does.
func (c *Controller) Degraded() (why []string) {
	if policy := c.live.evicting(); policy != "" {
		why = append(why, "maxmemory-policy of the ledger's Redis is "+policy+" and would remove facts; set it to noeviction at once, or the next start and reconnect are refused")
	}
	return append(why, c.lostNodes()...)
}

// evicting is the store's policy, "" for one that removes nothing.
func (l *liveCounts) evicting() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.evicts
}

// setEvicts notes what the store's policy is, "" for one that removes nothing, and
// whether that is news.
func (l *liveCounts) setEvicts(policy string) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed = l.evicts != policy
	l.evicts = policy
	return changed
}
