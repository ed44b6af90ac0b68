package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// difference is one thing that came otherwise than a test expects.
type difference struct {
	at                 place
	wanted, came, hint string
}

// differences collects them; decided says what is to blame.
type differences struct {
	all     []difference
	decided string
}

func (ds *differences) add(at place, wanted, came string) {
	ds.all = append(ds.all, difference{at: at, wanted: wanted, came: came, hint: ds.decided})
}

// text compares names; nothing was expected if the key was not written.
func (ds *differences) text(v value[string], kind, came string) {
	if v.set && v.v != came {
		ds.add(v.at, kind+" "+v.v, cmp.Or(came, "none"))
	}
}

// compare says what of a decision is not as expected. From another department or
// organisation all the rest follows, and from another rule: the cause is enough.
func (b *builder) compare(y expectYAML, a routing.Attributes, d routing.Decision) []difference {
	ds := differences{decided: "look at the tables of departments, or correct the test"}
	if y.Department.set && !slices.Contains(b.codes(list[codeYAML]{y.Department}), d.Department) {
		ds.add(y.Department.at, "the department "+y.Department.v, b.departmentName(d.Department))
	}
	ds.decided = "look at assign and its dates, or correct the test"
	ds.text(y.Organisation, "the organisation", string(d.Organisation))
	if len(ds.all) > 0 {
		return ds.all
	}
	ds.decided = "move or correct one of the rules, or the test"
	if y.Rule.set && !isRule(d.Rule, y.Rule.v) {
		ds.add(y.Rule.at, "the rule "+y.Rule.v, d.Rule)
		return ds.all
	}
	ds.decided = d.Rule + " decided: correct the rule, or the test"
	queue := string(d.Queue)
	if d.Service != nil {
		queue = "the local service " + d.Service.Name
	}
	ds.text(y.Queue, "the queue", queue)
	ds.text(y.Strategy, "the strategy", string(d.Strategy))
	if y.Priority.set && y.Priority.v != d.Priority {
		ds.add(y.Priority.at, fmt.Sprintf("the priority %d", y.Priority.v), fmt.Sprint(d.Priority))
	}
	ds.service(y.LocalService, d.Service)
	ds.steps(y, a.Topic, d.Steps)
	ds.refusal(y, d)
	return ds.all
}

// departmentName is how the site writes a department.
func (b *builder) departmentName(d contact.Department) string {
	if d == contact.Unknown || d == "" {
		return b.unknown
	}
	return string(d)
}

func (ds *differences) service(v value[string], came *routing.LocalService) {
	switch {
	case !v.set:
	case came == nil:
		ds.add(v.at, "the local service "+v.v, "none")
	case v.v != came.Name && digits(v.v) != came.Number:
		ds.add(v.at, "the local service "+v.v, fmt.Sprintf("%s, %s", came.Name, came.Number))
	}
}

// refusal: who is turned away unexpectedly fails any test.
func (ds *differences) refusal(y expectYAML, d routing.Decision) {
	const accepted, refused = "an accepted contact", "one refused as "
	switch came := string(d.Refused); {
	case y.Refused.v == came:
	case came == "":
		ds.add(y.Refused.at, "a contact refused as "+y.Refused.v, accepted)
	case y.Refused.set:
		ds.add(y.Refused.at, "a contact refused as "+y.Refused.v, refused+came)
	default:
		ds.add(y.at, accepted, refused+came)
		ds.all[len(ds.all)-1].hint = "compare hours and dates with the time of the test, or expect refused: " + came
	}
}

func (ds *differences) steps(y expectYAML, topic contact.Topic, came []contact.Step) {
	if y.Steps == nil {
		return
	}
	if len(y.Steps) != len(came) {
		at := y.at
		if len(y.Steps) > 0 {
			at = y.Steps[0].at
		}
		ds.add(at, fmt.Sprintf("steps: %d", len(y.Steps)), stepWords(came))
		return
	}
	for i, s := range y.Steps {
		ds.step(s, topic, came[i])
	}
}

func (ds *differences) step(y expectedStepYAML, topic contact.Topic, came contact.Step) {
	if y.After.set && y.After.v != came.After {
		ds.add(y.After.at, "the step after "+brief(y.After.v), brief(came.After))
	}
	if centers := centersOf(y.Centers); len(centers) > 0 && !sameCenters(centers, came.Centers) {
		ds.add(y.Centers[0].at, "the centers "+listed(centers), listed(came.Centers))
	}
	if need := routing.NeedFor(y.Need.need, topic); y.Need.set && needWords(need) != needWords(came.Need) {
		ds.add(y.Need.at, "the need "+needWords(need), cmp.Or(needWords(came.Need), "none"))
	}
	if y.Files.set && (y.Files.v == "required") != came.Files {
		ds.add(y.Files.at, "files "+y.Files.v, fileWords(came.Files))
	}
}

func centersOf(written list[value[string]]) []contact.Center {
	var all []contact.Center
	for _, v := range written {
		all = append(all, contact.Center(v.v))
	}
	return all
}

// sameCenters compares in any order, since the order of centers means nothing.
func sameCenters(a, b []contact.Center) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// needWords writes a need in the order of its skills.
func needWords(need contact.Need) string {
	var parts []string
	for _, r := range need {
		parts = append(parts, fmt.Sprintf("%s >= %d", r.Skill, r.Level))
	}
	slices.Sort(parts)
	return strings.Join(parts, " and ")
}

func fileWords(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

// stepWords says which steps came: their number, and each with its centers.
func stepWords(steps []contact.Step) string {
	var parts []string
	for _, s := range steps {
		opens := "at once"
		if s.After > 0 {
			opens = "after " + brief(s.After)
		}
		parts = append(parts, opens+" "+listed(s.Centers))
	}
	if len(parts) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d: %s", len(parts), strings.Join(parts, "; "))
}
