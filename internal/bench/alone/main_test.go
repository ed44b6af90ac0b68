package alone_test

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/guichet/guichet/internal/app"
)

// kept and missed say of each target whether its figure exceeds it. They are told at the
// end: a benchmark that fails at once prints no figure.
var kept, missed []string

func TestMain(m *testing.M) {
	debug.SetGCPercent(app.GarbagePercent) // as guichet runs
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		for _, sentence := range kept {
			fmt.Println("kept:", sentence)
		}
		for _, sentence := range missed {
			fmt.Println("missed:", sentence)
			code = 1
		}
		os.Exit(code)
	}))
}

// sample are durations of one kind.
type sample []time.Duration

// at is the smallest duration that at least the share p of all do not exceed.
func (s sample) at(p float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[max(0, int(math.Ceil(p*float64(len(sorted))))-1)]
}

// report prints p50, p90 and p99 as metrics of a benchmark, in ms.
func (s sample) report(b *testing.B, name string) {
	for _, p := range []struct {
		share float64
		name  string
	}{{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}} {
		b.ReportMetric(ms(s.at(p.share)), fmt.Sprintf("%s-%s-ms", name, p.name))
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// gate has the run fail if a figure exceeds its target. The floor, of the same run,
// tells whether the machine had time.
func gate(what string, figure, target, floor time.Duration) {
	sentence := fmt.Sprintf("%s: %.2f ms, the target is %.2f ms (the floor in the same run: %.2f ms)",
		what, ms(figure), ms(target), ms(floor))
	if figure > target {
		missed = append(missed, sentence)
	} else {
		kept = append(kept, sentence)
	}
}
