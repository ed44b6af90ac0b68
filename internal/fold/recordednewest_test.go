package fold_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// Of each kind that says more than it did at first, its newest entries were recorded.
func TestRecordedLedgersHoldTheNewestEntriesOfEachKind(t *testing.T) {
	t.Parallel()
	newest := map[string]int{}
	for _, name := range recorded(t) {
		for _, e := range readLedger(t, name) {
			newest[e.Kind] = max(newest[e.Kind], e.Format)
		}
	}
	for kind, k := range fold.KindsOf(fold.Understands) {
		assert.Equal(t, k.Format, newest[kind], "the newest %s that was recorded", kind)
	}
}

// recordCards has an agent with a capacity who sits at another's phone and whose card is
// renewed, and somebody to be called back by agents who are set aside for long if they cannot
// be reached.
func recordCards(w *world) {
	c, t := w.ledger, w.t
	card := login("h1")
	card.Media, card.Capacity = []contact.Medium{contact.Voice, contact.Email}, map[contact.Medium]int{contact.Email: 2}
	require.Empty(t, c.command(w.now, "h1", fact.AgentSeated{Card: card, Phone: "PJSIP/h9"}))
	card.Capacity = map[contact.Medium]int{contact.Email: 1, contact.Voicemail: 3}
	require.Empty(t, c.lead(w.now, "h1", fact.AgentRenewed{Card: card, Version: c.state.Floor.Agents["h1"].Version}))
	require.Empty(t, c.own(w.now, "h2", arrived))
	asks := asksForCallback()
	asks.NumberHash, asks.Once, asks.Place.Policies.Unreachable = "h2", false, 2*time.Minute
	require.Empty(t, c.own(w.now, "h2", asks))
}

// recordMessages has five messages left for a queue: one that an agent has heard during a call,
// one that somebody heard in the mailbox while it lay on the agent's screen, one that is urgent
// and at hand, one that waits with its deadline still far, and one whose contact is not born yet.
func recordMessages(w *world) {
	c, t := w.ledger, w.t
	card := login("j1")
	card.Center, card.Media = "ouest", []contact.Medium{contact.Voice, contact.Voicemail}
	card.Capacity = map[contact.Medium]int{contact.Voicemail: 3}
	require.Empty(t, c.command(w.now, "j1", card))
	came := arrived
	came.CallerHash = "bob"
	require.Empty(t, c.own(w.now, "j2", came))
	for _, id := range []fact.MessageID{"j2.1", "j2.2", "j2.3", "j2.4", "j2.5"} {
		require.Empty(t, c.own(w.now, "j2", forQueue(id)))
	}
	require.Empty(t, c.own(w.now, "j2", fact.Closed{Outcome: contact.Message}))
	require.NotEmpty(t, c.own(w.now, "vm-j9", birth(c.state.Messages["j2.1"])), "another name")
	for _, id := range []fact.MessageID{"j2.1", "j2.2", "j2.3", "j2.4"} {
		require.Empty(t, c.own(w.now, string(id.Contact()), birth(c.state.Messages[id])))
		require.Empty(t, c.own(w.now, string(id.Contact()), queued()))
	}
	urgent := queued()
	urgent.Priority++
	require.Empty(t, c.own(w.now+55*aMinute, "vm-j2.3", urgent))
	require.True(t, c.state.Contacts["vm-j2.3"].Urgent)
	for _, id := range []string{"vm-j2.1", "vm-j2.2", "vm-j2.3"} {
		require.Empty(t, c.own(w.now, id, fact.Ringing{Offer: fact.OfferID("9-9/" + id), Leg: "screen", Bond: bond("j1")}))
		require.Empty(t, c.own(w.now, id, fact.Taken{Offer: fact.OfferID("9-9/" + id)}))
	}
	require.Empty(t, c.own(w.now, "j3", arrived))
	require.Empty(t, c.own(w.now, "j3", queued()))
	require.Empty(t, c.own(w.now, "j3", fact.Connected{Offer: "9-9/j3", ServedBy: "ouest", Bond: bond("j1")}))
	require.Empty(t, c.own(w.now+second, "vm-j2.1", fact.Connected{Offer: "9-9/vm-j2.1", ServedBy: "ouest", Bond: bond("j1")}))
	require.NotEmpty(t, c.command(w.now+second, "message:j2.1", fact.MessageDone{Message: "j2.1", By: "marie"}), "j1 has heard it")
	require.Empty(t, c.own(w.now+second, "vm-j2.1", fact.LegEnded{Offer: "9-9/vm-j2.1", By: "agent"}))
	require.Empty(t, c.own(w.now+second, "vm-j2.1", fact.Closed{Outcome: contact.Answered}))
	require.Empty(t, c.command(w.now+second, "message:j2.2", fact.MessageDone{Message: "j2.2", By: "j1"}))
	require.NotEmpty(t, c.own(w.now+second, "vm-j2.2", fact.Connected{Offer: "9-9/vm-j2.2", ServedBy: "ouest", Bond: bond("j1")}), "too late")
	require.Empty(t, c.own(w.now+second, "vm-j2.2", fact.LegEnded{Offer: "9-9/vm-j2.2", By: "caller"}))
	require.Equal(t, acd.Talking, c.state.Floor.Agents["j1"].State)
	require.Len(t, c.state.Floor.AtHand("j1"), 1)
	require.True(t, c.state.Messages["j2.5"].Unborn())
}
