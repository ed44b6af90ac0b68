package fold_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// The trials of TestAnyInterleaving…, in which most of what happens is a conversation.
func TestConversationsKeepTheInvariantsInAnyInterleaving(t *testing.T) {
	t.Parallel()
	leaning := production.leansTo((*trial).serve, (*trial).serve, (*trial).speakOfAConversation, (*trial).speakOfAConversation)
	rapid.Check(t, func(t *rapid.T) {
		if found := try(t, leaning); found != nil {
			t.Fatal(found)
		}
	})
}

// callsTheLost are the deeds of which some call an agent whose offer a failover lost.
func callsTheLost(v variant) variant {
	return v.leansTo((*trial).serveTwo)
}

// The trials in which agents are called into conversations who talk already, as only
// their owners know.
func TestWhoIsCalledIntoAConversationIsBelievedElsewhereInAnyInterleaving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if found := try(t, callsTheLost(production)); found != nil {
			t.Fatal(found)
		}
	})
}

// aboutAConversation is what an owner tells of those who talk, and what none should: of
// parties that are there, were, or never came.
func (tr *trial) aboutAConversation(rec *engine.Record) fact.Fact {
	if rec.Connected() && rec.Leg() == "" && tr.oneIn(2, "asked after the call") {
		return fact.Rated{Key: []string{"", "4", "*"}[tr.pick(3, "answer")], Queue: trialQueues[0], Center: trialCenters[0]}
	}
	party := fact.OfferID(fmt.Sprintf("p-%s-%d", rec.ID, tr.pick(3, "which party")))
	if len(rec.Parties) > 0 && !tr.oneIn(4, "of another") {
		party = rec.Parties[tr.pick(len(rec.Parties), "of whom")].ID
	}
	role := fact.Roles[tr.pick(len(fact.Roles), "role")]
	agent := trialAgents[tr.pick(len(trialAgents), "who is called")]
	switch tr.pick(14, "about a conversation") {
	case 0:
		return fact.Held{By: agent}
	case 1:
		return fact.Retrieved{By: agent}
	case 2, 3:
		return fact.Invited{Party: party, Role: role, Agent: agent, Center: "ouest", By: "a1", Ring: 20 * time.Second, Policies: contact.DefaultPolicies()}
	case 4:
		return fact.Invited{Party: party, Role: fact.Target, Number: "sealed", By: agent, Ring: 20 * time.Second, ByAgent: 2}
	case 5, 6:
		return fact.PartyJoined{Party: party}
	case 7:
		if tr.oneIn(2, "who has the call") {
			return fact.PartyMoved{Party: rec.Leg(), Role: fact.Leaving}
		}
		return fact.PartyMoved{Party: party, Role: role}
	case 8:
		return fact.PartyLeft{Party: party, By: "agent", Result: append(trialResults[:1:1], "")[tr.pick(2, "reached")]}
	case 9:
		return fact.HandedOver{Party: party, Transfers: rec.Transfers + 1}
	case 10:
		place := tr.queueing(rec)
		place.Callback = tr.oneIn(8, "to be called back")
		return fact.Requeued{Queued: place, By: agent}
	case 11:
		return fact.Identifying{By: agent}
	case 12:
		return fact.Identified{Authentication: tr.pick(4, "identified as far as")}
	}
	return fact.LegEnded{Offer: party, By: "agent"}
}

// speakOfAConversation tells of a conversation, if there is one.
func (tr *trial) speakOfAConversation(c *controller) {
	talks := func(r *engine.Record) bool { return r.Connected() && r.ClosedAt == 0 || len(r.Parties) > 0 }
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(talks)) > 0 })
	if rec := tr.contactOf(c, talks); rec != nil {
		tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), tr.aboutAConversation(rec)))
		return
	}
	tr.serve(c)
}
