package ivr

import (
	"cmp"
	"fmt"
	"slices"
)

// Branch goes on by the first case whose condition holds, in silence.
type Branch struct {
	Common
	Cases []Case
	// Else is for everybody else, and for whoever's condition cannot be computed.
	Else Exit
}

// Case is one line of a branch.
type Case struct {
	When  *Condition
	Goto  Target
	Label string
}

// Decision is a branch that was passed, an hours node on a day that is special, a
// table that was looked into, a back-end that was asked, a queue that was full or a
// mailbox that took nothing: what it read, and what that decided. It goes into the fact that follows, so that nobody has to ask the
// clock or the floor again to understand it.
type Decision struct {
	Node NodeID `json:"node"`
	// Case is the label of the case that held, or its expression, or its place if
	// that looks at the caller's number; else if none.
	Case string `json:"case"`
	// Read holds what the conditions looked at. Of the caller's number it tells
	// only whether there is one.
	Read map[string]string `json:"read,omitempty"`
	// Failed is the expression that could not be computed, if one could not.
	Failed string `json:"failed,omitempty"`
	// Asked is what a node asked a back-end, without any value of the call; Answer is
	// the status, or why there was none, after Took milliseconds.
	Asked  string `json:"asked,omitempty"`
	Answer string `json:"answer,omitempty"`
	Took   int64  `json:"took_ms,omitempty"`
	// Mailbox is the one for which no message could be left.
	Mailbox string `json:"mailbox,omitempty"`
}

// The bounds of what is remembered of decisions until the next fact.
const (
	maxDecisions   = 8
	maxRemembered  = 64
	maxBranchReads = 16
	maxCases       = 32
)

// elseCase names the last way out.
const elseCase = "else"

func (n *Branch) exits(visit func(string, Exit)) {
	for i, c := range n.Cases {
		visit(caseName(i), Exit{Goto: c.Goto})
	}
	visit(elseCase, n.Else)
}

// caseName is how faults name a case: they count from 1.
func caseName(i int) string { return fmt.Sprintf("cases.%d", i+1) }

// decide finds the case that holds, and notes why.
func (w *walk) decide(n *Branch) Exit {
	v := &view{in: &w.in, vars: w.state.Vars, authentication: w.state.Authentication}
	d := Decision{Node: w.state.Node, Case: elseCase}
	exit, taken := n.Else, elseCase
	for i, c := range n.Cases {
		holds, err := c.When.holds(v)
		d.note(c.When, v)
		if err != nil {
			d.Failed = fmt.Sprint(c.When) // not the error, which may quote the caller's number
			break
		}
		if holds {
			d.Case, exit, taken = c.name(i), Exit{Goto: c.Goto}, caseName(i)
			break
		}
	}
	w.decided(d)
	w.takes(taken)
	return exit
}

// decided notes a decision for the fact that follows.
func (w *walk) decided(d Decision) {
	s := &w.state
	s.Decisions = append(slices.Clone(s.Decisions[max(0, len(s.Decisions)-maxDecisions+1):]), d)
}

// name is how a decision calls the case: its label, or its expression unless that
// looks at the number, for the number of a caller whom it holds for may be in it.
func (c *Case) name(i int) string {
	text := c.When.text
	if c.When.readsName("caller") {
		text = caseName(i)
	}
	return cmp.Or(c.Label, text)
}

// note remembers what a condition looked at.
func (d *Decision) note(c *Condition, v *view) {
	if c == nil {
		return
	}
	for _, r := range c.reads {
		if d.Read == nil {
			d.Read = make(map[string]string, len(c.reads))
		}
		d.Read[r.name] = remembered(r, v)
	}
}

func remembered(r reading, v *view) string {
	if r.name == "caller" {
		if v.in.Caller == "" {
			return "no number"
		}
		return "a number"
	}
	return bounded(fmt.Sprint(r.of(v)))
}

// bounded is the beginning of a text that is remembered.
func bounded(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), maxRemembered)])
}

// branch checks a branch: its expressions were compiled before.
func (c *checker) branch(id NodeID, n *Branch) {
	if len(n.Cases) == 0 || len(n.Cases) > maxCases {
		c.fault(id, "cases", fmt.Sprintf("between 1 and %d", maxCases), "the branch has %d cases", len(n.Cases))
	}
	reads := map[string]bool{}
	for i, one := range n.Cases {
		if one.When == nil {
			c.fault(id, caseName(i), "write when", "the case has no condition")
			continue
		}
		for _, r := range one.When.reads {
			reads[r.name] = true
		}
	}
	if len(reads) > maxBranchReads {
		c.fault(id, "cases", fmt.Sprintf("at most %d", maxBranchReads), "the branch looks at %d things", len(reads))
	}
}
