package report

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/terminal"
)

// party is who else is in a conversation, or has just given it away.
type party struct {
	agent  contact.Agent // empty for a number outside
	role   fact.Role
	joined bool
	served bool  // has talked with the caller
	since  int64 // since when it had the call, 0 if it never did
}

// departure is who left a contact, after so long with the caller.
type departure struct {
	agent      contact.Agent // empty for a number outside
	talked     Span
	unanswered bool
	supervised bool // and had no part in it
}

// waits reports whether the contact is one that somebody may be offered.
func (l *life) waits() bool { return l.outcome == contact.StillHere || l.returned }

// conversationFact counts what happens to the parties of a conversation.
func (r *recount) conversationFact(a fold.Applied, l *life) {
	at := a.Entry.At
	switch f := a.Fact.(type) {
	case fact.Invited:
		l.party(f.Party, &party{agent: f.Agent, role: f.Role})
		if f.Agent != "" {
			r.checkBound(a, l, f.Agent, f.Party)
			b := r.agent(f.Agent)
			b.node = l.node
			b.enter("reserved", at, after(at, f.Ring+claimTime+ringGrace))
		}
	case fact.PartyJoined:
		p := l.parties[f.Party]
		p.joined = true
		p.serves()
		if p.agent != "" {
			r.checkDeadline(a, r.agent(p.agent))
			r.agent(p.agent).talks(at)
		}
		l.superviseFact(at, f.Party)
	case fact.PartyMoved:
		if f.Role == fact.Leaving {
			r.letGo(l)
			return
		}
		p := l.parties[f.Party]
		p.role = f.Role
		p.serves()
		l.superviseFact(at, f.Party)
	case fact.PartyLeft:
		r.partyLeft(a, l, f)
	case fact.HandedOver:
		p := l.parties[f.Party]
		if s := l.superviseEnds(at, f.Party); s != nil {
			s.what.TookOver = true
		}
		r.letGo(l)
		delete(l.parties, f.Party)
		if p.agent == "" {
			break
		}
		l.live, l.since = f.Party, at
		l.offer.Agent = p.agent
		r.doubles.contacts[l.id] = f.Party
	case fact.Requeued:
		r.letGo(l)
		l.returned, l.held = true, 0
		callback, queue := l.callback, l.queue // what the first bridge fixed stays
		l.enqueue(at, f.Queued)
		l.callback, l.queue = callback, queue
		r.opens(at, l, circleAt(f.Queued, at))
	}
}

// claimTime is how long the ledger may take to accept that somebody is called.
const claimTime = 10_000_000_000

func (p *party) serves() {
	p.served = p.served || p.joined && (p.role == fact.Member || p.role == fact.Target)
}

func (l *life) party(id fact.OfferID, p *party) {
	if l.parties == nil {
		l.parties = map[fact.OfferID]*party{}
	}
	l.parties[id] = p
}

// letGo makes a leaving party of who has the call.
func (r *recount) letGo(l *life) {
	if l.live == "" {
		return
	}
	l.party(l.live, &party{agent: l.offer.Agent, role: fact.Leaving, joined: true, served: true, since: l.since})
	delete(r.doubles.contacts, l.id)
	l.live, l.since = "", 0
}

func (r *recount) partyLeft(a fold.Applied, l *life, f fact.PartyLeft) {
	p := l.parties[f.Party]
	l.superviseEnds(a.Entry.At, f.Party)
	delete(l.parties, f.Party)
	if p == nil {
		return
	}
	l.left = departure{agent: p.agent, supervised: p.role.Supervises()}
	if p.agent == "" {
		return
	}
	r.unbound(p.agent, f.Party)
	b := r.agent(p.agent)
	r.checkDeadline(a, b)
	switch {
	case p.served:
		b.wraps(a.Entry.At, l)
	case p.role.Supervises():
		b.free(a.Entry.At)
	default:
		b.offerEnds(a.Entry.At, l, f.Result)
	}
}

