package fold_test

import (
	"fmt"
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

const aMinute = 60 * second

// morning is a queue with one agent: somebody comes every half minute, and one is
// served each minute, so that the wait grows. It ends at that minute.
func morning(t *testing.T, minutes int64) *chain {
	t.Helper()
	c := newChain(t)
	in := login("a1")
	in.WrapUp = new(time.Duration)
	require.Empty(t, c.command(1*second, "a1", in))
	came, talking := 0, ""
	for half := int64(2); half < 2*minutes; half++ {
		at := half * aMinute / 2
		came++
		id := fmt.Sprintf("c%03d", came)
		arrival := arrived
		arrival.Rank = at
		require.Empty(t, c.own(at, id, arrival))
		q := queued()
		q.Rank = at
		require.Empty(t, c.own(at, id, q))
		if half%2 == 1 {
			continue
		}
		if talking != "" {
			require.Empty(t, c.own(at, talking, fact.LegEnded{Offer: c.state.Contacts[contact.ID(talking)].Offer, By: "agent"}))
			require.Empty(t, c.own(at, talking, fact.Closed{Outcome: contact.Answered}))
		}
		o := c.offer(at)
		talking = string(c.state.Floor.Offers[o].Contact)
		require.Empty(t, c.own(at, talking, fact.Ringing{Offer: o}))
		require.Empty(t, c.own(at+2*second, talking, fact.Connected{Offer: o, ServedBy: "ouest"}))
	}
	return c
}

// newcomer asks the fold what a branch of the menu, admission and callers are told.
func newcomer(s *fold.State, at int64) engine.FloorView {
	return s.View(engine.FloorQuery{Contact: "new", Medium: contact.Voice, At: at, Decision: routing.Decision{
		Queue: "particuliers", Steps: queued().Steps,
	}})
}

func TestANewcomersWaitIsTheWordOfWhoErredLeast(t *testing.T) {
	t.Parallel()
	at := 20 * aMinute
	c := morning(t, 20)
	view := newcomer(c.state, at)
	line := c.state.Lines["particuliers"]
	assert.NotEmpty(t, line.Scores)
	require.Equal(t, 19, view.InQueue)
	// Nineteen before, one a minute: the length of the line knows it, the others look back.
	assert.Equal(t, "length", view.WaitBy, "%v", line.Scores)
	assert.InDelta(t, (20 * time.Minute).Seconds(), view.Wait.Seconds(), 90)
	assert.Zero(t, newcomer(morning(t, 6).state, 6*aMinute).Wait, "too few were answered to tell")
	c.restart()
	assert.Equal(t, view, newcomer(c.state, at), "who reads the ledger anew says the same")
}

// Who hangs up while he waits once more teaches the same as who was never answered,
// although his outcome is that he was.
func TestWhoGivesUpAfterATransferIsCountedByTheLine(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	o := c.offer(20 * second)
	require.Empty(t, c.own(21*second, "c1", fact.Ringing{Offer: o}))
	require.Empty(t, c.own(30*second, "c1", fact.Connected{Offer: o, ServedBy: "ouest"}))
	require.Empty(t, c.own(100*second, "c1", fact.Requeued{Queued: queued()}))
	require.Contains(t, c.state.Forecasts, contact.ID("c1"))
	require.Empty(t, c.own(130*second, "c1", fact.Closed{Outcome: contact.Answered, Asked: true}))
	var left int64
	for _, m := range c.state.Lines["particuliers"].Minutes {
		left += m.Left
	}
	assert.EqualValues(t, 1, left)
	assert.Empty(t, c.state.Forecasts)
}

func TestNobodyIsToldToWaitForWhomAnAgentIsFree(t *testing.T) {
	t.Parallel()
	c := morning(t, 20)
	for id := range c.state.Floor.Tickets {
		require.Empty(t, c.own(20*aMinute, string(id), fact.Closed{Outcome: contact.Abandoned, Asked: true}))
	}
	require.NotZero(t, newcomer(c.state, 20*aMinute).Wait, "the agent talks")
	require.Empty(t, c.command(20*aMinute, "a2", login("a2")))
	assert.Zero(t, newcomer(c.state, 20*aMinute).Wait)
}

// Where somebody stands is counted by priority and rank, and what it still takes by
// those before.
func TestWhereSomebodyStandsInTheLine(t *testing.T) {
	t.Parallel()
	c := morning(t, 20)
	at := 20 * aMinute
	last, there := c.state.Standing("c038", at)
	require.True(t, there)
	assert.Equal(t, 19, last.Position)
	first, _ := c.state.Standing("c020", at)
	assert.Equal(t, 1, first.Position)
	require.True(t, first.Known && last.Known)
	assert.Less(t, first.Wait, 3*time.Minute)
	assert.Greater(t, last.Wait, 15*time.Minute)

	relay := queued()
	relay.Priority, relay.Rank = 9, at
	require.Empty(t, c.own(at, "c900", arrived))
	require.Empty(t, c.own(at, "c900", relay))
	before, _ := c.state.Standing("c900", at)
	assert.Equal(t, 1, before.Position, "a higher priority goes first")
	behind, _ := c.state.Standing("c020", at)
	assert.Equal(t, 2, behind.Position)
	_, there = c.state.Standing("c001", at)
	assert.False(t, there, "answered long ago")
}

// Who gives up is taken for somebody who may not have had the wait that was said.
func TestWhoGivesUpIsCountedByTheLine(t *testing.T) {
	t.Parallel()
	c := morning(t, 20)
	at := 21 * aMinute
	was := newcomer(c.state, at).Wait
	for _, id := range []string{"c022", "c023", "c024", "c025"} {
		require.Empty(t, c.own(at, id, fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue, Asked: true}))
	}
	assert.Less(t, newcomer(c.state, at).Wait, was-4*time.Minute)
	assert.NotContains(t, c.state.Forecasts, contact.ID("c022"))
	assert.Len(t, c.state.Forecasts, len(c.state.Floor.Tickets))
}

