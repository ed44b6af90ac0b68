package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// The real fold voids such offers, so these entries are made by hand: the
// recount must not rely on it.
func TestTwoLiveOffersOfOneAgentOrOneContactAreFound(t *testing.T) {
	t.Parallel()
	r, seq := newRecount(), uint64(0)
	take := func(id contact.ID, f fact.Fact) {
		seq++
		at := ledger.ID{Ms: 1, Seq: seq}
		r.take(fold.Applied{
			Entry:   ledger.Entry{Kind: string(f.Kind()), Subject: string(id), Self: ledger.Position{ID: at}, At: int64(seq)},
			Verdict: ledger.Verdict{Outcome: ledger.Accepted}, Fact: f,
		})
	}
	for _, id := range []contact.ID{"c1", "c2"} {
		take(id, fact.Arrived{})
		take(id, fact.Queued{Queue: "q", Policies: contact.DefaultPolicies()})
	}
	take("c1", fact.Offered{Contact: "c1", Agent: "a1"})
	assert.Empty(t, r.violations)
	take("c2", fact.Offered{Contact: "c2", Agent: "a1"})
	take("c1", fact.Offered{Contact: "c1", Agent: "a2"})
	var found []string
	for _, v := range r.violations {
		found = append(found, v.Invariant+" at "+v.Position.String()+": "+v.Text[:20])
	}
	assert.Equal(t, []string{"I4 at 1-6: agent a1 got contact", "I4 at 1-7: contact c1 was offer"}, found)

	take("c2", fact.OfferVoid{})
	take("c2", fact.Offered{Contact: "c2", Agent: "a1"})
	assert.Len(t, r.violations, 2, "an offer that was taken back binds nobody")
}
