package node

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// proposalLife is how long a proposal may wait for a leader. Whoever asked was
// told long before that nobody leads.
const proposalLife = time.Minute

// verdict answers an open proposal, once its content was loaded or could not be.
func (l *leader) verdict(s *fold.State, now int64) (batch []ledger.Entry) {
	p := s.Proposal
	if p == nil {
		return nil
	}
	var answer fact.Fact
	why := l.c.versions.why(p.Hash)
	switch {
	case time.Duration(now-p.At)*time.Microsecond > proposalLife:
		answer = fact.ConfigRefused{Op: p.Op, Reason: "nobody led when it was asked for"}
	case p.From != s.Config:
		answer = fact.ConfigRefused{Op: p.Op, Reason: "another version was activated meanwhile"}
	case l.c.versions.has(p.Hash):
		answer = fact.ConfigActivated{Hash: p.Hash, Cause: p.Cause, Op: p.Op}
	case why != nil:
		answer = fact.ConfigRefused{Op: p.Op, Reason: why.Error()}
	default:
		return nil // it is being loaded, which wakes us
	}
	return []ledger.Entry{l.c.entry(answer, "", now)}
}

// suspects are the agents whose card may not be the one of the active version:
// all after an activation, or once capacities may be written, and whoever was logged in by
// somebody since.
type suspects struct {
	mu  sync.Mutex
	all bool
	// capacities says that they could be written at the last look.
	capacities bool
	who        map[contact.Agent]bool
}

// suspect has an agent looked at who came back, perhaps with the card of an
// older version. Called with the state locked.
func (l *leader) suspect(a fold.Applied) {
	if !a.Effective() {
		return
	}
	switch f := a.Fact.(type) {
	case fact.LoggedIn:
		l.suspects.add(f.Agent)
	case fact.Resumed:
		l.suspects.add(f.Agent)
	}
}

func (s *suspects) add(agent contact.Agent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.who[agent] = true
}

func (s *suspects) any() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all || len(s.who) > 0
}

// suspectAll has every agent on the floor looked at.
func (l *leader) suspectAll() {
	l.suspects.mu.Lock()
	l.suspects.all = true
	l.suspects.mu.Unlock()
	l.signal()
}

// renewals give the agents on the floor their cards of the active version, and
// log out those whom it does not have any more. An agent stays suspect until
// the fold shows that nothing is to be done.
func (l *leader) renewals(s *fold.State, now int64, room int) (batch []ledger.Entry) {
	if s.Config != "" && s.Config != l.c.Site().Hash {
		return nil // the switch makes all suspect again
	}
	l.suspects.mu.Lock()
	defer l.suspects.mu.Unlock()
	if may := s.Understood(fact.FormatCapacity); may != l.suspects.capacities {
		l.suspects.capacities, l.suspects.all = may, true
	}
	if l.suspects.all {
		l.suspects.all = false
		for id := range s.Floor.Agents {
			l.suspects.who[id] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.suspects.who)) {
		if len(batch) >= room {
			break
		}
		f := l.renewal(s, id)
		if f == nil {
			delete(l.suspects.who, id)
			continue
		}
		batch = append(batch, l.c.entry(f, string(id), now))
	}
	return batch
}

// renewal is what is to be done about an agent, nil if nothing.
func (l *leader) renewal(s *fold.State, id contact.Agent) fact.Fact {
	a := s.Floor.Agents[id]
	if a == nil || a.State == acd.LoggedOut {
		return nil
	}
	card, stays := l.c.card(id, s.Understood(fact.FormatCapacity))
	switch {
	case !stays && !a.LeaveWanted:
		return fact.LoggedOut{Agent: id}
	case !stays || s.Floor.Knows(id, card):
		return nil
	}
	return fact.AgentRenewed{Card: card, Version: a.Version}
}

// drift lists what was changed by hand over what the site says.
func drift(s *fold.State, site *config.Site) (all []status.Drift) {
	for _, id := range slices.Sorted(maps.Keys(s.Floor.Overlays)) {
		o, says := s.Floor.Overlays[id], site.Agents[id]
		d := status.Drift{Agent: id, At: o.At, By: o.By}
		if o.Center != "" && o.Center != says.Center {
			d.Words = append(d.Words, fmt.Sprintf("center %s instead of %s", o.Center, orNone(string(says.Center))))
		}
		for _, skill := range slices.Sorted(maps.Keys(o.Skills)) {
			if o.Skills[skill] != says.Skills[skill] {
				d.Words = append(d.Words, fmt.Sprintf("%s %s instead of %s", skill, level(o.Skills[skill]), level(says.Skills[skill])))
			}
		}
		if len(d.Words) > 0 {
			all = append(all, d)
		}
	}
	return all
}

func orNone(name string) string {
	if name == "" {
		return "none"
	}
	return name
}

func level(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}
