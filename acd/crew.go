package acd

import "slices"

// crew is all agents logged in who are the same to every contact: same center,
// skills, file rights and media. Whom a contact may be offered to is judged once
// a crew, not once an agent.
type crew struct {
	key  string
	card Card
	// at is its place among the crews of the floor.
	at int
	// here counts those logged in, whatever they do.
	here int
	// ready are those who are, the longest first, then by id.
	ready []*Agent
}

// present brings the agent's crew in line with his state: he belongs to one
// while he is logged in and does not want to leave.
func (f *Floor) present(a *Agent) {
	here := a.State != LoggedOut && !a.LeaveWanted
	switch {
	case here && a.crew == nil:
		f.join(a)
	case !here && a.crew != nil:
		f.quit(a)
	}
}

func (f *Floor) join(a *Agent) {
	key := a.Card.key()
	c := f.crewOf[key]
	if c == nil {
		c = &crew{key: key, card: a.Card, at: len(f.crews)}
		f.crewOf[key] = c
		f.crews = append(f.crews, c)
		for _, circle := range f.circles {
			circle.meet(c)
		}
		for _, r := range f.reaches {
			r.meet(c)
		}
	}
	c.here++
	a.crew = c
}

// quit takes an agent who is not ready out of his crew.
func (f *Floor) quit(a *Agent) {
	c := a.crew
	a.crew = nil
	if c.here--; c.here > 0 {
		return
	}
	last := f.crews[len(f.crews)-1]
	f.crews[c.at], last.at = last, c.at
	f.crews = f.crews[:len(f.crews)-1]
	delete(f.crewOf, c.key)
	for _, circle := range f.circles {
		circle.lose(c)
	}
	for _, r := range f.reaches {
		r.lose(c)
	}
}

func (f *Floor) insertReady(a *Agent) {
	a.crew.ready = inserted(a.crew.ready, a, byReadiness)
}

func (f *Floor) dropReady(a *Agent) {
	if a.State == Ready {
		a.crew.ready = removed(a.crew.ready, a, byReadiness)
	}
}

func without(crews []*crew, c *crew) []*crew {
	return slices.DeleteFunc(crews, func(other *crew) bool { return other == c })
}
