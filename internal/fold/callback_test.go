package fold_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/routing"
)

const called fact.OfferID = "back-c1-x.0"

// asksForCallback is a promise to call at most twice, with the place of queued.
func asksForCallback() fact.CallbackRequested {
	place := queued()
	place.Callback = true
	return fact.CallbackRequested{
		Number: "sealed", NumberHash: "h", Attempts: 2, RetryAfter: time.Minute, Ring: 30 * time.Second, ExpiresAt: 1000 * second, Place: place,
	}
}

// away is a site where c1 is to be called back, and a1 is ready.
func away(t *testing.T) *chain {
	t.Helper()
	c := newChain(t)
	require.Empty(t, c.command(1*second, "a1", login("a1")))
	require.Empty(t, c.own(2*second, "c1", arrived))
	require.Empty(t, c.own(3*second, "c1", asksForCallback()))
	assert.Equal(t, "menu", c.state.Contacts["c1"].Standing(), "the caller hears it promised")
	require.Empty(t, c.own(4*second, "c1", asksForCallback().Place))
	return c
}

// calling is away, with the agent on the line and the person being called.
func calling(t *testing.T) (*chain, fact.OfferID) {
	t.Helper()
	c := away(t)
	o := c.offer(5 * second)
	require.Empty(t, c.own(6*second, "c1", fact.Ringing{Offer: o}))
	require.Empty(t, c.own(7*second, "c1", fact.CallingBack{Call: called, Offer: o}))
	return c, o
}

func TestWhoIsCalledBackKeepsThePlaceAndIsAnsweredAtTheBridge(t *testing.T) {
	t.Parallel()
	c := away(t)
	rec := c.state.Contacts["c1"]
	assert.Equal(t, "callback", rec.Standing())
	assert.Empty(t, rec.Line, "nobody is on the line")
	assert.Equal(t, 1*second, c.state.Floor.Tickets["c1"].Rank)
	assert.Equal(t, 1, c.state.Floor.InQueue("particuliers"), "it is waiting like who is on the line")
	assert.Empty(t, c.state.Tally.Outcomes, "still here")

	c, o := calling(t)
	assert.Equal(t, "calling back", c.state.Contacts["c1"].Standing())
	assert.Equal(t, acd.Talking, c.state.Floor.Agents["a1"].State, "at work, without a deadline of the ring")
	c.restart()
	require.Empty(t, c.own(9*second, "c1", fact.Connected{Offer: o, ServedBy: "ouest"}))
	assert.Equal(t, "not the live call of the contact", c.own(9*second, "c1", fact.CallbackFailed{Call: called, Result: contact.Busy}))
	require.Empty(t, c.own(60*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	assert.Equal(t, acd.WrapUp, c.state.Floor.Agents["a1"].State)
	require.Empty(t, c.own(61*second, "c1", fact.Closed{Outcome: contact.Answered}))
	assert.Empty(t, c.state.Contacts)
	tally := c.state.Tally
	assert.Equal(t, fold.Counter{fold.Join("answered", "particuliers", "ouest", "voice"): 1}, tally.Outcomes)
	assert.Equal(t, fold.Counter{fold.Join("2014", "particuliers", "existant", "voice"): 1}, tally.Asked)
	assert.Empty(t, tally.Waits, "hours of who was called back would drown the seconds of callers")
	assert.Equal(t, uint64(1), tally.Talk.Count)
}

func TestWhoIsNotReachedIsBackAtTheRankAndHeld(t *testing.T) {
	t.Parallel()
	c, o := calling(t)
	require.Empty(t, c.own(30*second, "c1", fact.CallbackFailed{Call: called, Result: contact.Busy, Cause: 17, NotBefore: 90 * second}))
	cb := c.state.Contacts["c1"].Callback
	assert.Equal(t, 1, cb.Made)
	assert.Equal(t, contact.Busy, cb.Result)
	require.Empty(t, c.own(31*second, "c1", fact.LegEnded{Offer: o, By: "caller"}))
	assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State, "the agent owes nothing")
	c.restart()
	assert.Empty(t, c.state.Floor.Propose(89*second, 1))
	assert.Empty(t, c.state.Floor.Overlooked(90*second, time.Second))
	proposals := c.state.Floor.Propose(90*second, 1)
	require.Len(t, proposals, 1)
	assert.Equal(t, contact.ID("c1"), proposals[0].Contact)
	require.Empty(t, c.own(100*second, "c1", fact.Closed{Outcome: contact.Failed, Asked: true}))
	assert.Equal(t, fold.Counter{fold.Join("failed", "particuliers", "", "voice"): 1}, c.state.Tally.Outcomes)
	assert.Len(t, c.state.Tally.Asked, 1, "in the denominator: promising calls makes no rate better")
}

func TestACallThatWeLostIsNoAttemptOfThePerson(t *testing.T) {
	t.Parallel()
	c, _ := calling(t)
	require.Empty(t, c.own(8*second, "c1", fact.CallbackFailed{Call: called, Result: contact.Lost}))
	assert.Zero(t, c.state.Contacts["c1"].Callback.Made)
}

func TestACallbackIsNotGivenUpWhenCentersCloseAndWaitsForTheNextOpening(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.command(1*second, "a1", login("a1")))
	require.Empty(t, c.own(2*second, "c1", arrived))
	ask := asksForCallback()
	ask.Place.Hours = contact.Hours{"ouest": {{From: 0, Until: 10 * second}, {From: 100 * second, Until: 200 * second}}}
	require.Empty(t, c.own(3*second, "c1", ask))
	require.Empty(t, c.own(11*second, "c1", ask.Place))
	assert.Empty(t, c.state.Floor.Propose(12*second, 1), "closed")
	assert.Empty(t, c.state.Floor.Changes(12*second, 10), "and nobody gives it up")
	version := c.state.Floor.Tickets["c1"].Version
	assert.Equal(t, "a callback is not given up", c.lead(12*second, "c1", fact.GivenUp{ContactVersion: version, Reason: contact.Closed}))
	changes := c.state.Floor.Changes(100*second, 10)
	require.Len(t, changes, 1)
	require.Empty(t, c.lead(100*second, "c1", changes[0].Fact))
	assert.Len(t, c.state.Floor.Propose(100*second, 1), 1)
}

