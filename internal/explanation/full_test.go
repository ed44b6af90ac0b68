package explanation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/routing"
)

// The limit that is named is the one that turned the contact away.
func TestAFullQueueSaysByWhichLimitAndHowMuch(t *testing.T) {
	t.Parallel()
	limit := engine.Limit{Waiting: 60, EstimatedWait: 15 * time.Minute, PerAgent: 4}
	for want, floor := range map[string]engine.FloorView{
		"60 on the line, and 60 may wait": {InQueue: 65, ToCall: 5, Able: 30},
		"17:00 is the estimated wait, by head of line, and 15:00 the longest that anybody is asked to accept": {
			InQueue: 20, Able: 30, Wait: 17 * time.Minute, WaitBy: "head_of_line",
		},
		"40 on the line for 10 agents who are logged in, none of them free, and 4 may wait for each": {InQueue: 40, Able: 10},
		"": {InQueue: 40, Able: 10, Ready: 1},
	} {
		assert.Equal(t, want, report.FullInWords(limit.Reached(floor)))
		refused := engine.TurnsAway(routing.Decision{Queue: "particuliers"}, limit, floor)
		assert.Equal(t, want != "", refused == contact.Full)
	}
}
