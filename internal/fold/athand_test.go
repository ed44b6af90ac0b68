package fold_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// The same trials, of a site where every other contact is a mail and agents have some of them
// at hand beside their calls.
func TestAnyInterleavingKeepsTheInvariantsWithMailsAtHand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if found := try(t, production.withMails()); found != nil {
			t.Fatal(found)
		}
	})
}

// withMails is a fold in whose trials there are mails.
func (v variant) withMails() variant {
	v.mails = true
	return v
}

func (tr *trial) mediumOf(n int) contact.Medium {
	if tr.fold.mails && n%2 == 0 {
		return contact.Email
	}
	return contact.Voice
}

// maySomeAtHand has an agent serve mails too, and up to two of them beside his calls.
func (tr *trial) maySomeAtHand(in *fact.LoggedIn) {
	if !tr.fold.mails {
		return
	}
	media := []contact.Medium{contact.Email}
	if tr.fold.messages {
		media = append(media, contact.Voicemail)
	}
	in.Media, in.Capacity = append([]contact.Medium{contact.Voice}, media...), map[contact.Medium]int{}
	for _, m := range media {
		if n := tr.pick(3, "capacity"); n > 0 {
			in.Capacity[m] = n
		}
	}
}

// nextAtHand is what an owner tells next of an offer: a mail may be taken, too.
func (tr *trial) nextAtHand(o *acd.Offer, next fact.Fact) fact.Fact {
	if tr.fold.mails && tr.oneIn(3, "a mail is taken") {
		return fact.Taken{Offer: o.ID}
	}
	return next
}

// stances are what everybody does, as far as calls go.
func (tr *trial) stances() map[contact.Agent]string {
	stances := map[contact.Agent]string{}
	if tr.fold.mails {
		for id, a := range tr.state.Floor.Agents {
			stances[id] = fmt.Sprint(a.State, a.Since, a.ReadySince, a.Until, a.Why, a.Offer, a.PauseWanted, a.LeaveWanted)
		}
	}
	return stances
}

// atWork reports whether who has answered is with a caller, or works for one still.
func (tr *trial) atWork(r *record) bool {
	rec := tr.state.Contacts[r.applied.Contact]
	if rec == nil || tr.state.Floor.Agents[rec.Agent] == nil {
		return false
	}
	switch tr.state.Floor.Agents[rec.Agent].State {
	case acd.Reserved, acd.Ringing, acd.Talking, acd.WrapUp:
		return true
	}
	return false
}

// hasMailsBesideCalls: an agent gets no more of them at hand than he may have, and only while he
// is ready; and whatever comes of them, for calls he is as he was.
func (tr *trial) hasMailsBesideCalls(r *record, b before) {
	o := tr.offerOf(r)
	now := tr.state.Floor.Offers[o]
	if now == nil && b.beside[o] == "" || now != nil && !now.Beside {
		return
	}
	agent := b.bound[o]
	if now != nil {
		agent = now.Agent
	}
	a := tr.state.Floor.Agents[agent]
	if offered, is := r.said.fact.(fact.Offered); is {
		has, may := len(a.Hands[now.Medium].Offers), a.Capacity[now.Medium]
		tr.holds(has <= may, "no more at hand than may be", "%s has %d of %s and may have %d: %s", agent, has, now.Medium, may, offered.Contact)
		tr.holds(a.State == acd.Ready, "mails for the ready", "%s is %s and got %s", agent, a.State, offered.Contact)
	}
	if tr.state.Contacts[r.applied.Contact] != nil && len(r.applied.Displaced) == 0 {
		tr.holds(tr.stances()[agent] == b.stance[agent], "a mail at hand keeps nobody from calls", "%s of %s: %s was %s and is %s",
			r.entry.Kind, r.entry.Subject, agent, b.stance[agent], tr.stances()[agent])
	}
}

// offerOf is the offer that a fact is about, or makes.
func (tr *trial) offerOf(r *record) fact.OfferID {
	if _, is := r.said.fact.(fact.Offered); is {
		return fact.OfferID(r.entry.Self.String())
	}
	return r.said.offer()
}

// hand is what one agent has at hand of one medium.
type hand struct {
	agent  contact.Agent
	medium contact.Medium
}

// hands are those of everybody.
func (tr *trial) hands() map[hand]acd.Hand {
	hands := map[hand]acd.Hand{}
	if tr.fold.mails {
		for id, a := range tr.state.Floor.Agents {
			for m, h := range a.Hands {
				hands[hand{id, m}] = h
			}
		}
	}
	return hands
}

