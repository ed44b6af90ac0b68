package ivr

import (
	"fmt"
	"slices"
	"strings"
)

// next returns the node an exit leads to without a further key, or nothing for
// the end of the call and for saying the same again. Back counts as start:
// that is where it leads a caller who has not been anywhere yet.
func (t *Tree) next(to Target) (NodeID, bool) {
	switch to {
	case "", End, Repeat:
		return "", false
	case Home, Back:
		return t.Start, true
	}
	return NodeID(to), true
}

// edges returns where a node can lead, in the order of its exits.
func (t *Tree) edges(id NodeID) []NodeID {
	var to []NodeID
	visit := func(_ string, e Exit) {
		if n, ok := t.next(e.Goto); ok {
			to = append(to, n)
		}
	}
	node := t.Nodes[id]
	node.exits(visit)
	if tries := triesOf(node); tries != nil && !tries.Failure.given() {
		visit("", t.Failure)
	}
	return to
}

// unasked are the edges that are taken without a key.
func (t *Tree) unasked(id NodeID) []NodeID {
	if _, waits := t.Nodes[id].(*Queue); !waits {
		return t.edges(id)
	}
	var to []NodeID
	t.Nodes[id].exits(func(name string, e Exit) {
		if n, ok := t.next(e.Goto); ok && !needsKey(name) {
			to = append(to, n)
		}
	})
	return to
}

func triesOf(node Node) *Tries {
	switch n := node.(type) {
	case *Menu:
		return &n.Tries
	case *Collect:
		return &n.Tries
	case *Identify:
		return &n.Tries
	case *CallbackNode:
		if n.Number != Own || n.Appointment != nil {
			return &n.Tries
		}
	}
	return nil
}

// reachable reports every node that no caller can come to.
func (c *checker) reachable() {
	seen := map[NodeID]bool{}
	open := []NodeID{c.tree.Start}
	// The tree's own failure exit counts even where every menu has one: the
	// bounds of the machine lead there.
	if n, ok := c.tree.next(c.tree.Failure.Goto); ok {
		open = append(open, n)
	}
	for len(open) > 0 {
		id := open[len(open)-1]
		open = open[:len(open)-1]
		if !seen[id] {
			seen[id] = true
			open = append(open, c.tree.edges(id)...)
		}
	}
	for _, id := range c.tree.ids() {
		if !seen[id] {
			c.fault(id, "", "lead to it from another node, or delete it", "no caller can reach node %q", id)
		}
	}
}

// loops reports every cycle that no caller could leave by pressing a key.
func (c *checker) loops() {
	const (
		onPath = 1
		done   = 2
	)
	mark := map[NodeID]int{}
	var path []NodeID
	var visit func(id NodeID)
	visit = func(id NodeID) {
		if mark[id] == onPath {
			c.loop(path[slices.Index(path, id):])
			return
		}
		if mark[id] == done || triesOf(c.tree.Nodes[id]) != nil {
			return
		}
		mark[id] = onPath
		path = append(path, id)
		for _, next := range c.tree.unasked(id) {
			visit(next)
		}
		path = path[:len(path)-1]
		mark[id] = done
	}
	for _, id := range c.tree.ids() {
		visit(id)
	}
}

func (c *checker) loop(path []NodeID) {
	names := make([]string, 0, len(path)+1)
	for _, id := range path {
		names = append(names, string(id))
	}
	names = append(names, names[0])
	c.fault(path[0], "", "put a menu or collect on the way", "callers would go round for ever without being asked for a key: %s",
		strings.Join(names, " → "))
}

// askingNodes finds the nodes from which every choice leads to an agent: a
// caller with a topic who comes to one has asked for an agent, whatever they
// press from there on. Failure exits are misfortune, not choice, and do not
// count; neither do choices that only go back or say the menu again.
func (t *Tree) askingNodes() map[NodeID]bool {
	asks := map[NodeID]bool{}
	for changed := true; changed; {
		changed = false
		for id, node := range t.Nodes {
			if !asks[id] && t.leadsToAgent(node, asks) {
				asks[id], changed = true, true
			}
		}
	}
	return asks
}

func (t *Tree) leadsToAgent(node Node, asks map[NodeID]bool) bool {
	all, any := true, false
	count := func(to Target) {
		if to == Repeat || to == Back || to == Home {
			return
		}
		any = true
		all = all && asks[NodeID(to)]
	}
	switch n := node.(type) {
	case *Queue, *CallbackNode:
		return true
	case *Play:
		count(n.Next)
	case *Set:
		count(n.Next)
	case *Collect:
		count(n.Next)
	case *Identify:
		count(n.Identified.Goto)
		count(n.NotIdentified.Goto)
	case *Hours:
		n.exits(func(_ string, e Exit) {
			if e.given() {
				count(e.Goto)
			}
		})
	case *Branch, *Lookup, *Link:
		n.exits(func(_ string, e Exit) { count(e.Goto) })
	case *HTTP, *Voicemail:
		n.exits(func(_ string, e Exit) {
			if e.given() {
				count(e.Goto)
			}
		})
	case *Menu:
		for _, c := range n.Choices {
			count(c.Goto)
		}
	}
	return all && any
}

// LeadsToAgent reports whether every choice from the node leads to an agent.
func (t *Tree) LeadsToAgent(id NodeID) bool { return t.asks[id] }

// String names a fault as "node menu, on_failure: …", for tests and logs; the
// loader prints file and line instead.
func (f Fault) String() string {
	place := "tree"
	if f.Node != "" {
		place = "node " + string(f.Node)
	}
	if f.Exit != "" {
		place += ", " + f.Exit
	}
	return fmt.Sprintf("%s: %s", place, f.Problem)
}
