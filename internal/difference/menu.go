package difference

import (
	"fmt"
	"slices"
	"strings"
)

// menu compares one tree or flow.
func (c *comparison) menu(about, place string, before, after mapping) {
	for _, p := range pairs(before, after) {
		switch p.name {
		case "id", "version", "nodes", "tests":
		case "start":
			c.start(about, place, p)
		case "on_failure":
			c.exit(place, p)
		default:
			c.values(about, place, p.name, p.before, p.after)
		}
	}
	b, _ := before.get("nodes").(mapping)
	a, _ := after.get("nodes").(mapping)
	for _, n := range pairs(b, a) {
		c.node(place, n)
	}
}

func (c *comparison) start(about, place string, p pair) {
	if !equal(p.before, p.after) {
		c.add(Changed, about, place, "calls now begin at "+target(p.after)+was(target(p.before)))
	}
}

// node compares one node of a tree.
func (c *comparison) node(tree string, n pair) {
	before, _ := n.before.(mapping)
	after, _ := n.after.(mapping)
	switch n.kind() {
	case Added:
		c.add(Added, "node", nodePlace(tree, n.name, after), "is new"+outline(after))
		return
	case Removed:
		c.add(Removed, "node", nodePlace(tree, n.name, before), "is gone")
		return
	}
	place := nodePlace(tree, n.name, after)
	if now, was := written(after.get("type")), written(before.get("type")); now != was {
		c.add(Changed, "node", place, "is now a "+now+" (was a "+was+")")
	}
	for _, p := range pairs(before, after) {
		c.attribute(place, p)
	}
}

// nodePlace names a node: accueil, menu 'principal'.
func nodePlace(tree, id string, node mapping) string {
	return tree + ", " + written(node.get("type")) + " " + quoted(id)
}

// attribute compares what a node has under one key.
func (c *comparison) attribute(place string, p pair) {
	switch {
	case equal(p.before, p.after):
	case p.name == "type" || p.name == "description" || p.name == "tags":
		// The type was said; the others are for the authors.
	case p.name == "label":
		c.add(p.kind(), "node", place, labelled("it", p))
	case p.name == "choices" || p.name == "results":
		c.choices(place, p)
	case p.name == "cases":
		c.cases(place, p)
	case p.name == "prompt" || p.name == "reprompt":
		c.add(p.kind(), "node", place, heard(map[string]string{"prompt": "", "reprompt": "asked again, "}[p.name], p.before, p.after))
	case p.name == "set" || p.name == "values" || p.name == "with":
		c.gives(place, "", p)
	case isExit(p):
		c.exit(place, p)
	case p.name == "on_status":
		before, _ := p.before.(mapping)
		after, _ := p.after.(mapping)
		for _, status := range pairs(before, after) {
			status.name = "on_status " + status.name
			c.exit(place, status)
		}
	default:
		c.values("node", place, p.name, p.before, p.after)
	}
}

// choices compares those of a menu, key by key, or the results of a flow.
func (c *comparison) choices(place string, p pair) {
	before, _ := p.before.(mapping)
	after, _ := p.after.(mapping)
	noun := "key "
	if p.name == "results" {
		noun = "result "
	}
	for _, choice := range pairs(before, after) {
		name := noun + choice.name
		was, is := choiceOf(choice.before), choiceOf(choice.after)
		switch choice.kind() {
		case Added:
			c.add(Added, "choice", place, name+" is new and leads to "+target(is.get("goto")))
			continue
		case Removed:
			c.add(Removed, "choice", place, name+" is gone (led to "+target(was.get("goto"))+")")
			continue
		}
		for _, part := range pairs(was, is) {
			switch {
			case equal(part.before, part.after):
			case part.name == "goto":
				c.add(Changed, "choice", place, name+" now leads to "+target(part.after)+wasTarget(part.before))
			case part.name == "label":
				c.add(Changed, "choice", place, labelled(name, part))
			case part.name == "set":
				c.gives(place, name+" ", part)
			default:
				c.values("choice", place, name+" "+part.name, part.before, part.after)
			}
		}
	}
}

