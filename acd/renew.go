package acd

import (
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Renew gives an agent on the floor the card of a new version of the site, at
// once and without disturbing a running contact.
func (f *Floor) Renew(at int64, r fact.AgentRenewed) Void {
	a := f.Agents[r.Card.Agent]
	switch {
	case r.Card.Phone == "":
		return "agent without phone"
	case a == nil || a.State == LoggedOut || a.Version != r.Version:
		return "agent is not on the floor at that version"
	}
	f.write(at, a, r.Card)
	f.noteAllAlone(at)
	return Accepted
}

// Knows reports whether an agent's card is this one already, changes made by
// hand left aside.
func (f *Floor) Knows(agent contact.Agent, in fact.LoggedIn) bool {
	a := f.Agents[agent]
	if a == nil {
		return false
	}
	has := a.Card
	if o := f.Overlays[agent]; o != nil && o.Base != nil {
		has = *o.Base
	}
	sameWrapUp := (a.WrapUp == nil) == (in.WrapUp == nil) && (a.WrapUp == nil || *a.WrapUp == *in.WrapUp)
	return a.Name == in.Name && a.Node == in.Node && a.own() == in.Phone && sameWrapUp && has.equals(cardOf(in))
}

func cardOf(in fact.LoggedIn) Card {
	return Card{Center: in.Center, Skills: in.Skills, Files: in.Files, AllFiles: in.AllFiles, Media: in.Media, Capacity: in.Capacity}
}

func (c Card) equals(other Card) bool {
	return c.Center == other.Center && c.AllFiles == other.AllFiles && maps.Equal(c.Skills, other.Skills) &&
		slices.Equal(c.Files, other.Files) && slices.Equal(c.Media, other.Media) && maps.Equal(c.Capacity, other.Capacity)
}
