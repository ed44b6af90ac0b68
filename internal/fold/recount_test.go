package fold_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// recount counts the accepted facts again, in its own way.
type recount struct {
	offered, connected, failed, voided, legs, rings int
	returned, talks                                 int
	outcomes                                        map[contact.Outcome]int
	done                                            map[contact.ID]contact.Outcome
	answered                                        map[contact.ID]bool
}

func newRecount() recount {
	return recount{outcomes: map[contact.Outcome]int{}, done: map[contact.ID]contact.Outcome{}, answered: map[contact.ID]bool{}}
}

func (r *recount) add(a fold.Applied) {
	if !a.Effective() {
		return
	}
	r.voided += len(a.Displaced)
	switch f := a.Fact.(type) {
	case fact.Arrived:
		r.offered++
	case fact.Ringing:
		if onTheLine(a) {
			r.rings++
		}
	case fact.OfferVoid:
		r.voided++
	case fact.OfferFailed:
		r.failed++
		if f.Result == contact.Returned {
			r.returned++
		}
	case fact.Connected:
		r.connected++
		r.answered[a.Contact] = true
		r.settle(a.Contact, contact.Answered)
	case fact.Transferred:
		r.settle(a.Contact, contact.TransferredOut)
	case fact.LegEnded:
		switch {
		case !r.answered[a.Contact]:
			r.legs++
		case onTheLine(a):
			r.talks++
		}
	case fact.Closed:
		r.settle(a.Contact, f.Outcome)
	case fact.MessageDone:
		if a.Record != nil {
			r.settle(a.Contact, contact.Answered)
		}
	}
}

func onTheLine(a fold.Applied) bool { return a.Record.Medium == contact.Voice }

func (r *recount) settle(id contact.ID, o contact.Outcome) {
	if _, settled := r.done[id]; !settled {
		r.done[id] = o
		r.outcomes[o]++
	}
}

func (r *recount) equals(t *testing.T, tally *fold.Tally) {
	require.EqualValues(t, r.offered, tally.Offered.Total())
	got := map[contact.Outcome]int{}
	for labels, n := range tally.Outcomes {
		got[contact.Outcome(labels.Values()[0])] += int(n)
	}
	require.Equal(t, r.outcomes, got)
	offers := map[string]int{}
	for labels, n := range tally.Offers {
		offers[string(labels)] = int(n)
	}
	require.Equal(t, r.connected, offers["connected"])
	require.Equal(t, r.voided, offers["void"])
	require.Equal(t, r.legs, offers["caller_left"])
	delete(offers, "connected")
	delete(offers, "void")
	delete(offers, "caller_left")
	failed := 0
	for _, n := range offers {
		failed += n
	}
	require.Equal(t, r.failed, failed)
	require.EqualValues(t, r.rings, tally.Latency.Count)
	require.EqualValues(t, r.outcomes[contact.Abandoned], tally.Abandoned.Total())
	require.EqualValues(t, r.outcomes[contact.Dissuaded], tally.Dissuaded.Total())
}
