package ivr

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Fault is one thing wrong with a tree, placed by node and exit so that the
// loader can point at the line. An empty Node means the tree itself.
type Fault struct {
	Node NodeID
	// Exit is the way out concerned, named as in the site folder ("goto",
	// "choices.1", "on_failure"); empty for the node as a whole.
	Exit string
	// Problem is a sentence without a full stop; Hint says what to do.
	Problem, Hint string
	// Unknown is the name that nothing in the tree carries, if that is the
	// problem: the loader proposes the nearest.
	Unknown string
	// Known are the names it could have been; nil means the targets of exits.
	Known []string
	// Unsaid says that an exit, or another key, is missing altogether.
	Unsaid bool
}

// The bounds on what an author may ask for.
const (
	maxAttempts = 10
	maxTimeout  = 2 * time.Minute
	maxDigits   = 32
)

// New checks a tree and prepares it for use. All faults are returned together,
// in the order of node ids; with any fault the tree is nil.
func New(t Tree) (*Tree, []Fault) {
	c := checker{tree: &t}
	c.start()
	for _, id := range t.ids() {
		c.node(id, t.Nodes[id])
	}
	c.targets()
	if len(c.faults) == 0 {
		c.reachable()
		c.loops()
	}
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	t.asks = t.askingNodes()
	return &t, nil
}

// ids returns the ids of all nodes in order.
func (t *Tree) ids() []NodeID { return slices.Sorted(maps.Keys(t.Nodes)) }

type checker struct {
	tree   *Tree
	faults []Fault
	// given are the variables that something in the tree gives, once looked for.
	given []string
	// sealed are the sensitive ones, once looked for.
	sealed map[string]bool
}

func (c *checker) fault(node NodeID, exit, hint, format string, args ...any) {
	c.faults = append(c.faults, Fault{Node: node, Exit: exit, Problem: fmt.Sprintf(format, args...), Hint: hint})
}

// missing reports a key that has to be written.
func (c *checker) missing(node NodeID, key, hint, problem string) {
	c.faults = append(c.faults, Fault{Node: node, Exit: key, Problem: problem, Hint: hint, Unsaid: true})
}

func (c *checker) start() {
	switch _, known := c.tree.Nodes[c.tree.Start]; {
	case len(c.tree.Nodes) == 0:
		c.fault("", "nodes", "describe at least one node", "the tree has no nodes")
	case c.tree.Start == "":
		c.fault("", "start", "name the first node", "the tree has no start")
	case !known:
		c.faults = append(c.faults, Fault{Exit: "start", Problem: fmt.Sprintf("there is no node %q to start at", c.tree.Start),
			Unknown: string(c.tree.Start)})
	}
}

func (c *checker) node(id NodeID, node Node) {
	if reserved(Target(id)) {
		c.fault(id, "", "choose another name", "a node cannot be called %q: the word means a target", id)
	}
	if node.common().Serves && !mayServe(node) {
		c.fault(id, "serves", "mark the play or hangup node that gives the information", "only play, hangup and link nodes can serve")
	}
	switch n := node.(type) {
	case *Menu:
		c.menu(id, n)
	case *Queue:
		c.queue(id, n)
	case *Collect:
		c.collect(id, n)
	case *Identify:
		c.identify(id, n)
	case *CallbackNode:
		c.callback(id, n)
	case *Branch:
		c.branch(id, n)
	case *Lookup:
		c.lookup(id, n)
	case *HTTP:
		c.http(id, n)
	case *Link:
		c.link(id, n)
	case *Transfer:
		c.transfer(id, n)
	case *Voicemail:
		c.voicemail(id, n)
	}
	c.known(id)
	c.secrecy(id, node)
}

// mayServe tells whether callers can have got what they came for at such a node.
func mayServe(node Node) bool {
	switch node.(type) {
	case *Play, *Hangup, *Link:
		return true
	}
	return false
}

func (c *checker) menu(id NodeID, m *Menu) {
	c.tries(id, &m.Tries)
	if len(m.Choices) == 0 {
		c.fault(id, "choices", "add at least one choice", "the menu offers no choice")
	}
	seen := map[string]bool{}
	for _, choice := range m.Choices {
		exit := "choices." + choice.Keys
		if !keysOnly(choice.Keys) || len(choice.Keys) > 8 {
			c.fault(id, exit, "use one to eight of 0 to 9, * and #", "%q is not something a caller can press", choice.Keys)
		}
		if seen[choice.Keys] {
			c.fault(id, exit, "keep one of them", "two choices have the keys %q", choice.Keys)
		}
		seen[choice.Keys] = true
	}
	c.pressable(id, m)
}

