package acd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

// With 50,000 contacts, what they say alike is most of the memory.
func TestContactsThatAskTheSameShareWhatTheySay(t *testing.T) {
	t.Parallel()
	f := New()
	later := func(after time.Duration) []contact.Step {
		return append(anybody(), contact.Step{After: after, Centers: []contact.Center{"ouest", "sud"}})
	}
	// The first of a reach is the one that others share with.
	for _, c := range []struct {
		id    contact.ID
		after time.Duration
	}{{"c1", time.Minute}, {"c2", time.Minute}, {"c3", time.Hour}} {
		q := queued(1)
		q.Steps = later(c.after)
		require.Equal(t, Accepted, f.Enqueue(0, c.id, contact.Voice, q))
	}
	assert.Same(t, &f.Tickets["c1"].Steps[0], &f.Tickets["c2"].Steps[0])
	assert.Same(t, &f.Tickets["c1"].Centers[0], &f.Tickets["c3"].Centers[0])
	assert.Equal(t, later(time.Minute), f.Tickets["c2"].Steps)
	assert.Equal(t, later(time.Hour), f.Tickets["c3"].Steps, "opens later than those of the same reach")
}