func TestCallbacksThatCannotBeAreVoid(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.own(2*second, "c1", arrived))
	place := asksForCallback().Place
	assert.Equal(t, "no callback was asked for", c.own(3*second, "c1", place))
	assert.Equal(t, "no callback was asked for", c.own(3*second, "c1", fact.CallbackWithdrawn{}))
	assert.Equal(t, "nobody is to be called", c.own(3*second, "c1", fact.CallingBack{Call: called, Offer: "1-1/x"}))
	for _, bad := range []func(*fact.CallbackRequested){
		func(f *fact.CallbackRequested) { f.Number = "" }, func(f *fact.CallbackRequested) { f.NumberHash = "" },
		func(f *fact.CallbackRequested) { f.Attempts = 0 },
	} {
		f := asksForCallback()
		bad(&f)
		assert.Equal(t, "callback without a number or an attempt", c.own(3*second, "c1", f))
	}
	onLine := asksForCallback()
	onLine.Place.Callback = false
	assert.Equal(t, "callback without a place", c.own(3*second, "c1", onLine))
	require.Empty(t, c.own(4*second, "c1", asksForCallback()))
	assert.Equal(t, "contact is past its menu", c.own(4*second, "c1", asksForCallback()), "one promise for one contact")
	require.Empty(t, c.own(5*second, "c1", place))
	assert.Equal(t, "no callback was asked for", c.own(6*second, "c1", fact.CallbackWithdrawn{}), "the person was told")
	assert.Equal(t, "nobody is on the line", c.own(6*second, "c1", queued()))
	assert.Equal(t, "contact is past its menu", c.own(6*second, "c1", fact.Waiting{}))
	assert.Equal(t, "contact is past its menu", c.own(6*second, "c1", transferring))

	tried, o := calling(t)
	assert.Equal(t, "another call, or one without a name", tried.own(8*second, "c1", fact.CallingBack{Call: "back-2", Offer: o}))
	assert.Equal(t, "not the live call of the contact", tried.own(8*second, "c1", fact.CallbackFailed{Call: "back-2"}))
}

func TestWhoGoesOnInTheMenuIsNotCalled(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.own(2*second, "c1", arrived))
	require.Empty(t, c.own(3*second, "c1", asksForCallback()))
	require.Empty(t, c.own(4*second, "c1", queued()))
	assert.Nil(t, c.state.Contacts["c1"].Callback, "who waits on the line after all is not called")
	assert.Equal(t, "waiting", c.state.Contacts["c1"].Standing())
}

