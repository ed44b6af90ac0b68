package fold

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Coming is a fact that is about to be written.
type Coming struct {
	At      int64
	Subject string
	Fact    fact.Fact
}

// Foresee says which offer is due first now, once some facts have been folded, so that
// it may be written in the same batch as they. It changes nothing, and is silent
// (false) where it would have to fold to know: one of the facts makes somebody
// queue or an agent ready, and the others touch no line.
//
// A guess it stays: whoever writes something in between makes the offer void, as
// any offer that was decided on what is not so any more.
func (s *State) Foresee(now int64, facts []Coming) (next fact.Offered, known bool) {
	if len(s.Protocol.WaitingFor()) > 0 {
		return fact.Offered{}, false
	}
	moving := -1
	for i, c := range facts {
		switch {
		case s.touchesNoLine(c) && (moving < 0 || facts[moving].Subject != c.Subject):
		case moving >= 0:
			return fact.Offered{}, false
		default:
			moving = i
		}
	}
	if moving < 0 {
		return fact.Offered{}, false
	}
	c := facts[moving]
	switch f := c.Fact.(type) {
	case fact.Expired:
		return s.Floor.ForeseeExpired(now, c.At, f)
	case fact.LegEnded:
		if rec := s.Contacts[contact.ID(c.Subject)]; rec != nil && rec.Offer == f.Offer {
			return s.Floor.ForeseeEnded(now, c.At, f.Offer)
		}
	case fact.Queued:
		if medium, may := s.mayQueue(c.Subject, f, facts[:moving]); may {
			return s.Floor.ForeseeQueued(now, c.At, contact.ID(c.Subject), medium, f)
		}
	}
	return fact.Offered{}, false
}

// touchesNoLine reports whether a fact leaves the floor as it is.
func (s *State) touchesNoLine(c Coming) bool {
	switch c.Fact.(type) {
	case fact.Arrived, fact.Waiting, fact.Foretold:
		return true
	case fact.Closed:
		return s.Floor.Tickets[contact.ID(c.Subject)] == nil
	}
	return false
}

// mayQueue reports whether a contact may queue, and its medium; it may arrive by
// one of the facts before.
func (s *State) mayQueue(subject string, q fact.Queued, before []Coming) (contact.Medium, bool) {
	if rec := s.Contacts[contact.ID(subject)]; rec != nil {
		return rec.Medium, rec.ClosedAt == 0 && !rec.Met() && rec.Transfer == nil && queuesCallback(rec, q) == ""
	}
	for _, c := range before {
		if f, arrives := c.Fact.(fact.Arrived); arrives && c.Subject == subject {
			return f.Medium, true
		}
	}
	return "", false
}
