package fold

import (
	"slices"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// TooManyLinks is why a claim is void beyond what one person may get in a day.
const TooManyLinks = "this person got as many links today as anybody may"

// maxLinksPerDay is beyond what any site may allow: Called remembers as many.
const maxLinksPerDay = maxCalled

// linkFact judges what an owner writes about a message with a link.
func (s *State) linkFact(at int64, rec *engine.Record, f fact.Fact) string {
	switch f := f.(type) {
	case fact.LinkClaimed:
		switch {
		case rec.ClosedAt != 0 || rec.Met() || rec.Transfer != nil || rec.Away():
			return "contact is past its menu"
		case f.N < 1 || f.To == "" || f.PerDay < 1 || f.PerDay > maxLinksPerDay:
			return "a link without a number, a person or a bound"
		case rec.Link != nil && rec.Link.N >= f.N:
			return "link is known already"
		case s.Links.since(f.To, f.Since) >= f.PerDay:
			return TooManyLinks
		}
		s.Links.add(at, f.To)
	case fact.LinkReleased:
		if rec.Link == nil || rec.Link.N != f.N || rec.Link.Released {
			return "not the link of the contact"
		}
		s.Links.takeOff(rec.Link.At, rec.Link.To)
	}
	return ""
}

// takeOff forgets one that was noted.
func (c *Called) takeOff(at int64, hash string) {
	times := c.Times[hash]
	if i := slices.Index(times, at); i >= 0 {
		c.Times[hash] = slices.Delete(times, i, i+1)
	}
	if len(c.Times[hash]) == 0 {
		delete(c.Times, hash)
	}
	if len(c.Times) == 0 {
		c.Times = nil // nothing is left: the same bytes as before
	}
}

// LinksSince is how many links a person got since a time in µs, by the keyed hash of
// the number or address.
func (s *State) LinksSince(person string, since int64) int { return s.Links.since(person, since) }
