package ivr

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Setting is what advice needs to know of the site beside the tree.
type Setting struct {
	// Heard tells what callers hear of a prompt. A nil function knows nothing.
	Heard func(Prompt) Heard
	// Closes says that there are hours at which nobody serves.
	Closes bool
}

// Heard is a prompt as callers hear it: how long, and the words if they are known.
type Heard struct {
	Lasts time.Duration
	Text  string
}

// The bounds beyond which a menu is hard to use.
const (
	manyChoices = 5
	longPrelude = 30 * time.Second
)

// Advice is what callers would suffer from in a tree that can run, in order of
// nodes: each fault with its remedy, but none that must keep the tree from being
// used. What must is found by New.
func (t *Tree) Advice(in Setting) []Fault {
	a := adviser{checker: checker{tree: t}, setting: in}
	a.learn()
	for _, id := range t.ids() {
		switch n := t.Nodes[id].(type) {
		case *Menu:
			a.menu(id, n)
			a.silence(id)
		case *Collect:
			a.silence(id)
		case *Hours:
			a.hours(id, n)
		case *Queue:
			a.queue(id, n)
		}
	}
	a.silenceOfAll()
	for _, u := range t.Unset() {
		a.fault(u.Node, u.Key, "set it on that way too, or ask for "+fmt.Sprintf(`var.%s == ""`, u.Variable)+" first",
			"%s is read here, and nothing sets it on the way %s", "var."+u.Variable, wayInWords(u.Way))
	}
	return a.faults
}

type adviser struct {
	checker
	setting Setting
	// human are the nodes from which some way leads to a person; anybody says that
	// there is one at all, and useful that somebody or something helps callers.
	human           map[NodeID]bool
	anybody, useful bool
	// helped are the nodes from which somebody who never presses a key comes to
	// anything that helps: not all can press keys, and many wait for a person.
	helped map[NodeID]bool
	// silent are the questions at which the exit of the tree cuts off the silent.
	silent []string
	// unasked are the nodes that callers come to before any calendar was asked.
	unasked map[NodeID]bool
	// before is how long callers have listened when they come to a node.
	before map[NodeID]time.Duration
}

func (a *adviser) learn() {
	t := a.tree
	a.human = t.leadingTo(toPerson, t.edges)
	a.helped = t.leadingTo(helps, t.silentEdges)
	for _, n := range t.Nodes {
		a.anybody = a.anybody || toPerson(n)
		a.useful = a.useful || helps(n)
	}
	a.unasked = t.reached(func(n Node) bool { _, asks := n.(*Hours); return asks })
	a.before = a.listening()
	if !a.anybody {
		a.fault("", "start", "lead to a node of type queue, if somebody should answer", "nobody who calls here can reach a person")
	}
}

// toPerson tells nodes at which callers are handed to a person.
func toPerson(n Node) bool {
	switch n.(type) {
	case *Queue, *Transfer:
		return true
	}
	return false
}

// helps tells nodes at which callers get something for their call.
func helps(n Node) bool {
	_, calls := n.(*CallbackNode)
	_, message := n.(*Voicemail)
	return calls || message || toPerson(n) || n.common().Serves
}

// leadingTo are the nodes from which some of these ways lead to a node of that kind,
// and those nodes themselves.
func (t *Tree) leadingTo(kind func(Node) bool, ways func(NodeID) []NodeID) map[NodeID]bool {
	from := map[NodeID][]NodeID{}
	leading := map[NodeID]bool{}
	var open []NodeID
	for _, id := range t.ids() {
		for _, to := range ways(id) {
			from[to] = append(from[to], id)
		}
		if kind(t.Nodes[id]) {
			open = append(open, id)
		}
	}
	for len(open) > 0 {
		id := open[len(open)-1]
		open = open[:len(open)-1]
		if !leading[id] {
			leading[id] = true
			open = append(open, from[id]...)
		}
	}
	return leading
}

// reached are the nodes that callers come to without passing one of a kind.
func (t *Tree) reached(without func(Node) bool) map[NodeID]bool {
	seen := map[NodeID]bool{}
	for open := []NodeID{t.Start}; len(open) > 0; {
		id := open[len(open)-1]
		open = open[:len(open)-1]
		if n := t.Nodes[id]; n != nil && !seen[id] {
			seen[id] = true
			if !without(n) {
				open = append(open, t.edges(id)...)
			}
		}
	}
	return seen
}

