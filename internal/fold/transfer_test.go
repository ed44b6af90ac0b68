package fold_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

const outside fact.OfferID = "out-c1-x.0"

var transferring = fact.Transferring{Transfer: outside, Service: "SIP Rennes", Number: "+33299000001", Organisation: "existant"}

// inMenu is a site with c1 in its menu.
func inMenu(t *testing.T) *chain {
	t.Helper()
	c := newChain(t)
	require.Empty(t, c.own(2*second, "c1", arrived))
	return c
}

func TestATransferIsFoldedAndCountedOnce(t *testing.T) {
	t.Parallel()
	c := inMenu(t)
	require.Empty(t, c.own(3*second, "c1", transferring))
	assert.Equal(t, "transferring", c.state.Contacts["c1"].Standing())
	assert.Equal(t, "another leg is being tried", c.own(3*second, "c1", transferring))
	assert.Equal(t, "contact is past its menu", c.own(3*second, "c1", fact.Waiting{}))
	assert.Equal(t, "contact is past queueing", c.own(3*second, "c1", queued()))
	assert.Equal(t, "not the live transfer of the contact", c.own(4*second, "c1", fact.Transferred{Transfer: "out-other"}))
	c.restart()
	require.Empty(t, c.own(5*second, "c1", fact.Transferred{Transfer: outside}))
	assert.Equal(t, contact.TransferredOut, c.state.Contacts["c1"].Outcome, "fixed at the bridge")
	assert.Equal(t, "transferred", c.state.Contacts["c1"].Standing())
	assert.Equal(t, "contact has its outcome", c.own(5*second, "c1", fact.Transferred{Transfer: outside}))
	assert.Equal(t, "the local service has answered", c.own(5*second, "c1", fact.TransferFailed{Transfer: outside}))
	require.Empty(t, c.own(6*second, "c1", fact.Closed{Outcome: contact.Abandoned}), "the bridge was first")
	assert.NotEmpty(t, c.state.Contacts, "its leg is still there")
	require.Empty(t, c.own(7*second, "c1", fact.TransferEnded{Transfer: outside, By: "caller"}))
	assert.Empty(t, c.state.Contacts)
	assert.Equal(t, fold.Counter{fold.Join("transferred_out", "", "", "voice"): 1}, c.state.Tally.Outcomes)
	assert.Empty(t, c.state.Tally.Asked)
	assert.Empty(t, c.state.Tally.Offers)
}

func TestWhoIsNotReachedMayBeQueuedAndHasAskedThen(t *testing.T) {
	t.Parallel()
	c := inMenu(t)
	require.Empty(t, c.own(3*second, "c1", transferring))
	require.Empty(t, c.own(4*second, "c1", fact.TransferFailed{Transfer: outside, Result: contact.Busy}))
	rec := c.state.Contacts["c1"]
	assert.Equal(t, []string{"+33299000001"}, rec.Tried)
	assert.Equal(t, contact.Busy, rec.Unreached)
	assert.Equal(t, "menu", rec.Standing())
	assert.Equal(t, "not the live transfer of the contact", c.own(4*second, "c1", fact.TransferEnded{Transfer: outside}))
	require.Empty(t, c.own(5*second, "c1", queued()))
	assert.Empty(t, rec.Unreached)
	require.Empty(t, c.own(6*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue}))
	assert.EqualValues(t, 1, c.state.Tally.Asked.Total())
}

func TestATransferNeedsANameANumberAndAContactWhoIsFree(t *testing.T) {
	t.Parallel()
	c := inMenu(t)
	for _, bad := range []fact.Transferring{{Transfer: outside}, {Number: "+33299000001"}} {
		assert.Equal(t, "transfer without a name or a number", c.own(3*second, "c1", bad))
	}
	talks, o := talking(t)
	assert.Equal(t, "contact is past its menu", talks.own(7*second, "c1", transferring))
	require.Empty(t, talks.own(8*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	assert.Equal(t, "contact is past its menu", talks.own(9*second, "c1", transferring))

	tried := waiting(t)
	tried.offer(4 * second)
	assert.Equal(t, "another leg is being tried", tried.own(5*second, "c1", transferring))
}

// A failover may have lost that the leader gave the contact up: the owner, who
// knew, is believed, and the place is free.
func TestATransferEndsAWaitThatTheLedgerBelievesIn(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	require.Empty(t, c.own(5*second, "c1", transferring))
	assert.Empty(t, c.state.Floor.Tickets)
	assert.Empty(t, c.state.Floor.Propose(6*second, 1))
	assert.Equal(t, "transferring", c.state.Contacts["c1"].Standing())
}
