package ivr

import (
	"slices"
	"time"
)

// Journey is what it takes a caller at most to be handed to a person.
type Journey struct {
	// Lasts is the time of the slowest caller: who hears every prompt to its end,
	// lets every time-out but the last pass, and answers at the end of the last.
	Lasts time.Duration
	// Keys is what the caller with the most keys presses: who errs at every attempt
	// but the last, and keys in the longest number.
	Keys int
	// Path are the questions on the way of the slowest, in order.
	Path []NodeID
}

// Journey is the longest way from the start to a node where a person is asked for;
// there may be none. Attempts bound it. Ways back, to the start and to the same
// question count as not taken, and of other loops each node counts once: how often a
// caller goes round is the caller's own choice. Waiting in a queue is not part of it.
func (t *Tree) Journey(in Setting) (Journey, bool) {
	s := journeys{tree: t, setting: in, best: map[NodeID]*leg{}, number: map[NodeID]int{}, low: map[NodeID]int{}}
	s.visit(t.Start)
	first := s.best[t.Start]
	if first == nil {
		return Journey{}, false
	}
	j := Journey{Lasts: first.lasts, Keys: first.keys}
	for at := first; at != nil; at = at.then {
		for _, id := range at.nodes {
			if triesOf(t.Nodes[id]) != nil {
				j.Path = append(j.Path, id)
			}
		}
	}
	return j, true
}

// leg is what is left of a journey from a node on: the longest time and the most
// keys, which need not be those of the same way.
type leg struct {
	lasts time.Duration
	keys  int
	// nodes are passed first, then what follows.
	nodes []NodeID
	then  *leg
}

// journeys looks for loops by the algorithm of Tarjan: it finds each set of nodes
// that lead to each other after all that they lead to.
type journeys struct {
	tree    *Tree
	setting Setting
	best    map[NodeID]*leg // nil from where nobody is reached
	number  map[NodeID]int
	low     map[NodeID]int
	stack   []NodeID
}

func (s *journeys) visit(id NodeID) {
	s.number[id] = len(s.number) + 1
	s.low[id] = s.number[id]
	s.stack = append(s.stack, id)
	for _, st := range s.steps(id) {
		switch {
		case s.number[st.to] == 0:
			s.visit(st.to)
			s.low[id] = min(s.low[id], s.low[st.to])
		case slices.Contains(s.stack, st.to):
			s.low[id] = min(s.low[id], s.number[st.to])
		}
	}
	if s.low[id] == s.number[id] {
		from := slices.Index(s.stack, id)
		s.settle(slices.Clone(s.stack[from:]))
		s.stack = s.stack[:from]
	}
}

// settle computes the rest of the journey for nodes that lead to each other: what
// follows the last of them, and once what each of the others takes.
func (s *journeys) settle(loop []NodeID) {
	slices.Sort(loop)
	round := map[NodeID]step{}
	var all step
	for _, id := range loop {
		var most step
		for _, st := range s.steps(id) {
			if slices.Contains(loop, st.to) {
				most.lasts, most.keys = max(most.lasts, st.lasts), max(most.keys, st.keys)
			}
		}
		round[id] = most
		all.lasts, all.keys = all.lasts+most.lasts, all.keys+most.keys
	}
	var best *leg
	for _, id := range loop {
		for _, way := range s.endings(id, loop) {
			way.lasts += all.lasts - round[id].lasts
			way.keys += all.keys - round[id].keys
			if best == nil {
				best = &leg{keys: way.keys}
			}
			best.keys = max(best.keys, way.keys)
			if way.lasts > best.lasts || best.nodes == nil {
				others := slices.DeleteFunc(slices.Clone(loop), func(o NodeID) bool { return o == id })
				best.lasts, best.nodes, best.then = way.lasts, append(others, id), way.then
			}
		}
	}
	for _, id := range loop {
		s.best[id] = best
	}
}

// endings are the ways from a node out of its loop that reach somebody.
func (s *journeys) endings(id NodeID, loop []NodeID) []leg {
	if toPerson(s.tree.Nodes[id]) {
		return []leg{{}}
	}
	var ways []leg
	for _, st := range s.steps(id) {
		if rest := s.best[st.to]; rest != nil && !slices.Contains(loop, st.to) {
			ways = append(ways, leg{lasts: st.lasts + rest.lasts, keys: st.keys + rest.keys, then: rest})
		}
	}
	return ways
}

