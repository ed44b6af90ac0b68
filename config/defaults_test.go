package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

// The times of a site that says nothing else are a promise to those who write
// one; the sample repeats them, and so does not hold them.
func TestASiteThatSaysNothingHasTheTimesThatAreWrittenDown(t *testing.T) {
	t.Parallel()
	site, problems := Load("../testdata/site")
	require.Empty(t, problems)
	q := site.Queues["particuliers"]
	assert.Equal(t, contact.Policies{
		Ring: 18 * time.Second, WrapUp: 20 * time.Second,
		NoAnswer: 5 * time.Minute, Busy: 30 * time.Second, Refused: 60 * time.Second,
	}, q.Policies)
	assert.Zero(t, q.Policies.Unreachable, "until the phone registers")
	assert.Equal(t, contact.LongestReady, site.Plan.Queues["particuliers"].Strategy)
	assert.Equal(t, contact.Closing{ServeWaiting: 20 * time.Minute, NobodyLeft: 2 * time.Minute}, q.Closing)
	assert.Equal(t, Callbacks{MaxAttempts: 3, RetryAfter: 10 * time.Minute, Ring: 30 * time.Second, MaxOpen: 100, MaxPerCaller: 5}, q.Callbacks)
	assert.Zero(t, q.Redial, "no place is kept unless the site says for how long")
}
