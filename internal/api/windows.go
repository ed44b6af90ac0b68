package api

import (
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
)

// WindowRate is the answered rate of a live window, by the time of outcomes.
type WindowRate struct {
	Window string       `json:"window"`
	Rate   report.Ratio `json:"rate"`
}

// Rates are the live windows of those contacts that share a name.
type Rates struct {
	Name     string       `json:"name"`
	Answered []WindowRate `json:"answered"`
}

// windows are the live windows as they are now.
type windows []namedWindow

type namedWindow struct {
	name string
	live fold.Live
}

func (l lens) windows() windows {
	var all windows
	for _, w := range report.Windows(l.now, l.site.Zone) {
		all = append(all, namedWindow{w.Name, l.Tally.Window(w.From)})
	}
	return all
}

// rates are answered over asked of one share of each window.
func (all windows) rates(of func(fold.Live) fold.Share) []WindowRate {
	var rates []WindowRate
	for _, w := range all {
		s := of(w.live)
		rates = append(rates, WindowRate{Window: w.name, Rate: report.RatioOf(s.Answered, s.Asked)})
	}
	return rates
}

// ratesOf are the rates of the configured names and of those counted for in the
// longest window, in order.
func ratesOf[K ~string, V any](all windows, configured map[K]V, of func(fold.Live) map[K]fold.Share) []Rates {
	names := map[K]bool{}
	for name := range configured {
		names[name] = true
	}
	for _, w := range all {
		for name := range of(w.live) {
			names[name] = true
		}
	}
	found := []Rates{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		found = append(found, Rates{
			Name:     string(name),
			Answered: all.rates(func(l fold.Live) fold.Share { return of(l)[name] }),
		})
	}
	return found
}
