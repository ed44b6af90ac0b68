package fold

import (
	"fmt"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// conversationFact judges what an owner writes of the parties of a conversation, and has
// the floor bind and free the agents among them.
func (s *State) conversationFact(a *Applied, rec *engine.Record) string {
	at := a.Entry.At
	if o := s.Floor.Offers[rec.Offer]; o != nil && o.Beside {
		return "contact is in no conversation"
	}
	switch f := a.Fact.(type) {
	case fact.Held:
		switch {
		case !talks(rec):
			return "contact is in no conversation"
		case rec.HeldAt != 0:
			return "held already"
		}
	case fact.Retrieved:
		if !talks(rec) || rec.HeldAt == 0 {
			return "not held"
		}
	case fact.Identifying:
		switch {
		case !talks(rec) || rec.Agent == "" || !rec.Medium.Interactive():
			return "contact is in no conversation with an agent"
		case rec.HeldAt != 0 || rec.Identifying:
			return "held already"
		}
	case fact.Identified:
		if !talks(rec) || !rec.Identifying {
			return "caller is not being asked"
		}
		if !f.Known() {
			return "no such authentication"
		}
	case fact.Invited:
		return s.invited(at, rec, f)
	case fact.PartyJoined:
		p := rec.Party(f.Party)
		if p == nil || p.Role == fact.Leaving || p.Joined() || rec.ClosedAt != 0 {
			return "no such party is called"
		}
		s.Floor.Join(at, f.Party)
		s.serves(rec, p, p.Role)
	case fact.PartyMoved:
		return s.moved(rec, f)
	case fact.PartyLeft:
		p := rec.Party(f.Party)
		if p == nil || p.Role == fact.Leaving {
			return "no such party"
		}
		s.Floor.EndErrand(at, f.Party, f.Result)
	case fact.HandedOver:
		return s.handedOver(at, rec, f)
	case fact.Requeued:
		switch {
		case rec.ClosedAt != 0 || !rec.Connected():
			return "contact was not answered"
		case f.Callback:
			return "somebody on the line is not called back"
		}
		if void := s.Floor.Requeue(at, rec.ID, rec.Medium, f.Queued); void != acd.Accepted {
			return string(void)
		}
		s.Floor.LetGo(rec.Offer)
	default:
		return fmt.Sprintf("%s is no fact about a contact", a.Fact.Kind())
	}
	return ""
}

// talks reports whether the contact is in a conversation.
func talks(rec *engine.Record) bool { return rec.Conversation() != engine.Apart }

func (s *State) invited(at int64, rec *engine.Record, f fact.Invited) string {
	switch {
	case !talks(rec):
		return "contact is in no conversation"
	case f.Party == "" || rec.Party(f.Party) != nil || rec.Leg() == f.Party:
		return "a party without a name of its own"
	case (f.Agent == "") == (f.Number == ""):
		return "an agent or a number is called"
	case f.Agent != "":
		return string(s.Floor.Invite(at, rec.ID, f))
	}
	if void := s.tooMany(at, f.By, f.ByAgent, f.InAll); void != "" {
		return void
	}
	s.callsOutside(at, f.By)
	return ""
}

// tooMany says that an agent, or all of them, have called as many numbers as they may.
func (s *State) tooMany(at int64, by contact.Agent, byAgent, all int) string {
	switch {
	case byAgent > 0 && s.Outside.since(string(by), at-hour) >= byAgent:
		return TooManyByAgent
	case all > 0 && s.Outside.since(inAll, at-hour) >= all:
		return TooManyInAll
	}
	return ""
}

func (s *State) callsOutside(at int64, by contact.Agent) {
	s.Outside.addUpTo(contact.MaxOutside, at, string(by))
	s.Outside.addUpTo(contact.MaxOutside, at, inAll)
}

const (
	hour = int64(3_600_000_000)
	// inAll is under what the numbers called by everybody are counted; no agent is called so.
	inAll = "*"
)

// TooManyByAgent and TooManyInAll are why a number is not called that might be.
const (
	TooManyByAgent = "the agent has called as many numbers outside within the hour as one may"
	TooManyInAll   = "as many numbers outside were called within the hour as may be"
)

// serves notes that an agent called into a conversation has talked with the caller.
func (s *State) serves(rec *engine.Record, p *engine.Party, r fact.Role) {
	if r == fact.Member || r == fact.Target {
		s.Floor.Serve(p.ID)
		s.serve(p.Agent, rec)
	}
}

func (s *State) moved(rec *engine.Record, f fact.PartyMoved) string {
	p := rec.Party(f.Party)
	switch {
	case f.Role == fact.Leaving && f.Party != "" && rec.Leg() == f.Party && rec.Met():
		s.Floor.LetGo(rec.Offer)
		return ""
	case p == nil || p.Role == fact.Leaving || f.Role == fact.Leaving || rec.ClosedAt != 0:
		return "no such party"
	case p.Role == f.Role:
		return "it is so already"
	}
	if p.Joined() {
		s.serves(rec, p, f.Role)
	}
	return ""
}

func (s *State) handedOver(at int64, rec *engine.Record, f fact.HandedOver) string {
	p := rec.Party(f.Party)
	if p == nil || !p.Joined() || p.Role == fact.Leaving || rec.ClosedAt != 0 || !rec.Connected() {
		return "no such party has answered"
	}
	s.Floor.LetGo(rec.Offer)
	s.Floor.TakeOver(at, f.Party, rec.Queue)
	if p.Agent != "" {
		s.Offers[f.Party] = &OfferStory{Contact: rec.ID, ConnectedAt: at}
		s.serve(p.Agent, rec)
	}
	return ""
}

// legEnded is the agent's leg that ends: of the live offer, or of who was let go.
func (s *State) legEnded(a *Applied, rec *engine.Record, f fact.LegEnded) string {
	if p := rec.Party(f.Offer); p != nil && p.Role == fact.Leaving && p.Agent != "" {
		s.Floor.EndErrand(a.Entry.At, f.Offer, "")
		return ""
	}
	return s.ofOffer(rec, f.Offer, func() acd.Void { return s.Floor.EndLeg(a.Entry.At, f.Offer) })
}
