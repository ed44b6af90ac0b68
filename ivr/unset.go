package ivr

import (
	"cmp"
	"slices"
)

// Unset is a reading of an attribute that some way to it does not set.
type Unset struct {
	Reading
	// Way is the shortest such way, from the start of the tree to the node.
	Way []NodeID
}

// Unset lists the readings of attributes that may find nothing, each with the
// shortest way on which nothing sets them. It is a forward analysis over the whole
// graph, flows included: an attribute is certain at a node if every way to it sets
// it, and what some way lacks is found by following, from the start, what does not
// set it. Going back takes nothing away, so it adds no way. A case of a branch
// proves what it compares: past var.x != "" there is an x. A branch that itself
// asks whether there is one means that there may be none.
func (t *Tree) Unset() []Unset {
	g := t.passages()
	var all []Unset
	for _, variable := range g.read() {
		if variable != VarLanguage || len(t.Languages) == 0 { // all begin with a language
			all = append(all, g.unset(variable)...)
		}
	}
	slices.SortFunc(all, func(a, b Unset) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Variable, b.Variable))
	})
	return all
}

// passages is a tree made ready for looking at each variable in turn: a large one
// has thousands of nodes and hundreds of variables.
type passages struct {
	start NodeID
	nodes map[NodeID]*crossing
}

type crossing struct {
	node     Node
	readings []Reading
	ways     []passage
}

// passage is a way to another node, and the variables that are there behind it.
type passage struct {
	to    NodeID
	given []string
}

func (t *Tree) passages() passages {
	g := passages{start: t.Start, nodes: map[NodeID]*crossing{}}
	for _, id := range t.ids() {
		c := &crossing{node: t.Nodes[id]}
		t.readings(id, func(r Reading) { c.readings = append(c.readings, r) })
		for _, way := range t.Ways(id) {
			if to, leads := t.next(way.Goto); leads && way.Goto != Back {
				c.ways = append(c.ways, passage{to, given(c.node, way.Name)})
			}
		}
		g.nodes[id] = c
	}
	return g
}

// read are the variables that something reads, in order.
func (g passages) read() []string {
	var names []string
	for _, c := range g.nodes {
		for _, r := range c.readings {
			names = append(names, r.Variable)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// unset follows the ways on which a variable is not set.
func (g passages) unset(variable string) []Unset {
	from := map[NodeID]NodeID{g.start: ""}
	var all []Unset
	for open := []NodeID{g.start}; len(open) > 0; open = open[1:] {
		id := open[0]
		c := g.nodes[id]
		if c == nil {
			continue
		}
		if _, set := c.node.common().Set[variable]; set {
			continue
		}
		for _, r := range c.readings {
			if r.Variable == variable && !asks(c.node, variable) {
				all = append(all, Unset{Reading: r, Way: wayTo(from, id)})
			}
		}
		for _, way := range c.ways {
			if _, been := from[way.to]; !been && !slices.Contains(way.given, variable) {
				from[way.to] = id
				open = append(open, way.to)
			}
		}
	}
	return all
}

// asks reports whether a node asks by itself if there is such a variable.
func asks(node Node, variable string) bool {
	n, branches := node.(*Branch)
	return branches && slices.ContainsFunc(n.Cases, func(c Case) bool {
		return c.When != nil && slices.Contains(c.When.asked, variable)
	})
}

func wayTo(from map[NodeID]NodeID, id NodeID) []NodeID {
	way := []NodeID{id}
	for before := from[id]; before != ""; before = from[before] {
		way = append(way, before)
	}
	slices.Reverse(way)
	return way
}
