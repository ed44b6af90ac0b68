package acd

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// maxRunnersUp bounds what an offer's fact says about those who were not
// chosen; explain recomputes the rest.
const maxRunnersUp = 5

// LongestReady is the rule by which an agent wins who has been ready longest.
const LongestReady = "longest_ready"

// Propose says which offers should be made at the given time, at most limit of
// them: contacts in order of priority, first arrival and id, each to the agent
// who has been ready longest among those who may serve it. It changes nothing.
//
// The cost is one look at each ready agent per circle of contacts, not per
// contact: once nobody is left for the head of a line, the whole line waits.
func (f *Floor) Propose(at int64, limit int) []fact.Offered {
	if len(f.ready) == 0 || len(f.circles) == 0 {
		return nil
	}
	heads := f.heads(at)
	free := slices.Clone(f.ready)
	var offers []fact.Offered
	for len(heads) > 0 && len(free) > 0 && len(offers) < limit {
		head := &heads[0]
		t := head.first
		i := slices.IndexFunc(free, func(a *Agent) bool { return head.circle.serves(a) == NoRefusal })
		if i < 0 {
			heap.Pop(&heads)
			continue
		}
		offers = append(offers, f.offerOf(t, free, i))
		free = slices.Delete(free, i, i+1)
		if head.advance(at) {
			heap.Fix(&heads, 0)
		} else {
			heap.Pop(&heads)
		}
	}
	return offers
}

// offerOf writes down why free[winner] gets the contact.
func (f *Floor) offerOf(t *Ticket, free []*Agent, winner int) fact.Offered {
	a := free[winner]
	o := fact.Offered{
		Contact: t.Contact, Agent: a.ID, Queue: t.Queue, Center: a.Center,
		ContactVersion: t.Version, AgentVersion: a.Version, QueueVersion: f.QueueVersions[t.Queue],
		PossibleSince: max(t.WaitingSince, t.NotBefore, a.Since),
		Rule:          LongestReady,
	}
	for i, other := range free {
		if i == winner {
			continue
		}
		if why := Serves(other, t.current(), t.Department); why != NoRefusal {
			if o.Refusals == nil {
				o.Refusals = map[string]int{}
			}
			o.Refusals[string(why)]++
		} else if len(o.RunnersUp) < maxRunnersUp {
			o.RunnersUp = append(o.RunnersUp, fact.Candidate{Agent: other.ID, ReadySince: other.ReadySince})
		}
	}
	return o
}

// line is what is left of a circle's line, behind the contact that is first.
type line struct {
	circle *circle
	first  *Ticket
	rest   []*Ticket
}

// advance makes the next contact that is in the line at a time the first, and
// reports whether there is one.
func (l *line) advance(at int64) bool {
	i := slices.IndexFunc(l.rest, func(t *Ticket) bool { return t.inLine(at) })
	if i < 0 {
		return false
	}
	l.first, l.rest = l.rest[i], l.rest[i+1:]
	return true
}

// lines is a heap of lines by the contact that is first.
type lines []line

func (f *Floor) heads(at int64) lines {
	heads := make(lines, 0, len(f.circles))
	for _, c := range f.circles {
		if l := (line{circle: c, rest: c.line}); l.advance(at) {
			heads = append(heads, l)
		}
	}
	heap.Init(&heads)
	return heads
}

func (l lines) Len() int           { return len(l) }
func (l lines) Less(i, j int) bool { return l[i].first.before(l[j].first) < 0 }
func (l lines) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *lines) Push(c any)        { *l = append(*l, c.(line)) }
func (l *lines) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

// Roll lists the agents by id, for boards.
func (f *Floor) Roll() []*Agent {
	roll := make([]*Agent, 0, len(f.Agents))
	for _, a := range f.Agents {
		roll = append(roll, a)
	}
	slices.SortFunc(roll, func(a, b *Agent) int { return cmp.Compare(a.ID, b.ID) })
	return roll
}

// Head is the contact that has waited longest in a queue by rank, if any.
func (f *Floor) Head(q contact.Queue) *Ticket {
	var head *Ticket
	for _, t := range f.Tickets {
		if t.Queue != q || t.Offer != "" {
			continue
		}
		if head == nil || cmp.Or(cmp.Compare(t.Rank, head.Rank), cmp.Compare(t.Contact, head.Contact)) < 0 {
			head = t
		}
	}
	return head
}
