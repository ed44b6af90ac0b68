package bench

import (
	"math"
	"slices"
	"time"
)

// sample are durations of one kind.
type sample []time.Duration

// at is the smallest duration that at least the share p of all do not exceed; zero
// for an empty sample.
func (s sample) at(p float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[max(0, int(math.Ceil(p*float64(len(sorted))))-1)]
}

func (s sample) most() time.Duration { return s.at(1) }
