package bench

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheFullestTaskQueueOfAsteriskIsFound(t *testing.T) {
	t.Parallel()
	before := backlogs(`
Processor                                                     Processed   In Queue  Max Depth  Low water High water

app_voicemail                                                         0          0          0        450        500
stasis/m:devicestate:all-00000008                                  4603          0       1032        450        500
stasis/m:manager:core-00000006                                      812          0         31        450        500

3 taskprocessors
`)
	assert.Equal(t, map[string]backlog{
		"app_voicemail": {}, "stasis/m:devicestate:all-00000008": {0, 1032}, "stasis/m:manager:core-00000006": {0, 31},
	}, before)

	most, name := fullest([]map[string]backlog{before, before})
	assert.Zero(t, most, "what was held at the start does not count")
	assert.Empty(t, name)
	seen := map[string]backlog{"stasis/m:devicestate:all-00000008": {7, 1032}, "stasis/m:manager:core-00000006": {0, 31}}
	most, name = fullest([]map[string]backlog{before, seen, before})
	assert.Equal(t, 7, most)
	assert.Equal(t, "stasis/m:devicestate:all-00000008", name)
	grown := map[string]backlog{"stasis/m:devicestate:all-00000008": {0, 1032}, "stasis/m:manager:core-00000006": {0, 44}}
	most, name = fullest([]map[string]backlog{before, seen, grown})
	assert.Equal(t, 44, most)
	assert.Equal(t, "stasis/m:manager:core-00000006", name)
}

func TestAProcessIsMeasured(t *testing.T) {
	t.Parallel()
	for began := time.Now(); processorTime(os.Getpid()) == 0 && time.Since(began) < 10*time.Second; {
	}
	assert.Positive(t, processorTime(os.Getpid()))
	assert.Greater(t, memoryOf(os.Getpid()), int64(1<<20))
	assert.Zero(t, memoryOf(-1))
}

func TestWhatFailedOrGrewIsATargetMissed(t *testing.T) {
	t.Parallel()
	good, bad := result{part: "d"}, result{part: "d"}
	good.judge(watched{calls: 1600, depth: 100, deepest: "app"}, 32*time.Second)
	assert.Empty(t, good.missed())
	assert.Contains(t, good.notes[0], "50.0 a second")
	bad.judge(watched{calls: 1600, failed: 2, depth: 101, deepest: "app"}, 32*time.Second)
	assert.Equal(t, []string{"(d) 2 of 1600 calls failed, the target is 0", "(d) task queue app of Asterisk held 101, the target is 100"}, bad.missed())
}
