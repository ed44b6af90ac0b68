package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// A phone of the house comes back by registering; a number outside never does.
func TestOnlyAPhoneOfTheHouseIsAwaitedWithoutADeadline(t *testing.T) {
	t.Parallel()
	l := &life{policies: contact.Policies{NoAnswer: 5 * time.Minute}}
	for outside, deadline := range map[bool]int64{false: 0, true: 1 + (5 * time.Minute).Microseconds()} {
		b := &bound{outside: outside}
		b.offerEnds(1, l, contact.Unreachable)
		assert.Equal(t, "set aside", b.state)
		assert.Equal(t, deadline, b.deadline)
	}
}

// A queue may say for how long, of both.
func TestWhoCannotBeReachedIsSetAsideForAsLongAsTheQueueSays(t *testing.T) {
	t.Parallel()
	l := &life{policies: contact.Policies{NoAnswer: 5 * time.Minute, Unreachable: 2 * time.Minute}}
	for _, outside := range []bool{false, true} {
		b := &bound{outside: outside}
		b.offerEnds(1, l, contact.Unreachable)
		assert.Equal(t, "set aside", b.state)
		assert.Equal(t, 1+(2*time.Minute).Microseconds(), b.deadline)
	}
}

// The leader was cut off from the ledger when the deadline passed; what was due is
// the first that it writes, before its beat.
func TestWhoComesBackMayActBeforeGivingASign(t *testing.T) {
	t.Parallel()
	const second = 1_000_000
	s := absence{nodes: map[string]*presence{"site": {holder: "a", last: 100 * second}}}
	assert.EqualValues(t, 110*second, s.excuse(101*second, 110*second, "a1"), "away since its last sign")
	assert.EqualValues(t, 100*second, s.excuse(100*second, 101*second, "a1"), "it was there")
	s.nodes["site"].sign(110 * second)
	assert.EqualValues(t, 110*second, s.excuse(101*second, 111*second, "a1"), "it had been away")
	assert.EqualValues(t, 90*second, s.excuse(90*second, 111*second, "a1"), "it was there long enough")
}

// A frozen Redis has not lost what it was sent: beats of the time of the frost land
// all at once when it is over.
func TestBeatsThatLandLateAreNoSignsOfTheirTime(t *testing.T) {
	t.Parallel()
	const second = 1_000_000
	s := absence{nodes: map[string]*presence{"site": {holder: "a", last: 100 * second}}}
	for _, at := range []int64{101, 102, 103, 104, 105} {
		s.take(fold.Applied{Entry: ledger.Entry{
			Kind: ledger.KindBeat, Writer: "a", At: at * second, Self: ledger.Position{ID: ledger.ID{Ms: 105_000, Seq: uint64(at)}},
		}, Verdict: ledger.Verdict{Outcome: ledger.Accepted}})
	}
	assert.EqualValues(t, 105*second, s.excuse(101*second, 105*second, "a1"))
}
