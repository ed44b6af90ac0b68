// Package drawing makes pictures of menu trees: SVG laid out here, and the same
// graph as text for Mermaid and Graphviz.
//
// A node is a card: what callers hear, then a row for each way out. A way to
// another node is a line from its row; what only repeats, goes back or ends the
// call stays a word on its row, so that lines are left for what the tree is about.
// Read New and Drawing first, then layers.go, order.go, heights.go and route.go for
// the layout. All of it counts in whole pixels and sorts before it chooses: the
// same tree gives the same bytes, on every machine.
package drawing

import (
	"maps"
	"slices"

	"github.com/guichet/guichet/ivr"
)

// Drawing is a tree made ready to be drawn, in any format.
type Drawing struct {
	name string
	// cards are the callers' arrival and all nodes, those first that callers come
	// to first.
	cards []*card
	// safety is where callers go from a menu that says nothing else.
	safety string
}

// card is one node as it is shown.
type card struct {
	id    ivr.NodeID
	kind  kind
	title string
	// heard is the text of what is said there, details what else is to be known.
	heard   string
	details []string
	rows    []row
}

// row is one line of a card: a way out, or several that lead to the same end.
type row struct {
	// keys is what is pressed, words what the way is called; both empty where a
	// card has nothing but one way on.
	keys, words string
	// to is the card it leads to, or nowhere, and then says what happens.
	to   int
	then string
	// trouble marks what callers do not choose: silence, wrong keys, refusals.
	trouble bool
	// notes are what the picture has no room for, for each way.
	notes []note
}

// note is what is said on a way, and what choosing it gives to the contact.
type note struct{ words, text string }

// nowhere is the target of a row without a line.
const nowhere = -1

// New prepares a tree that ivr.New has accepted. text tells what is said of a
// prompt; nil leaves the words out.
func New(tree *ivr.Tree, text func(ivr.Prompt) string) *Drawing {
	if text == nil {
		text = func(ivr.Prompt) string { return "" }
	}
	b := builder{tree: tree, text: text, index: map[ivr.NodeID]int{}}
	ids := inOrder(tree)
	for i, id := range ids {
		b.index[id] = i + 1
	}
	d := &Drawing{name: tree.ID, cards: []*card{b.arrival()}}
	for _, id := range ids {
		d.cards = append(d.cards, b.card(id))
	}
	if tree.Failure.Goto != "" || len(tree.Failure.Prompts) > 0 {
		d.safety = b.name(tree.Failure.Goto)
	}
	return d
}

// inOrder lists the nodes as callers come to them, and then those to which only
// the bounds of the machine lead.
func inOrder(tree *ivr.Tree) []ivr.NodeID {
	var ids []ivr.NodeID
	seen := map[ivr.NodeID]bool{}
	visit := func(id ivr.NodeID) {
		if _, known := tree.Nodes[id]; known && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	visit(tree.Start)
	for i := 0; i < len(ids); i++ {
		for _, w := range tree.Ways(ids[i]) {
			visit(ivr.NodeID(w.Goto))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(tree.Nodes)) {
		visit(id)
	}
	return ids
}

// edge is everything that leads from one card to another.
type edge struct {
	from, to int
	// rows are the places of the rows that lead there.
	rows []int
}

// edges lists what leads from card to card, in order.
func (d *Drawing) edges() []edge {
	var all []edge
	for from, c := range d.cards {
		first := len(all)
		for i, r := range c.rows {
			if r.to == nowhere {
				continue
			}
			at := slices.IndexFunc(all[first:], func(e edge) bool { return e.to == r.to })
			if at < 0 {
				all = append(all, edge{from: from, to: r.to})
				at = len(all) - first - 1
			}
			all[first+at].rows = append(all[first+at].rows, i)
		}
	}
	return all
}
