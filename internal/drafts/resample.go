package drafts

import "math"

// halfWidth is how many zero crossings of the filter are kept on each side: more
// is sharper and slower. 16 leaves nothing audible of what is above the new band.
const halfWidth = 16

// resample changes the sampling rate of speech, removing what the lower of the
// two rates cannot carry.
//
// Output sample n lies at n·from/to in the input, so its fractional position
// takes only to/gcd values: one filter is computed for each of them.
func resample(in []int16, from, to int) []int16 {
	common := gcd(from, to)
	up, down := to/common, from/common
	cutoff := min(1, float64(to)/float64(from))
	reach := int(math.Ceil(halfWidth / cutoff))

	filters := make([][]float64, up)
	for phase := range filters {
		filters[phase] = filter(float64(phase)/float64(up), cutoff, reach)
	}
	out := make([]int16, len(in)*up/down)
	for n := range out {
		at := n * down
		out[n] = clip(convolve(in, at/up-reach, filters[at%up]))
	}
	return out
}

// filter is a low-pass filter (a sinc under a Hann window) centred at offset
// samples after its middle, with a gain of one.
func filter(offset, cutoff float64, reach int) []float64 {
	taps := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range taps {
		x := float64(i-reach) - offset
		window := 0.5 + 0.5*math.Cos(math.Pi*x/float64(reach+1))
		taps[i] = sinc(cutoff*x) * window
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	return taps
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// convolve applies taps to the samples from first on; silence surrounds them.
func convolve(in []int16, first int, taps []float64) float64 {
	sum := 0.0
	for i, tap := range taps {
		if at := first + i; at >= 0 && at < len(in) {
			sum += tap * float64(in[at])
		}
	}
	return sum
}

func clip(x float64) int16 {
	return int16(math.Round(max(math.MinInt16, min(math.MaxInt16, x))))
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
