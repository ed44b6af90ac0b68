package config

import (
	"errors"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// routingFile is routing.yaml: from what the caller said to a queue and to the
// circle of agents who may serve.
type routingFile struct {
	// Department says how the department of a caller is found.
	Department departmentYAML `yaml:"department"`
	// Ageing makes priorities worth a time: whoever waits long enough goes before a higher
	// priority that came later. Without it priorities are strict.
	Ageing ageingYAML `yaml:"ageing"`
	// Always is read first, whatever the organisation.
	Always list[ruleYAML] `yaml:"always"`
	// Organisations are the ways of organising the centers, by name. The first
	// rule that matches wins; the last of each matches everybody.
	Organisations table[list[ruleYAML]] `yaml:"organisations,required"`
	// Assign gives each department its organisation for a time. The last says
	// departments: rest.
	Assign list[assignYAML] `yaml:"assign,required"`
	// Tests say where contacts should go; they may also stand in files of tests/.
	Tests list[routingTestYAML] `yaml:"tests"`
}

// ageingYAML is what priorities are worth.
type ageingYAML struct {
	// Level is how much waiting one level of priority is worth, 10m for instance: a
	// contact of priority 2 is served as if it had come 20 minutes earlier.
	Level value[time.Duration] `yaml:"level,required"`
	// Mail is how much later than a mail people on the line may come and still go first, at
	// equal priority; 24h by default.
	Mail value[time.Duration] `yaml:"mail"`
}

// ruleYAML sends contacts to a queue, or to their local service. Each matcher is
// a name or a list of names; a rule without matchers holds for everybody.
type ruleYAML struct {
	at         place
	Entry      list[value[string]] `yaml:"entry"`
	Topic      list[value[string]] `yaml:"topic"`
	Department list[codeYAML]      `yaml:"department"`
	Language   list[value[string]] `yaml:"language"`
	// Authentication is how far an identify has identified the person: 0 not at all,
	// 1 by a plausible number, 2 by a plausible birth date too.
	Authentication list[value[int]] `yaml:"authentication"`
	// Queue is the name of a queue.
	Queue value[string] `yaml:"queue"`
	// Priority from 0, the default, to 9; higher is served first.
	Priority value[int] `yaml:"priority"`
	// Steps widen the circle of agents who may serve.
	Steps list[stepYAML] `yaml:"steps"`
	// To is local_service: the contact goes to the office of its postal code and
	// topic instead of a queue. The rule does not hold for those who have none.
	To value[string] `yaml:"to"`
	// Closed is message: while the office is closed the exit on_closed of the
	// queue node is taken.
	Closed value[string] `yaml:"closed"`
}

type ruleFields ruleYAML

func (r *ruleYAML) read(d *document, n ast.Node) {
	r.at = d.at(n)
	d.read(n, (*ruleFields)(r))
	if isMapping(n) && r.To.at == (place{}) && (r.Queue.at == place{} || r.Steps == nil) {
		d.add(r.at, "write queue: NAME and steps: [{centers: […]}]", "the rule leads nowhere")
	}
}

// stepYAML is one circle of agents. A step keeps what the one before it says,
// except for the keys that it writes itself.
type stepYAML struct {
	at place
	// After is when the step opens, counted from the queueing. The first opens at
	// once; each later one needs a longer delay than the one before.
	After value[time.Duration] `yaml:"after"`
	// EstimatedWait opens the step before its time for a caller who has longer than that to
	// wait still, by estimate.
	EstimatedWait value[time.Duration] `yaml:"estimated_wait"`
	// PerAgent opens the step before its time while more callers than that wait for each
	// agent who is logged in and may serve the step before.
	PerAgent value[int] `yaml:"per_agent"`
	// Centers whose agents may serve; in a later step they replace those so far.
	Centers list[value[string]] `yaml:"centers"`
	// Add puts further centers beside those so far.
	Add list[value[string]] `yaml:"add"`
	// Need is what an agent must know, such as recouvrement >= 2 and anglais >= 1.
	// The word topic stands for the skill named like the topic of the contact.
	Need needYAML `yaml:"need"`
	// Files is required, for agents who may open the files of the contact's
	// department only, or optional, for all; optional by default.
	Files value[string] `yaml:"files"`
}

type stepFields stepYAML

func (s *stepYAML) read(d *document, n ast.Node) {
	s.at = d.at(n)
	d.read(n, (*stepFields)(s))
}

// needYAML is an expression over skills.
type needYAML struct {
	value[string]
	need contact.Need
}

func (y *needYAML) read(d *document, n ast.Node) {
	y.value.read(d, n)
	if !y.set {
		return
	}
	need, err := routing.ParseNeed(y.v)
	var wrong *routing.NeedError
	if errors.As(err, &wrong) {
		at := y.at
		at.column += wrong.Column - 1 + quoteWidth(n)
		d.add(at, wrong.Hint, "%s", wrong.Problem)
	}
	y.need = need
}

// quoteWidth is how far the text of a scalar is from where the scalar begins.
func quoteWidth(n ast.Node) int {
	if t := n.GetToken(); t != nil && len(t.Origin) > 0 && len(t.Value) < len(t.Origin) {
		if s, ok := n.(*ast.StringNode); ok && (s.Token.Type.String() == "DoubleQuote" || s.Token.Type.String() == "SingleQuote") {
			return 1
		}
	}
	return 0
}

// assignYAML puts departments into an organisation.
type assignYAML struct {
	at place
	// Departments is a list of codes in quotes, or the word rest.
	Departments restYAML `yaml:"departments,required"`
	// Organisation is one of those above.
	Organisation value[string] `yaml:"organisation,required"`
	// From is the first day, Until the last; contacts keep what held when they
	// arrived.
	From  value[calendar.Date] `yaml:"from"`
	Until value[calendar.Date] `yaml:"until"`
}

type assignFields assignYAML

func (a *assignYAML) read(d *document, n ast.Node) {
	a.at = d.at(n)
	d.read(n, (*assignFields)(a))
}

// restYAML is a list of departments, or the word rest.
type restYAML struct {
	rest        bool
	departments list[codeYAML]
}

func (r *restYAML) read(d *document, n ast.Node) {
	if s, ok := n.(*ast.StringNode); ok && s.Value == "rest" {
		r.rest = true
		return
	}
	r.departments.read(d, n)
}
