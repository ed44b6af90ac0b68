package fold

import (
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// View answers what admission to a queue needs to know.
func (s *State) View(q engine.FloorQuery) engine.FloorView {
	d := q.Decision
	asks := asksOf(q)
	view := engine.FloorView{InQueue: s.Floor.InQueue(d.Queue), Able: s.Floor.Able(asks...), Ready: s.Floor.Free(asks...)}
	view.ToCall = s.Floor.ToCall(d.Queue)
	view.Wait = s.Tally.EstimatedWait(d.Queue, view.InQueue, q.At)
	view.Kept = s.keptPlace(q)
	if q.Callback != "" {
		view.Callbacks, view.Promised = s.callbacks(q)
		view.AskedToday = s.Requests.since(q.AskedBy, q.Today)
	}
	return view
}

// asksOf is what whoever serves one of the steps must meet, now or later, at a
// center that is open now.
func asksOf(q engine.FloorQuery) []acd.Ask {
	var asks []acd.Ask
	for _, step := range q.Decision.Steps {
		var open []contact.Center
		for _, c := range step.Centers {
			if q.Decision.Hours.Open(c, q.At) {
				open = append(open, c)
			}
		}
		asks = append(asks, acd.AskOf(q.Medium, q.Decision.Department, step, open))
	}
	return asks
}

// A wait is estimated from what a queue answered in the last quarter of an
// hour, or since it began to, if that was enough to tell: in the first minutes of
// a morning everybody comes at once and few have been answered yet, and nobody is
// turned away by a guess.
const (
	estimateOver    = 15 // minutes
	estimateAfter   = 5  // minutes since the first outcome of these
	estimateAtLeast = 5  // answered
)

const minute int64 = 60_000_000 // in µs

// EstimatedWait is how long a newcomer would wait behind so many others if the
// queue goes on answering as it did lately: by Little's law, the length of the
// line over its rate. 0 if nobody waits, or if it is too early or too few were
// answered to tell.
func (t *Tally) EstimatedWait(q contact.Queue, waiting int, at int64) time.Duration {
	since := at/minute - estimateOver + 1
	observed := at - t.firstSince(q, since)*minute
	answered := t.QueueSince(q, since).Answered
	if answered < estimateAtLeast || observed < estimateAfter*minute {
		return 0
	}
	return time.Duration(int64(waiting)*observed/int64(answered)) * time.Microsecond
}
