package bench

import (
	"cmp"
	"slices"
)

// labels stand at the right ends of curves, none over another.
type labels struct{ all []label }

type label struct {
	y    float64
	ink  string
	text string
}

func newLabels() *labels { return &labels{} }

func (l *labels) add(one label) { l.all = append(l.all, one) }

// apart moves labels up from the lowest, as little as keeps them readable.
func (l *labels) apart() []label {
	const line = 16
	slices.SortFunc(l.all, func(a, b label) int { return cmp.Compare(b.y, a.y) })
	for i := 1; i < len(l.all); i++ {
		l.all[i].y = min(l.all[i].y, l.all[i-1].y-line)
	}
	return l.all
}
