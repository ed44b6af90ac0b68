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

// passages is a tree made ready for looking at each variable in turn, the start
// first: a large one has thousands of nodes and hundreds of variables.
type passages []crossing

type crossing struct {
	id       NodeID
	node     Node
	readings []Reading
	ways     []passage
}

// passage is a way to another node, by its place, and the variables that are there
// behind it.
type passage struct {
	to    int
	given []string
}

func (t *Tree) passages() passages {
	order := append([]NodeID{t.Start}, slices.DeleteFunc(t.ids(), func(id NodeID) bool { return id == t.Start })...)
	place := make(map[NodeID]int, len(order))
	for i, id := range order {
		place[id] = i
	}
	g := make(passages, 0, len(order))
	for _, id := range order {
		c := crossing{id: id, node: t.Nodes[id]}
		t.readings(id, func(r Reading) {
			// What is said on a way out may be what that way gives.
			if n, gives := c.node.(giver); !gives || !slices.Contains(n.gives(r.Key), r.Variable) {
				c.readings = append(c.readings, r)
			}
		})
		for _, way := range t.Ways(id) {
			next, leads := t.next(way.Goto)
			if to, known := place[next]; leads && known && way.Goto != Back {
				c.ways = append(c.ways, passage{to, given(c.node, way.Name)})
			}
		}
		g = append(g, c)
	}
	return g
}

// read are the variables that something reads, in order.
func (g passages) read() []string {
	var names []string
	for _, c := range g {
		for _, r := range c.readings {
			names = append(names, r.Variable)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// nowhere is before the start, unseen before a node that no way has led to so far.
const (
	nowhere = -1
	unseen  = -2
)

// unset follows the ways on which a variable is not set.
func (g passages) unset(variable string) []Unset {
	from := slices.Repeat([]int{unseen}, len(g))
	from[0] = nowhere
	var all []Unset
	for open := []int{0}; len(open) > 0; open = open[1:] {
		at := open[0]
		c := &g[at]
		if c.node == nil {
			continue
		}
		if _, set := c.node.common().Set[variable]; set {
			continue
		}
		for _, r := range c.readings {
			if r.Variable == variable && !asks(c.node, variable) {
				all = append(all, Unset{Reading: r, Way: g.wayTo(from, at)})
			}
		}
		for _, way := range c.ways {
			if from[way.to] == unseen && !slices.Contains(way.given, variable) {
				from[way.to] = at
				open = append(open, way.to)
			}
		}
	}
	return all
}

func (g passages) wayTo(from []int, at int) []NodeID {
	var way []NodeID
	for ; at != nowhere; at = from[at] {
		way = append(way, g[at].id)
	}
	slices.Reverse(way)
	return way
}

// asks reports whether a node asks by itself if there is such a variable.
func asks(node Node, variable string) bool {
	n, branches := node.(*Branch)
	return branches && slices.ContainsFunc(n.Cases, func(c Case) bool {
		return c.When != nil && slices.Contains(c.When.asked, variable)
	})
}
