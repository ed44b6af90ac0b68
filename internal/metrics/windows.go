package metrics

import (
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
)

// windows sends numerator and denominator of the live windows, and the ratio of
// queues. What the site names has its series before anybody asks.
func (s *sink) windows(state *fold.State, site *config.Site, now int64) {
	for _, w := range report.Windows(now, site.Zone) {
		live := state.Tally.Window(w.From)
		for queue, l := range withZeros(live.Queues, site.Queues) {
			s.add(askedWindow, float64(l.Asked), string(queue), w.Name)
			s.add(answeredWindow, float64(l.Answered), string(queue), w.Name)
			s.add(abandonWindow, float64(l.Abandoned), string(queue), w.Name)
			if l.Asked > 0 {
				s.add(answeredRatio, float64(l.Answered)/float64(l.Asked), string(queue), w.Name)
			}
		}
		window(s, byEntry, w.Name, withZeros(live.Entries, site.Entries))
		window(s, byOrganisation, w.Name, withZeros(live.Organisations, site.Plan.Organisations))
		window(s, byCenter, w.Name, withZeros(live.Centers, site.Centers))
	}
}

// withZeros adds the configured names that nothing was counted for.
func withZeros[K comparable, V any](counted map[K]fold.Share, configured map[K]V) map[K]fold.Share {
	for name := range configured {
		if _, any := counted[name]; !any {
			counted[name] = fold.Share{}
		}
	}
	return counted
}

func window[K ~string](s *sink, f share, name string, live map[K]fold.Share) {
	for of, l := range live {
		s.add(f.asked, float64(l.Asked), string(of), name)
		s.add(f.answered, float64(l.Answered), string(of), name)
	}
}
