package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The agent was on the line, and we hung up on him: that is not why nobody was called.
func TestACallForAMessageThatTheHoursEndSaysSo(t *testing.T) {
	t.Parallel()
	closed := func(answers, leaves string) string {
		s, said := newStory(t), ""
		for _, line := range []string{"3598 calls-back", "3598 calls-accepted", "3598 rings o1", answers, leaves} {
			if line != "" {
				said += s.line(line) + "\n"
			}
		}
		return said
	}
	assert.Contains(t, closed("3601 answers o1", "3601 agent-left o1"), "people are not called any more at this hour")
	assert.Contains(t, closed("", "3599 agent-left o1 refused"), "the agent was not on the line")
}
