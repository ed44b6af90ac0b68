package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
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
