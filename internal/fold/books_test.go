package fold_test

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// books counts the facts that had their effect once more, by the definitions of
// docs/definitions.md and from the facts alone: invariant I5.
type books struct {
	offered, asked, outcomes, abandoned, dissuaded, offers map[fold.Labels]int
	waits                                                  map[fold.Labels]span
	promises, ratings, cancelled                           map[fold.Labels]int
	talk, wrapUp, latency                                  span

	contacts map[contact.ID]*story
	legs     map[fact.OfferID]*attempt
	wrapping map[contact.Agent]int64 // since when
	// links are the messages that count, by person; claims whose they are, by contact
	// and number.
	links  map[string]int
	claims map[contact.ID]map[int]string
	// served is whom each agent answered last, treated what was noted of it, noted
	// of contacts that nobody answered last.
	served, treated map[contact.Agent]contact.ID
	wronglyNoted    int
	// rated is how often each contact was asked after the call.
	rated map[contact.ID]int
	// capacity is how many contacts of each medium an agent may have at hand.
	capacity map[contact.Agent]map[contact.Medium]int
	// messages are those that callers left, misheard what should not have become of one.
	messages            map[fact.MessageID]*word
	left, done, deleted uint64
	misheard            string
}

// span is a number of times and their sum.
type span struct{ n, sum int64 }

func (s *span) add(us int64) {
	s.n++
	s.sum += max(us, 0)
}

// story is what matters of one contact.
type story struct {
	callback bool // the person is to be called
	arrived  fact.Arrived
	queue    contact.Queue
	org      contact.Organisation
	queuedAt int64 // the first time
	rank     int64 // of the latest queueing
	asked    bool
	offer    fact.OfferID
	answered int64
	outcome  contact.Outcome
	told     int64 // by when an agent would be there
	outAt    int64 // when a key took him out of the queue after that
	parties  map[fact.OfferID]*guest
}

// attempt is an agent's leg.
type attempt struct {
	agent    contact.Agent
	center   contact.Center
	possible int64
	beside   bool  // at hand, beside the agent's calls
	since    int64 // when its agent began to talk
}

// guest is who was called into a conversation.
type guest struct {
	agent  contact.Agent
	joined bool
	serves bool // is one who talks with the caller, or did
	talked bool
}

func newBooks() *books {
	return &books{
		offered: map[fold.Labels]int{}, asked: map[fold.Labels]int{}, outcomes: map[fold.Labels]int{}, abandoned: map[fold.Labels]int{},
		dissuaded: map[fold.Labels]int{}, offers: map[fold.Labels]int{}, waits: map[fold.Labels]span{}, promises: map[fold.Labels]int{},
		ratings: map[fold.Labels]int{}, cancelled: map[fold.Labels]int{}, rated: map[contact.ID]int{},
		contacts: map[contact.ID]*story{}, legs: map[fact.OfferID]*attempt{}, wrapping: map[contact.Agent]int64{},
		links: map[string]int{}, claims: map[contact.ID]map[int]string{},
		served: map[contact.Agent]contact.ID{}, treated: map[contact.Agent]contact.ID{}, capacity: map[contact.Agent]map[contact.Medium]int{},
		messages: map[fact.MessageID]*word{},
	}
}

func (b *books) add(a fold.Applied, atWork bool) {
	if !a.Effective() {
		return
	}
	at := a.Entry.At
	for id := range a.Displaced {
		b.offers["void"]++
		b.contacts[id].offer = ""
	}
	b.ofMessages(a)
	switch f := a.Fact.(type) {
	case fact.LoggedIn:
		b.capacity[f.Agent] = f.Capacity
	case fact.AgentSeated:
		b.capacity[f.Card.Agent] = f.Card.Capacity
	case fact.Expired:
		if f.Medium == "" {
			b.endWrapUp(f.Agent, at)
		}
	case fact.Resumed:
		b.endWrapUp(f.Agent, at)
	case fact.AgentWrapUp:
		if f.Extend == 0 {
			b.endWrapUp(f.Agent, at)
		}
	case fact.LoggedOut:
		b.endWrapUp(f.Agent, at)
	case fact.Treated:
		if b.treated[f.Agent] = contact.ID(a.Entry.Subject); b.served[f.Agent] != b.treated[f.Agent] {
			b.wronglyNoted++
		}
	case fact.Arrived:
		b.contacts[contact.ID(a.Entry.Subject)] = &story{arrived: f}
		b.offered[fold.Join(string(f.Entry), string(f.Medium))]++
	default:
		if s := b.contacts[contact.ID(a.Entry.Subject)]; s != nil {
			b.about(s, a, atWork)
		}
	}
}

