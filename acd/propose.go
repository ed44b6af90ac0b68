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
// The cost is one look per offer at each crew of whom somebody is ready, not at
// each agent or contact: once nobody is left for the head of a line, the whole
// line waits.
func (f *Floor) Propose(at int64, limit int) []fact.Offered {
	heads := f.heads(at)
	free := f.poolOfReady()
	room := make(choices, 0, 1+maxRunnersUp)
	var offers []fact.Offered
	for len(heads) > 0 && len(offers) < limit {
		head := &heads[0]
		best, refused := head.circle.choose(room, free)
		if len(best) == 0 {
			heap.Pop(&heads)
			continue
		}
		offers = append(offers, f.offerOf(head.first, best, refused))
		free.take(best[0].agent)
		if head.advance(at) {
			heap.Fix(&heads, 0)
		} else {
			heap.Pop(&heads)
		}
	}
	return offers
}

// pool is who is ready and not taken yet by the offers just proposed. Each offer
// looks at every crew of it, so what it looks at lies side by side.
type pool []supply

// supply is what is left of a crew.
type supply struct {
	crew int // its place among those of the floor
	left int
	line []*Agent // the longest ready first
	// spare are those with room for one more at hand, by medium; nil if nobody has any.
	spare map[contact.Medium][]*Agent
}

func (f *Floor) poolOfReady() pool {
	p := make(pool, len(f.ready))
	for i, w := range f.ready {
		p[i] = supply{crew: w.at, left: len(w.ready), line: w.ready, spare: w.spare}
	}
	return p
}

// take removes one of a crew, who is the first of one of its lines. He gets one offer at a
// time, of whatever medium: it changes what the next one would be decided on.
func (p pool) take(a *Agent) {
	s := &p[a.crew.readyAt]
	s.left, s.line = s.left-1, without(s.line, a)
	if len(s.spare) == 0 {
		return
	}
	spare := make(map[contact.Medium][]*Agent, len(s.spare))
	for m, line := range s.spare {
		spare[m] = without(line, a)
	}
	s.spare = spare
}

// without is a line without one, who may not be in it; the line itself stays.
func without(line []*Agent, a *Agent) []*Agent {
	switch i := slices.Index(line, a); i {
	case -1:
		return line
	case 0:
		return line[1:]
	default:
		return slices.Concat(line[:i], line[i+1:])
	}
}

// offerOf writes down why the best choice gets a contact.
func (f *Floor) offerOf(t *Ticket, best choices, refused tally) fact.Offered {
	winner := best[0].agent
	o := fact.Offered{
		Contact: t.Contact, Agent: winner.ID, Queue: t.Queue, Center: winner.Center,
		ContactVersion: t.Version, AgentVersion: winner.Version, QueueVersion: f.QueueVersions[t.Queue],
		PossibleSince: max(t.WaitingSince, t.NotBefore, t.CircleSince, winner.roomSince(t.Medium)),
		Rule:          string(cmp.Or(t.Strategy, contact.LongestReady)), Level: int(best[0].level), ReadySince: winner.ReadySince,
		Refusals: refused.byName(),
	}
	for _, c := range best[1:] {
		o.RunnersUp = append(o.RunnersUp, fact.Candidate{Agent: c.agent.ID, ReadySince: c.agent.ReadySince, Level: int(c.level)})
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

// heads are the lines that somebody who is ready may serve.
func (f *Floor) heads(at int64) lines { return headsOf(f.ready, len(f.rounds), at) }

// headsOf are the lines that these crews may serve, of so many circles on the floor.
func headsOf(crews []*crew, circles int, at int64) lines {
	var heads lines
	seen := make([]bool, circles)
	for _, w := range crews {
		for _, c := range w.circles {
			if seen[c.at] {
				continue
			}
			seen[c.at] = true
			if l := (line{circle: c, rest: c.line}); l.advance(at) {
				heads = append(heads, l)
			}
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
