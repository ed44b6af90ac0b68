package node

import (
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// foresee is the offer that follows from facts of ours which are about to be
// written, in the leader's words; none if this controller does not lead, or has
// decided what it does not see yet. Both go to the log in one batch: it costs one
// trip to Redis and one turn of the leader less until a phone rings. The fold judges
// the offer as any other, so a wrong guess is void (docs/decisions/0008). While cards
// of agents are to be renewed it is silent: that goes first.
func (l *leader) foresee(s *fold.State, facts []fold.Coming) (batch []ledger.Entry) {
	epoch, leads := l.c.epoch(s, ledger.Site)
	if len(facts) == 0 || !leads || !l.flight.over(s) || l.suspects.any() {
		return nil
	}
	// The clock may have been put back a little since the cause.
	now := max(l.c.clock.now(), facts[len(facts)-1].At)
	l.surely("foresight", func() {
		if o, known := s.Foresee(now, facts); known {
			e := l.c.entry(o, string(o.Contact), now)
			e.Role, e.Epoch = ledger.RoleLeader, epoch
			batch = append(batch, e)
		}
	})
	return batch
}
