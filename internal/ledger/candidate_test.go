package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

const (
	ms     = time.Millisecond
	second = time.Second
)

// contest is one candidate in front of a log whose entries it folds at once.
type contest struct {
	*chain
	*ledger.Candidate
	now time.Duration
}

func newContest(t testing.TB, locked bool) *contest {
	return &contest{chain: newChain(t), Candidate: ledger.NewCandidate("a", "p-a", 1, locked)}
}

// writes appends the entry and folds it, the candidate looking on.
func (c *contest) writes(e ledger.Entry) (ledger.Entry, ledger.Verdict) {
	c.Helper()
	e, v := c.write(e)
	c.Folded(e, v, c.now)
	return e, v
}

// tick lets time pass and writes what the candidate finds due. It returns the
// kinds that were due.
func (c *contest) tick(by time.Duration, wanted ...string) (kinds []string) {
	c.Helper()
	c.now += by
	for _, e := range c.Due(c.Fold, wanted, c.now) {
		kinds = append(kinds, e.Kind)
		c.writes(e)
	}
	return kinds
}

func (c *contest) holdsNode(node string) bool {
	_, ok := c.Holds(c.Fold, node)
	return ok
}

// rival writes a beat of b and its take of the node.
func (c *contest) rivalTakes(node string) {
	c.writes(beat("b"))
	c.writes(c.take("b", node, c.Nodes[node].Holder, c.Controllers[c.Nodes[node].Holder].Beat))
	require.Equal(c, "b", c.Nodes[node].Holder)
}

func TestACandidateBeatsEveryHalfSecond(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	assert.Equal(t, []string{"beat"}, c.tick(0), "the first at once")
	assert.Empty(t, c.tick(499*ms))
	assert.Equal(t, 500*ms, c.NextBeat())
	assert.Equal(t, []string{"beat"}, c.tick(1*ms))
	assert.Equal(t, []string{"beat"}, c.tick(10*second), "beats missed are not made up for")
	assert.Empty(t, c.tick(499*ms))
}

func TestAFreeNodeIsTakenOnceAnOwnBeatWasFolded(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	due := c.Due(c.Fold, []string{"n1", ledger.Site}, 0)
	require.Len(t, due, 1, "only the beat: nothing says yet that my appends count")
	c.writes(due[0])
	assert.Equal(t, []string{"take", "take"}, c.tick(1*ms, "n1", ledger.Site))
	assert.True(t, c.holdsNode("n1"))
	assert.True(t, c.holdsNode(ledger.Site))
	assert.False(t, c.holdsNode("n2"))
	assert.Empty(t, c.tick(1*ms, "n1", ledger.Site), "what is held is not taken again")
}

func TestANodeThatIsNotWantedIsNotTaken(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	assert.Empty(t, c.tick(1*ms))
}

func TestASilentHolderIsReplacedAfterOneAndAHalfSecondsAndThreeOwnBeats(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	c.rivalTakes("n1")
	silentSince := c.now
	for !c.holdsNode("n1") {
		c.tick(50*ms, "n1")
		require.Less(t, c.now, 5*second)
	}
	assert.GreaterOrEqual(t, c.now-silentSince, 1500*ms)
	assert.LessOrEqual(t, c.now-silentSince, 1550*ms, "the tick after the third own beat")
	assert.Equal(t, "a", c.Nodes["n1"].Holder)
}

func TestAHolderThatBeatsKeepsItsNode(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	c.rivalTakes("n1")
	for range 20 {
		assert.NotContains(t, c.tick(700*ms, "n1"), "take")
		assert.NotContains(t, c.tick(700*ms, "n1"), "take")
		c.writes(beat("b"))
	}
	assert.Equal(t, "b", c.Nodes["n1"].Holder)
}

func TestThreeOwnBeatsInLessThanTheSilenceProveNothingYet(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	c.now = 490 * ms
	c.rivalTakes("n1")
	for range 3 { // at 500, 1000 and 1500 ms
		c.tick(500*ms - c.now%(500*ms))
	}
	assert.Empty(t, c.tick(480*ms, "n1"), "1490 ms after the holder's last beat")
	assert.Contains(t, c.tick(10*ms, "n1"), "take")
}

func TestSilenceWithoutOwnBeatsProvesNothing(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	c.rivalTakes("n1")
	c.tick(500 * ms)
	// My process or my link stood still for a minute; two own beats folded.
	assert.NotContains(t, c.tick(time.Minute, "n1"), "take")
	assert.NotContains(t, c.tick(1*ms, "n1"), "take")
	assert.Contains(t, c.tick(500*ms, "n1"), "beat")
	assert.Contains(t, c.tick(1*ms, "n1"), "take", "three own beats, and still nothing of the holder")
}

func TestAHolderNeverHeardCountsFromTheFirstTimeItIsAskedAbout(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	// The holder's beats are before the snapshot that was loaded.
	c.write(beat("b"))
	c.write(c.take("b", "n1", "", ledger.ID{}))
	c.now = 10 * second
	c.tick(0, "n1")
	asked := c.now + 100*ms
	for !c.holdsNode("n1") {
		c.tick(100*ms, "n1")
		require.Less(t, c.now, 20*second)
	}
	assert.GreaterOrEqual(t, c.now-asked, 1500*ms)
}

