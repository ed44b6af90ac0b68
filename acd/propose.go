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

// Propose says which offers should be made at the given time, at most limit of
// them: contacts in order of priority, first arrival and id, each to the agent
// whom the queue's strategy chooses among those who may serve it. It changes
// nothing.
//
// The cost is one look at each crew per offer, not at each agent or contact:
// once nobody is left for the head of a line, the whole line waits.
func (f *Floor) Propose(at int64, limit int) []fact.Offered {
	if len(f.crews) == 0 || len(f.circles) == 0 {
		return nil
	}
	heads := f.heads(at)
	taken := make([]int, len(f.crews)) // from the front of each crew's ready
	var offers []fact.Offered
	for len(heads) > 0 && len(offers) < limit {
		head := &heads[0]
		winner, level := head.circle.best(taken)
		if winner == nil {
			heap.Pop(&heads)
			continue
		}
		offers = append(offers, f.offerOf(head, winner, level, taken))
		taken[winner.crew.at]++
		if head.advance(at) {
			heap.Fix(&heads, 0)
		} else {
			heap.Pop(&heads)
		}
	}
	return offers
}

// offerOf writes down why the winner gets the contact at the head of a line.
func (f *Floor) offerOf(l *line, winner *Agent, level int, taken []int) fact.Offered {
	t := l.first
	o := fact.Offered{
		Contact: t.Contact, Agent: winner.ID, Queue: t.Queue, Center: winner.Center,
		ContactVersion: t.Version, AgentVersion: winner.Version, QueueVersion: f.QueueVersions[t.Queue],
		PossibleSince: max(t.WaitingSince, t.NotBefore, t.CircleSince, winner.Since),
		Rule:          string(cmp.Or(t.Strategy, contact.LongestReady)), Level: level,
	}
	for _, other := range l.circle.others {
		if n := len(other.crew.ready) - taken[other.crew.at]; n > 0 {
			if o.Refusals == nil {
				o.Refusals = map[string]int{}
			}
			o.Refusals[string(other.why)] += n
		}
	}
	o.RunnersUp = l.circle.runnersUp(winner, taken)
	return o
}

// runnersUp are those who would have won without the winner, best first.
func (c *circle) runnersUp(winner *Agent, taken []int) []fact.Candidate {
	taken = slices.Clone(taken)
	taken[winner.crew.at]++
	var others []fact.Candidate
	for len(others) < maxRunnersUp {
		next, level := c.best(taken)
		if next == nil {
			break
		}
		others = append(others, fact.Candidate{Agent: next.ID, ReadySince: next.ReadySince, Level: level})
		taken[next.crew.at]++
	}
	return others
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
