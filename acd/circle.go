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
	key      circleKey
	ask      Ask
	strategy strategy
	line     []*Ticket
	// at is its place among the circles of the floor.
	at int
	// verdicts on the crews, each at the crew's place on the floor.
	verdicts []verdict
	// serving counts the crews that may serve.
	serving int
}

// verdict is whether a crew may serve a circle, and how well. There is one for
// each pair of both, so it is small.
type verdict struct {
	why    uint8 // a place in refusals; 0 is that it may
	beside bool  // as one more at hand, if there is room
	level  int16
}

var refusals = [...]Refusal{NoRefusal, OtherMedium, OtherCenter, LacksSkill, NoFileRight, NoSpareCapacity}

// noSpareCapacity is the place of that refusal.
const noSpareCapacity = len(refusals) - 1

// tally counts by refusals.
type tally [len(refusals)]int

func (n tally) byName() map[string]int {
	var counts map[string]int
	for i, count := range n {
		if count > 0 {
			if counts == nil {
				counts = map[string]int{}
			}
			counts[string(refusals[i])] = count
		}
	}
	return counts
}

func (t *Ticket) appendCircleKey(key []byte) []byte {
	return t.Ask().appendKey(appendName(key, t.Strategy))
}

// keepIdle bounds the circles, and the reaches, that are kept though nobody waits
// in them: the next contact of their kind comes soon, and to judge every crew
// anew costs more than to wait for it.
const keepIdle = 1000

// keyRoom is as long as most keys.
const keyRoom = 512

// circleOf returns the circle a ticket waits in, a new one if it is the first.
func (f *Floor) circleOf(t *Ticket) *circle {
	var room [keyRoom]byte
	key := t.appendCircleKey(room[:0])
	if c := f.circles[circleKey(key)]; c != nil {
		return c
	}
	c := &circle{key: circleKey(key), ask: t.Ask(), strategy: strategies[t.Strategy], at: len(f.rounds)}
	f.circles[c.key] = c
	f.rounds = append(f.rounds, c)
	f.idleCircles++
	for _, w := range f.crews {
		c.meet(w)
	}
	return c
}

func (f *Floor) sweep() {
	if f.idleCircles > f.keepIdle {
		f.sweepCircles()
	}
	if f.idleReaches > f.keepIdle {
		f.sweepReaches()
	}
}

// sweepCircles forgets the circles in which nobody waits.
func (f *Floor) sweepCircles() {
	f.idleCircles = 0
	gone := func(c *circle) bool { return len(c.line) == 0 }
	for _, w := range f.crews {
		w.circles = slices.DeleteFunc(w.circles, gone)
	}
	for _, c := range f.rounds {
		if gone(c) {
			delete(f.circles, c.key)
		}
	}
	f.rounds = slices.DeleteFunc(f.rounds, gone)
	for i, c := range f.rounds {
		c.at = i
	}
}

// meet judges a crew that is new to the circle; it is the last of the floor's.
func (c *circle) meet(w *crew) {
	why := Serves(&w.card, c.ask)
	v := verdict{why: uint8(slices.Index(refusals[:], why))}
	if why == NoRefusal {
		v.level, v.beside = int16(c.strategy.level(&w.card, c.ask.Need)), w.card.beside(c.ask.Medium)
		c.serving++
		w.circles = append(w.circles, c)
	}
	c.verdicts = append(c.verdicts, v)
}

// lose forgets a crew of whom nobody is left; the last one takes its place.
func (c *circle) lose(w *crew) {
	if c.verdicts[w.at].why == 0 {
		c.serving--
	}
	last := len(c.verdicts) - 1
	c.verdicts[w.at] = c.verdicts[last]
	c.verdicts = c.verdicts[:last]
}

// somebodyReady reports whether one of the ready crews may serve the circle.
func (c *circle) somebodyReady(ready []*crew) bool {
	return slices.ContainsFunc(ready, func(w *crew) bool {
		v := c.verdicts[w.at]
		return v.why == 0 && (!v.beside || len(w.spare[c.ask.Medium]) > 0)
	})
}

// choice is an agent who may get the circle's next contact.
type choice struct {
	agent *Agent
	level int16
	load  int // at hand
}

// before orders choices: the higher level, then who has less at hand, then who has been
// ready longest.
func (a choice) before(b choice) bool {
	if a.level != b.level {
		return a.level > b.level
	}
	if a.load != b.load {
		return a.load < b.load
	}
	return byReadiness(a.agent, b.agent) < 0
}

// choices are the best of those ready for one contact, the best first.
type choices []choice

// choose finds the best of a pool, at most as many as best has room for, and counts
// those who may not serve.
func (c *circle) choose(best choices, free pool) (choices, tally) {
	var refused tally
	for i := range free {
		s := &free[i]
		v := c.verdicts[s.crew]
		if v.why != 0 {
			refused[v.why] += s.left
			continue
		}
		line := s.line
		if v.beside {
			line = s.spare[c.ask.Medium]
			refused[noSpareCapacity] += s.left - len(line)
		}
		for _, a := range line {
			one := choice{agent: a, level: v.level}
			if v.beside {
				one.load = a.load(c.ask.Medium)
			}
			if !best.take(one) {
				break // those behind are worse
			}
		}
	}
	return best, refused
}

// take puts a choice in its place, and reports whether there was one for it.
func (b *choices) take(c choice) bool {
	line := *b
	if n := len(line); n == cap(line) {
		if n == 0 || !c.before(line[n-1]) {
			return false
		}
		line = line[:n-1]
	}
	i := len(line)
	for i > 0 && c.before(line[i-1]) {
		i--
	}
	*b = slices.Insert(line, i, c)
	return true
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
