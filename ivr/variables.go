package ivr

import (
	"fmt"
	"maps"
	"slices"
)

// What nodes read and give of the attributes of a contact. A new type of node says
// so by the two methods below, in its own file, and every check and analysis knows.

// Use is what a node makes of an attribute that it reads.
type Use string

// The uses. Those that let a value out of the call are what a secret must not meet.
const (
	// Compared: a condition looks at it.
	Compared Use = "condition"
	// Spoken: the caller hears it.
	Spoken Use = "prompt"
	// Sent: it goes to another machine, such as in an address.
	Sent Use = "request"
)

// reader is a node that reads attributes. Key is where, as faults name it:
// "cases.1.when", "url".
type reader interface {
	reads(visit func(key, variable string, use Use))
}

// giver is a node of which an exit, by its name, gives attributes beyond those that
// entering the node gives: what was typed, what was chosen.
type giver interface {
	gives(exit string) []string
}

// prover is a node of which an exit proves that attributes were given before.
type prover interface {
	proves(exit string) []string
}

// Reading is a place at which a tree reads an attribute.
type Reading struct {
	Node     NodeID
	Key      string
	Variable string
	Use      Use
}

// Readings lists where the attributes of a contact are read, in order of nodes, and
// what becomes of them.
func (t *Tree) Readings() []Reading {
	var all []Reading
	for _, id := range t.ids() {
		t.readings(id, func(r Reading) { all = append(all, r) })
	}
	return all
}

func (t *Tree) readings(id NodeID, visit func(Reading)) {
	spoken(t.Nodes[id], func(key, variable string) { visit(Reading{Node: id, Key: key, Variable: variable, Use: Spoken}) })
	if n, reads := t.Nodes[id].(reader); reads {
		n.reads(func(key, variable string, use Use) { visit(Reading{Node: id, Key: key, Variable: variable, Use: use}) })
	}
}

// given are the variables that are there after leaving a node by an exit, beyond
// those that were before.
func given(node Node, exit string) []string {
	var names []string
	if n, gives := node.(giver); gives {
		names = append(names, n.gives(exit)...)
	}
	if n, proves := node.(prover); proves {
		names = append(names, n.proves(exit)...)
	}
	return names
}

// variables lists what the nodes of the tree give, and what routing reads, in order.
func (t *Tree) variables() []string {
	names := []string{VarTopic, VarDepartment, VarPostalCode, VarLanguage}
	for _, node := range t.Nodes {
		names = slices.AppendSeq(names, maps.Keys(node.common().Set))
		if n, gives := node.(giver); gives {
			node.exits(func(exit string, _ Exit) { names = append(names, n.gives(exit)...) })
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// known reports a reading of what nothing in the tree ever gives: a name that is
// misspelt.
func (c *checker) known(id NodeID) {
	known := c.variables()
	c.tree.readings(id, func(r Reading) {
		if !slices.Contains(known, r.Variable) {
			c.faults = append(c.faults, Fault{Node: id, Exit: r.Key, Unknown: r.Variable, Known: known,
				Problem: fmt.Sprintf("nothing in this tree sets the variable %q", r.Variable)})
		}
	})
}

func (c *checker) variables() []string {
	if c.given == nil {
		c.given = c.tree.variables()
	}
	return c.given
}

func (n *Branch) reads(visit func(key, variable string, use Use)) {
	for i, c := range n.Cases {
		if c.When == nil {
			continue
		}
		for _, r := range c.When.reads {
			if r.variable != "" {
				visit(caseName(i)+".when", r.variable, Compared)
			}
		}
	}
}

func (n *Menu) gives(exit string) []string {
	var names []string
	for _, c := range n.Choices {
		if "choices."+c.Keys == exit {
			for name := range c.Set {
				names = append(names, name)
			}
		}
	}
	return names
}

func (n *Collect) gives(exit string) []string {
	if exit == "goto" {
		return []string{n.Variable}
	}
	return nil
}

// proves is what the cases of a branch tell: whoever comes out of a case in which
// var.x != "" holds, or past one in which var.x == "" does not, has an x.
func (n *Branch) proves(exit string) []string {
	var names []string
	for i, c := range n.Cases {
		if c.When == nil {
			continue
		}
		if caseName(i) == exit {
			return append(names, c.When.ifTrue...)
		}
		names = append(names, c.When.ifFalse...)
	}
	return names
}