func (b *books) about(s *story, a fold.Applied, atWork bool) {
	at := a.Entry.At
	switch f := a.Fact.(type) {
	case fact.Waiting:
		s.asked = s.asked || f.Asked != ""
	case fact.Queued:
		s.queue, s.rank, s.asked = f.Queue, f.Rank, true
		s.callback = f.Callback
		s.org = either(s.org, f.Organisation)
		if s.queuedAt == 0 {
			s.queuedAt = at
		}
	case fact.Foretold:
		if f.Until != 0 {
			s.told, s.outAt = f.Until, 0
		}
	case fact.SteppedOut:
		if s.outAt == 0 && s.told != 0 {
			s.outAt = at
		}
	case fact.Offered:
		s.offer = fact.OfferID(a.Entry.Self.String())
		b.legs[s.offer] = &attempt{agent: f.Agent, center: f.Center, possible: f.PossibleSince, beside: b.besideCalls(s, f.Agent)}
	case fact.Ringing:
		b.seen(s, f.Offer, f.Bond)
		if leg := b.legs[f.Offer]; leg.possible != 0 && s.onTheLine() {
			b.latency.add(at - leg.possible)
		}
	case fact.OfferVoid:
		b.offers["void"]++
		s.offer = ""
	case fact.OfferFailed:
		b.offers[fold.Labels(f.Result)]++
		s.offer = ""
	case fact.Connected:
		b.seen(s, f.Offer, f.Bond)
		b.offers["connected"]++
		s.answered, b.legs[f.Offer].since = at, at
		if leg := b.legs[f.Offer]; !leg.beside || !atWork {
			b.served[leg.agent] = contact.ID(a.Entry.Subject)
		}
		b.settle(s, at, contact.Answered, f.ServedBy, fact.Closed{})
	case fact.LegEnded:
		b.legEnded(s, f.Offer, at)
	case fact.Invited, fact.PartyJoined, fact.PartyMoved, fact.PartyLeft, fact.HandedOver, fact.Requeued:
		b.aboutParties(s, at, contact.ID(a.Entry.Subject), f)
	case fact.CallbackRequested:
		s.asked, s.callback, s.org = true, true, either(s.org, f.Place.Organisation)
	case fact.CallbackWithdrawn:
		s.callback = false
	case fact.Rated:
		b.rated[contact.ID(a.Entry.Subject)]++
		b.ratings[fold.Join(string(f.Queue), string(f.Center), string(s.org), either(f.Key, "none"))]++
	case fact.LinkClaimed:
		id := contact.ID(a.Entry.Subject)
		if b.claims[id] == nil {
			b.claims[id] = map[int]string{}
		}
		b.claims[id][f.N] = f.To
		b.links[f.To]++
	case fact.LinkReleased:
		b.links[b.claims[contact.ID(a.Entry.Subject)][f.N]]--
	case fact.Transferring:
		s.queue, s.org, s.callback = "", either(s.org, f.Organisation), false
	case fact.Transferred:
		b.settle(s, at, contact.TransferredOut, "", fact.Closed{})
	case fact.Closed:
		s.asked = s.asked || f.Asked
		if f.Cancelled != nil && s.outcome == contact.StillHere {
			b.cancelled[fold.Labels(either(s.queue, f.Queue))]++
		}
		b.settle(s, at, f.Outcome, "", f)
	}
}

// besideCalls: a mail, or a message, is at hand of who has a capacity for it.
func (b *books) besideCalls(s *story, a contact.Agent) bool {
	return !s.onTheLine() && b.capacity[a][s.arrived.Medium] > 0
}

func (s *story) onTheLine() bool { return s.arrived.Medium == contact.Voice }

func either[T ~string](first, second T) T {
	if first == "" {
		return second
	}
	return first
}

// seen takes up a leg that the log had lost.
func (b *books) seen(s *story, o fact.OfferID, bond fact.Bond) {
	if b.legs[o] == nil || s.offer != o {
		b.legs[o] = &attempt{agent: bond.Agent, center: bond.Center, beside: b.besideCalls(s, bond.Agent)}
		if !b.legs[o].beside {
			delete(b.wrapping, bond.Agent) // no longer: it counts as none
		}
	}
	s.offer = o
}

func (b *books) legEnded(s *story, o fact.OfferID, at int64) {
	leg := b.legs[o]
	if leg.since == 0 {
		b.offers["caller_left"]++
		s.offer = ""
		return
	}
	if s.onTheLine() {
		b.talk.add(at - leg.since)
	}
	if !leg.beside {
		b.wrapping[leg.agent] = at
	}
}

