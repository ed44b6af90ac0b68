package drafts

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestResamplingKeepsWhatATelephoneCarriesAndRemovesTheRest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hertz float64
		gain  float64
	}{{300, 1}, {1000, 1}, {3000, 1}, {5000, 0}, {7500, 0}} {
		out := resample(tone(c.hertz, 22050), 22050, 8000)
		assert.Len(t, out, 8000)
		assert.InDelta(t, c.gain, amplitude(out[1000:7000])/10000, 0.02, "at %v Hz", c.hertz)
	}
}

func TestResamplingKeepsThePitch(t *testing.T) {
	t.Parallel()
	out := resample(tone(1000, 22050), 22050, 8000)
	crossings := 0
	for i := 1; i < len(out); i++ {
		if out[i-1] < 0 && out[i] >= 0 {
			crossings++
		}
	}
	assert.InDelta(t, 1000, crossings, 2)
}

// tone is one second of a sine of amplitude 10000.
func tone(hertz float64, rate int) []int16 {
	samples := make([]int16, rate)
	for i := range samples {
		samples[i] = int16(10000 * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return samples
}

// amplitude is that of a sine with the same power.
func amplitude(samples []int16) float64 {
	power := 0.0
	for _, s := range samples {
		power += float64(s) * float64(s)
	}
	return math.Sqrt(2 * power / float64(len(samples)))
}