// movesOnlyTheHandItIsAbout: what comes of one contact takes no other out of anybody's hands,
// and what keeps a medium from an agent ends by its own deadline, by his will or by his leaving.
func (tr *trial) movesOnlyTheHandItIsAbout(r *record, b before) {
	now, moved := tr.hands(), map[hand]bool{}
	about := func(o fact.OfferID) {
		if m := b.beside[o]; m != "" {
			moved[hand{b.bound[o], m}] = true
		}
		if o := tr.state.Floor.Offers[o]; o != nil && o.Beside {
			moved[hand{o.Agent, o.Medium}] = true
		}
	}
	about(tr.offerOf(r))
	for _, o := range r.applied.Displaced {
		about(o)
	}
	ended := map[hand]bool{}
	if f, is := r.said.fact.(fact.Expired); is && f.Medium != "" {
		ended[hand{f.Agent, f.Medium}] = true
	}
	for _, hands := range []map[hand]acd.Hand{b.hands, now} {
		for h := range hands {
			was, is := b.hands[h], now[h]
			tr.holds(moved[h] || slices.Equal(was.Offers, is.Offers), "each hand by itself", "%s of %s: %s of %s was %v and is %v",
				r.entry.Kind, r.entry.Subject, h.medium, h.agent, was.Offers, is.Offers)
			resumed, freed := r.said.fact.(fact.Resumed)
			freed = freed && resumed.Agent == h.agent || tr.state.Floor.Agents[h.agent].State == acd.LoggedOut
			tr.holds(moved[h] || ended[h] || freed || was.Until == is.Until, "each hand by itself", "%s of %s: %s is kept from %s until %d, and was until %d",
				r.entry.Kind, r.entry.Subject, h.medium, h.agent, is.Until, was.Until)
		}
	}
}

// writeMails has mails come, be queued and be offered.
func (tr *trial) writeMails(c *controller) {
	tr.names += tr.names%2 + 1
	tr.arrive(tr.whoever(c, func(c *controller) bool { return len(c.owned()) > 0 }))
}

// The rules of what is at hand, each broken once.
var brokenHands = []brokenFold{
	{"no more is at hand than the capacity", 1, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Offered) {
		if a := s.Floor.Agents[f.Agent]; a != nil {
			f.AgentVersion = a.Version
			a.Capacity = map[contact.Medium]int{contact.Email: a.Capacity[contact.Email] * 100}
		}
	}).then(func(s *fold.State, a fold.Applied) {
		if f, is := a.Fact.(fact.Offered); is && s.Floor.Agents[f.Agent] != nil {
			s.Floor.Agents[f.Agent].Capacity = map[contact.Medium]int{contact.Email: s.Floor.Agents[f.Agent].Capacity[contact.Email] / 100}
		}
	}).withMails().leansTo((*trial).writeMails, (*trial).serve, (*trial).decide)},
	{"a mail at hand keeps nobody from calls", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if f, is := a.Fact.(fact.Taken); is && a.Effective() && s.Floor.Offers[f.Offer].Beside {
			s.Floor.Agents[a.Record.Agent].ReadySince = a.Entry.At
		}
	}).withMails().leansTo((*trial).writeMails, (*trial).serve, (*trial).decide, (*trial).aboutAnOffer)},
	{"a mail that is given back keeps only mails from the agent", 1, afterwards(func(s *fold.State, a fold.Applied) {
		f, is := a.Fact.(fact.OfferFailed)
		if !is || !a.Effective() {
			return
		}
		for _, agent := range s.Floor.Roll() {
			if h := agent.Hands[contact.Email]; h.Until != 0 && h.Since == a.Entry.At && agent.State == acd.Ready {
				s.Floor.Pause(a.Entry.At, fact.Paused{Agent: agent.ID, Reason: string(f.Result)})
			}
		}
	}).withMails().leansTo((*trial).writeMails, (*trial).serve, (*trial).decide, (*trial).aboutAnOffer)},
	{"who talks gets no other call", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if f, is := a.Fact.(fact.Connected); is && a.Effective() && !s.Floor.Offers[f.Offer].Beside {
			s.Floor.Agents[a.Record.Agent].State = acd.Ready
			s.Floor.Reindex()
		}
	}).withMails().leansTo((*trial).serve, (*trial).decide, (*trial).aboutAnOffer)},
	{"one mail that is done leaves the others at hand", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if _, is := a.Fact.(fact.LegEnded); !is || !a.Effective() {
			return
		}
		for _, agent := range s.Floor.Roll() {
			for m, h := range agent.Hands {
				if h.Since == a.Entry.At {
					agent.Hands[m] = acd.Hand{Since: h.Since, Until: h.Until, Why: h.Why}
				}
			}
		}
	}).withMails().leansTo((*trial).writeMails, (*trial).serve, (*trial).decide, (*trial).aboutAnOffer)},
	{"each medium is kept from an agent by itself", 46, afterwards(func(s *fold.State, a fold.Applied) {
		f, is := a.Fact.(fact.OfferFailed)
		if !is || !a.Effective() {
			return
		}
		for _, agent := range s.Floor.Roll() {
			for _, h := range agent.Hands {
				if h.Until == 0 || h.Since != a.Entry.At {
					continue
				}
				for m, other := range agent.Hands {
					other.Until, other.Why = h.Until, string(f.Result)
					agent.Hands[m] = other
				}
			}
		}
	}).withMessages().leansTo((*trial).writeMails, (*trial).speakOfAMessage, (*trial).serve, (*trial).decide, (*trial).aboutAnOffer)},
}

