package fold

import (
	"cmp"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/forecast"
)

// What is said of waits follows from the facts alone: each line is fed here, and what
// its estimators said of somebody is judged when his wait is over.

// forgetLine is after how long a line is forgotten in which nothing was, in µs.
const forgetLine int64 = 30 * 24 * int64(time.Hour/time.Microsecond)

// line of a queue, made if there is none.
func (s *State) line(q contact.Queue, at int64) *forecast.Line {
	if l := s.Lines[q]; l != nil {
		return l
	}
	for old, l := range s.Lines {
		if l.Waiting == 0 && at-l.Since > forgetLine {
			delete(s.Lines, old)
		}
	}
	if s.Lines == nil {
		s.Lines = map[contact.Queue]*forecast.Line{}
	}
	l := &forecast.Line{}
	s.Lines[q] = l
	return l
}

// followLine tells the lines what a fact has done to the place of its contact, which
// was another before, or none.
func (s *State) followLine(a *Applied, rec *engine.Record, was *acd.Ticket) {
	now, at := s.Floor.Tickets[rec.ID], a.Entry.At
	if was != nil && was != now {
		s.outOfLine(at, rec, was, a.Fact)
	}
	if now != nil && now != was && waitsOnLine(now) {
		standing, _ := s.Floor.Standing(rec.ID, at)
		made := s.line(now.Queue, at).Say(at, placeOf(now.Priority, standing, 0))
		if s.Forecasts == nil {
			s.Forecasts = map[contact.ID]forecast.Made{}
		}
		s.Forecasts[rec.ID] = made
	}
	for _, t := range []*acd.Ticket{was, now} {
		if t != nil && waitsOnLine(t) {
			s.line(t.Queue, at).Holds(at, s.Floor.OnLine(t.Queue))
		}
	}
	for id := range a.Displaced {
		if t := s.Floor.Tickets[id]; t != nil && waitsOnLine(t) {
			s.line(t.Queue, at).Holds(at, s.Floor.OnLine(t.Queue))
		}
	}
}

// waitsOnLine: nobody waits at the other end of a mail, or of a call that is promised.
func waitsOnLine(t *acd.Ticket) bool { return t.Medium.Interactive() && !t.Callback }

// outOfLine judges what was said of a wait that is over.
func (s *State) outOfLine(at int64, rec *engine.Record, was *acd.Ticket, f fact.Fact) {
	made, said := s.Forecasts[rec.ID]
	delete(s.Forecasts, rec.ID)
	if !said || !waitsOnLine(was) {
		return
	}
	line, waited := s.line(was.Queue, at), at-was.QueuedAt
	switch f.(type) {
	case fact.Connected:
		line.Answered(at, was.Priority, waited, at-rec.OfferedAt, made)
	case fact.SteppedOut:
		line.Left(at, waited, made)
	case fact.Closed:
		// The outcome of who was sent back into a queue was fixed when he was answered.
		if rec.Outcome == contact.Abandoned || rec.Returned {
			line.Left(at, waited, made)
		}
	}
}

func placeOf(priority int, s acd.Standing, elapsed int64) forecast.Place {
	return forecast.Place{Priority: priority, Ahead: s.Ahead, Head: s.Head, Elapsed: elapsed}
}

// newcomersWait is how long a contact would wait that is about to be queued, and whose
// word that is; 0 if an agent is free for it, or nobody can say.
func (s *State) newcomersWait(q engine.FloorQuery, view engine.FloorView) (time.Duration, string) {
	rank := cmp.Or(q.Rank, q.At)
	if view.Kept != nil {
		rank = min(rank, view.Kept.Rank)
	}
	d := q.Decision
	standing, line := s.Floor.Would(d.Queue, q.Contact, d.Priority, d.Ageing, rank, q.At), s.Lines[d.Queue]
	if line == nil || view.Ready > 0 && standing.Ahead == 0 {
		return 0, ""
	}
	wait, by, _ := line.Best(line.Say(q.At, placeOf(d.Priority, standing, 0)))
	return wait, string(by)
}

// EstimatedWait is how long whoever came to a queue now would wait, behind those of no
// lower priority; 0 if nobody waits on the line, and false if nobody can say.
func (s *State) EstimatedWait(q contact.Queue, at int64) (time.Duration, bool) {
	if s.Floor.OnLine(q) == 0 {
		return 0, true
	}
	line := s.Lines[q]
	if line == nil {
		return 0, false
	}
	wait, _, known := line.Best(line.Say(at, placeOf(0, s.Floor.WouldNext(q, at), 0)))
	return wait, known
}

// Standing is where a contact stands that waits on the line, and how long it has still
// to wait; false if it does not.
func (s *State) Standing(id contact.ID, at int64) (engine.Standing, bool) {
	t := s.Floor.Tickets[id]
	standing, waits := s.Floor.Standing(id, at)
	if !waits || !waitsOnLine(t) {
		return engine.Standing{}, false
	}
	in := engine.Standing{Position: standing.Position}
	in.Wait, in.By, in.Known = s.leftFor(t, standing, at)
	return in, true
}

// leftFor is how long who stands somewhere has still to wait, and whose word that is.
func (s *State) leftFor(t *acd.Ticket, standing acd.Standing, at int64) (wait time.Duration, by string, known bool) {
	line := s.Lines[t.Queue]
	if line == nil {
		return 0, "", false
	}
	wait, method, known := line.Best(line.Say(at, placeOf(t.Priority, standing, max(at-t.QueuedAt, 0))))
	return wait, string(method), known
}

// stillToWait is what the floor opens steps by before their time.
func (s *State) stillToWait(t *acd.Ticket, at int64) (wait time.Duration, by string, known bool) {
	standing, waits := s.Floor.Standing(t.Contact, at)
	if !waits || !waitsOnLine(t) {
		return 0, "", false
	}
	return s.leftFor(t, standing, at)
}

// waitFact judges what an owner tells of somebody who waits on the line.
func (s *State) waitFact(a *Applied, rec *engine.Record, f fact.Fact) string {
	t := s.Floor.Tickets[rec.ID]
	if rec.ClosedAt != 0 || rec.Met() || rec.Queueings == 0 || rec.Away() || rec.Leg() != "" && rec.RungAt != 0 || rec.Transfer != nil || !rec.Medium.Interactive() {
		return "contact does not wait on the line"
	}
	switch f := f.(type) {
	case fact.Foretold:
		switch {
		case t == nil:
			return "contact does not wait on the line"
		case f.Position < 0 || f.Until < 0 || f.Position == 0 && f.Until == 0:
			return "nothing was told"
		}
	case fact.SteppedOut:
		if f.Key == "" || rec.SteppedOut != "" {
			return "contact has left its queue"
		}
		s.stepOut(a, rec)
	}
	return ""
}

// stepOut takes a contact out of its queue. An offer that its owner has not heard of was
// never dialled: the agent is as ready as before.
func (s *State) stepOut(a *Applied, rec *engine.Record) {
	if o := s.Floor.Offers[rec.Offer]; o != nil && s.Floor.VoidOffer(a.Entry.At, o.ID) == acd.Accepted {
		s.displaced(a, o)
	}
	s.Floor.Leave(rec.ID)
}
