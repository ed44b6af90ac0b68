package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

// leading is a contest of a candidate that understands format 2 and leads the site.
func leading(t *testing.T) *contest {
	c := &contest{chain: newChain(t), Candidate: ledger.NewCandidate("a", "p-a", 2, false)}
	c.tick(0)
	return c
}

func (c *contest) says(name string, format int) {
	e := beat(name)
	e.Data = canonical(c, ledger.Beat{Format: format, Process: "p-" + name})
	c.writes(e)
}

func TestALeaderRaisesTheFormatOnceEverybodyWhoLivesUnderstandsIt(t *testing.T) {
	t.Parallel()
	c := leading(t)
	assert.Equal(t, []string{"take"}, c.tick(ms, ledger.Site))
	assert.Equal(t, []string{"format_raised"}, c.tick(ms), "nobody else is there")
	assert.Equal(t, 2, c.Format)
	assert.Equal(t, []string{"beat"}, c.tick(time.Second), "once")
}

func TestAnOlderControllerKeepsTheFormat(t *testing.T) {
	t.Parallel()
	c := leading(t)
	c.says("old", 1)
	assert.Equal(t, []string{"take"}, c.tick(ms, ledger.Site))
	for range 200 {
		c.says("old", 1)
		require.NotContains(t, c.tick(time.Second), "format_raised")
	}
	c.says("old", 2)
	assert.Contains(t, c.tick(ms), "format_raised", "it was replaced under its name")
}

func TestAnOlderControllerThatIsGoneKeepsTheFormatForAMinute(t *testing.T) {
	t.Parallel()
	c := leading(t)
	c.says("old", 1)
	c.tick(ms, ledger.Site)
	for range 59 {
		require.NotContains(t, c.tick(time.Second), "format_raised", "it may only be starting again")
	}
	assert.Contains(t, c.tick(time.Second), "format_raised")
}

// The fold would refuse it: whoever holds a node must read on.
func TestAnOlderControllerThatHoldsANodeKeepsTheFormat(t *testing.T) {
	t.Parallel()
	c := leading(t)
	c.says("old", 1)
	c.writes(c.take("old", "n1", "", ledger.ID{}))
	c.tick(ms, ledger.Site)
	for range 100 {
		require.NotContains(t, c.tick(time.Second), "format_raised")
	}
}

func TestOnlyTheLeaderRaisesTheFormat(t *testing.T) {
	t.Parallel()
	c := leading(t)
	for range 5 {
		require.NotContains(t, c.tick(time.Second, "n1"), "format_raised")
	}
}

// A repetition of one that is on its way would be void, and counted.
func TestAFormatOnItsWayIsNotRaisedAgainAtOnce(t *testing.T) {
	t.Parallel()
	c := leading(t)
	c.tick(ms, ledger.Site)
	due := c.Due(c.Fold, nil, c.now+ms)
	require.Len(t, due, 1)
	assert.Equal(t, "format_raised", due[0].Kind)
	assert.Empty(t, c.Due(c.Fold, nil, c.now+2*ms))
	assert.Len(t, c.Due(c.Fold, nil, c.now+2*time.Second), 2, "it was lost; and a beat")
}

func TestAKindMayBeWrittenFromItsFormatOn(t *testing.T) {
	t.Parallel()
	c := leading(t)
	c.Know(ledger.Kinds{"old": {Format: 1}, "new": {Format: 1, Since: 2}, "next": {Format: 1, Since: 3}})
	may := func() (all []string) {
		for _, kind := range []string{"old", "new", "next"} {
			if c.MayWrite(kind) {
				all = append(all, kind)
			}
		}
		return all
	}
	assert.Equal(t, []string{"old"}, may())
	c.tick(ms, ledger.Site)
	c.tick(ms)
	assert.Equal(t, []string{"old", "new"}, may())
}
