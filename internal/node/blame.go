package node

import (
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// What the leader decides concerns everybody at once: one contact or agent on whom that
// panics would stop it for all. So whoever it is is searched for on a copy of the
// floor, beside the state that is in use, and left out from then on: a contact until it
// has taken the safe route, an agent until he has been logged out. The contact may live
// at another controller; each rehearses the decisions once a second, and finds
// the same.

// blame is who made the leader's decisions panic. Its goroutine alone uses it.
type blame struct {
	aside acd.Aside
	// copy is the floor on which decisions at a time panicked, until it was searched.
	copy *acd.Floor
	at   int64
	// out counts how often an agent was logged out for it.
	out map[contact.Agent]int
	// doubtful are the agents who were blamed, or might have been instead of a contact:
	// where both might be, it is he the next time.
	doubtful map[contact.Agent]bool
	// rehearsed is when a controller that does not lead last tried the decisions, and
	// renewed when lines and crews were last made anew.
	rehearsed, renewed time.Time
}

// maxLogouts is how often an agent is logged out before it is given up: it may be just
// that on which the fold panics.
const maxLogouts = 3

func newBlame() blame {
	return blame{
		aside: acd.Aside{Contacts: map[contact.ID]bool{}, Agents: map[contact.Agent]bool{}},
		out:   map[contact.Agent]int{}, doubtful: map[contact.Agent]bool{},
	}
}

// onFloor decides one kind of thing about contacts and agents. Called with the state
// locked for reading.
func (l *leader) onFloor(what string, s *fold.State, now int64, decide func()) {
	if !l.surely(what, decide) {
		l.surely("copy", func() { l.blame.copy, l.blame.at = s.Floor.Copy(), now })
	}
}

// floor is the one to decide on: that of the state, but for those who are left out.
func (l *leader) floor(s *fold.State) *acd.Floor {
	if l.blame.aside.Empty() {
		return s.Floor
	}
	maps.DeleteFunc(l.blame.aside.Contacts, func(id contact.ID, _ bool) bool { return s.Floor.Tickets[id] == nil })
	maps.DeleteFunc(l.blame.aside.Agents, func(id contact.Agent, _ bool) bool {
		a := s.Floor.Agents[id]
		gone := a == nil || a.State == acd.LoggedOut
		if gone {
			delete(l.blame.out, id)
		}
		return gone
	})
	reduced := s.Floor
	if !l.blame.aside.Empty() {
		l.surely("floor", func() { reduced = s.Floor.Without(l.blame.aside) })
	}
	return reduced
}

// loggedOut are the agents who are blamed, for the ledger.
func (l *leader) loggedOut(s *fold.State, now int64) (batch []ledger.Entry) {
	for _, id := range slices.Sorted(maps.Keys(l.blame.aside.Agents)) {
		if a := s.Floor.Agents[id]; a == nil || a.LeaveWanted || l.blame.out[id] >= maxLogouts {
			continue
		}
		l.blame.out[id]++
		batch = append(batch, l.c.entry(fact.LoggedOut{Agent: id}, string(id), now))
	}
	return batch
}

// rehearse tries, where somebody else leads, what he decides. Called with the
// state locked for reading.
func (l *leader) rehearse(s *fold.State) {
	if time.Since(l.blame.rehearsed) < idleLook {
		return
	}
	l.blame.rehearsed = time.Now()
	now, floor := l.c.clock.now(), l.floor(s)
	l.onFloor("rehearsal", s, now, func() { l.rehearseOn(floor, now) })
}

// rehearseOn is decideOn in the parts in which the leader looks at a crowd.
func (l *leader) rehearseOn(f *acd.Floor, now int64) {
	f.Expiries(now)
	l.propose(f, now, ledger.MaxBatch)
	l.pressure.changes(f, now, ledger.MaxBatch)
}

// decideOn is all that is decided about contacts and agents.
func (l *leader) decideOn(f *acd.Floor, now int64) {
	f.Expiries(now)
	l.propose(f, now, ledger.MaxBatch)
	f.Changes(now, ledger.MaxBatch)
}

// isolate searches for whoever made the decisions panic, if they did, and has them
// decided again without.
func (l *leader) isolate() {
	floor, at := l.blame.copy, l.blame.at
	if floor == nil {
		return
	}
	l.blame.copy = nil
	decide := func(f *acd.Floor) { l.decideOn(f, at) }
	again := false
	for !floor.Survives(l.blame.aside, decide) {
		c, found := floor.Culprit(l.blame.aside, decide)
		if !found {
			break
		}
		l.accuse(c)
		again = true
	}
	if !again { // nobody: what is derived from the state was spoilt
		l.c.makeLinesAnew()
		again = time.Since(l.blame.renewed) > idleLook // otherwise that did not help: not in a tight loop
		l.blame.renewed = time.Now()
	}
	if again {
		l.signal()
	}
}

// accuse leaves somebody out of all decisions, and has the contact take the safe route
// if it lives here.
func (l *leader) accuse(c acd.Culprit) {
	either := c.Contact != "" && c.Agent != ""
	agent := c.Contact == "" || either && l.blame.doubtful[c.Agent]
	if c.Agent != "" {
		l.blame.doubtful[c.Agent] = true
	}
	if agent {
		l.blame.aside.Agents[c.Agent] = true
		l.c.live.repaired(poisoned)
		l.c.log.Error("agent logged out; what is decided about him panics", zap.String("agent", string(c.Agent)))
		return
	}
	l.blame.aside.Contacts[c.Contact] = true
	l.c.mu.RLock()
	v := l.c.lives[c.Contact]
	l.c.mu.RUnlock()
	l.c.log.Error("contact left out of all decisions, which panic on it",
		zap.String("contact", string(c.Contact)), zap.Bool("lives_here", v != nil))
	if v != nil {
		v.box.put(poison{})
	}
}

// makeLinesAnew does so with all that is derived from the state.
func (c *Controller) makeLinesAnew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live.repaired("spoilt_lines")
	c.log.Error("decisions panicked on what is derived from the state, which was made anew")
	c.state.Salvage()
}