// What was told is remembered for whoever speaks next, and judged by what comes of it.
func TestWhatWasToldOfTheWaitIsKeptOrBroken(t *testing.T) {
	t.Parallel()
	message := func(c *chain) {
		require.Empty(t, c.own(360*second, "c1", fact.Closed{Outcome: contact.Message, Asked: true}))
	}
	for _, way := range []struct {
		name string
		play func(c *chain)
	}{
		{fold.PromiseKept, func(c *chain) {
			o := c.offer(20 * second)
			require.Empty(t, c.own(21*second, "c1", fact.Ringing{Offer: o}))
			require.Empty(t, c.own(60*second, "c1", fact.Connected{Offer: o, ServedBy: "ouest"}))
		}},
		{fold.PromiseBroken, func(c *chain) {
			o := c.offer(20 * second)
			require.Empty(t, c.own(21*second, "c1", fact.Ringing{Offer: o}))
			require.Empty(t, c.own(61*second, "c1", fact.Connected{Offer: o, ServedBy: "ouest"}))
		}},
		{fold.PromiseLeft, func(c *chain) {
			require.Empty(t, c.own(59*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue, Asked: true}))
		}},
		// Out by a key in time, and a message is left when that time has passed.
		{fold.PromiseLeft, func(c *chain) {
			require.Empty(t, c.own(60*second, "c1", fact.SteppedOut{Key: "1"}))
			message(c)
		}},
		{fold.PromiseBroken, func(c *chain) {
			require.Empty(t, c.own(61*second, "c1", fact.SteppedOut{Key: "1"}))
			message(c)
		}},
		// Back in the queue he is told another time, which is judged by itself.
		{fold.PromiseBroken, func(c *chain) {
			require.Empty(t, c.own(20*second, "c1", fact.SteppedOut{Key: "1"}))
			require.Empty(t, c.own(21*second, "c1", queued()))
			require.Empty(t, c.own(22*second, "c1", fact.Foretold{Until: 50 * second, By: "length"}))
			message(c)
		}},
	} {
		c := waiting(t)
		require.Empty(t, c.own(4*second, "c1", fact.Foretold{Position: 3, Until: 70 * second, By: "length"}))
		require.Empty(t, c.own(9*second, "c1", fact.Foretold{Position: 2, Until: 60 * second, By: "head_of_line"}))
		require.Empty(t, c.own(10*second, "c1", fact.Foretold{Position: 1}))
		assert.Equal(t, &engine.Told{At: 10 * second, Position: 1, Until: 60 * second, By: "head_of_line", Times: 3}, c.state.Contacts["c1"].Told)
		way.play(c)
		assert.Equal(t, fold.Counter{fold.Join("particuliers", way.name): 1}, c.state.Tally.Promises)
	}
	c := waiting(t)
	require.Empty(t, c.own(4*second, "c1", fact.Foretold{Position: 3}))
	require.Empty(t, c.own(5*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue, Asked: true}))
	assert.Empty(t, c.state.Tally.Promises, "no time was told")
}

