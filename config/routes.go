package config

import (
	"errors"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// routingFile is routing.yaml: from what the caller said to a queue and to the
// circle of agents who may serve.
type routingFile struct {
	Department later `yaml:"department"`
	// Always is read first, whatever the organisation.
	Always list[ruleYAML] `yaml:"always"`
	// Organisations are the ways of organising the centers, by name. The first
	// rule that matches wins; the last of each matches everybody.
	Organisations table[list[ruleYAML]] `yaml:"organisations,required"`
	// Assign gives each department its organisation for a time. The last says
	// departments: rest.
	Assign list[assignYAML] `yaml:"assign,required"`
	Tests  later            `yaml:"tests"`
}

// ruleYAML sends contacts to a queue. Each matcher is a name or a list of names;
// a rule without matchers holds for everybody.
type ruleYAML struct {
	at         place
	Entry      list[value[string]]  `yaml:"entry"`
	Topic      list[value[string]]  `yaml:"topic"`
	Department list[departmentYAML] `yaml:"department"`
	Language   list[value[string]]  `yaml:"language"`
	// Queue is the name of a queue.
	Queue value[string] `yaml:"queue"`
	// Priority from 0, the default, to 9; higher is served first.
	Priority value[int] `yaml:"priority"`
	// Steps of centers: one in this version.
	Steps  list[stepYAML] `yaml:"steps"`
	To     later          `yaml:"to"`
	Closed later          `yaml:"closed"`
}

type ruleFields ruleYAML

func (r *ruleYAML) read(d *document, n ast.Node) {
	r.at = d.at(n)
	d.read(n, (*ruleFields)(r))
	if isMapping(n) && !r.To.written && (r.Queue.at == place{} || r.Steps == nil) {
		d.add(r.at, "write queue: NAME and steps: [{centers: […]}]", "the rule leads nowhere")
	}
}

// stepYAML is one circle of agents.
type stepYAML struct {
	at place
	// Centers whose agents may serve.
	Centers list[value[string]] `yaml:"centers"`
	// Need is what an agent must know, such as recouvrement >= 2 and anglais >= 1.
	// The word topic stands for the skill named like the topic of the contact.
	Need needYAML `yaml:"need"`
	// Files is optional: nobody's right to open files is asked for.
	Files value[string] `yaml:"files"`
	After later         `yaml:"after"`
	Add   later         `yaml:"add"`
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
	departments list[departmentYAML]
}

func (r *restYAML) read(d *document, n ast.Node) {
	if s, ok := n.(*ast.StringNode); ok && s.Value == "rest" {
		r.rest = true
		return
	}
	r.departments.read(d, n)
}

func (b *builder) buildPlan(f routingFile) {
	plan := &routing.Plan{
		Always:        b.rules(f.Always, "always"),
		Organisations: make(map[contact.Organisation][]routing.Rule, len(f.Organisations)),
		Centers:       make(map[contact.Center]routing.CenterTerms),
		Queues:        make(map[contact.Queue]routing.QueueTerms),
	}
	for _, r := range f.Organisations {
		b.name(r.key, "an organisation")
		rules := b.rules(r.v, r.key.v)
		b.catchAll(r, rules)
		plan.Organisations[contact.Organisation(r.key.v)] = rules
	}
	plan.Assign = b.assignments(f)
	for name, c := range b.site.Centers {
		plan.Centers[name] = routing.CenterTerms{Period: c.Period}
	}
	for name, q := range b.site.Queues {
		plan.Queues[name] = routing.QueueTerms{Policies: q.Policies, Strategy: contact.LongestReady, Closing: contact.DefaultClosing()}
	}
	b.site.Plan = plan
}

func (b *builder) rules(written list[ruleYAML], owner string) []routing.Rule {
	var rules []routing.Rule
	for i, y := range written {
		rule := routing.Rule{
			Name:     ruleName(y.at, owner, i),
			Match:    b.match(y),
			Queue:    contact.Queue(y.Queue.v),
			Priority: y.Priority.v,
			Steps:    b.steps(y.Steps),
		}
		b.refers(y.Queue, "queue", b.queues)
		b.between(y.Priority, 0, 9)
		for j, earlier := range rules {
			if earlier.Match.Covers(rule.Match) {
				b.add(y.at, "move it up, or delete it", "no contact can reach this rule: rule %d on line %d takes them all", j+1, written[j].at.line)
				break
			}
		}
		rules = append(rules, rule)
	}
	return rules
}

// ruleName tells people which rule decided: where it is and whose it is.
func ruleName(at place, owner string, n int) string {
	return at.label() + " (" + owner + ", rule " + strconv.Itoa(n+1) + ")"
}

// catchAll checks that an organisation has an answer for everybody.
func (b *builder) catchAll(r row[list[ruleYAML]], rules []routing.Rule) {
	for _, rule := range rules {
		if rule.Match.Everybody() {
			return
		}
	}
	b.add(r.key.at, "end it with a rule that has a queue and steps only", "the organisation %q has no rule for everybody else", r.key.v)
}

func (b *builder) match(y ruleYAML) routing.Match {
	var m routing.Match
	for _, v := range y.Entry {
		b.refers(v, "entry", b.entries)
		m.Entries = append(m.Entries, contact.Entry(v.v))
	}
	for _, v := range y.Topic {
		b.refers(v, "topic", b.topicsKnown())
		m.Topics = append(m.Topics, contact.Topic(v.v))
	}
	for _, v := range y.Language {
		m.Languages = append(m.Languages, v.v)
	}
	m.Departments = codes(y.Department)
	return m
}

func (b *builder) steps(written list[stepYAML]) []routing.Step {
	var steps []routing.Step
	for i, y := range written {
		if i > 0 {
			b.add(y.at, "keep one step", "a second step is not available in this version")
			break
		}
		if len(y.Centers) == 0 {
			b.add(y.at, "add centers: […]", "the step names no center")
		}
		b.available(y.Files, []string{"optional"}, "required")
		step := routing.Step{After: time.Duration(0), Need: y.Need.need}
		for _, c := range y.Centers {
			if b.refers(c, "center", b.centers) {
				step.Centers = append(step.Centers, contact.Center(c.v))
			}
		}
		b.skilled(y.Need)
		steps = append(steps, step)
	}
	return steps
}

// skilled checks that some agent has each skill a need names.
func (b *builder) skilled(y needYAML) {
	for _, r := range y.need {
		if r.Skill != routing.TopicSkill && b.skills.complete && !b.skills.has(string(r.Skill)) {
			b.add(y.at, nearest(string(r.Skill), b.skills.names()).orKeys(b.skills.names()), "no agent has the skill %q", r.Skill)
		}
	}
}

func (b *builder) assignments(f routingFile) []routing.Assignment {
	organisations := names{complete: true}
	for _, r := range f.Organisations {
		organisations.add(r.key)
	}
	var all []routing.Assignment
	for i, y := range f.Assign {
		b.refers(y.Organisation, "organisation", organisations)
		if last := i == len(f.Assign)-1; y.Departments.rest != last {
			if last {
				b.add(y.at, "end with {departments: rest, organisation: …}", "not every department has an organisation")
			} else {
				b.add(y.at, "move it to the end", "the assignments after rest can never hold")
			}
		}
		if y.Departments.rest && (y.From.set || y.Until.set) {
			b.add(y.at, "leave out from and until", "departments: rest must hold at any time")
		}
		if !y.Departments.rest && len(y.Departments.departments) == 0 {
			b.add(y.at, "list codes, or write rest", "the assignment names no department")
		}
		all = append(all, routing.Assignment{
			Departments:  codes(y.Departments.departments),
			Organisation: contact.Organisation(y.Organisation.v),
			Period:       b.period(y.From, y.Until),
		})
	}
	return all
}