func TestAnOpenCallbackIsKnownByNumberAndTopicAndCountedByQueue(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.own(2*second, "c1", arrived))
	f := asksForCallback()
	f.Place.Topic = "paiement"
	require.Empty(t, c.own(3*second, "c1", f))
	ask := func(hash string, topic contact.Topic, q contact.Queue) engine.FloorView {
		return c.state.View(engine.FloorQuery{
			Contact: "c2", Medium: contact.Voice, Topic: topic, At: 4 * second, Callback: hash, Decision: routing.Decision{Queue: q},
		})
	}
	for range 2 { // while the caller hears it promised, and after he has hung up
		view := ask("h", "paiement", "particuliers")
		assert.True(t, view.Promised)
		assert.Equal(t, 1, view.Callbacks)
		assert.False(t, ask("h", "avis", "particuliers").Promised, "for another topic")
		assert.False(t, ask("other", "paiement", "particuliers").Promised, "for another number")
		assert.Zero(t, ask("h", "paiement", "recouvrement").Callbacks)
		assert.Zero(t, ask("", "paiement", "particuliers").Callbacks, "who waits on the line does not ask")
		if c.state.Contacts["c1"].Callback.Place != nil {
			require.Empty(t, c.own(5*second, "c1", f.Place))
		}
	}
}

// A night of promises must not turn away the callers of the morning.
func TestWhoIsToBeCalledTakesNoPlaceFromCallers(t *testing.T) {
	t.Parallel()
	c := away(t)
	decision := routing.Decision{Queue: "particuliers", Steps: queued().Steps}
	refused := func() contact.Refusal {
		view := c.state.View(engine.FloorQuery{Contact: "c9", Medium: contact.Voice, At: 6 * second, Decision: decision})
		return engine.TurnsAway(decision, engine.Limit{Waiting: 1}, view)
	}
	assert.Equal(t, 1, c.state.Floor.InQueue("particuliers"))
	assert.Empty(t, refused())
	require.Empty(t, c.own(5*second, "c2", arrived))
	require.Empty(t, c.own(5*second, "c2", queued()))
	assert.Equal(t, contact.Full, refused(), "who is on the line does")
	c.restart()
	assert.Equal(t, contact.Full, refused())
	require.Empty(t, c.own(7*second, "c2", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue}))
	assert.Empty(t, refused())
	require.Empty(t, c.own(8*second, "c1", fact.Closed{Outcome: contact.Failed, Asked: true}))
	assert.Zero(t, c.state.Floor.ToCall("particuliers"))
}

// Two requests are on their way at once: the ledger's order decides.
func TestOfTwoPromisesOfOnePersonAndTopicTheSecondIsVoid(t *testing.T) {
	t.Parallel()
	once := func(change func(*fact.CallbackRequested)) fact.CallbackRequested {
		f := asksForCallback()
		f.Once, f.Place.Topic = true, "paiement"
		change(&f)
		return f
	}
	same := func(*fact.CallbackRequested) {}
	asked := func(t *testing.T, f fact.CallbackRequested) (c *chain, void string) {
		c = newChain(t)
		for _, id := range []string{"c1", "c2"} {
			require.Empty(t, c.own(2*second, id, arrived))
		}
		require.Empty(t, c.own(3*second, "c1", once(same)))
		return c, c.own(3*second, "c2", f)
	}
	c, void := asked(t, once(same))
	assert.Equal(t, fold.AlreadyPromised, void)
	assert.Nil(t, c.state.Contacts["c2"].Callback)
	c.restart()
	require.Empty(t, c.own(4*second, "c1", once(same).Place))
	assert.Equal(t, fold.AlreadyPromised, c.own(4*second, "c2", once(same)), "also while the first waits to be called")
	require.Empty(t, c.own(5*second, "c1", fact.Closed{Outcome: contact.Failed, Asked: true}))
	assert.Empty(t, c.own(6*second, "c2", once(same)), "the first is over")

	for name, other := range map[string]func(*fact.CallbackRequested){
		"another number":           func(f *fact.CallbackRequested) { f.NumberHash = "other" },
		"another topic":            func(f *fact.CallbackRequested) { f.Place.Topic = "avis" },
		"as it was written before": func(f *fact.CallbackRequested) { f.Once = false },
	} {
		_, void := asked(t, once(other))
		assert.Empty(t, void, name)
	}
}
