package report

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
)

// windowed is what the fold kept for the live windows, at the place of the
// ledger where it is compared.
type windowed struct {
	by      map[fold.Labels]fold.Recent
	centers map[contact.Center]fold.Recent
}

func windowedOf(t *fold.Tally) windowed {
	w := windowed{by: maps.Clone(t.Recent), centers: maps.Clone(t.RecentCenters)}
	for key, recent := range w.by {
		w.by[key] = slices.Clone(recent)
	}
	for key, recent := range w.centers {
		w.centers[key] = slices.Clone(recent)
	}
	return w
}

// numbers are the live windows as the fold would show them at a time.
func (w windowed) numbers(at int64, zone *time.Location) numbers {
	n := numbers{}
	for _, window := range Windows(at, zone) {
		for key, recent := range w.by {
			v := key.Values()
			n.share(recent.Since(window.From), "window", window.Name, v[0], v[1], v[2])
		}
		for center, recent := range w.centers {
			n.share(recent.Since(window.From), "center_window", window.Name, center)
		}
	}
	return n
}

func (n numbers) share(s fold.Share, name string, labels ...any) {
	for what, count := range map[string]uint64{"asked": s.Asked, "answered": s.Answered, "abandoned": s.Abandoned} {
		if count > 0 {
			n[series(name+"_"+what, labels)] = int64(count)
		}
	}
}

// windows counts the live windows at a time anew, contact by contact.
func (r *recount) windows(at int64, zone *time.Location) numbers {
	n := numbers{}
	for _, window := range Windows(at, zone) {
		for _, l := range r.arrived {
			if l.onTheLine() && l.countsAsAsked() && l.decided/60_000_000 >= window.From {
				n.decided(l, window.Name)
			}
		}
	}
	return n
}

func (n numbers) decided(l *life, window string) {
	what := []string{"asked"}
	if l.outcome == contact.Answered || l.outcome == contact.Abandoned {
		what = append(what, string(l.outcome))
	}
	for _, w := range what {
		n.add("window_"+w, window, l.entry, l.queue, l.organisation)
		for _, c := range l.centers() {
			if w != string(contact.Answered) || c == l.center {
				n.add("center_window_"+w, window, c)
			}
		}
	}
}

// centers are those that could have served the contact, and the one that did.
func (l *life) centers() []contact.Center {
	if l.center == "" || slices.Contains(l.presented, l.center) {
		return l.presented
	}
	return append(slices.Clone(l.presented), l.center)
}
