package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/terminal"
)

// Span is a time in µs. In JSON it is a number of seconds.
type Span int64

// MarshalJSON writes seconds with six decimals: exact, and readable anywhere.
func (s Span) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.6f", time.Duration(s*1000).Seconds()), nil
}

// UnmarshalJSON reads seconds.
func (s *Span) UnmarshalJSON(text []byte) error {
	var seconds float64
	if err := json.Unmarshal(text, &seconds); err != nil {
		return fmt.Errorf("read seconds: %w", err)
	}
	*s = Span(time.Duration(seconds*float64(time.Second)).Round(time.Microsecond) / time.Microsecond)
	return nil
}

// Duration is the span as the standard library has it.
func (s Span) Duration() time.Duration { return time.Duration(s) * time.Microsecond }

// String is for people: 8.3 ms, 4.2 s, 1:23.
func (s Span) String() string { return terminal.Duration(s.Duration()) }

// Ratio is a rate that cannot be separated from what it was made of.
type Ratio struct {
	Numerator   uint64 `json:"numerator"`
	Denominator uint64 `json:"denominator"`
	// Value is Numerator/Denominator; nil when there is nothing to divide by.
	Value *float64 `json:"value"`
}

// RatioOf is n of d.
func RatioOf(n, d uint64) Ratio {
	r := Ratio{Numerator: n, Denominator: d}
	if d > 0 {
		value := float64(n) / float64(d)
		r.Value = &value
	}
	return r
}

// String shows all three: 51/58 = 87.9 %.
func (r Ratio) String() string { return terminal.Rate(r.Numerator, r.Denominator) }

// Spread describes a set of times by exact percentiles: the nearest rank, which
// is always one of the times and never between two.
type Spread struct {
	Count int  `json:"count"`
	Mean  Span `json:"mean_seconds"`
	P50   Span `json:"p50_seconds"`
	P90   Span `json:"p90_seconds"`
	P99   Span `json:"p99_seconds"`
	Max   Span `json:"max_seconds"`
}

// SpreadOf describes times; it sorts them.
func SpreadOf(times []Span) Spread {
	if len(times) == 0 {
		return Spread{}
	}
	slices.Sort(times)
	var sum Span
	for _, t := range times {
		sum += t
	}
	return Spread{
		Count: len(times), Mean: sum / Span(len(times)),
		P50: nearestRank(times, 50), P90: nearestRank(times, 90), P99: nearestRank(times, 99),
		Max: times[len(times)-1],
	}
}

// nearestRank is the smallest of the sorted times that percent of them do not
// exceed.
func nearestRank(sorted []Span, percent int) Span {
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}