func TestAMailAtHandIsFoldedAsTheLedgerSays(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	in := login("a1")
	in.Media, in.Capacity = []contact.Medium{contact.Voice, contact.Email}, map[contact.Medium]int{contact.Email: 2}
	require.Empty(t, c.command(1*second, "a1", in))
	posted := arrived
	posted.Medium, posted.Mail = contact.Email, &fact.Mail{Topic: "avis", Content: "sealed"}
	require.Empty(t, c.own(2*second, "m1", posted))
	require.Empty(t, c.own(2*second, "m1", queued()))
	mail := c.offer(3 * second)
	require.Empty(t, c.own(3*second, "m1", fact.Ringing{Offer: mail}))
	require.Empty(t, c.own(4*second, "m1", fact.Taken{Offer: mail}))
	require.Empty(t, c.own(5*second, "c1", arrived))
	require.Empty(t, c.own(5*second, "c1", queued()))
	call := c.offer(6 * second)
	require.Empty(t, c.own(6*second, "c1", fact.Ringing{Offer: call}))
	require.Empty(t, c.own(7*second, "c1", fact.Connected{Offer: call, ServedBy: "ouest"}))
	assert.Equal(t, contact.ID("c1"), c.state.Served["a1"].Contact)
	assert.Equal(t, "contact is in no conversation", c.own(7*second, "m1", fact.Held{}))
	require.Empty(t, c.own(8*second, "m1", fact.Connected{Offer: mail, ServedBy: "ouest", Reply: "sealed"}))
	assert.Equal(t, contact.ID("c1"), c.state.Served["a1"].Contact, "the call is what he notes afterwards")
	require.Empty(t, c.own(8*second, "m1", fact.LegEnded{Offer: mail, By: "agent"}))
	require.Empty(t, c.own(8*second, "m1", fact.Closed{Outcome: contact.Answered}))
	assert.Equal(t, acd.Talking, c.state.Floor.Agents["a1"].State)
	require.Empty(t, c.own(9*second, "c1", fact.LegEnded{Offer: call, By: "agent"}))
	assert.Equal(t, acd.WrapUp, c.state.Floor.Agents["a1"].State)
	assert.EqualValues(t, 1, c.state.Tally.Talk.Count)
	assert.EqualValues(t, 2*second, c.state.Tally.Talk.Sum, "of the call")
	assert.Equal(t, fold.Counter{
		fold.Join("answered", "particuliers", "ouest", "email"): 1, fold.Join("answered", "particuliers", "ouest", "voice"): 1,
	}, c.state.Tally.Outcomes)
}

// A card with a capacity stops whoever is older, and one without does not.
func TestACapacityStopsWhoIsOlder(t *testing.T) {
	t.Parallel()
	card := fact.LoggedIn{Agent: "a1", Capacity: map[contact.Medium]int{contact.Email: 3}}
	for _, f := range []fact.Fact{card, fact.AgentSeated{Card: card}, fact.AgentRenewed{Card: card}, fact.Expired{Medium: contact.Email}} {
		kind := string(f.Kind())
		assert.Greater(t, fact.EntryFormat(f), fold.KindsOf(fact.FormatCapacity - 1)[kind].Format, kind)
		assert.Equal(t, fact.EntryFormat(f), fold.KindsOf(fact.FormatCapacity)[kind].Format, kind)
	}
	for _, f := range []fact.Fact{fact.LoggedIn{Agent: "a1"}, fact.AgentSeated{}, fact.AgentRenewed{}, fact.Expired{Agent: "a1"}} {
		assert.Equal(t, 1, fact.EntryFormat(f), f.Kind())
	}
}
