package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
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
