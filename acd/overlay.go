package acd

import (
	"maps"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Overlay is what was changed by hand over what the site folder says of an
// agent. It holds until it is taken back, through log-ins and new versions of
// the site.
type Overlay struct {
	// Skills replaces single levels; 0 takes the skill away.
	Skills map[contact.Skill]int `json:"skills,omitempty"`
	// Center replaces the agent's center unless it is empty.
	Center contact.Center `json:"center,omitempty"`
	// Base is the card as the site wrote it; nil until the agent logs in.
	Base *Card `json:"base,omitempty"`
	// At is when it was changed last, in µs, and By who did it.
	At int64  `json:"at"`
	By string `json:"by,omitempty"`
}

// Change lays a change of skills or center over an agent's card, at once and
// without disturbing a running contact, or takes all such changes back.
func (f *Floor) Change(at int64, ch fact.AgentChanged) Void {
	o := f.Overlays[ch.Agent]
	switch {
	case ch.Agent == "":
		return "change of nobody"
	case ch.Reset && o == nil:
		return "nothing was changed by hand"
	case !ch.Reset && ch.Center == "" && len(ch.Skills) == 0:
		return "a change of nothing"
	}
	for _, level := range ch.Skills {
		if level < 0 || level > 5 {
			return "a level outside 0 to 5"
		}
	}
	a := f.Agents[ch.Agent]
	if ch.Reset {
		delete(f.Overlays, ch.Agent)
		if a != nil && o.Base != nil {
			f.dealAnew(a, *o.Base, at)
		}
		return Accepted
	}
	if o == nil {
		o = &Overlay{}
		if a != nil {
			base := a.Card
			o.Base = &base
		}
		f.Overlays[ch.Agent] = o
	}
	o.lay(at, ch)
	if a != nil && o.Base != nil {
		f.dealAnew(a, o.over(*o.Base), at)
	}
	return Accepted
}

func (o *Overlay) lay(at int64, ch fact.AgentChanged) {
	o.At, o.By = at, ch.By
	if ch.Center != "" {
		o.Center = ch.Center
	}
	if len(ch.Skills) > 0 {
		skills := maps.Clone(o.Skills)
		if skills == nil {
			skills = map[contact.Skill]int{}
		}
		maps.Copy(skills, ch.Skills)
		o.Skills = skills
	}
}

// over is the card with the overlay on it.
func (o *Overlay) over(c Card) Card {
	if o.Center != "" {
		c.Center = o.Center
	}
	if len(o.Skills) == 0 {
		return c
	}
	skills := maps.Clone(c.Skills)
	if skills == nil {
		skills = map[contact.Skill]int{}
	}
	for s, level := range o.Skills {
		if skills[s] = level; level == 0 {
			delete(skills, s)
		}
	}
	c.Skills = skills
	return c
}

// overlaid is what an agent's card is after the changes made by hand.
func (f *Floor) overlaid(agent contact.Agent, c Card) Card {
	o := f.Overlays[agent]
	if o == nil {
		return c
	}
	o.Base = &c
	return o.over(c)
}

func (f *Floor) dealAnew(a *Agent, c Card, at int64) {
	f.deal(a, c)
	f.noteAllAlone(at)
}
