package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/fold"
)

// numbers are counters by name and labels, times as sums of µs: one flat list,
// so that two of them can be compared and their differences printed.
type numbers map[string]int64

func (n numbers) add(name string, labels ...any) { n[series(name, labels)]++ }

func (n numbers) observe(name string, t Span, labels ...any) {
	n[series(name+"_count", labels)]++
	n[series(name+"_sum_µs", labels)] += int64(t)
	n[series(name+"_bucket", append(labels, bucketOf(int64(t))))]++
}

// bucketOf is the first bound that t does not exceed.
func bucketOf(t int64) string {
	for _, bound := range fold.Bounds {
		if t <= bound {
			return fmt.Sprint(bound)
		}
	}
	return "above"
}

func series(name string, labels []any) string {
	texts := make([]string, len(labels))
	for i, l := range labels {
		texts[i] = fmt.Sprint(l)
	}
	return name + "{" + strings.Join(texts, ",") + "}"
}

// differences lists the series in which the fold and the recount disagree.
func differences(folded, recounted numbers) []string {
	all := maps.Clone(folded)
	maps.Copy(all, recounted)
	var found []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if folded[name] != recounted[name] {
			found = append(found, fmt.Sprintf("%s: the fold says %d, the recount %d", name, folded[name], recounted[name]))
		}
	}
	return found
}

// numbersOf flattens the fold's counters.
func numbersOf(t *fold.Tally) numbers {
	n := numbers{}
	for name, c := range map[string]fold.Counter{
		"offered": t.Offered, "asked": t.Asked, "outcome": t.Outcomes,
		"abandoned": t.Abandoned, "dissuaded": t.Dissuaded, "offers": t.Offers, "promises": t.Promises, "satisfaction": t.Ratings,
		"cancelled": t.Cancelled,
	} {
		for labels, count := range c {
			n[name+"{"+strings.Join(labels.Values(), ",")+"}"] += int64(count)
		}
	}
	for labels, h := range t.Waits {
		n.spread("wait", h, labels.Values()...)
	}
	n.spread("talk", t.Talk)
	n.spread("wrap_up", t.WrapUp)
	n.spread("latency", t.Latency)
	return n
}

func (n numbers) spread(name string, h fold.Histogram, labels ...string) {
	if h.Count == 0 {
		return
	}
	all := strings.Join(labels, ",")
	n[name+"_count{"+all+"}"] = int64(h.Count)
	n[name+"_sum_µs{"+all+"}"] = h.Sum
	for i, count := range h.Counts {
		if count == 0 {
			continue
		}
		bound := "above"
		if i < len(fold.Bounds) {
			bound = fmt.Sprint(fold.Bounds[i])
		}
		n[name+"_bucket{"+strings.Join(append(slices.Clone(labels), bound), ",")+"}"] = int64(count)
	}
}
