package acd

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// circleKey names the contacts that the same agents may serve by the same rule.
type circleKey string

// circle is the ordered line of the contacts that ask for the same people, so
// that a contact nobody can serve never blocks those behind it.
type circle struct {
	ask      Ask
	strategy strategy
	line     []*Ticket
	// tiers are the crews that may serve, those first whom the strategy prefers.
	tiers []tier
	// others are the crews that may not.
	others []outsider
}

// tier is the crews between whom the strategy sees no difference.
type tier struct {
	level int
	crews []*crew
}

// outsider is a crew with the reason why it may not serve.
type outsider struct {
	crew *crew
	why  Refusal
}

func (t *Ticket) circleKey() circleKey {
	return circleKey(string(t.Strategy) + " " + t.Ask().key())
}

// circleOf returns the circle a ticket waits in, a new one if it is the first.
func (f *Floor) circleOf(t *Ticket) *circle {
	c := f.circles[t.key]
	if c == nil {
		c = &circle{ask: t.Ask(), strategy: strategies[t.Strategy]}
		for _, crew := range f.crews {
			c.meet(crew)
		}
		f.circles[t.key] = c
	}
	return c
}

// meet takes a new crew into account.
func (c *circle) meet(w *crew) {
	if why := Serves(&w.card, c.ask); why != NoRefusal {
		c.others = append(c.others, outsider{w, why})
		return
	}
	level := c.strategy.level(&w.card, c.ask.Need)
	i, found := slices.BinarySearchFunc(c.tiers, level, func(t tier, level int) int { return level - t.level })
	if !found {
		c.tiers = slices.Insert(c.tiers, i, tier{level: level})
	}
	c.tiers[i].crews = append(c.tiers[i].crews, w)
}

// lose forgets a crew of whom nobody is left.
func (c *circle) lose(w *crew) {
	c.others = slices.DeleteFunc(c.others, func(o outsider) bool { return o.crew == w })
	for i := range c.tiers {
		c.tiers[i].crews = without(c.tiers[i].crews, w)
	}
	c.tiers = slices.DeleteFunc(c.tiers, func(t tier) bool { return len(t.crews) == 0 })
}

// somebodyReady reports whether an agent of the circle is ready.
func (c *circle) somebodyReady() bool {
	for _, t := range c.tiers {
		for _, w := range t.crews {
			if len(w.ready) > 0 {
				return true
			}
		}
	}
	return false
}

// best is the ready agent who gets the circle's next contact, beyond those
// taken from each crew already, and his level; nil if nobody is left.
func (c *circle) best(taken []int) (winner *Agent, level int) {
	for _, t := range c.tiers {
		for _, w := range t.crews {
			if n := taken[w.at]; n < len(w.ready) && (winner == nil || byReadiness(w.ready[n], winner) < 0) {
				winner = w.ready[n]
			}
		}
		if winner != nil {
			return winner, t.level
		}
	}
	return nil, 0
}

// first is the contact whose turn it is at a time, if any.
func (c *circle) first(at int64) *Ticket {
	for _, t := range c.line {
		if t.inLine(at) {
			return t
		}
	}
	return nil
}

// strategy says which of the agents who may serve are asked before others.
type strategy interface {
	// level of an agent for a need: nobody is asked while somebody of a higher
	// level is ready.
	level(c *Card, need contact.Need) int
}

// strategies by name; a fact that names none means the longest ready.
var strategies = map[contact.Strategy]strategy{
	"":                   longestReady{},
	contact.LongestReady: longestReady{},
	contact.BestLevel:    bestLevel{},
}