// choiceOf is a choice in its long form.
func choiceOf(v any) mapping {
	if m, long := v.(mapping); long || v == nil {
		return m
	}
	return mapping{{"goto", v}}
}

// cases compares those of a branch, which are known by their conditions.
func (c *comparison) cases(place string, p pair) {
	was, is := casesOf(p.before), casesOf(p.after)
	for _, one := range pairs(was, is) {
		name := "case “" + one.name + "”"
		before, after := choiceOf(one.before), choiceOf(one.after)
		switch one.kind() {
		case Added:
			c.add(Added, "choice", place, name+" is new and leads to "+target(after.get("goto")))
		case Removed:
			c.add(Removed, "choice", place, name+" is gone (led to "+target(before.get("goto"))+")")
		default:
			for _, part := range pairs(before, after) {
				switch {
				case equal(part.before, part.after):
				case part.name == "goto":
					c.add(Changed, "choice", place, name+" now leads to "+target(part.after)+wasTarget(part.before))
				case part.name == "label":
					c.add(Changed, "choice", place, labelled(name, part))
				}
			}
		}
	}
	common := func(in, other mapping) (order []string) {
		for _, e := range in {
			if other.get(e.key) != nil {
				order = append(order, e.key)
			}
		}
		return order
	}
	if !slices.Equal(common(was, is), common(is, was)) {
		c.add(Changed, "node", place, "its cases are tried in another order")
	}
}

func casesOf(v any) mapping {
	all := mapping{}
	for _, e := range listOf(v) {
		if m, ok := e.(mapping); ok {
			all = append(all, field{written(m.get("when")), m})
		}
	}
	return all
}

// gives compares the attributes that something gives to the contact.
func (c *comparison) gives(place, name string, p pair) {
	before, _ := p.before.(mapping)
	after, _ := p.after.(mapping)
	for _, v := range pairs(before, after) {
		switch {
		case equal(v.before, v.after):
		case v.after == nil:
			c.add(Removed, "choice", place, name+"no longer sets "+v.name+" (was "+quoted(written(v.before))+")")
		default:
			c.add(v.kind(), "choice", place, name+"now sets "+v.name+" to "+quoted(written(v.after))+wasQuoted(v.before))
		}
	}
}

// exit compares one way out: what is said on it, and where it leads.
func (c *comparison) exit(place string, p pair) {
	was, is := choiceOf(p.before), choiceOf(p.after)
	when := exitWords(p.name)
	if p.after == nil {
		c.add(Removed, "exit", place, when+"nothing is written any more (led to "+target(was.get("goto"))+")")
		return
	}
	if !equal(was.get("goto"), is.get("goto")) {
		c.add(p.kind(), "exit", place, when+"callers now go to "+target(is.get("goto"))+wasTarget(was.get("goto")))
	}
	if !equal(was.get("prompt"), is.get("prompt")) {
		c.add(p.kind(), "exit", place, heard(when, was.get("prompt"), is.get("prompt")))
	}
}

// isExit tells ways out from other keys: by their names, and by how they are written.
func isExit(p pair) bool {
	if _, known := exits[p.name]; known || strings.HasPrefix(p.name, "on_") && p.name != "on_status" {
		return true
	}
	for _, side := range []any{p.before, p.after} {
		if m, ok := side.(mapping); ok && m.get("goto") != nil {
			return true
		}
	}
	return false
}

// outline says in short where a new node leads.
func outline(node mapping) string {
	var ways []string
	if choices, ok := node.get("choices").(mapping); ok {
		for _, e := range choices {
			ways = append(ways, "key "+e.key+" leads to "+target(choiceOf(e.value).get("goto")))
		}
	}
	if to := node.get("goto"); to != nil {
		ways = append(ways, "it leads to "+target(to))
	}
	if len(ways) == 0 {
		return ""
	}
	return "; " + strings.Join(ways, ", ")
}

func nodes(tree any) string {
	m, _ := tree.(mapping)
	all, _ := m.get("nodes").(mapping)
	if len(all) == 1 {
		return "1 node"
	}
	return fmt.Sprintf("%d nodes", len(all))
}
