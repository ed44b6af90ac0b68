// Package forecast says how long somebody will wait in a queue: by several
// estimators, each of which is measured against what came of its words. The one
// that erred least of late speaks.
//
// It is pure: it knows no clock, no floor and no ledger, and computes in whole
// numbers only, so that whoever was fed the same events says the same. Times are µs
// of site time, and so are waits. Read Line, Place and Method first.
package forecast

import "time"

// Method is an estimator.
type Method string

// The estimators. No one is best on all days: the length of the line knows at once of
// a rush and nothing of agents who have just left; the last served knows the present
// pace, one wait too late; the head of the line lies between them.
const (
	// Length is the number of those before, at the pace at which the queue serves, less
	// those who will give up meanwhile.
	Length Method = "length"
	// Last is the wait of whoever was served last.
	Last Method = "last_served"
	// Head is for how long the first of the line has waited.
	Head Method = "head_of_line"
)

// Methods are all of them. Of two that err alike the earlier one speaks.
var Methods = [...]Method{Length, Last, Head}

const (
	minute int64 = 60_000_000
	// window is how far the line remembers, in minutes.
	window = 15
	// enough is how many people must have been served after a wait before anybody is
	// told a number: in the first minutes of a morning everybody comes at once, few
	// have been answered, and nobody is turned away by a guess.
	enough = 5
	// weight is the share of the latest error in the mean: one eighth.
	weight = 8
	// longest is what is believed at most: a wait of a day is a fault of a clock.
	longest = 24 * int64(time.Hour/time.Microsecond)
)

// Line is what is known of those who wait on the line in one queue. The zero value is
// a line in which nobody ever was. It is JSON-able.
type Line struct {
	// Waiting is how many wait, with no agent's phone ringing for them, since Since.
	Waiting int   `json:"waiting,omitempty"`
	Since   int64 `json:"since,omitempty"`
	// Minutes are the last ones in which anything was, the oldest first.
	Minutes []Minute `json:"minutes,omitempty"`
	// Served is who was served last, by priority.
	Served map[int]Served `json:"served,omitempty"`
	// Ring is how long it takes of late from the offer to the answer.
	Ring int64 `json:"ring,omitempty"`
	// Scores are how far the estimators were wrong.
	Scores map[Method]Score `json:"scores,omitempty"`
}

// Minute is one minute of a line.
type Minute struct {
	// At counts minutes since 1970.
	At int64 `json:"at"`
	// Busy is for how long somebody waited, People the sum over all who did, both in µs.
	Busy   int64 `json:"busy,omitempty"`
	People int64 `json:"people,omitempty"`
	// Served and Left count those who came out of a wait to an agent, and who gave up.
	Served int64 `json:"served,omitempty"`
	Left   int64 `json:"left,omitempty"`
}

// Served is a wait that has ended well.
type Served struct {
	At     int64 `json:"at"`
	Waited int64 `json:"waited"`
}

// Score is how well an estimator does: Error is the mean of its latest errors, N how
// many there were.
type Score struct {
	Error int64  `json:"error"`
	N     uint64 `json:"n"`
}

// Place is where somebody stands in a line.
type Place struct {
	Priority int
	// Ahead is how many wait before him with no agent's phone ringing for them.
	Ahead int
	// Head is since when the first of the line waits, 0 if nobody does.
	Head int64
	// Elapsed is for how long he has waited already.
	Elapsed int64
}

// None is what an estimator says that knows nothing.
const None int64 = -1

// Made is what each estimator says, in the order of Methods, at a time. It is kept
// until the wait is over, and judged then.
type Made struct {
	At int64               `json:"at"`
	By [len(Methods)]int64 `json:"by"`
}

// Say is how long somebody at a place has still to wait.
func (l *Line) Say(at int64, p Place) Made {
	m := Made{At: at, By: [len(Methods)]int64{None, None, None}}
	if wait, ok := l.byLength(at, p.Ahead); ok {
		m.By[0] = min(wait+l.Ring, longest)
	}
	if s, known := l.Served[p.Priority]; known && within(at-s.At, window*minute) && s.Waited > p.Elapsed {
		m.By[1] = min(s.Waited-p.Elapsed, longest)
	}
	if p.Head != 0 && within(at-p.Head, longest) && at-p.Head > p.Elapsed {
		m.By[2] = at - p.Head - p.Elapsed
	}
	return m
}

func within(gap, most int64) bool { return gap >= 0 && gap <= most }

// Best is what the estimator says that erred least of late, among those that say
// anything and have been judged often enough.
func (l *Line) Best(m Made) (wait time.Duration, by Method, ok bool) {
	best := Score{}
	for i, method := range Methods {
		s := l.Scores[method]
		if m.By[i] == None || s.N < enough {
			continue
		}
		if !ok || s.Error < best.Error {
			wait, by, best, ok = time.Duration(m.By[i])*time.Microsecond, method, s, true
		}
	}
	return wait, by, ok
}
