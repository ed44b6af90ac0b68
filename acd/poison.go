package acd

import (
	"maps"
	"slices"
	"sort"

	"github.com/guichet/guichet/internal/contact"
)

// No state is known on which deciding panics. Should there be one, one contact or one
// agent must not stop the offers of all others: whoever decides finds out who it is,
// by trying floors on which only some of them are, and decides without them.

// Aside are contacts and agents that are left out of decisions.
type Aside struct {
	Contacts map[contact.ID]bool
	Agents   map[contact.Agent]bool
}

// Culprit is who makes something panic. With both it happens only where they meet: it
// cannot be told which of them it is.
type Culprit struct {
	Contact contact.ID
	Agent   contact.Agent
}

// Empty reports whether nobody is left out.
func (a Aside) Empty() bool { return len(a.Contacts)+len(a.Agents) == 0 }

// Copy is the same floor, of which nothing is shared that changes; what is derived is
// made anew with Reindex, which is to be called before anything else. It is for decisions
// and for whoever looks for a culprit: the floor itself goes on.
func (f *Floor) Copy() *Floor { return f.but(Aside{}) }

// Without is the floor as it would be without some, made anew: for decisions only. A
// contact behind one of them in its line is left out as well, for it must not be
// offered before that one has gone.
func (f *Floor) Without(aside Aside) *Floor {
	hidden := Aside{Contacts: maps.Clone(aside.Contacts), Agents: aside.Agents}
	for id := range aside.Contacts {
		t := f.Tickets[id]
		if t == nil || t.circle == nil {
			continue
		}
		for _, other := range t.circle.line {
			if t.before(other) < 0 {
				hidden.Contacts[other.Contact] = true
			}
		}
	}
	reduced := f.but(hidden)
	reduced.Estimate = f.Estimate
	reduced.Reindex()
	return reduced
}

// but is a copy without some, of which nothing derived is made yet.
func (f *Floor) but(aside Aside) *Floor {
	c := New()
	c.keepIdle = f.keepIdle // and no Estimate: what that reads goes on
	c.QueueVersions, c.Left, c.Seats = maps.Clone(f.QueueVersions), maps.Clone(f.Left), maps.Clone(f.Seats)
	c.Offers, c.Errands, c.Overlays = each(f.Offers), each(f.Errands), each(f.Overlays)
	for _, o := range c.Overlays {
		if o != nil {
			o.Skills = maps.Clone(o.Skills)
		}
	}
	for id, a := range f.Agents {
		if !aside.Agents[id] {
			c.Agents[id] = a.alone()
		}
	}
	for id, t := range f.Tickets {
		if !aside.Contacts[id] {
			c.Tickets[id] = t.alone()
		}
	}
	return c
}

// each is a map with copies of what it points to; nil stays nil, as corrupt as it is.
func each[K comparable, V any](m map[K]*V) map[K]*V {
	c := maps.Clone(m)
	for k, v := range c {
		if v != nil {
			one := *v
			c[k] = &one
		}
	}
	return c
}

// alone is a copy that is on no floor yet; nil stays nil, as corrupt as it is.
func (a *Agent) alone() *Agent {
	if a == nil {
		return nil
	}
	c := *a
	c.crew = nil
	c.Hands = maps.Clone(a.Hands)
	return &c
}

func (t *Ticket) alone() *Ticket {
	if t == nil {
		return nil
	}
	c := *t
	c.circle, c.reach, c.dueAt, c.duePos = nil, nil, 0, 0
	return &c
}

// Survives reports whether something can be done on a copy of the floor without some.
// It changes nothing.
func (f *Floor) Survives(aside Aside, try func(*Floor)) (returned bool) {
	defer func() { _ = recover() }()
	c := f.but(aside)
	c.Reindex()
	try(c)
	return true
}

// Culprit finds one who makes something panic on the floor, beside those who are known
// already; false if nothing does. It changes nothing, and costs some forty trials on
// copies of the floor.
//
// It looks for the first contact, by id, that makes it panic together with those
// before it, then likewise for the agent whom it takes for that, and asks at last which
// of the two does so with all others too.
func (f *Floor) Culprit(known Aside, try func(*Floor)) (Culprit, bool) {
	s := search{f: f, try: try}
	for _, id := range slices.Sorted(maps.Keys(f.Tickets)) {
		if !known.Contacts[id] {
			s.contacts = append(s.contacts, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Agents)) {
		if !known.Agents[id] {
			s.agents = append(s.agents, id)
		}
	}
	if !s.panics(s.contacts, s.agents) {
		return Culprit{}, false
	}
	var found Culprit
	contacts := s.contacts[:sort.Search(len(s.contacts), func(n int) bool { return s.panics(s.contacts[:n], s.agents) })]
	if last := len(contacts) - 1; last >= 0 {
		found.Contact = contacts[last]
		if alone := contacts[last:]; s.panics(alone, s.agents) {
			contacts = alone
		}
	}
	agents := s.agents[:sort.Search(len(s.agents), func(n int) bool { return s.panics(contacts, s.agents[:n]) })]
	if last := len(agents) - 1; last >= 0 {
		found.Agent = agents[last]
	}
	if found.Contact == "" || found.Agent == "" {
		return found, true
	}
	switch {
	case s.panics(contacts, except(s.agents, found.Agent)):
		found.Agent = ""
	case s.panics(except(s.contacts, found.Contact), []contact.Agent{found.Agent}):
		found.Contact = ""
	}
	return found, true
}

// search is one for a culprit.
type search struct {
	f        *Floor
	try      func(*Floor)
	contacts []contact.ID
	agents   []contact.Agent
}

// panics reports whether it does so with these alone.
func (s *search) panics(contacts []contact.ID, agents []contact.Agent) bool {
	aside := Aside{Contacts: map[contact.ID]bool{}, Agents: map[contact.Agent]bool{}}
	for id := range s.f.Tickets {
		aside.Contacts[id] = true
	}
	for id := range s.f.Agents {
		aside.Agents[id] = true
	}
	for _, id := range contacts {
		delete(aside.Contacts, id)
	}
	for _, id := range agents {
		delete(aside.Agents, id)
	}
	return !s.f.Survives(aside, s.try)
}

func except[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return x == one })
}

// Salvage makes everything anew that is derived, as Reindex does, except for those with
// whom that panics: they are in no line, and all others are. It returns whom it
// left out, the same on equal floors.
func (f *Floor) Salvage() Aside {
	aside := Aside{Contacts: map[contact.ID]bool{}, Agents: map[contact.Agent]bool{}}
	for {
		c, found := f.Culprit(aside, func(*Floor) {})
		switch {
		case !found:
			f.reindex(aside)
			return aside
		case c.Contact != "":
			aside.Contacts[c.Contact] = true
		default:
			aside.Agents[c.Agent] = true
		}
	}
}
