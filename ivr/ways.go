package ivr

// Way is one way out of a node as callers take it: where the author wrote nothing,
// it says what happens then.
type Way struct {
	// Name is that of the exit in the site folder: goto, choices.1, on_failure.
	Name string
	// Keys is what the caller presses for it, Label what the author calls it, or
	// the condition under which it is taken.
	Keys, Label string
	// Set is what choosing it gives to the contact.
	Set Vars
	// Exit is where it leads. Its target is never empty.
	Exit
}

// Ways lists what can follow a node, in the order of its exits, for whoever shows
// a tree. What no caller can take is not among them: with a single attempt nobody
// is asked again, and a local service that is not written about is asked for again
// by routing.
func (t *Tree) Ways(id NodeID) []Way {
	node := t.Nodes[id]
	if node == nil {
		return nil
	}
	var ways []Way
	node.exits(func(name string, e Exit) {
		if e, taken := t.taken(node, name, e); taken {
			w := Way{Name: name, Exit: e}
			w.describe(node)
			ways = append(ways, w)
		}
	})
	return ways
}

// taken is an exit with what the machine makes of it where it is not written.
func (t *Tree) taken(node Node, name string, e Exit) (Exit, bool) {
	switch n := node.(type) {
	case *Hours:
		if name == "holiday" || name == "exception" {
			e = e.or(n.Closed)
		}
	case *Queue:
		if name == "on_unreachable" && !e.given() {
			return e, false
		}
	case *Transfer:
		if name != "on_error" && !e.given() {
			return e, false // on_error says it
		}
	case *Voicemail:
		if name == "on_empty" {
			e = n.empty()
		}
		if name == "on_full" && !e.given() {
			return e, false // on_error says it
		}
	case *HTTP:
		if name == "on_timeout" && !e.given() {
			return e, false // on_error says it
		}
	}
	if tries := triesOf(node); tries != nil {
		switch name {
		case "on_no_input", "on_invalid":
			if tries.MaxAttempts == 1 {
				return e, false
			}
			if e.Goto == "" {
				e.Goto = Repeat
			}
		case "on_failure":
			e = e.or(t.Failure)
		}
	}
	e.Goto = e.Goto.orEnd()
	return e, true
}

// describe adds what a choice or a case says of itself.
func (w *Way) describe(node Node) {
	switch n := node.(type) {
	case *Menu:
		for _, c := range n.Choices {
			if "choices."+c.Keys == w.Name {
				w.Keys, w.Label, w.Set = c.Keys, c.Label, c.Set
			}
		}
	case *Queue:
		for _, c := range n.WayOut {
			if wayOut+c.Keys == w.Name {
				w.Keys, w.Label = c.Keys, c.Label
			}
		}
	case *Branch:
		for i, c := range n.Cases {
			if caseName(i) == w.Name {
				w.Label = c.Label
				if w.Label == "" && c.When != nil {
					w.Label = c.When.String()
				}
			}
		}
	}
}

// Describe returns what every node has.
func Describe(n Node) Common { return *n.common() }
