package ivr

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"github.com/guichet/guichet/internal/contact"
)

// Condition is an expression of a branch: true or false of a caller at a time. It
// has no loops, calls nothing but the few names of this file, and its text is
// bounded, so that it costs about the same for every caller.
type Condition struct {
	text    string
	program *vm.Program
	reads   []reading
	// ifTrue and ifFalse are the variables that cannot be empty then; asked are
	// those of which the expression itself asks whether they are.
	ifTrue, ifFalse, asked []string
}

// reading is one name that an expression looks at.
type reading struct {
	name string
	of   func(*view) any
	// variable, queue and campaign are what the name is about, if it is about one.
	variable string
	queue    contact.Queue
	campaign string
}

// Flaw is what is wrong with an expression, at a rune of its text counted from 0.
type Flaw struct {
	Offset        int
	Problem, Hint string
	// Unknown is a name that means nothing, Known those that would have.
	Unknown string
	Known   []string
}

// The bounds of an expression.
const (
	maxConditionText  = 500
	maxConditionNodes = 100
	maxConditionRange = 1000
)

// The parts of now. Days are named as in calendars; date and time are text, which
// compares as it should: now.time < "08:30".
var nowParts = map[string]func(time.Time) any{
	"hour":    func(t time.Time) any { return t.Hour() },
	"minute":  func(t time.Time) any { return t.Minute() },
	"day":     func(t time.Time) any { return t.Day() },
	"month":   func(t time.Time) any { return int(t.Month()) },
	"year":    func(t time.Time) any { return t.Year() },
	"weekday": func(t time.Time) any { return strings.ToLower(t.Weekday().String()[:3]) },
	"date":    func(t time.Time) any { return t.Format("2006-01-02") },
	"time":    func(t time.Time) any { return t.Format("15:04") },
}

// QueueView is a queue as a caller would find it who were sent there now.
type QueueView struct {
	// Waiting is how many hold a place, Agents how many are logged in who could serve
	// this caller there, Ready how many of them are free.
	Waiting, Agents, Ready int
	// EstimatedWait is the wait of a newcomer; 0 if nobody waits or can say.
	EstimatedWait time.Duration
	// Open says that a center which serves the queue is open.
	Open bool
}

// The parts of queue("name"). Times are in seconds.
var queueParts = map[string]func(QueueView) any{
	"waiting":        func(q QueueView) any { return q.Waiting },
	"agents":         func(q QueueView) any { return q.Agents },
	"ready":          func(q QueueView) any { return q.Ready },
	"estimated_wait": func(q QueueView) any { return int(q.EstimatedWait / time.Second) },
	"open":           func(q QueueView) any { return q.Open },
}

// callerParts are the names that stand for themselves.
var callerParts = map[string]func(*view) any{
	"caller":   func(v *view) any { return v.in.Caller },
	"withheld": func(v *view) any { return v.in.Withheld },
	"dialled":  func(v *view) any { return v.in.Dialled },

	callsToday:     func(v *view) any { return v.callsToday() },
	authentication: func(v *view) any { return v.authentication },
}

// authentication is how far the caller is identified: 0, 1 or 2.
const authentication = "authentication"

// callsToday is how often this number called today, this call included.
const callsToday = "calls_today"

// Compile prepares an expression, or says what is wrong with it.
func Compile(text string) (*Condition, *Flaw) {
	if len(text) > maxConditionText {
		return nil, &Flaw{Problem: fmt.Sprintf("the expression has %d bytes", len(text)), Hint: fmt.Sprintf("at most %d; divide it into several cases", maxConditionText)}
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, flawOf(err)
	}
	c := &Condition{text: text}
	if flaw := c.look(tree.Node); flaw != nil {
		return nil, flaw
	}
	c.program, err = expr.Compile(text, expr.Env(environment), expr.AsBool(), expr.MaxNodes(maxConditionNodes))
	if err != nil {
		return nil, flawOf(err)
	}
	c.ifTrue, c.ifFalse, c.asked = proofs(tree.Node, true), proofs(tree.Node, false), emptinessAsked(tree.Node)
	return c, nil
}

