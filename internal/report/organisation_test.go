package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// The comparison of organisations would be spoiled by a contact that counts in the
// one and then in the other.
func TestAContactCountsInTheOrganisationItWasFirstSentSomewhereBy(t *testing.T) {
	t.Parallel()
	l := reporttest.Floor(reporttest.Site(), "a1")
	l.Arrive("c1")
	l.Own("c1", fact.Transferring{Transfer: "out-1", Service: "SIP Rennes", Number: "+33299000001", Department: "35", Organisation: "plateau"})
	l.Own("c1", fact.TransferFailed{Transfer: "out-1", Result: contact.Busy})
	l.Enqueue("c1", "recouvrement")
	l.Own("c1", fact.Queued{Queue: "particuliers", Rank: l.State.Contacts["c1"].Rank, Steps: reporttest.Steps, Policies: contact.DefaultPolicies(), Organisation: "autre"})
	offer := l.Answer("c1", "a1", time.Second)
	rec := l.State.Contacts["c1"]
	assert.Equal(t, contact.Organisation("plateau"), rec.Organisation)
	assert.Equal(t, contact.Queue("particuliers"), rec.Queue)
	l.HangUp("c1", offer)

	r := made(t, l)
	require.Len(t, r.Organisations, 1)
	assert.Equal(t, "plateau", r.Organisations[0].Name)
	assert.Equal(t, contact.Organisation("plateau"), r.Contacts[0].Organisation)
	assert.True(t, r.Checks.OK(), "%v", r.Checks.Differences)
}
