package fold

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

func TestABucketHoldsWhatIsAtMostItsBound(t *testing.T) {
	t.Parallel()
	for us, bucket := range map[int64]int{
		-5: 0, 0: 0, 1_000: 0, 1_001: 1, 2_000: 1, 3600e6: len(Bounds) - 1, 3600e6 + 1: len(Bounds), 1 << 60: len(Bounds),
	} {
		var h Histogram
		h.observe(us)
		assert.Len(t, h.Counts, len(Bounds)+1)
		assert.EqualValues(t, 1, h.Counts[bucket], us)
		assert.EqualValues(t, 1, h.Count)
		assert.Equal(t, max(us, 0), h.Sum)
	}
	assert.IsIncreasing(t, Bounds)
}

func TestAskedIsTheDenominatorOfTheContract(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		outcome contact.Outcome
		refusal contact.Refusal
		asked   bool // was an agent asked for
		counts  bool
	}{
		{contact.Answered, "", false, true},
		{contact.Callback, "", false, true},
		{contact.Abandoned, "", true, true},
		{contact.Abandoned, "", false, false},
		{contact.Failed, "", true, true},
		{contact.Failed, "", false, false},
		{contact.Dissuaded, contact.Full, true, true},
		{contact.Dissuaded, contact.NoAgent, true, true},
		{contact.Dissuaded, contact.Closed, true, false},
		{contact.SelfServed, "", true, false},
		{contact.TransferredOut, "", true, false},
		{contact.Message, "", true, false},
		{contact.StillHere, "", true, false},
	} {
		rec := &engine.Record{Outcome: tc.outcome, Refusal: tc.refusal, Asked: tc.asked}
		assert.Equal(t, tc.counts, HasAsked(rec), "%+v", tc)
		rec.CallsFor = "m1"
		assert.False(t, HasAsked(rec), "an agent who calls for a message is asked by nobody: %+v", tc)
	}
}

func TestAnAbandonIsShortBelowFiveSecondsFromQueueing(t *testing.T) {
	t.Parallel()
	rec := &engine.Record{Outcome: contact.Abandoned, QueuedAt: 10e6}
	assert.True(t, IsShort(15e6-1, rec))
	assert.False(t, IsShort(15e6, rec))
	assert.False(t, IsShort(11e6, &engine.Record{Outcome: contact.Abandoned}), "it was never queued")
	assert.False(t, IsShort(11e6, &engine.Record{Outcome: contact.Answered, QueuedAt: 10e6}))
}

func TestLabelsComeApartAsTheyWereJoined(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"a", "", "b|c"}, Join("a", "", "b|c").Values())
	counter := Counter{}
	counter.add(2, "a")
	counter.add(1, "b")
	assert.EqualValues(t, 3, counter.Total())
}
