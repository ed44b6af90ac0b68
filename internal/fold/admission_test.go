package fold

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// answeredAt counts contacts of a queue that are answered at these minutes.
func answeredAt(minutes ...int64) *Tally {
	t := newTally()
	for _, m := range minutes {
		rec := &engine.Record{Entry: "2014", Queue: "particuliers", Outcome: contact.Answered, Asked: true}
		t.decided(m*minute, rec, nil)
	}
	return t
}

func TestTheWaitIsTheLineOverTheRateOfLate(t *testing.T) {
	t.Parallel()
	steady := answeredAt(100, 101, 102, 103, 104, 105, 106, 107, 108, 109) // one a minute
	assert.Equal(t, 20*time.Minute, steady.EstimatedWait("particuliers", 20, 110*minute))
	assert.Zero(t, steady.EstimatedWait("particuliers", 0, 110*minute), "nobody waits")
	assert.Zero(t, steady.EstimatedWait("recouvrement", 20, 110*minute), "another queue")
	assert.Zero(t, steady.EstimatedWait("particuliers", 20, 400*minute), "too long ago to tell")
}

// At 8:30 all agents take their first call and a hundred people wait: what was
// answered in two minutes is no rate of a quarter of an hour.
func TestNobodyIsTurnedAwayByAGuessInTheFirstMinutes(t *testing.T) {
	t.Parallel()
	morning := answeredAt(510, 510, 510, 510, 510, 511, 511)
	assert.Zero(t, morning.EstimatedWait("particuliers", 100, 512*minute))
	// The day before does not make the morning older.
	assert.Zero(t, answeredAt(10, 11, 12, 510, 510, 510, 510, 510, 511).EstimatedWait("particuliers", 100, 512*minute))
	assert.Zero(t, answeredAt(100, 101, 102, 103).EstimatedWait("particuliers", 100, 110*minute), "too few")
}
