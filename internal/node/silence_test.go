package node

import (
	"testing"
	"testing/synctest"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/ari"
)

// A key is waited for from the end of what is said, however short it was.
func TestAKeyIsWaitedForSixSecondsFromTheEndOfThePrompt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &keyCall{channel: "c", plays: 2, box: newMailbox()}
		k.silence = time.AfterFunc(keySilence+sayAtMost, func() { k.box.put(timesOut{}) })
		time.Sleep(2 * time.Second)
		began := time.Now()
		for _, id := range []string{"guichet-code-c-1", "guichet-code-c-2"} {
			assert.True(t, k.hears(t.Context(), ari.Event{Value: &v5.PlaybackFinished{Playback: v5.PlaybackData{ID: id}}}))
		}
		assert.Equal(t, []any{timesOut{}}, k.box.take())
		assert.Equal(t, keySilence, time.Since(began))
		k.ends = true
		assert.False(t, k.hears(t.Context(), ari.Event{Value: &v5.PlaybackFinished{Playback: v5.PlaybackData{ID: "guichet-code-c-2"}}}))
	})
}
