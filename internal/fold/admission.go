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
	view := engine.FloorView{InQueue: s.Floor.InQueue(d.Queue), Able: s.able(q)}
	view.Wait = s.Tally.EstimatedWait(d.Queue, view.InQueue, q.At)
	view.Kept = s.keptPlace(q)
	return view
}

// able counts those logged in who could serve one of the steps, now or later, at
// a center that is open now.
func (s *State) able(q engine.FloorQuery) int {
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
	return s.Floor.Able(asks...)
}

// A wait is estimated from what a queue answered in the last quarter of an
// hour, if that was enough to tell.
const (
	estimateOver    = 15 // minutes
	estimateAtLeast = 5  // answered
)

// EstimatedWait is how long a newcomer would wait behind so many others if the
// queue goes on answering as it did lately: by Little's law, the length of the
// line over its rate. 0 if too few were answered to tell.
func (t *Tally) EstimatedWait(q contact.Queue, waiting int, at int64) time.Duration {
	answered := t.QueueSince(q, at/60_000_000-estimateOver+1).Answered
	if answered < estimateAtLeast {
		return 0
	}
	return time.Duration(waiting+1) * estimateOver * time.Minute / time.Duration(answered)
}
