package fold

import (
	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// callsBack judges the arrival by which an agent calls who left the message that he has, and
// binds him. All or nothing: one that is void leaves no contact.
func (s *State) callsBack(at int64, id contact.ID, f fact.Arrived) string {
	c := f.CallsBack
	if c == nil {
		return ""
	}
	message := s.Contacts[c.Message]
	switch {
	case !f.Medium.Interactive() || f.Voicemail != nil:
		return "nobody is called by that medium"
	case c.Number == "" || c.NumberHash == "" || c.Queue == "" || c.Agent == "":
		return "a call without a number, a queue or an agent"
	case message == nil || message.Voicemail == nil || message.Outcome != contact.StillHere || message.Agent != c.Agent:
		return "the agent does not have the message"
	}
	if _, promised := s.callbacks(engine.FloorQuery{Contact: id, Topic: c.Topic, Callback: c.NumberHash}); promised {
		return AlreadyPromised
	}
	if void := s.tooMany(at, c.Agent, c.ByAgent, c.InAll); void != "" {
		return void
	}
	if void := s.Floor.CallsBack(at, id, message.Offer, *c); void != acd.Accepted {
		return string(void)
	}
	s.callsOutside(at, c.Agent)
	s.Offers[c.Offer] = &OfferStory{Contact: id, PossibleSince: at}
	return ""
}
