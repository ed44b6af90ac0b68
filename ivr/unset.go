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
	wanted := map[string]bool{}
	for _, r := range t.Readings() {
		wanted[r.Variable] = true
	}
	var all []Unset
	for variable := range wanted {
		if variable != VarLanguage || len(t.Languages) == 0 { // all begin with a language
			all = append(all, t.unset(variable)...)
		}
	}
	slices.SortFunc(all, func(a, b Unset) int { return compareReadings(a.Reading, b.Reading) })
	return all
}

// unset follows the ways on which a variable is not set.
func (t *Tree) unset(variable string) []Unset {
	from := map[NodeID]NodeID{t.Start: ""}
	var all []Unset
	for open := []NodeID{t.Start}; len(open) > 0; open = open[1:] {
		id := open[0]
		node := t.Nodes[id]
		if node == nil {
			continue
		}
		if _, set := node.common().Set[variable]; set {
			continue
		}
		t.readings(id, func(r Reading) {
			if r.Variable == variable && !asks(node, variable) {
				all = append(all, Unset{Reading: r, Way: wayTo(from, id)})
			}
		})
		for _, way := range t.Ways(id) {
			to, leads := t.next(way.Goto)
			if _, been := from[to]; leads && way.Goto != Back && !been && !given(node, way.Name, variable) {
				from[to] = id
				open = append(open, to)
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

func compareReadings(a, b Reading) int {
	return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Variable, b.Variable))
}
