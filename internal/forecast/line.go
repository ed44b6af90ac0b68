package forecast

import "slices"

// plausible keeps times out that no clock shows, and sums of which would not fit.
func plausible(at int64) bool { return at > 0 && at < 1<<60 }

// Holds says how many wait from a time on. What comes late, from a journal, counts
// from when the line changed last.
func (l *Line) Holds(at int64, waiting int) {
	if !plausible(at) {
		return
	}
	l.advance(at)
	l.Waiting = max(waiting, 0)
}

// Answered says that somebody of a priority talks to an agent, after a wait of which
// the agent's phone rang for the last part. Who was offered at once tells nothing of
// waits.
func (l *Line) Answered(at int64, priority int, waited, rang int64, m Made) {
	if waited = min(waited, longest); !plausible(at) || rang < 0 || rang > waited || waited-rang < atOnce {
		return
	}
	l.advance(at)
	l.now(at).Served++
	l.Ring += (rang - l.Ring) / weight
	if l.Served == nil {
		l.Served = map[int]Served{}
	}
	l.Served[priority] = Served{At: at, Waited: waited}
	l.forgetPriorities(at)
	for i, method := range Methods {
		if said := m.By[i]; said != None {
			l.score(method, max(said-waited, waited-said))
		}
	}
}

// atOnce is the wait of who does not wait: an agent was free.
const atOnce int64 = 1_000_000

// Left says that somebody gave up after a wait. An estimator that had promised less
// was wrong by the difference at least; of others nobody will know.
func (l *Line) Left(at, waited int64, m Made) {
	if waited = min(waited, longest); !plausible(at) || waited < 0 {
		return
	}
	l.advance(at)
	l.now(at).Left++
	for i, method := range Methods {
		if said := m.By[i]; said != None && said < waited {
			l.score(method, waited-said)
		}
	}
}

func (l *Line) score(by Method, wrong int64) {
	s := l.Scores[by]
	if s.N == 0 {
		s.Error = wrong
	} else {
		s.Error += (wrong - s.Error) / weight
	}
	s.N++
	if l.Scores == nil {
		l.Scores = map[Method]Score{}
	}
	l.Scores[by] = s
}

// forgetPriorities drops what is too old to say anything.
func (l *Line) forgetPriorities(at int64) {
	for p, s := range l.Served {
		if !within(at-s.At, window*minute) {
			delete(l.Served, p)
		}
	}
}

// advance counts the time since the last change, minute by minute. A gap beyond the
// window is nothing but the window.
func (l *Line) advance(at int64) {
	if at <= l.Since {
		return
	}
	from := l.Since
	l.Since = at
	if l.Waiting == 0 {
		return
	}
	if !within(at-from, window*minute) {
		from = at - window*minute
	}
	for from < at {
		until := min(at, (floor(from)+1)*minute)
		m := l.now(from)
		m.Busy += until - from
		m.People += (until - from) * int64(l.Waiting)
		from = until
	}
}

// floor is the minute of a time.
func floor(at int64) int64 {
	m := at / minute
	if at%minute < 0 {
		m--
	}
	return m
}

// now is the minute of a time, made if there is none, with those that are too old
// forgotten. One before the window counts with the oldest.
func (l *Line) now(at int64) *Minute {
	m := floor(at)
	if n := len(l.Minutes); n > 0 {
		m = max(m, l.Minutes[n-1].At-window+1)
	}
	i, found := slices.BinarySearchFunc(l.Minutes, m, func(m Minute, at int64) int {
		switch {
		case m.At < at:
			return -1
		case m.At > at:
			return 1
		}
		return 0
	})
	if !found {
		l.Minutes = slices.Insert(l.Minutes, i, Minute{At: m})
	}
	if old := l.Minutes[len(l.Minutes)-1].At - window; l.Minutes[0].At <= old {
		gone := slices.IndexFunc(l.Minutes, func(m Minute) bool { return m.At > old })
		l.Minutes = slices.Delete(l.Minutes, 0, gone)
		i -= gone
	}
	return &l.Minutes[i]
}

// byLength is how long it takes until so many have gone, and one more: each at the
// pace at which the queue serves while somebody waits, plus that at which those
// before give up, who get fewer.
func (l *Line) byLength(at int64, ahead int) (int64, bool) {
	pace, ok := l.pace(at)
	if !ok || ahead < 0 {
		return 0, false
	}
	// A long line is summed in strides, as if the pace changed only between them.
	stride := 1 + ahead/1024
	var wait int64
	for i := 0; i <= ahead; i += stride {
		n := min(stride, ahead+1-i)
		wait += pace.perOne(int64(i+n/2)) * int64(n)
		if wait >= longest/1000 {
			return longest, true
		}
	}
	return wait * 1000, true
}

// pace is what happened in the window, its times in ms, so that products of them fit.
type pace struct{ served, left, busy, people int64 }

func (l *Line) pace(at int64) (p pace, ok bool) {
	oldest := floor(at) - window
	for _, m := range l.Minutes {
		if m.At > oldest && m.At <= floor(at) {
			p.served, p.left, p.busy, p.people = p.served+m.Served, p.left+m.Left, p.busy+m.Busy, p.people+m.People
		}
	}
	if open := at - l.Since; l.Waiting > 0 && open > 0 { // since the last event
		open = min(open, window*minute)
		p.busy, p.people = p.busy+open, p.people+open*int64(l.Waiting)
	}
	p.busy, p.people = min(p.busy, window*minute)/1000, min(p.people/1000, maxPeople)
	return p, p.served >= enough && p.busy > 0
}

// maxPeople bounds the sum of waits, in ms: a window in which 100,000 wait.
const maxPeople = window * 60_000 * 100_000

// perOne is how many ms pass until the next one of the line is out of it, while so
// many wait before the one who asks: 1 / (served/busy + before × left/people).
func (p pace) perOne(before int64) int64 {
	if p.people == 0 || p.left == 0 {
		return p.busy / p.served
	}
	// busy × people / (served × people + before × left × busy), without products of
	// three: by hundreds of people.
	serving := p.served * p.people
	leaving := before * min(p.left, 1_000_000) * p.busy
	if leaving < 0 || serving+leaving <= 0 {
		return p.busy / p.served
	}
	return mulDiv(p.busy, p.people, serving+leaving)
}