func TestABeatOfTheHolderBetweenDecisionAndAppendVoidsTheTake(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	c.rivalTakes("n1")
	for range 3 {
		c.tick(500 * ms)
	}
	due := c.Due(c.Fold, []string{"n1"}, c.now)
	require.Len(t, due, 1)
	c.writes(beat("b"))
	_, v := c.writes(due[0])
	assert.Equal(t, ledger.TakenSince, v.Reason)
	assert.NotContains(t, c.tick(1*ms, "n1"), "take", "the holder lives")
}

func TestATakeUnderWayIsNotRepeatedUntilItIsLost(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	require.Len(t, c.Due(c.Fold, []string{"n1"}, 10*ms), 1)
	assert.Empty(t, c.Due(c.Fold, []string{"n1"}, 400*ms), "not folded yet, perhaps on its way")
	kinds := []string{}
	for _, e := range c.Due(c.Fold, []string{"n1"}, 1010*ms) {
		kinds = append(kinds, e.Kind)
	}
	assert.Equal(t, []string{"take", "beat"}, kinds)
}

func TestARestartedInstanceWithItsLockRetakesAtOnce(t *testing.T) {
	t.Parallel()
	c := newContest(t, true)
	before := ledger.NewCandidate("a", "p-before", 1, true)
	for _, e := range before.Due(c.Fold, nil, 0) {
		e, v := c.writes(e)
		before.Folded(e, v, 0)
	}
	for _, e := range before.Due(c.Fold, []string{"n1"}, 0) {
		c.writes(e)
	}
	require.Equal(t, "a", c.Nodes["n1"].Holder)
	assert.False(t, c.holdsNode("n1"), "held under my name is not held by me")

	c.tick(0, "n1")
	assert.Equal(t, []string{"take"}, c.tick(1*ms, "n1"))
	assert.True(t, c.holdsNode("n1"))
}

func TestWithoutTheLockAHolderOfMyNameIsARivalLikeAnyOther(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	twin := beat("a")
	twin.Data = []byte(`{"format":1,"process":"p-twin"}`)
	c.writes(twin)
	take := c.take("a", "n1", "", ledger.ID{})
	take.Data = canonical(t, ledger.Take{Process: "p-twin"})
	c.writes(take)
	require.Equal(t, "a", c.Nodes["n1"].Holder)
	for range 8 {
		assert.NotContains(t, c.tick(500*ms, "n1"), "take")
		c.writes(twin)
	}
	for range 3 {
		c.tick(500*ms, "n1")
	}
	for range 2 { // my own beat may come between: the name is the same
		c.tick(100*ms, "n1")
	}
	assert.True(t, c.holdsNode("n1"), "the twin fell silent")
}

func TestAYieldedNodeIsLeftAloneForThreeSeconds(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	_, ok := c.Yield(c.Fold, "n1", c.now)
	assert.False(t, ok, "nothing to give back")
	c.tick(0)
	c.tick(1*ms, "n1")
	yield, ok := c.Yield(c.Fold, "n1", c.now)
	require.True(t, ok)
	yieldedAt := c.now
	c.chain.holds(c.writes(yield))
	assert.False(t, c.holdsNode("n1"))
	assert.Empty(t, c.Nodes["n1"].Holder)
	for !c.holdsNode("n1") {
		c.tick(100*ms, "n1")
	}
	assert.Equal(t, 3*second, c.now-yieldedAt)
}

func TestADroppedFoldMakesTheCandidateListenAgain(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	c.rivalTakes("n1")
	for range 3 {
		c.tick(500 * ms)
	}
	c.Candidate.Reset()
	assert.NotContains(t, c.tick(0, "n1"), "take", "what was heard in another history does not count")
	reset := c.now
	for !c.holdsNode("n1") {
		c.tick(100*ms, "n1")
		require.Less(t, c.now-reset, 5*second)
	}
	assert.GreaterOrEqual(t, c.now-reset, 1500*ms)
}

// A node that was given back is left to others for a while, unless somebody knows better.
func TestTheRestOfANodeThatWasGivenBackCanBeEnded(t *testing.T) {
	t.Parallel()
	c := newContest(t, false)
	c.tick(0)
	c.tick(1*ms, "n1")
	require.True(t, c.holdsNode("n1"))
	assert.False(t, c.Free(c.Fold, "n1", c.now), "it is held")
	given, _ := c.Yield(c.Fold, "n1", c.now)
	c.writes(given)
	assert.NotContains(t, c.tick(second, "n1"), "take", "it rests")
	assert.True(t, c.Free(c.Fold, "n1", c.now))
	assert.Contains(t, c.tick(1*ms, "n1"), "take")
	given, _ = c.Yield(c.Fold, "n1", c.now)
	c.writes(given)
	c.rivalTakes("n1")
	assert.False(t, c.Free(c.Fold, "n1", c.now), "somebody who lives has it")
}
