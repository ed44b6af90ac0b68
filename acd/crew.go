package acd

import "github.com/guichet/guichet/internal/contact"

// crew is all agents logged in who are the same to every contact: same center,
// skills, file rights, media and capacity. Whom a contact may be offered to is judged once
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
	// spare are those of them who have room for one more at hand, by medium: the fewest at
	// hand first, then the longest ready.
	spare map[contact.Medium][]*Agent
	// readyAt is its place among the crews of whom somebody is ready.
	readyAt int
	// circles are those it may serve.
	circles []*circle
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
		for _, circle := range f.rounds {
			circle.meet(c)
		}
		for _, r := range f.reaches {
			if r.meet(c) {
				f.turned = append(f.turned, r)
			}
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
	for _, circle := range f.rounds {
		circle.lose(c)
	}
	for _, r := range f.reaches {
		if r.lose(c) {
			f.turned = append(f.turned, r)
		}
	}
	last := f.crews[len(f.crews)-1]
	f.crews[c.at], last.at = last, c.at
	f.crews = f.crews[:len(f.crews)-1]
	delete(f.crewOf, c.key)
}

func (f *Floor) insertReady(a *Agent) {
	c := a.crew
	if len(c.ready) == 0 {
		c.readyAt = len(f.ready)
		f.ready = append(f.ready, c)
	}
	c.ready = inserted(c.ready, a, byReadiness)
	f.insertSpare(a)
}

func (f *Floor) dropReady(a *Agent) {
	if a.State != Ready {
		return
	}
	f.dropSpare(a)
	c := a.crew
	if c.ready = removed(c.ready, a, byReadiness); len(c.ready) > 0 {
		return
	}
	last := f.ready[len(f.ready)-1]
	f.ready[c.readyAt], last.readyAt = last, c.readyAt
	f.ready = f.ready[:len(f.ready)-1]
}