// step is one way from a node to another, and what it takes at most.
type step struct {
	to    NodeID
	lasts time.Duration
	keys  int
}

func (s *journeys) steps(id NodeID) []step {
	node := s.tree.Nodes[id]
	if node == nil || toPerson(node) {
		return nil
	}
	var all []step
	for _, way := range s.tree.Ways(id) {
		to, leads := s.tree.next(way.Goto)
		if !leads || way.Goto == Back || way.Goto == Home || to == id || s.tree.Nodes[to] == nil {
			continue
		}
		st := step{to: to, lasts: s.setting.passing(node) + s.setting.lasts(way.Prompts)}
		if tries := triesOf(node); tries != nil {
			lasts, keys := s.question(node, tries, way)
			st.lasts, st.keys = st.lasts+lasts, keys
		}
		all = append(all, st)
	}
	return all
}

// question is what it takes at most to leave a question by one of its ways.
func (s *journeys) question(node Node, t *Tries, way Way) (time.Duration, int) {
	first, again, answer, entering := s.asked(node, t, way)
	// Attempts that fail: all but the last, or all, if they ask again at all.
	silent, wrong := repeats(t.NoInput), repeats(t.Invalid)
	retries := 0
	if silent || wrong {
		retries = t.MaxAttempts - 1
	}
	between := time.Duration(0)
	if silent {
		between = s.setting.lasts(t.NoInput.Prompts)
	}
	if wrong {
		between = max(between, s.setting.lasts(t.Invalid.Prompts))
	}
	lasts := first + time.Duration(retries)*(t.NoInputTimeout+between+again) + t.NoInputTimeout
	keys := 0
	if wrong {
		keys = retries * s.mistake(node)
	}
	switch way.Name {
	case "on_no_input":
		return lasts, keys
	case "on_invalid", "on_failure":
		return lasts, keys + s.mistake(node)
	}
	return lasts + entering, keys + answer
}

// asked is how long a question is said first and again, how many keys a good answer
// has at most, and how long they take after the first one.
func (s *journeys) asked(node Node, t *Tries, way Way) (first, again time.Duration, keys int, entering time.Duration) {
	switch n := node.(type) {
	case *Menu:
		first, again = s.setting.lasts(n.Prompts), s.setting.lasts(n.reprompt())
		keys = len(way.Keys)
		if _, longer := n.match(way.Keys); longer {
			entering = t.InterDigitTimeout
		}
	case *Collect:
		first, again = s.setting.lasts(n.Prompts), s.setting.lasts(n.reprompt())
		keys = n.MaxDigits
		if n.MinDigits < n.MaxDigits && n.FinishKey != 0 {
			keys++
		}
		if n.Confirm != nil {
			first, keys = first+s.setting.lasts(n.Confirm.Before)+s.setting.lasts(n.Confirm.Prompts), keys+1
		}
	case *CallbackNode:
		c := n.asks()
		first, again, keys = s.setting.lasts(c.Prompts), s.setting.lasts(c.reprompt()), c.MaxDigits+1
		first += s.setting.lasts(n.Confirm.Before) + s.setting.lasts(n.Confirm.Prompts)
		if a := n.Appointment; a != nil {
			first, keys = first+s.setting.lasts(a.Prompts)+mostSlots*s.setting.lasts(a.Slot), keys+1
		}
	case *Identify:
		for _, q := range n.questions() {
			c := n.asks(q)
			first, again, keys = first+s.setting.lasts(c.Prompts), again+s.setting.lasts(c.reprompt()), keys+c.MaxDigits
		}
	}
	return first, again, keys, entering + time.Duration(max(keys-1, 0))*t.InterDigitTimeout
}

// mistake is how many keys a wrong answer has: a whole number, or one key.
func (s *journeys) mistake(node Node) int {
	switch n := node.(type) {
	case *Collect:
		return n.MaxDigits
	case *Identify:
		return n.asks("").MaxDigits
	case *CallbackNode:
		return n.asks().MaxDigits
	}
	return 1
}

func repeats(e Exit) bool { return e.Goto == "" || e.Goto == Repeat }