func (a *adviser) menu(id NodeID, m *Menu) {
	a.prefixes(id, m)
	onward := 0
	for _, c := range m.Choices {
		if c.Goto != Repeat && c.Goto != Back && c.Goto != Home {
			onward++
		}
	}
	if onward > manyChoices {
		a.fault(id, "choices", "put some together behind another menu", "the menu offers %d choices, and callers remember %d", onward, manyChoices)
	}
	if a.anybody && !a.human[id] {
		a.fault(id, "", "add a choice that leads to an agent", "nobody in this menu can reach a person")
	}
	if known := a.firstChoice(id, m); known > longPrelude {
		a.fault(id, "prompt", "say less before, or say it behind the choices", "callers listen for %s before they know the first choice",
			known.Round(time.Second))
	}
}

// prefixes reports choices that are taken late, since they begin others.
func (a *adviser) prefixes(id NodeID, m *Menu) {
	for _, c := range m.Choices {
		for _, other := range m.Choices {
			if other.Keys != c.Keys && strings.HasPrefix(other.Keys, c.Keys) {
				a.fault(id, "choices."+c.Keys, "choose keys of which none begins another",
					"key %s is taken %s late, since it could become %s", c.Keys, m.InterDigitTimeout, other.Keys)
				break
			}
		}
	}
}

// silence reports a question after which whoever presses nothing is cut off.
func (a *adviser) silence(id NodeID) {
	if !a.useful || a.helped[id] {
		return
	}
	tries := triesOf(a.tree.Nodes[id])
	exit := silentExit(tries)
	if exit == "on_failure" && !tries.Failure.given() {
		a.silent = append(a.silent, string(id)) // the exit of the whole tree is to blame
		return
	}
	a.fault(id, exit, "lead it to an agent", "callers who press nothing here are cut off in the end")
}

// silenceOfAll reports the questions after which the exit of the whole tree cuts off
// whoever presses nothing.
func (a *adviser) silenceOfAll() {
	if len(a.silent) > 0 {
		a.fault("", "on_failure", "lead on_failure of the tree to an agent", "callers who press nothing are cut off in the end, at %s", fewOf(a.silent))
	}
}

// silentEdges are the nodes that somebody who presses no key can come to next.
func (t *Tree) silentEdges(id NodeID) []NodeID {
	tries := triesOf(t.Nodes[id])
	var to []NodeID
	for _, way := range t.Ways(id) {
		next, leads := t.next(way.Goto)
		if leads && (tries == nil || way.Name == silentExit(tries)) {
			to = append(to, next)
		}
	}
	return to
}

// silentExit is the way out of a question for whoever says nothing at all.
func silentExit(t *Tries) string {
	if t.MaxAttempts > 1 && t.NoInput.Goto != "" && t.NoInput.Goto != Repeat {
		return "on_no_input"
	}
	return "on_failure"
}

// hours reports calls that end without a word because it is closed.
func (a *adviser) hours(id NodeID, n *Hours) {
	for _, e := range []struct {
		name string
		Exit
	}{{"closed", n.Closed}, {"holiday", n.Holiday}, {"exception", n.Exception}} {
		if e.given() && a.tree.wordless(e.Exit) {
			a.cutOff(id, e.name, "say when you are there: "+e.name+": {prompt: …, goto: hangup}")
		}
	}
}

// queue reports calls that end without a word because all centers are closed: here
// nobody has asked a calendar before.
func (a *adviser) queue(id NodeID, n *Queue) {
	switch {
	case n.Closed.given() && a.tree.wordless(n.Closed):
		a.cutOff(id, "on_closed", "say when you are there: on_closed: {prompt: …, goto: hangup}")
	case !n.Closed.given() && a.setting.Closes && a.unasked[id]:
		a.cutOff(id, "", "write on_closed: {prompt: …, goto: hangup}, or begin with a node of type hours")
	}
}

func (a *adviser) cutOff(id NodeID, exit, hint string) {
	a.fault(id, exit, hint, "callers are cut off without a word when it is closed")
}

// wordless tells whether an exit ends the call and nothing is said.
func (t *Tree) wordless(e Exit) bool {
	for range maxCrossed {
		if len(e.Prompts) > 0 {
			return false
		}
		switch n := t.Nodes[NodeID(e.Goto)].(type) {
		case nil:
			return e.Goto.orEnd() == End
		case *Set:
			e = Exit{Goto: n.Next}
		case *Hangup:
			return len(n.Prompts) == 0
		default:
			return false
		}
	}
	return false
}

// fewOf names some of many.
func fewOf(names []string) string {
	const few = 5
	if more := len(names) - few; more > 0 {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// wayInWords names the nodes of a way, the middle of a long one left out.
func wayInWords(way []NodeID) string {
	const ends = 3
	if len(way) > 2*ends {
		way = slices.Concat(way[:ends], []NodeID{"…"}, way[len(way)-ends:])
	}
	names := make([]string, 0, len(way))
	for _, id := range way {
		names = append(names, string(id))
	}
	return strings.Join(names, " → ")
}