// A second wait is not held to what was told of the first, which would silence it.
func TestWhoIsSentToAnotherQueueIsToldAnew(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	require.Empty(t, c.own(4*second, "c1", fact.Foretold{Position: 1, Until: 60 * second, By: "length"}))
	o := c.offer(20 * second)
	require.Empty(t, c.own(21*second, "c1", fact.Ringing{Offer: o}))
	require.Empty(t, c.own(30*second, "c1", fact.Connected{Offer: o, ServedBy: "ouest"}))
	require.Empty(t, c.own(100*second, "c1", fact.Requeued{Queued: queued()}))
	assert.Nil(t, c.state.Contacts["c1"].Told)
	assert.Equal(t, fold.Counter{fold.Join("particuliers", fold.PromiseKept): 1}, c.state.Tally.Promises)
}

func TestWhoStepsOutHoldsNoPlaceAndComesBackWithTheRank(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	require.Empty(t, c.own(4*second, "c1", fact.SteppedOut{Key: "1"}))
	assert.Zero(t, c.state.Floor.InQueue("particuliers"))
	assert.Empty(t, c.state.Floor.Propose(5*second, 1))
	assert.Equal(t, "menu", c.state.Contacts["c1"].Standing())
	assert.Equal(t, "contact has left its queue", c.own(5*second, "c1", fact.SteppedOut{Key: "1"}))
	assert.Equal(t, "contact does not wait on the line", c.own(5*second, "c1", fact.Foretold{Position: 1}))
	require.Empty(t, c.own(6*second, "c1", fact.Waiting{Node: "menu", Menu: []byte(`{}`)}))
	c.restart()
	require.Empty(t, c.own(7*second, "c1", queued()))
	assert.Equal(t, "waiting", c.state.Contacts["c1"].Standing())
	assert.Len(t, c.state.Floor.Propose(8*second, 1), 1)
}

// The offer came to the ledger before the key, and its owner has not dialled: he had not
// heard of it.
func TestAnOfferThatTheKeyOvertookGivesItsAgentBack(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	o := c.offer(4 * second)
	a := c.must(c.owner(5*second, "c1", fact.SteppedOut{Key: "1"}), 1)
	require.Empty(t, a.Void)
	assert.Equal(t, map[contact.ID]fact.OfferID{"c1": o}, a.Displaced)
	assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State)
	assert.EqualValues(t, 1, c.state.Tally.Offers["void"])
	assert.NotEmpty(t, c.own(6*second, "c1", fact.OfferVoid{Offer: o}), "it is over already")
	require.Empty(t, c.own(7*second, "c1", queued()))
	require.NotEqual(t, o, c.offer(8*second))
}

func TestNobodyStepsOutOrIsToldAnythingWhoDoesNotWait(t *testing.T) {
	t.Parallel()
	c, _ := talking(t)
	const not = "contact does not wait on the line"
	assert.Equal(t, not, c.own(7*second, "c1", fact.SteppedOut{Key: "1"}))
	assert.Equal(t, not, c.own(7*second, "c1", fact.Foretold{Position: 1}))
	require.Empty(t, c.own(8*second, "c2", arrived))
	assert.Equal(t, not, c.own(8*second, "c2", fact.SteppedOut{Key: "1"}))
	require.Empty(t, c.own(9*second, "c2", queued()))
	assert.Equal(t, "nothing was told", c.own(9*second, "c2", fact.Foretold{}))
	assert.Equal(t, "contact has left its queue", c.own(9*second, "c2", fact.SteppedOut{}))
	rings := waiting(t)
	o := rings.offer(4 * second)
	require.Empty(t, rings.own(5*second, "c1", fact.Ringing{Offer: o}))
	assert.Equal(t, not, rings.own(6*second, "c1", fact.SteppedOut{Key: "1"}), "the phone rings")
}
