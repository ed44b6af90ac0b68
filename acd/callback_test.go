package acd

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

func TestAPostponedCallbackIsNotOfferedSoonerBecauseItsOffersWereLost(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	place := queued(2 * second)
	place.Callback = true
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, place))
	offered(t, f, 10*second, "o1")
	accepted(t, f.FailOffer(11*second, fact.OfferFailed{Offer: "o1", Result: contact.Lost}))
	offered(t, f, 12*second, "o2")
	f.Postpone("c", 600*second)
	accepted(t, f.FailOffer(13*second, fact.OfferFailed{Offer: "o2", Result: contact.Lost}))
	assert.Equal(t, 600*second, f.Tickets["c"].NotBefore)
	assert.Empty(t, f.Propose(599*second, 1))
	assert.Len(t, f.Propose(600*second, 1), 1)
}
