package voice

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/engine"
)

// Whoever is asked after the call comes out of the bridge and hears no music, also if he was
// on hold before.
func TestACallerComesOutOfTheBridgeIntoSilence(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	require.Equal(t, []string{"join"}, d.do(engine.Join{Offer: offer}))
	assert.Equal(t, []string{"take_out", "take_out"}, d.do(engine.Arrange{Quiet: true}))
	assert.Empty(t, d.do(engine.Arrange{Quiet: true})[1:], "nothing is left to take out")

	d = newDesk(t)
	d.answered()
	d.do(engine.Join{Offer: offer})
	d.do(engine.Arrange{Class: "default"})
	assert.Equal(t, []string{"stop_music"}, d.do(engine.Arrange{Quiet: true}))
}
