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

// Propose says which offers should be made now, at most limit of them: contacts
// in order of priority, first arrival and id, each to the agent who has been
// ready longest among those who may serve it. It changes nothing.
//
// The cost is one look at each ready agent per circle of contacts, not per
// contact: once nobody is left for the head of a line, the whole line waits.
func (f *Floor) Propose(limit int) []fact.Offered {
	if len(f.ready) == 0 || len(f.circles) == 0 {
		return nil
	}
	heads := f.heads()
	free := slices.Clone(f.ready)
	var offers []fact.Offered
	for len(heads) > 0 && len(free) > 0 && len(offers) < limit {
		head := &heads[0]
		t := head.line[0]
		i := slices.IndexFunc(free, func(a *Agent) bool { return head.serves(a) == NoRefusal })
		if i < 0 {
			heap.Pop(&heads)
			continue
		}
		offers = append(offers, f.offerOf(t, free, i))
		free = slices.Delete(free, i, i+1)
		if head.line = head.line[1:]; len(head.line) == 0 {
			heap.Pop(&heads)
		} else {
			heap.Fix(&heads, 0)
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
		PossibleSince: max(t.WaitingSince, a.Since),
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

// lines is a heap of circles by the contact at their head.
type lines []circle

func (f *Floor) heads() lines {
	heads := make(lines, 0, len(f.circles))
	for _, c := range f.circles {
		heads = append(heads, *c)
	}
	heap.Init(&heads)
	return heads
}

func (l lines) Len() int           { return len(l) }
func (l lines) Less(i, j int) bool { return l[i].line[0].before(l[j].line[0]) < 0 }
func (l lines) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *lines) Push(c any)        { *l = append(*l, c.(circle)) }
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
