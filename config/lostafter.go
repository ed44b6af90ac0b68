package config

import (
	"time"

	"github.com/goccy/go-yaml/ast"
)

// The bounds of lost_after, and what holds when it is not written. The death of an
// Asterisk is to be known in less than three seconds; a port that is closed for a
// moment, by a reload for instance, is none.
const (
	defaultLostAfter = 2 * time.Second
	minLostAfter     = time.Second
	maxLostAfter     = 10 * time.Minute
)

// neverYAML is a duration, or never, which is 0.
type neverYAML struct{ value[time.Duration] }

func (y *neverYAML) read(d *document, n ast.Node) {
	switch text, k := d.scalar(n); {
	case k == reported:
		y.at = d.at(n)
	case k != noScalar && (text == "never" || text == "0"):
		y.at, y.set, y.v = d.at(n), true, 0
	default:
		y.value.read(d, n)
	}
}

// lostAfter is for how long an Asterisk refuses every connection before its calls are
// taken for lost; 0 is never.
func (b *builder) lostAfter(y neverYAML) time.Duration {
	if y.set && y.v != 0 && (y.v < minLostAfter || y.v > maxLostAfter) {
		b.add(y.at, "write never if its calls are not to be given up", "%s is not between %s and %s", brief(y.v), brief(minLostAfter), brief(maxLostAfter))
	}
	return y.or(defaultLostAfter)
}
