package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// conversing is a ledger in which c was answered by a1, after 10 s in the queue
// particuliers, 30 s ago.
func conversing(t *testing.T) (*reporttest.Ledger, fact.OfferID) {
	t.Helper()
	l := floor("a1", "a2", "a3")
	l.Arrive("c")
	l.Enqueue("c", "particuliers")
	l.Pass(7 * time.Second)
	offer := l.Answer("c", "a1", 3*time.Second)
	l.Pass(30 * time.Second)
	return l, offer
}

func hadEffect(t *testing.T, a fold.Applied) {
	t.Helper()
	require.Empty(t, a.Void, "%T", a.Fact)
}

// backInQueue has a1 send the caller to the queue recouvrement.
func backInQueue(t *testing.T, l *reporttest.Ledger, by contact.Agent) {
	t.Helper()
	hadEffect(t, l.Own("c", fact.Requeued{By: by, Queued: fact.Queued{
		Queue: "recouvrement", Topic: "payment", Rank: l.State.Contacts["c"].Rank, Steps: reporttest.Steps,
		Policies: contact.DefaultPolicies(), Organisation: "existant", Rule: "existant#1",
	}}))
}

func TestACallSentToAnotherQueueIsCountedInTheOneThatAnsweredIt(t *testing.T) {
	t.Parallel()
	l, first := conversing(t)
	backInQueue(t, l, "a1")
	hadEffect(t, l.Own("c", fact.LegEnded{Offer: first, By: "agent"}))
	l.Pass(10 * time.Second)
	l.Answer("c", "a3", 2*time.Second)
	r := made(t, l)
	assert.Empty(t, r.Checks.Differences)
	assert.Empty(t, r.Checks.Violations)
	require.Len(t, r.Contacts, 1)
	assert.Equal(t, contact.Queue("particuliers"), r.Contacts[0].Queue)
}

// sentAround is a call that a1 answers, and gives to a2 after a3 did not answer him; a2
// sends it to another queue, where a3 answers it and has a number outside have it.
func sentAround(t *testing.T) *reporttest.Ledger {
	t.Helper()
	l, first := conversing(t)
	own := func(after time.Duration, f fact.Fact) {
		t.Helper()
		l.Pass(after)
		hadEffect(t, l.Own("c", f))
	}
	invite := func(party fact.OfferID, role fact.Role, agent, by contact.Agent) {
		t.Helper()
		own(0, fact.Invited{Party: party, Role: role, Agent: agent, Center: "cis_ouest", By: by, Ring: 20 * time.Second, Policies: contact.DefaultPolicies()})
	}
	own(0, fact.Held{By: "a1"})
	own(5*time.Second, fact.Retrieved{By: "a1"})
	invite("p1", fact.Consulted, "a3", "a1")
	own(15*time.Second, fact.PartyLeft{Party: "p1", Result: contact.Busy, Cause: 17, By: "agent"})
	invite("p2", fact.Consulted, "a2", "a1")
	own(4*time.Second, fact.PartyJoined{Party: "p2"})
	own(8*time.Second, fact.HandedOver{Party: "p2"})
	own(time.Second, fact.LegEnded{Offer: first, By: "agent"})
	own(19*time.Second, fact.PartyMoved{Party: "p2", Role: fact.Leaving})
	backInQueue(t, l, "a2")
	own(time.Second, fact.LegEnded{Offer: "p2", By: "agent"})
	hadEffect(t, l.Wish("a3", "resume-a3", fact.Resumed{Agent: "a3"}))
	hadEffect(t, l.Expire("a1"))
	second := l.Answer("c", "a3", 6*time.Second)
	l.Pass(12 * time.Second)
	hadEffect(t, l.Expire("a2"))
	own(0, fact.Invited{Party: "p3", Role: fact.Target, Number: "sealed", By: "a3", Ring: 20 * time.Second})
	own(3*time.Second, fact.PartyJoined{Party: "p3"})
	own(0, fact.HandedOver{Party: "p3"})
	own(time.Second, fact.LegEnded{Offer: second, By: "agent"})
	own(10*time.Second, fact.TransferEnded{Transfer: "p3", By: "service"})
	own(0, fact.Closed{Outcome: contact.Answered, Asked: true})
	return l
}

func TestAStoryNamesEachWhoHadTheCallWithHisOwnTime(t *testing.T) {
	t.Parallel()
	s, err := tell(t, sentAround(t), "c")
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, s.WriteText(&text))
	golden(t, "story-conversation.txt", text.String())
}

func TestTalkIsCountedOfEverybodyWhoGaveTheCallAway(t *testing.T) {
	t.Parallel()
	l, first := conversing(t)
	backInQueue(t, l, "a1")
	l.Pass(time.Second)
	hadEffect(t, l.Own("c", fact.LegEnded{Offer: first, By: "agent"}))
	l.Pass(5 * time.Second)
	l.Close("c", contact.Abandoned, contact.InQueue)
	r := made(t, l)
	assert.Empty(t, r.Checks.Differences)
	assert.Equal(t, 1, r.Summary.Talk.Count)
	assert.Equal(t, report.Span(31_000_000), r.Summary.Talk.Max)
	assert.Equal(t, report.Span(31_000_000), r.Contacts[0].Talk)
}

// A failover lost that a2 talks with d; he is called into the conversation of c, until that
// is seen.
func TestWhoIsCalledAndTalksElsewhereIsTold(t *testing.T) {
	t.Parallel()
	l, first := conversing(t)
	l.Arrive("d")
	l.Enqueue("d", "particuliers")
	hadEffect(t, l.Own("c", fact.Invited{Party: "p1", Role: fact.Consulted, Agent: "a2", By: "a1", Ring: 30 * time.Second, Policies: contact.DefaultPolicies()}))
	l.Pass(2 * time.Second)
	hadEffect(t, l.Own("d", fact.Connected{Offer: "7-0/lost", ServedBy: "cis_ouest", Bond: fact.Bond{
		Agent: "a2", Center: "cis_ouest", Queue: "particuliers", Policies: contact.DefaultPolicies(),
	}}))
	l.Pass(2 * time.Second)
	hadEffect(t, l.Own("c", fact.LegEnded{Offer: first, By: "agent"}))
	l.Pass(20 * time.Second)
	hadEffect(t, l.Own("d", fact.LegEnded{Offer: "7-0/lost", By: "agent"}))
	r := made(t, l)
	assert.Empty(t, r.Checks.Differences)
	assert.Empty(t, r.Checks.Violations)
	story, err := report.Tell(t.Context(), reporttest.NewController(l, reporttest.Site()), "c")
	require.NoError(t, err)
	var said []string
	for _, line := range story.Lines {
		said = append(said, line.Text)
	}
	assert.Contains(t, strings.Join(said, "\n"), "(a2), called into the conversation, is with another contact, of which the ledger had lost it")
}
