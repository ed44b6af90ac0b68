package config

import (
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

func (b *builder) buildPlan(f routingFile) {
	plan := &routing.Plan{
		Organisations: make(map[contact.Organisation][]routing.Rule, len(f.Organisations)),
		Centers:       make(map[contact.Center]routing.CenterTerms),
		Queues:        make(map[contact.Queue]routing.QueueTerms),
	}
	plan.Ageing = b.ageing(f)
	always, taken := b.rules(f.Always, "always", nil)
	plan.Always = always
	for _, r := range f.Organisations {
		b.name(r.key, "an organisation")
		rules, _ := b.rules(r.v, r.key.v, taken)
		b.catchAll(r, rules)
		plan.Organisations[contact.Organisation(r.key.v)] = rules
	}
	plan.Assign = b.assignments(f)
	if f.Department.From.set {
		plan.DepartmentOf = b.departmentOf
	}
	if b.site.LocalServices != nil {
		plan.Services = b.site.LocalServices.Find
	}
	for name, c := range b.site.Centers {
		plan.Centers[name] = routing.CenterTerms{Period: c.Period, Calendar: c.Calendar}
	}
	for name, q := range b.site.Queues {
		plan.Queues[name] = routing.QueueTerms{Policies: q.Policies, Strategy: q.Strategy, Closing: q.Closing, Redial: q.Redial}
	}
	b.idleQueues(f)
	b.site.Plan = plan
}

// defaultMailAgeing is a day: who wrote yesterday goes before who calls now.
const defaultMailAgeing = 24 * time.Hour

// ageing checks what priorities are worth.
func (b *builder) ageing(f routingFile) contact.Ageing {
	y := f.Ageing
	if !y.Level.set {
		return contact.Ageing{}
	}
	b.lasts(y.Level, time.Second, 24*time.Hour)
	b.lasts(y.Mail, 0, 30*24*time.Hour)
	return contact.Ageing{Level: y.Level.v, Mail: y.Mail.or(defaultMailAgeing)}
}

// rules makes those of one owner, which are read after others that may have
// taken contacts already. It returns all that have.
func (b *builder) rules(written list[ruleYAML], owner string, taken []taker) ([]routing.Rule, []taker) {
	taken = slices.Clone(taken)
	var rules []routing.Rule
	for i, y := range written {
		rule := routing.Rule{
			Name:      ruleName(y.at, owner, i),
			Match:     b.match(y),
			ToService: y.To.set,
			Queue:     contact.Queue(y.Queue.v),
			Priority:  y.Priority.v,
		}
		if y.To.at == (place{}) {
			b.refers(y.Queue, "queue", b.queues)
			b.between(y.Priority, 0, 9)
			rule.Steps = b.steps(y.Steps, rule.Match)
			if y.Closed.set {
				b.add(y.Closed.at, "delete it; at_close of queues.yaml says what then happens", "a rule to a queue has no closed")
			}
		} else {
			b.toService(y, rule.Match)
		}
		b.reachable(y, rule.Match, taken)
		if !rule.ToService { // its contacts go on if they have no local service
			taken = append(taken, taker{match: rule.Match, what: "rule " + strconv.Itoa(i+1), line: y.at.line})
		}
		rules = append(rules, rule)
	}
	return rules, taken
}

// toService checks a rule to local services.
func (b *builder) toService(y ruleYAML, m routing.Match) {
	b.oneOf(y.To, "local_service")
	b.available(y.Closed, []string{"message"}, "callback")
	for key, at := range map[string]place{"queue": y.Queue.at, "priority": y.Priority.at} {
		if at != (place{}) {
			b.add(at, "delete it, or delete to", "a rule to local services has no %s", key)
		}
	}
	if len(y.Steps) > 0 {
		b.add(y.Steps[0].at, "delete them, or delete to", "a rule to local services has no steps")
	}
	services := b.site.LocalServices
	if services == nil {
		if b.centers.complete {
			b.add(y.To.at, "add local_services: {table: …, key: [postal_code, topic]} to centers.yaml", "the site has no local services")
		}
		return
	}
	known := services.Topics()
	for i, t := range m.Topics {
		if !slices.Contains(known, t) && b.offices && b.topicsKnown().has(string(t)) {
			b.add(y.Topic[i].at, "add its offices to the table", "no local service has the topic %q", t)
		}
	}
}

// ruleName tells people which rule decided: where it is and whose it is.
func ruleName(at place, owner string, n int) string {
	return at.label() + " (" + owner + ", rule " + strconv.Itoa(n+1) + ")"
}

// catchAll checks that an organisation has an answer for everybody.
func (b *builder) catchAll(r row[list[ruleYAML]], rules []routing.Rule) {
	for _, rule := range rules {
		if rule.Match.Everybody() && !rule.ToService {
			return
		}
	}
	if len(r.v) == 0 {
		b.add(r.key.at, "write one with a queue and steps, such as - {queue: particuliers, steps: [...]}", "the organisation %q has no rules", r.key.v)
		return
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
		b.languageCode(v)
		m.Languages = append(m.Languages, v.v)
	}
	m.Departments = b.codes(y.Department)
	for _, v := range y.Authentication {
		b.level(v)
		b.identifiable(v)
		m.Authentications = append(m.Authentications, v.v)
	}
	return m
}

// identifiable reports a level that no menu gives to anybody.
func (b *builder) identifiable(v value[int]) {
	if !v.set || v.v <= ivr.Unidentified || v.v > ivr.BirthDatePlausible || !b.trees.complete {
		return
	}
	for _, tree := range b.site.Trees {
		for _, node := range tree.Nodes {
			if n, is := node.(*ivr.Identify); is && (v.v == ivr.NumberPlausible || n.BirthDate != nil) {
				return
			}
		}
	}
	hint := "add a node of type identify to a tree"
	if v.v == ivr.BirthDatePlausible {
		hint += ", with a birth_date"
	}
	b.add(v.at, hint, "no menu identifies callers up to %d", v.v)
}

// idleQueues reports queues that no rule leads to.
func (b *builder) idleQueues(f routingFile) {
	if b.broken["routing.yaml"] {
		return
	}
	used := map[string]bool{}
	for _, rules := range append([]list[ruleYAML]{f.Always}, ownersRules(f)...) {
		for _, y := range rules {
			if y.Queue.set && !b.queues.has(y.Queue.v) {
				return // the rule meant one of the queues: say that first
			}
			used[y.Queue.v] = true
		}
	}
	for name, at := range b.queues.known {
		if !used[name] {
			b.add(at, "name it in a rule of routing.yaml, or delete it", "no rule leads to the queue %q", name)
		}
	}
}

func ownersRules(f routingFile) []list[ruleYAML] {
	var all []list[ruleYAML]
	for _, r := range f.Organisations {
		all = append(all, r.v)
	}
	return all
}