// environment says of which type each name is.
var environment = types.Map{
	"caller": types.String, "withheld": types.Bool, "dialled": types.String, callsToday: types.Int, authentication: types.Int,
	"var":   types.TypeOf(map[string]string{}),
	"now":   typesOf(nowParts, time.Time{}),
	"queue": types.TypeOf(func(string) queueEnvironment { return queueEnvironment{} }),

	"campaign": types.TypeOf(func(string) bool { return false }),
}

// queueEnvironment is what queue("name") returns to an expression.
type queueEnvironment struct {
	Waiting       int  `expr:"waiting"`
	Agents        int  `expr:"agents"`
	Ready         int  `expr:"ready"`
	EstimatedWait int  `expr:"estimated_wait"`
	Open          bool `expr:"open"`
}

func typesOf[T any](parts map[string]func(T) any, zero T) types.Map {
	m := types.Map{}
	for name, part := range parts {
		m[name] = types.TypeOf(part(zero))
	}
	return m
}

// flawOf takes place and sentence from an error of the expression library.
func flawOf(err error) *Flaw {
	if strings.Contains(err.Error(), "exceeds maximum allowed nodes") {
		return &Flaw{Problem: fmt.Sprintf("the condition has more than %d parts", maxConditionNodes), Hint: "divide it into several cases"}
	}
	var at *file.Error
	if !errors.As(err, &at) {
		problem, _, _ := strings.Cut(err.Error(), "\n")
		return &Flaw{Problem: problem}
	}
	problem, _, _ := strings.Cut(at.Message, "\n")
	if strings.HasSuffix(problem, "token EOF") {
		problem = "the condition stops too early"
	}
	return &Flaw{Offset: at.From, Problem: problem, Hint: remedy(problem)}
}

// remedy is what helps against the errors of types that people make.
func remedy(problem string) string {
	switch {
	case strings.Contains(problem, "mismatched types int and string"), strings.Contains(problem, "mismatched types string and int"):
		return "write a number without quotes and a text in quotes; what a variable holds is text, and int(var.name) its number"
	case strings.Contains(problem, "has no field"):
		return "compare it as a whole, or with startsWith, endsWith, contains or matches"
	}
	return ""
}

