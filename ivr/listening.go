package ivr

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// lasts is how long prompts last, one after the other.
func (a *adviser) lasts(prompts []Prompt) time.Duration { return a.setting.lasts(prompts) }

func (s Setting) lasts(prompts []Prompt) time.Duration {
	var all time.Duration
	for _, p := range prompts {
		all += s.heard(p).Lasts
	}
	return all
}

func (s Setting) heard(p Prompt) Heard {
	if s.Heard == nil {
		return Heard{}
	}
	return s.Heard(p)
}

// said is what a node says by itself, once, to whoever passes it.
func said(node Node) []Prompt {
	switch n := node.(type) {
	case *Play:
		return n.Prompts
	case *Voicemail:
		return n.Prompts
	}
	return nil
}

// passing is how long callers listen at a node that asks them nothing: to what it
// says, or until a back-end has answered at the latest.
func (s Setting) passing(node Node) time.Duration {
	lasts := s.lasts(said(node))
	if n, asks := node.(asker); asks {
		lasts += n.inquiry().lasts()
	}
	if n, records := node.(*Voicemail); records {
		lasts += n.MaxDuration
	}
	return lasts
}

// answers tells nodes at which callers do something, or something is done for them:
// the time they listen begins anew there.
func answers(node Node) bool {
	_, message := node.(*Voicemail)
	return toPerson(node) || message || triesOf(node) != nil
}

// listening is how long callers have listened at most when they come to each node:
// since the call began, or since they pressed a key or were turned away.
func (a *adviser) listening() map[NodeID]time.Duration {
	t := a.tree
	before := map[NodeID]time.Duration{}
	follow := func(id NodeID) {
		node, sofar := t.Nodes[id], time.Duration(0)
		if !answers(node) {
			sofar = before[id] + a.setting.passing(node)
		}
		for _, way := range t.Ways(id) {
			if to, leads := t.next(way.Goto); leads {
				before[to] = max(before[to], sofar+a.lasts(way.Prompts))
			}
		}
	}
	var passing []NodeID
	for _, id := range t.ids() {
		if answers(t.Nodes[id]) {
			follow(id)
		} else {
			passing = append(passing, id)
		}
	}
	for _, id := range t.inOrder(passing) {
		follow(id)
	}
	return before
}

// inOrder sorts nodes among which there is no cycle so that each comes before those
// it leads to.
func (t *Tree) inOrder(nodes []NodeID) []NodeID {
	pending := map[NodeID]bool{}
	for _, id := range nodes {
		pending[id] = true
	}
	var order []NodeID
	var visit func(id NodeID)
	visit = func(id NodeID) {
		if !pending[id] {
			return
		}
		pending[id] = false
		for _, to := range t.edges(id) {
			visit(to)
		}
		order = append(order, id)
	}
	for _, id := range nodes {
		visit(id)
	}
	slices.Reverse(order)
	return order
}

// firstChoice is how long callers listen until they know the first choice of a menu:
// all that comes before, and of its own prompts what is said up to the first key
// that their text names, or everything if the text names none.
func (a *adviser) firstChoice(id NodeID, m *Menu) time.Duration {
	sofar := a.before[id]
	named := keysNamed(m)
	for _, p := range m.Prompts {
		s := a.setting.heard(p)
		if at := named.FindStringIndex(s.Text); at != nil {
			return sofar + time.Duration(float64(s.Lasts)*float64(at[1])/float64(len(s.Text)))
		}
		sofar += s.Lasts
	}
	return sofar
}

// keysNamed finds the keys of a menu in a text, as figures that stand alone.
func keysNamed(m *Menu) *regexp.Regexp {
	var keys []string
	for _, c := range m.Choices {
		keys = append(keys, regexp.QuoteMeta(c.Keys))
	}
	return regexp.MustCompile(`(?:^|[^0-9])(?:` + strings.Join(keys, "|") + `)(?:$|[^0-9])`)
}
