package fold

import (
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
	view.Kept = s.keptPlace(q)
	view.Wait, view.WaitBy = s.newcomersWait(q, view)
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
