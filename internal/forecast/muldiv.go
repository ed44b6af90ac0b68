package forecast

import (
	"math"
	"math/bits"
)

// mulDiv is a × b / c with the whole product; a, b and c are positive. What does not
// fit is the greatest number.
func mulDiv(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high >= uint64(c) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(high, low, uint64(c))
	if q > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(q)
}
