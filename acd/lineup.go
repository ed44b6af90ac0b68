package acd

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// lineup is who holds a place in one queue, offered or not, in order: the people on the
// line, and those who are to be called. A mail takes nobody's place.
type lineup struct {
	onLine, toCall []*Ticket
	// waiting counts those on the line for whom no phone rings.
	waiting int
}

func (l *lineup) of(t *Ticket) *[]*Ticket {
	if t.Callback {
		return &l.toCall
	}
	return &l.onLine
}

// joinQueue and leaveQueue give and take a place.
func (f *Floor) joinQueue(t *Ticket) {
	if !t.interactive() {
		return
	}
	l := f.lineups[t.Queue]
	if l == nil {
		l = &lineup{}
		f.lineups[t.Queue] = l
	}
	all := l.of(t)
	*all = inserted(*all, t, (*Ticket).before)
}

func (f *Floor) leaveQueue(t *Ticket) {
	l := f.lineups[t.Queue]
	if l == nil || !t.interactive() {
		return
	}
	all := l.of(t)
	if *all = removed(*all, t, (*Ticket).before); len(l.onLine)+len(l.toCall) == 0 {
		delete(f.lineups, t.Queue)
	}
}

// countWaiting follows a ticket into its line and out of it.
func (f *Floor) countWaiting(t *Ticket, change int) {
	if l := f.lineups[t.Queue]; l != nil && t.interactive() && !t.Callback {
		l.waiting += change
	}
}

// InQueue counts the contacts that hold a place in a queue, offered or not;
// mails are not among them.
func (f *Floor) InQueue(q contact.Queue) int {
	if l := f.lineups[q]; l != nil {
		return len(l.onLine) + len(l.toCall)
	}
	return 0
}

// ToCall counts those of them who are not on the line but to be called.
func (f *Floor) ToCall(q contact.Queue) int {
	if l := f.lineups[q]; l != nil {
		return len(l.toCall)
	}
	return 0
}

// OnLine counts those on the line who wait in a queue and for whom no phone rings.
func (f *Floor) OnLine(q contact.Queue) int {
	if l := f.lineups[q]; l != nil {
		return l.waiting
	}
	return 0
}

// Standing is where somebody stands, or would, in a queue.
type Standing struct {
	// Position counts from 1 all who hold a place before: on the line, or to be called
	// now.
	Position int
	// Ahead is how many of those before wait for an agent: no phone rings for them.
	Ahead int
	// Head is since when the first on the line of the same priority or of a lower one
	// waits, in µs; 0 if nobody does. Where priorities age it is of whatever priority, and
	// the difference of the head starts is allowed for.
	Head int64
}

// Standing looks where a contact stands that waits; false if it holds no place.
func (f *Floor) Standing(id contact.ID, at int64) (Standing, bool) {
	t := f.Tickets[id]
	if t == nil || !t.interactive() {
		return Standing{}, false
	}
	return f.standingOf(t, at), true
}

// Would is where somebody would stand who came to a queue now.
func (f *Floor) Would(q contact.Queue, id contact.ID, priority int, ageing contact.Ageing, rank, at int64) Standing {
	return f.standingOf(&Ticket{Contact: id, Queue: q, Priority: priority, Ageing: ageing, Rank: rank, Medium: contact.Voice}, at)
}

// WouldNext is where somebody without priority would stand who came to a queue now, where
// priorities age as for who stands last.
func (f *Floor) WouldNext(q contact.Queue, at int64) Standing {
	var ageing contact.Ageing
	if l := f.lineups[q]; l != nil && len(l.onLine) > 0 {
		ageing = l.onLine[len(l.onLine)-1].Ageing
	}
	return f.Would(q, "", 0, ageing, at, at)
}

func (f *Floor) standingOf(t *Ticket, at int64) Standing {
	s := Standing{Position: 1}
	l := f.lineups[t.Queue]
	if l == nil {
		return s
	}
	before, _ := slices.BinarySearchFunc(l.onLine, t, (*Ticket).before)
	calls, _ := slices.BinarySearchFunc(l.toCall, t, (*Ticket).before)
	for _, c := range l.toCall[:calls] { // few: they are bounded
		if c.Offer != "" || c.inLine(at) {
			s.Position++
		}
		if c.Offer == "" && c.inLine(at) {
			s.Ahead++
		}
	}
	// Whose phone rings is taken to be at the front: offers go there.
	s.Position += before
	s.Ahead += max(before-(len(l.onLine)-l.waiting), 0)
	equals, _ := slices.BinarySearchFunc(l.onLine, t.strict(), func(o *Ticket, priority int) int {
		if o.strict() > priority {
			return -1
		}
		return 1
	})
	if first := slices.IndexFunc(l.onLine[equals:], func(o *Ticket) bool { return o.Offer == "" && o != t }); first >= 0 {
		head := l.onLine[equals+first]
		s.Head = head.QueuedAt + t.headStart() - head.headStart()
	}
	return s
}
