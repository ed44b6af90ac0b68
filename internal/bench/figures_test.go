package bench

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const goBenchmarks = `goos: linux
BenchmarkCrowd/cold_start-2         	       1	15427640997 ns/op	      3263 controller-B/contact	       208.2 floor-snapshot-bytes-ms	      1787 snapshot-and-tail-ms
BenchmarkDial/agent_free-2          	       1	36408671247 ns/op	         0.8750 event-to-dial-p50-ms	         1.153 event-to-dial-p90-ms	         1.681 event-to-dial-p99-ms	         1.681 round-1-p99-ms	         1.527 round-2-p99-ms	         7.5 novelty-ms
BenchmarkEvents-2                   	       1	2348463278 ns/op	    125861 events/s	    324385 floor-frames/s
BenchmarkUnheard-2                  	       1	2 ns/op	    3.25 wonders
PASS
kept: cold start: 1787.00 ms, the target is 2000.00 ms (the floor in the same run: 208.20 ms)
missed: BenchmarkDial/agent_free: p99: 1.68 ms, the target is 1.50 ms (the floor in the same run: 1.05 ms)
`

// The lines of `go test -bench` become tables as those of the other parts: by the order
// of the page, and nothing that was measured is left out.
func TestLinesOfGoBenchmarksBecomeTables(t *testing.T) {
	t.Parallel()
	tables, notes := tablesOf(goBenchmarks, aloneSections)
	var page strings.Builder
	for _, c := range append(tables, verdictsIn(goBenchmarks)...) {
		page.WriteString(c.markdown())
	}
	assert.Equal(t, `| (c) the agent's leg ends while somebody waits, ms | p50 | p90 | p99 |
|---|--:|--:|--:|
| event → `+"`dial`"+` | 0.88 | 1.15 | 1.68 |

| (c) the agent's leg ends while somebody waits, beside | measured |
|---|--:|
| `+"`novelty-ms`"+` | 7.50 ms |

| (e) a controller starts, 50,000 wait, 10,000 agents | measured |
|---|--:|
| with a snapshot and 24,000 facts behind it → its first decision is accepted | 1787 ms |
| floor: the bytes of the snapshot are read | 208 ms |
| memory of the controller for each waiting contact, after a collection | 3263 B |

| (f) events of one link | measured |
|---|--:|
| read, decoded and given to 1,000 channels, in order, none lost | 125861/s |
| floor: the frames are read | 324385/s |

| Unheard | measured |
|---|--:|
| `+"`wonders`"+` | 3.25 |

| target | measured | allowed |  |
|---|--:|--:|--:|
| cold start | 1787.00 ms | 2000.00 ms | kept |
| BenchmarkDial/agent_free: p99 | 1.68 ms | 1.50 ms | **missed** |

`, page.String())
	require.Equal(t, []string{"(c) the agent's leg ends while somebody waits: p99 of each round, the quietest of which has the target: 1.68, 1.53 ms."}, notes)
	none, _ := tablesOf("FAIL\n", aloneSections)
	assert.Empty(t, none)
	assert.Empty(t, verdictsIn("FAIL\n"))
}