func (c *checker) collect(id NodeID, n *Collect) {
	c.tries(id, &n.Tries)
	if n.Variable == "" {
		c.fault(id, "variable", "name the variable that receives the digits", "the collect keeps its digits nowhere")
	}
	if n.MaxDigits < 1 || n.MaxDigits > maxDigits {
		c.fault(id, "max_digits", fmt.Sprintf("between 1 and %d", maxDigits), "max_digits cannot be %d", n.MaxDigits)
	}
	if n.MinDigits < 0 || n.MinDigits > n.MaxDigits {
		c.fault(id, "min_digits", "between 0 and max_digits", "min_digits cannot be %d with max_digits %d", n.MinDigits, n.MaxDigits)
	}
	if n.Confirm != nil {
		c.confirm(id, n)
	}
	if !n.Check.Known() {
		c.fault(id, "check", fmt.Sprintf("one of %v", Checks), "there is no check %q", n.Check)
	}
	if n.FinishKey != 0 && n.FinishKey == n.CancelKey {
		c.fault(id, "cancel_key", "choose two different keys", "finish_key and cancel_key are both %q", n.FinishKey)
	}
}

func (c *checker) tries(id NodeID, t *Tries) {
	if t.MaxAttempts < 1 || t.MaxAttempts > maxAttempts {
		c.fault(id, "max_attempts", fmt.Sprintf("between 1 and %d", maxAttempts), "max_attempts cannot be %d", t.MaxAttempts)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"no_input_timeout", t.NoInputTimeout}, {"inter_digit_timeout", t.InterDigitTimeout}} {
		if d.value < 100*time.Millisecond || d.value > maxTimeout {
			c.fault(id, d.name, "between 100ms and 2m", "%s cannot be %s", d.name, d.value)
		}
	}
}

func keysOnly(text string) bool {
	for i := range len(text) {
		if !slices.Contains([]byte("0123456789*#"), text[i]) {
			return false
		}
	}
	return text != ""
}

func reserved(t Target) bool { return t == Repeat || t == Back || t == Home || t == End }

// targets checks that every exit that must lead somewhere does.
func (c *checker) targets() {
	c.target("", "on_failure", c.tree.Failure, c.tree.Failure.given())
	for _, id := range c.tree.ids() {
		node := c.tree.Nodes[id]
		node.exits(func(name string, e Exit) { c.target(id, name, e, c.required(node, name, e)) })
	}
}

// given reports whether the author wrote anything for this exit.
func (e Exit) given() bool { return e.Goto != "" || len(e.Prompts) > 0 }

// required tells whether an exit needs a target. The others have one by default:
// no input and wrong input try again, a refusal hangs up, holidays are closed.
func (c *checker) required(node Node, exit string, e Exit) bool {
	switch exit {
	case "on_no_input", "on_invalid", "on_full", "on_closed", "on_no_agent", "on_unreachable", "on_timeout", "on_busy", "on_no_answer", "on_accepted", "on_already", "on_empty":
		return false
	case "holiday", "exception":
		return e.given()
	case "on_failure":
		return e.given() || !c.tree.Failure.given()
	}
	return true
}

func (c *checker) target(id NodeID, exit string, e Exit, required bool) {
	_, known := c.tree.Nodes[NodeID(e.Goto)]
	switch {
	case e.Goto == "" && required:
		c.faults = append(c.faults, Fault{Node: id, Exit: exit, Problem: exit + " leads nowhere",
			Hint: "name a node, or one of repeat, back, start, hangup", Unsaid: !e.given()})
	case e.Goto == Repeat && !c.mayRepeat(id, exit):
		c.fault(id, exit, "name a node", "%s cannot repeat: only choices, on_no_input and on_invalid can", exit)
	case e.Goto != "" && !known && !reserved(e.Goto):
		c.faults = append(c.faults, Fault{Node: id, Exit: exit, Unknown: string(e.Goto),
			Problem: fmt.Sprintf("%s leads to %q, which is no node of this tree", exit, e.Goto)})
	}
}

// mayRepeat tells whether an exit belongs to a node that waits for the caller
// and is bounded by its attempts or by the caller's own keys.
func (c *checker) mayRepeat(id NodeID, exit string) bool {
	switch c.tree.Nodes[id].(type) {
	case *Menu, *Collect:
		return exit != "on_failure" && exit != "goto"
	case *Identify, *CallbackNode:
		return exit == "on_no_input" || exit == "on_invalid"
	}
	return false
}