// look walks through an expression: it notes what is read, and refuses what the
// library knows and this language does not.
func (c *Condition) look(node ast.Node) *Flaw {
	switch n := node.(type) {
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
		return nil
	case *ast.IdentifierNode:
		return c.lookAtName(n)
	case *ast.MemberNode:
		return c.lookAtPart(n)
	case *ast.UnaryNode:
		return c.look(n.Node)
	case *ast.BinaryNode:
		return c.lookAtOperator(n)
	case *ast.ConditionalNode:
		return c.lookAtAll(n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		return c.lookAtAll(n.Nodes...)
	case *ast.BuiltinNode:
		if n.Name == "len" || n.Name == "int" {
			return c.lookAtAll(n.Arguments...)
		}
		return flaw(n, "use comparisons, in, startsWith, endsWith, contains, matches, len and int", "%s is not part of this language", n.Name)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok && name.Value == "queue" {
			return flaw(n, "write queue(\"name\").waiting, .agents, .ready, .estimated_wait or .open", "a queue is neither true nor false")
		}
		if name, ok := n.Callee.(*ast.IdentifierNode); ok && name.Value == "campaign" {
			return c.lookAtCampaign(n)
		}
		return flaw(n, "only campaign(\"name\"), queue(\"name\"), len(…) and int(…) can be called", "this calls something that does not exist")
	}
	return flaw(node, "use comparisons, and, or, not, in", "this is not part of the language of conditions")
}

func (c *Condition) lookAtAll(nodes ...ast.Node) *Flaw {
	for _, n := range nodes {
		if f := c.look(n); f != nil {
			return f
		}
	}
	return nil
}

func (c *Condition) lookAtName(n *ast.IdentifierNode) *Flaw {
	known := append(slices.Sorted(maps.Keys(callerParts)), "campaign", "now", "queue", "var")
	switch part, ok := callerParts[n.Value]; {
	case ok:
		c.note(reading{name: n.Value, of: part})
		return nil
	case n.Value == "now":
		return flaw(n, "write now.hour, now.weekday, now.date or another part", "now as a whole cannot be compared")
	case n.Value == "var":
		return flaw(n, "write var.name", "var alone is nothing")
	case n.Value == "queue":
		return flaw(n, `write queue("name").waiting`, "queue alone is nothing")
	case n.Value == "campaign":
		return flaw(n, `write campaign("name")`, "campaign alone is nothing")
	}
	return &Flaw{Offset: n.Location().From, Problem: fmt.Sprintf("there is no %q", n.Value), Unknown: n.Value, Known: known}
}

// lookAtPart is for now.x, var.x and queue("name").x.
func (c *Condition) lookAtPart(n *ast.MemberNode) *Flaw {
	part, ok := n.Property.(*ast.StringNode)
	if !ok || n.Optional {
		return flaw(n, "write a name after a dot", "this is not part of the language of conditions")
	}
	switch of := n.Node.(type) {
	case *ast.IdentifierNode:
		switch of.Value {
		case "var":
			c.note(reading{name: "var." + part.Value, variable: part.Value, of: func(v *view) any { return v.vars[part.Value] }})
			return nil
		case "now":
			read, known := nowParts[part.Value]
			if !known {
				return unknownPart(part, "now", slices.Sorted(maps.Keys(nowParts)))
			}
			c.note(reading{name: "now." + part.Value, of: func(v *view) any { return read(v.in.At) }})
			return nil
		}
		return c.lookAtName(of)
	case *ast.CallNode:
		return c.lookAtQueue(of, part)
	}
	return flaw(n, "write now.x, var.x or queue(\"name\").x", "this has no parts")
}

func (c *Condition) lookAtQueue(call *ast.CallNode, part *ast.StringNode) *Flaw {
	name, ok := call.Callee.(*ast.IdentifierNode)
	if !ok || name.Value != "queue" || len(call.Arguments) != 1 {
		return flaw(call, `write queue("name")`, "this calls something that does not exist")
	}
	queue, ok := call.Arguments[0].(*ast.StringNode)
	if !ok {
		return flaw(call, `write queue("name")`, "the name of the queue must be written out")
	}
	read, known := queueParts[part.Value]
	if !known {
		return unknownPart(part, "a queue", slices.Sorted(maps.Keys(queueParts)))
	}
	c.note(reading{
		name: fmt.Sprintf("queue(%q).%s", queue.Value, part.Value), queue: contact.Queue(queue.Value),
		of: func(v *view) any { return read(v.queue(contact.Queue(queue.Value))) },
	})
	return nil
}

// lookAtCampaign is for campaign("name"), which is true or false itself.
func (c *Condition) lookAtCampaign(call *ast.CallNode) *Flaw {
	if len(call.Arguments) != 1 {
		return flaw(call, `write campaign("name")`, "this is about one campaign")
	}
	name, ok := call.Arguments[0].(*ast.StringNode)
	if !ok {
		return flaw(call, `write campaign("name")`, "the name of the campaign must be written out")
	}
	c.note(reading{
		name: fmt.Sprintf("campaign(%q)", name.Value), campaign: name.Value,
		of: func(v *view) any { return v.in.Campaign == name.Value },
	})
	return nil
}

func (c *Condition) lookAtOperator(n *ast.BinaryNode) *Flaw {
	switch n.Operator {
	case "matches":
		if _, written := n.Right.(*ast.StringNode); !written {
			return flaw(n, "write the pattern out, in quotes", "a pattern cannot come from somewhere else")
		}
	case "..":
		from, ok := n.Left.(*ast.IntegerNode)
		to, also := n.Right.(*ast.IntegerNode)
		if !ok || !also || to.Value-from.Value > maxConditionRange {
			return flaw(n, "write it like 8..17", "a range has two numbers, at most %d apart", maxConditionRange)
		}
	}
	return c.lookAtAll(n.Left, n.Right)
}

func (c *Condition) note(r reading) {
	if !slices.ContainsFunc(c.reads, func(known reading) bool { return known.name == r.name }) {
		c.reads = append(c.reads, r)
	}
}

// readsName reports whether the expression looks at a name.
func (c *Condition) readsName(name string) bool {
	return slices.ContainsFunc(c.reads, func(r reading) bool { return r.name == name })
}

func flaw(n ast.Node, hint, format string, args ...any) *Flaw {
	return &Flaw{Offset: n.Location().From, Problem: fmt.Sprintf(format, args...), Hint: hint}
}

func unknownPart(part *ast.StringNode, of string, known []string) *Flaw {
	return &Flaw{Offset: part.Location().From, Problem: fmt.Sprintf("%s has no %q", of, part.Value), Unknown: part.Value, Known: known}
}

// String is the expression as it was written.
func (c *Condition) String() string { return c.text }

// Queues are those that the expression looks at.
func (c *Condition) Queues() []contact.Queue {
	var all []contact.Queue
	for _, r := range c.reads {
		if r.queue != "" && !slices.Contains(all, r.queue) {
			all = append(all, r.queue)
		}
	}
	return all
}

// Campaigns are those that the expression asks about.
func (c *Condition) Campaigns() []string {
	var all []string
	for _, r := range c.reads {
		if r.campaign != "" && !slices.Contains(all, r.campaign) {
			all = append(all, r.campaign)
		}
	}
	return all
}

// view is what expressions see of one caller at one time. A queue is looked at
// once, so that what a branch says of it agrees with what decided.
type view struct {
	in   *Input
	vars Vars
	// authentication is that of the state.
	authentication int

	queues map[contact.Queue]QueueView
	calls  *int
}

// callsToday is asked for once, too.
func (v *view) callsToday() int {
	if v.calls == nil {
		v.calls = new(int)
		if v.in.CallsToday != nil {
			*v.calls = v.in.CallsToday()
		}
	}
	return *v.calls
}

func (v *view) queue(name contact.Queue) QueueView {
	seen, ok := v.queues[name]
	if !ok && v.in.Queue != nil {
		seen = v.in.Queue(name, v.vars, v.authentication)
		if v.queues == nil {
			v.queues = map[contact.Queue]QueueView{}
		}
		v.queues[name] = seen
	}
	return seen
}

// holds computes the expression. An error is one of its own making, such as the
// number of a text that is none.
func (c *Condition) holds(v *view) (bool, error) {
	if c == nil {
		return false, errors.New("no expression")
	}
	now := make(map[string]any, len(nowParts))
	for name, part := range nowParts {
		now[name] = part(v.in.At)
	}
	vars := map[string]string(v.vars)
	if vars == nil {
		vars = map[string]string{}
	}
	sees := map[string]any{
		"caller": v.in.Caller, "withheld": v.in.Withheld, "dialled": v.in.Dialled, "now": now, "var": vars, authentication: v.authentication,
		"queue": func(name string) queueEnvironment {
			q := v.queue(contact.Queue(name))
			return queueEnvironment{q.Waiting, q.Agents, q.Ready, int(q.EstimatedWait / time.Second), q.Open}
		},
		"campaign": func(name string) bool { return v.in.Campaign == name },
	}
	if c.readsName(callsToday) {
		sees[callsToday] = v.callsToday()
	}
	out, err := expr.Run(c.program, sees)
	if err != nil {
		return false, err
	}
	return reflect.ValueOf(out).Bool(), nil
}