// aboutParties follows who talks with the caller beside, or after, who answered him.
func (b *books) aboutParties(s *story, at int64, id contact.ID, f fact.Fact) {
	served := func(g *guest) {
		if g.joined && g.serves {
			g.talked = true
			if g.agent != "" {
				b.served[g.agent] = id
			}
		}
	}
	talksWith := func(r fact.Role) bool { return r == fact.Member || r == fact.Target }
	switch f := f.(type) {
	case fact.Invited:
		if s.parties == nil {
			s.parties = map[fact.OfferID]*guest{}
		}
		s.parties[f.Party] = &guest{agent: f.Agent, serves: talksWith(f.Role)}
	case fact.PartyJoined:
		g := s.parties[f.Party]
		g.joined = true
		served(g)
	case fact.PartyMoved:
		if g := s.parties[f.Party]; g != nil {
			g.serves = talksWith(f.Role)
			served(g)
		}
	case fact.PartyLeft:
		if g := s.parties[f.Party]; g.talked && g.agent != "" {
			b.wrapping[g.agent] = at
		}
		delete(s.parties, f.Party)
	case fact.HandedOver:
		g := s.parties[f.Party]
		delete(s.parties, f.Party)
		s.offer = ""
		if g.agent != "" {
			s.offer, b.legs[f.Party] = f.Party, &attempt{agent: g.agent, since: at}
			b.served[g.agent] = id
		}
	case fact.Requeued:
		s.offer, s.rank = "", f.Rank
	}
}

func (b *books) endWrapUp(a contact.Agent, at int64) {
	if since, wraps := b.wrapping[a]; wraps {
		b.wrapUp.add(at - since)
		delete(b.wrapping, a)
	}
}

// settle fixes the outcome the first time.
func (b *books) settle(s *story, at int64, o contact.Outcome, by contact.Center, closed fact.Closed) {
	if s.outcome != contact.StillHere {
		return
	}
	s.outcome, s.queue, s.org = o, either(s.queue, closed.Queue), either(s.org, closed.Organisation)
	entry, queue, medium := string(s.arrived.Entry), string(s.queue), string(s.arrived.Medium)
	b.outcomes[fold.Join(string(o), queue, string(by), medium)]++
	asked := o == contact.Answered || o == contact.Callback
	switch o {
	case contact.Abandoned:
		short := "no"
		if s.queuedAt != 0 && at-s.queuedAt < 5*second {
			short = "yes"
		}
		b.abandoned[fold.Join(entry, queue, string(closed.Stage), short)]++
		asked = s.asked
	case contact.Failed:
		asked = s.asked
	case contact.Dissuaded:
		b.dissuaded[fold.Join(queue, string(closed.Refusal))]++
		asked = closed.Refusal == contact.Full || closed.Refusal == contact.NoAgent
	}
	if s.queuedAt != 0 && s.onTheLine() && !s.callback {
		w := b.waits[fold.Join(queue, string(o))]
		w.add(at - s.queuedAt)
		b.waits[fold.Join(queue, string(o))] = w
	}
	if s.told != 0 {
		result := "left"
		stood := at
		if s.outAt != 0 {
			stood = s.outAt
		}
		if late := stood > s.told; late && !s.callback {
			result = "broken"
		} else if !late && !s.callback && s.outAt == 0 && o == contact.Answered {
			result = "kept"
		}
		b.promises[fold.Join(queue, result)]++
	}
	if asked {
		b.asked[fold.Join(entry, queue, string(s.org), medium)]++
	}
}

// differs names the first figure that is not the fold's.
func (b *books) differs(t *fold.Tally) string {
	for _, c := range []struct {
		name  string
		mine  map[fold.Labels]int
		tally fold.Counter
	}{
		{"offered", b.offered, t.Offered}, {"asked", b.asked, t.Asked}, {"outcomes", b.outcomes, t.Outcomes},
		{"abandoned", b.abandoned, t.Abandoned}, {"dissuaded", b.dissuaded, t.Dissuaded}, {"offers", b.offers, t.Offers}, {"promises", b.promises, t.Promises},
		{"ratings", b.ratings, t.Ratings}, {"cancelled", b.cancelled, t.Cancelled},
	} {
		if len(c.mine) != len(c.tally) {
			return c.name
		}
		for labels, n := range c.mine {
			if uint64(n) != c.tally[labels] {
				return c.name
			}
		}
	}
	if len(b.waits) != len(t.Waits) {
		return "waits"
	}
	for labels, w := range b.waits {
		if h := t.Waits[labels]; w != (span{int64(h.Count), h.Sum}) {
			return "waits"
		}
	}
	for name, s := range map[string]bool{
		"talk":    b.talk != span{int64(t.Talk.Count), t.Talk.Sum},
		"wrap-up": b.wrapUp != span{int64(t.WrapUp.Count), t.WrapUp.Sum},
		"latency": b.latency != span{int64(t.Latency.Count), t.Latency.Sum},
	} {
		if s {
			return name
		}
	}
	return ""
}
