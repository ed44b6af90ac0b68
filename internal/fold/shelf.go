package fold

import (
	"cmp"
	"container/heap"
	"iter"
	"maps"

	"github.com/guichet/guichet/internal/fact"
)

// shelf has the recordings that are kept by what is asked all the time, at each scrape and by
// whoever looks for work: whose retention is over, and which messages nobody has dealt with. There
// may be a year of recordings, and few of either. It is derived from the state, and in no snapshot.
type shelf struct {
	ends    ends
	of      map[string]*shelved // those of ends, by subject
	waiting map[fact.MessageID]*Message
}

// shelved is a file whose retention has begun. Pos is its place in the heap.
type shelved struct {
	Overdue
	pos int
}

func newShelf() *shelf {
	return &shelf{of: map[string]*shelved{}, waiting: map[fact.MessageID]*Message{}}
}

// reshelve makes it anew.
func (s *State) reshelve() {
	s.shelf = newShelf()
	for _, m := range s.Messages {
		s.shelf.message(m)
	}
	for _, r := range s.Recordings {
		s.shelf.recording(r)
	}
}

// message follows what has become of a message.
func (h *shelf) message(m *Message) {
	if m.DoneAt == 0 {
		h.waiting[m.ID] = m
		return
	}
	delete(h.waiting, m.ID)
	h.put(Overdue{Node: m.Node, Since: m.DoneAt + m.Retention.Microseconds(), Message: m.ID})
}

// recording follows what has become of the recording of a conversation.
func (h *shelf) recording(r *Recording) {
	if r.EndedAt != 0 {
		h.put(Overdue{Node: r.Node, Since: r.EndedAt + r.Retention.Microseconds(), Recording: r.ID})
	}
}

func (h *shelf) put(o Overdue) {
	h.remove(o.Subject())
	kept := &shelved{Overdue: o}
	h.of[o.Subject()] = kept
	heap.Push(&h.ends, kept)
}

// remove forgets a file, by its subject.
func (h *shelf) remove(subject string) {
	if kept := h.of[subject]; kept != nil {
		heap.Remove(&h.ends, kept.pos)
		delete(h.of, subject)
	}
}

// overdue are those whose retention is over at a time, in no order. Nothing else is looked at.
func (h *shelf) overdue(at int64) (due []Overdue) {
	var visit func(i int)
	visit = func(i int) {
		if i < len(h.ends) && h.ends[i].Since <= at {
			due = append(due, h.ends[i].Overdue)
			visit(2*i + 1)
			visit(2*i + 2)
		}
	}
	visit(0)
	return due
}

// Waiting are the messages that nobody has dealt with yet, in no order.
func (s *State) Waiting() iter.Seq[*Message] { return maps.Values(s.shelf.waiting) }

// ends is a heap of files by when their retention is over, the first at the top.
type ends []*shelved

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].compare(e[j].Overdue) < 0 }
func (e ends) Swap(i, j int) {
	e[i], e[j] = e[j], e[i]
	e[i].pos, e[j].pos = i, j
}

func (e *ends) Push(kept any) {
	kept.(*shelved).pos = len(*e)
	*e = append(*e, kept.(*shelved))
}

func (e *ends) Pop() any {
	n := len(*e) - 1
	last := (*e)[n]
	(*e)[n] = nil
	*e = (*e)[:n]
	return last
}

// compare orders files: the longest overdue first.
func (o Overdue) compare(other Overdue) int {
	return cmp.Or(cmp.Compare(o.Since, other.Since), cmp.Compare(o.Subject(), other.Subject()))
}
