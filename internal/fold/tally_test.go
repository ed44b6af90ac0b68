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

func TestTheMinutesOfADayAreKeptWhateverTheOrderTheyComeIn(t *testing.T) {
	t.Parallel()
	tally := newTally()
	rec := &engine.Record{Queue: "q", Outcome: contact.Answered}
	lost := &engine.Record{Queue: "q", Outcome: contact.Abandoned}
	minute := func(m int64) int64 { return m * 60_000_000 }
	for _, m := range []int64{5000, 5001, 4999, 5000, 5000 - dayMinutes} {
		tally.minute(minute(m), rec)
	}
	tally.minute(minute(5001)+59_999_999, lost)
	asked, answered := tally.Window("q", 5000)
	assert.EqualValues(t, 4, asked)
	assert.EqualValues(t, 3, answered)
	assert.Len(t, tally.Minutes["q"], 3, "a fact from before the window is counted nowhere")

	tally.minute(minute(5000+dayMinutes), rec)
	assert.Equal(t, []Minute{{At: 5000, Asked: 2, Answered: 2}, {At: 5001, Asked: 2, Answered: 1}, {At: 5000 + dayMinutes, Asked: 1, Answered: 1}}, tally.Minutes["q"])
	for m := int64(0); m < 3*dayMinutes; m++ {
		tally.minute(minute(10_000+m), rec)
	}
	assert.Len(t, tally.Minutes["q"], dayMinutes+1, "bounded")
	asked, _ = tally.Window("nobody's", 0)
	assert.Zero(t, asked)
}

func TestLabelsComeApartAsTheyWereJoined(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"a", "", "b|c"}, Join("a", "", "b|c").Values())
	counter := Counter{}
	counter.add(2, "a")
	counter.add(1, "b")
	assert.EqualValues(t, 3, counter.Total())
}
