package node_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// One who stands by is ready, in the sense of /readyz, as soon as it could take
// over; it holds nothing, and is not ready without Asterisk.
func TestAStandbyIsReadyThoughItHoldsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.launch("c2")
	b.until("the second to be ready", func() bool { return len(b.c.NotReady()) == 0 })
	assert.False(t, b.c.Links()[0].Held)
	melt := b.asterisk.Freeze()
	defer melt()
	b.until("the second to say why not", func() bool { return len(b.c.NotReady()) == 1 })
}
