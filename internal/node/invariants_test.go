package node

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
	"github.com/guichet/guichet/internal/ledger"
)

// One who was hung up on without an end of his, and counts as one who left, is a broken
// I1; one who left by himself, whose menu ended so, or who was called back, is not.
func TestWhoIsHungUpOnDoesNotCountAsOneWhoLeft(t *testing.T) {
	t.Parallel()
	release := engine.Effects{Commands: []engine.Command{engine.Release{}}}
	back := engine.Effects{Commands: []engine.Command{engine.CallBack{}}}
	left := engine.Effects{Facts: []fact.Fact{fact.Closed{Outcome: contact.Abandoned}}}
	answered := engine.Effects{Facts: []fact.Fact{fact.Closed{Outcome: contact.Answered}}}
	none, decided := &engine.Session{}, &engine.Session{Ending: &fact.Closed{Outcome: contact.Abandoned}}
	for name, story := range map[string]struct {
		ending *engine.Session
		steps  []engine.Effects
		broken map[string]uint64
	}{
		"he left":                       {none, []engine.Effects{left}, map[string]uint64{}},
		"his agent hung up":             {none, []engine.Effects{release, answered}, map[string]uint64{}},
		"an end of the menu":            {decided, []engine.Effects{release, left}, map[string]uint64{}},
		"he left as he was let go":      {none, []engine.Effects{{Facts: left.Facts, Commands: release.Commands}}, map[string]uint64{}},
		"promised, called back, and so": {none, []engine.Effects{release, back, left}, map[string]uint64{}},
		"cut off":                       {none, []engine.Effects{release, left}, map[string]uint64{"I1": 1}},
	} {
		c := controllerOf(fold.New(), "a1")
		v := &life{c: c, id: "c1"}
		for _, e := range story.steps {
			v.watchEnd(story.ending, e)
		}
		assert.Equal(t, story.broken, c.live.violated(), name)
	}
}

var accepted = ledger.Verdict{Outcome: ledger.Accepted}

// queueing has contacts c1, c2 and so on wait, in the order of their ranks, and an agent.
func queueing(t *testing.T, ranks ...int64) *Controller {
	t.Helper()
	s := fold.New()
	c := controllerOf(s, "a1")
	require.Equal(t, acd.Accepted, s.Floor.Login(1, fact.LoggedIn{Agent: "a1001", Phone: "PJSIP/a1001", Center: "ouest", Media: []contact.Medium{contact.Voice}}))
	for i, rank := range ranks {
		id := contact.ID([]string{"c1", "c2", "c3"}[i])
		s.Contacts[id] = &engine.Record{ID: id, Rank: rank}
		require.Equal(t, acd.Accepted, s.Floor.Enqueue(rank, id, contact.Voice, fact.Queued{
			Queue: "q", Rank: rank, Steps: []contact.Step{{Centers: []contact.Center{"ouest"}}},
		}))
	}
	return c
}

// A fold that lets a later contact be offered before an earlier one is a broken I6,
// once somebody has looked who waits.
func TestAnOfferOutOfOrderIsABrokenInvariant(t *testing.T) {
	t.Parallel()
	c := queueing(t, 1, 2, 3)
	offer := func(id contact.ID) {
		c.judgeOrder(fold.Applied{Verdict: accepted, Fact: fact.Offered{Contact: id}, Entry: ledger.Entry{At: 10, Subject: string(id)}}, 0, false)
	}
	offer("c2")
	assert.Empty(t, c.live.violated(), "nobody has looked")
	newWatcher(c).look(time.Now())
	before := c.live.violated()
	offer("c1")
	assert.Equal(t, before, c.live.violated(), "it was his turn")
	offer("c3")
	assert.Equal(t, before["I6"]+1, c.live.violated()["I6"])
	c.judgeOrder(fold.Applied{Verdict: accepted, Fact: fact.Offered{Contact: "c3"}, Void: "somebody waits before"}, 0, false)
	assert.Equal(t, before["I6"]+1, c.live.violated()["I6"], "a void offer is none")
	c.state.Floor.Leave("c1")
	offer("c2")
	assert.Equal(t, before["I6"]+1, c.live.violated()["I6"], "who has left is not passed by")
}

func TestAContactThatLosesItsRankIsABrokenInvariant(t *testing.T) {
	t.Parallel()
	c := queueing(t, 5)
	queuedAgain := func(kind fact.Kind, rank int64) {
		e := ledger.Entry{Kind: string(kind), Subject: "c1"}
		was, ranked := c.rankOf(e)
		c.judgeOrder(fold.Applied{Verdict: accepted, Entry: e, Fact: fact.Queued{}, Record: &engine.Record{ID: "c1", Rank: rank}}, was, ranked)
	}
	queuedAgain(fact.KindQueued, 5)
	queuedAgain(fact.KindQueued, 4) // a redial has an earlier place
	queuedAgain(fact.KindWaiting, 6)
	assert.Empty(t, c.live.violated())
	queuedAgain(fact.KindQueued, 6)
	queuedAgain(fact.KindRequeued, 6)
	assert.Equal(t, map[string]uint64{"I6": 2}, c.live.violated())
}
