package ivr

import (
	"maps"
	"slices"
)

// sealer is a node that takes sensitive variables. They never are attributes of the
// contact: New refuses every tree in which one could leave the process by anything
// but the body of a request.
type sealer interface {
	seals() []string
}

func (n *Collect) seals() []string {
	if n.Sensitive {
		return []string{n.Variable}
	}
	return nil
}

// Sensitive are the variables of the tree that hold something secret.
func (t *Tree) Sensitive() map[string]bool {
	all := map[string]bool{}
	for _, node := range t.Nodes {
		if n, takes := node.(sealer); takes {
			for _, variable := range n.seals() {
				all[variable] = true
			}
		}
	}
	return all
}

// secrecy checks what a node does with sensitive variables.
func (c *checker) secrecy(id NodeID, node Node) {
	if c.sealed == nil {
		c.sealed = c.tree.Sensitive()
	}
	if len(c.sealed) == 0 {
		return
	}
	if n, takes := node.(sealer); takes {
		for _, variable := range n.seals() {
			if routed(variable) {
				c.fault(id, "variable", "keep it under another name", "the %s goes to routing and into facts: it cannot be sensitive", variable)
			}
		}
	}
	if n, collects := node.(*Collect); collects && n.Sensitive && n.MinDigits == 0 {
		c.fault(id, "min_digits", "at least 1", "nothing at all is not sensitive")
	}
	c.leaks(id)
	c.givesSecret(id, node)
}

// routed are the variables that routing reads.
func routed(variable string) bool {
	return slices.Contains([]string{VarTopic, VarDepartment, VarPostalCode, VarLanguage}, variable)
}

// leaks reports readings that would carry a secret out of the process, or into a
// fact: all but those of the body of an http node.
func (c *checker) leaks(id NodeID) {
	_, http := c.tree.Nodes[id].(*HTTP)
	c.tree.readings(id, func(r Reading) {
		if !c.sealed[r.Variable] || http && r.Key == "body" {
			return
		}
		const only = "only the body or form of an http node may carry it"
		switch {
		case r.Use == Compared:
			c.fault(id, r.Key, only, "%s is sensitive, and what is compared is written into facts", r.Variable)
		case r.Use == Spoken:
			c.fault(id, r.Key, only, "%s is sensitive: it cannot be said aloud", r.Variable)
		case http:
			c.fault(id, r.Key, only, "%s is sensitive, and addresses and headers are written into logs on the way", r.Variable)
		default:
			c.fault(id, r.Key, only, "%s is sensitive: no message may carry it", r.Variable)
		}
	})
}

// givesSecret reports nodes that would make an attribute of a sensitive variable.
func (c *checker) givesSecret(id NodeID, node Node) {
	refuse := func(key, variable string) {
		c.fault(id, key, "choose another name", "%s is sensitive elsewhere in this tree: it cannot be an attribute as well", variable)
	}
	for _, variable := range slices.Sorted(maps.Keys(node.common().Set)) {
		if c.sealed[variable] {
			refuse("set", variable)
		}
	}
	var own []string
	if n, takes := node.(sealer); takes {
		own = n.seals()
	}
	n, gives := node.(giver)
	if !gives {
		return
	}
	seen := map[string]bool{}
	node.exits(func(exit string, _ Exit) {
		for _, variable := range slices.Sorted(slices.Values(n.gives(exit))) {
			if c.sealed[variable] && !slices.Contains(own, variable) && !seen[variable] {
				seen[variable] = true
				refuse(givenAt(node, exit, variable), variable)
			}
		}
	})
}

// givenAt is the key by which a node says that it gives a variable.
func givenAt(node Node, exit, variable string) string {
	switch node.(type) {
	case *Menu:
		return exit
	case *Collect:
		return "variable"
	}
	return "save." + variable
}