// partEnded is the end of the leg of who was let go; false if the leg is none of those.
func (r *recount) partEnded(a fold.Applied, l *life, o fact.OfferID) bool {
	p := l.parties[o]
	if p == nil {
		return false
	}
	delete(l.parties, o)
	l.left, l.legGone = departure{agent: p.agent}, a.Entry.At
	r.unbound(p.agent, o)
	if p.since != 0 && l.onTheLine() {
		talked := Span(max(a.Entry.At-p.since, 0))
		l.talked += talked
		l.left.talked = talked
		r.numbers.observe("talk", talked)
	}
	r.agent(p.agent).wraps(a.Entry.At, l)
	return true
}

// checkBound is checkDouble for an agent who is called into a conversation.
func (r *recount) checkBound(a fold.Applied, l *life, agent contact.Agent, id fact.OfferID) {
	if other, bound := r.doubles.agents[agent]; bound {
		r.violate("I4", a.Entry.Self.ID, "agent %s was called into contact %s while bound by offer %s", agent, l.id, other)
	}
	r.doubles.agents[agent] = id
}

func (r *recount) unbound(agent contact.Agent, id fact.OfferID) {
	if r.doubles.agents[agent] == id {
		delete(r.doubles.agents, agent)
	}
}

// conversationInWords tells a fact about a conversation.
func (s speaker) conversationInWords(l *life, f fact.Fact) string {
	switch f := f.(type) {
	case fact.Held:
		return "the caller is put on hold" + s.wishedBy(f.By)
	case fact.Retrieved:
		return "the caller is taken off hold" + s.wishedBy(f.By)
	case fact.Identifying:
		return "the caller is asked who he is; nobody hears him meanwhile" + s.wishedBy(f.By)
	case fact.Identified:
		if f.Authentication == 0 {
			return "he has not said who he is; he hears the agent again"
		}
		return "he hears the agent again" + identifiedInWords(f.Authentication)
	case fact.Invited:
		if f.Role.Supervises() {
			return fmt.Sprintf("%s is called to %s; for at most %s", s.who(f.Agent), s.isToSupervise(l, f.Role), terminal.Clock(f.Ring))
		}
		return fmt.Sprintf("%s is called to %s%s; for at most %s", s.who(f.Agent), purpose[f.Role], s.wishedBy(f.By), terminal.Clock(f.Ring))
	case fact.PartyJoined:
		if p := l.parties[f.Party]; p != nil && p.role.Supervises() {
			return fmt.Sprintf("%s has answered, and %s", s.who(p.agent), s.does(l, p.role))
		}
		return s.party(l, f.Party) + " has answered"
	case fact.PartyMoved:
		if f.Role == fact.Leaving {
			return s.party(l, f.Party) + " is let go; the caller hears music"
		}
		if f.Role.Supervises() {
			return s.party(l, f.Party) + " " + s.does(l, f.Role) + " from now on"
		}
		return fmt.Sprintf("%s is to %s%s", s.party(l, f.Party), purpose[f.Role], s.wishedBy(f.By))
	case fact.PartyLeft:
		if f.Result != "" {
			return s.who(l.left.agent) + ", called into the conversation, was not reached: " + words(string(f.Result)) + cause(f.Cause)
		}
		if l.left.supervised {
			return s.who(l.left.agent) + " supervises no more"
		}
		return s.who(l.left.agent) + " left the conversation, by the " + f.By
	case fact.HandedOver:
		if l.live == f.Party {
			return s.who(l.offer.Agent) + " has the call"
		}
		return s.who("") + " has the call"
	case fact.Requeued:
		return "back in a queue" + s.wishedBy(f.By) + ": " + s.queuedInWords(l, f.Queued)
	}
	return ""
}

// purpose says what somebody is called for.
var purpose = map[fact.Role]string{
	fact.Consulted: "be consulted", fact.Target: "have the call", fact.Member: "join the conversation",
}

func (n naming) who(a contact.Agent) string {
	if a == "" {
		return "a number outside"
	}
	return n.agent(a)
}

// party names one who is in the conversation. Numbers outside that have the call are not
// remembered.
func (n naming) party(l *life, id fact.OfferID) string {
	if p := l.parties[id]; p != nil {
		return n.who(p.agent)
	}
	return n.who("")
}

func (n naming) wishedBy(a contact.Agent) string {
	if a == "" {
		return ""
	}
	return ", by " + n.agent(a)
}
