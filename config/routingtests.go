package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// testsFile is one file of the folder tests/: what routing should decide.
type testsFile struct {
	Tests list[routingTestYAML] `yaml:"tests,required"`
}

// routingTestYAML is a contact and where it should go. Lists multiply: the test
// holds for each topic from each postal code or department.
type routingTestYAML struct {
	// Name tells people what the test is about.
	Name value[string] `yaml:"name,required"`
	// Entry is the name of an entry.
	Entry value[string] `yaml:"entry,required"`
	// Topic of the contact; without, it has none.
	Topic list[value[string]] `yaml:"topic"`
	// PostalCode is what the tree collects, Department what it sets; without both
	// nobody asked.
	PostalCode list[value[string]] `yaml:"postal_code"`
	Department list[codeYAML]      `yaml:"department"`
	Language   value[string]       `yaml:"language"`
	// Authentication is how far the menu has identified the person: 0, the default, 1
	// or 2.
	Authentication list[value[int]] `yaml:"authentication"`
	// Medium is voice, the default, or email.
	Medium value[string] `yaml:"medium"`
	// At is when the contact arrives, in the zone of the site: 2026-12-24T15:50.
	At value[string] `yaml:"at,required"`
	// Expect is what must come of it.
	Expect expectYAML `yaml:"expect,required"`
}

// expectYAML is what a test demands; whatever it does not name may be anything,
// but nobody may be turned away unless it says so.
type expectYAML struct {
	at           place
	Queue        value[string] `yaml:"queue"`
	Organisation value[string] `yaml:"organisation"`
	Department   codeYAML      `yaml:"department"`
	Priority     value[int]    `yaml:"priority"`
	Strategy     value[string] `yaml:"strategy"`
	// Steps are all that count for the contact, in order.
	Steps list[expectedStepYAML] `yaml:"steps"`
	// LocalService is the name of an office, or its number.
	LocalService value[string] `yaml:"local_service"`
	// Refused is closed or no_agent.
	Refused value[string] `yaml:"refused"`
	// Rule is the one that decides: plateau, rule 1.
	Rule value[string] `yaml:"rule"`
}

type expectFields expectYAML

func (e *expectYAML) read(d *document, n ast.Node) {
	e.at = d.at(n)
	d.read(n, (*expectFields)(e))
}

// expectedStepYAML is what a test demands of one step.
type expectedStepYAML struct {
	at    place
	After value[time.Duration] `yaml:"after"`
	// Centers are all that may serve then, in any order.
	Centers list[value[string]] `yaml:"centers"`
	Need    needYAML            `yaml:"need"`
	Files   value[string]       `yaml:"files"`
}

type expectedStepFields expectedStepYAML

func (s *expectedStepYAML) read(d *document, n ast.Node) {
	s.at = d.at(n)
	d.read(n, (*expectedStepFields)(s))
}

// RoutingTests counts the tests of a site that have passed, and the contacts they
// tried.
type RoutingTests struct {
	Passed   int `json:"passed"`
	Contacts int `json:"contacts"`
}

// maxTried bounds the contacts that all tests of a site try together.
const maxTried = 20_000

// tried is a contact that a test tries. Words tell it from the others of the test.
type tried struct {
	routing.Attributes
	words string
}

// runTests checks what the tests name. Those without a mistake are run if the
// rest of the site has none: a broken rule would fail them all.
func (b *builder) runTests(f *folder) {
	good := len(b.problems) == 0
	names, left := map[string]place{}, maxTried
	for _, y := range f.tests() {
		before := len(b.problems)
		at := b.checkTest(y, f.routing)
		if y.Name.set {
			b.once(y.Name, "test", names)
		}
		contacts := b.contactsOf(y)
		if left -= len(contacts); left < 0 {
			b.add(y.Name.at, "try fewer topics and departments", "the tests try more than %d contacts", maxTried)
			return
		}
		if good && len(b.problems) == before && b.passes(y, contacts, at) {
			b.site.Tests.Passed++
			b.site.Tests.Contacts += len(contacts)
		}
	}
}

// tests are those of routing.yaml, then those of the files beside it.
func (f *folder) tests() list[routingTestYAML] {
	all := slices.Clone(f.routing.Tests)
	for _, file := range f.testFiles {
		all = append(all, file.Tests...)
	}
	return all
}

// checkTest reports names that mean nothing, and returns the instant of the test.
func (b *builder) checkTest(y routingTestYAML, f routingFile) time.Time {
	b.refers(y.Entry, "entry", b.entries)
	for _, v := range y.Topic {
		b.refers(v, "topic", b.topicsKnown())
	}
	for _, v := range y.PostalCode {
		if v.set && !beginning.MatchString(v.v) {
			b.add(v.at, postalHint(v.v), "%q is not a postal code or its first two or three digits", v.v)
		}
	}
	b.codes(y.Department)
	if len(y.PostalCode) > 0 && len(y.Department) > 0 {
		b.add(y.PostalCode[0].at, "keep one of them", "the test has both postal_code and department")
	}
	if y.Language.set && !languageCode.MatchString(y.Language.v) {
		b.add(y.Language.at, "write it like fr", "%q is not the code of a language", y.Language.v)
	}
	for _, v := range y.Authentication {
		b.level(v)
	}
	b.oneOf(y.Medium, string(contact.Voice), string(contact.Email))
	b.checkExpectation(y.Expect, f)
	return b.instant(y.At)
}

func (b *builder) checkExpectation(y expectYAML, f routingFile) {
	organisations := names{complete: !b.broken["routing.yaml"]}
	keysOf(&organisations, f.Organisations)
	b.refers(y.Queue, "queue", b.queues)
	b.refers(y.Organisation, "organisation", organisations)
	b.codes(list[codeYAML]{y.Department})
	b.between(y.Priority, 0, 9)
	b.oneOf(y.Strategy, string(contact.LongestReady), string(contact.BestLevel))
	for _, s := range y.Steps {
		for _, v := range s.Centers {
			b.refers(v, "center", b.centers)
		}
		b.oneOf(s.Files, "required", "optional")
	}
	if y.Refused.v == string(contact.Full) {
		b.add(y.Refused.at, "write closed or no_agent", "who is full depends on who waits, not on the rules")
	} else {
		b.oneOf(y.Refused, string(contact.Closed), string(contact.NoAgent))
	}
	if y.Rule.set && organisations.complete && !b.knowsRule(y.Rule.v) {
		b.add(y.Rule.at, "write it like always, rule 1, or by its place like routing.yaml:12", "there is no rule %q", y.Rule.v)
	}
}

func (b *builder) knowsRule(written string) bool {
	for name := range b.site.rules {
		if isRule(name, written) {
			return true
		}
	}
	return false
}

// isRule reports whether a rule is meant by its whole name, routing.yaml:12
// (plateau, rule 1), or by either half of it.
func isRule(name, written string) bool {
	at, owner, _ := strings.Cut(name, " (")
	return written == name || written == at || written == strings.TrimSuffix(owner, ")")
}

// instantForm is how people write a date with a time.
const instantForm = "2006-01-02T15:04"

// likeInstant also matches a date alone and a space instead of the T.
var likeInstant = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}))?`)

// instant reads a time of the site's zone, the earlier one of an hour that comes
// twice.
func (b *builder) instant(v value[string]) time.Time {
	if !v.set {
		return time.Time{}
	}
	at, err := time.ParseInLocation(instantForm, v.v, cmp.Or(b.site.Zone, time.UTC))
	switch {
	case err != nil:
		hint := "write it like 2026-12-24T15:50"
		if m := likeInstant.FindStringSubmatch(v.v); m != nil {
			hint = "write " + m[1] + "T" + cmp.Or(m[2], "10:00")
		}
		b.add(v.at, hint, "%q is not a date with a time", v.v)
	case at.Format(instantForm) != v.v:
		b.add(v.at, "the clocks are put forward that night", "there is no %s in %s", v.v, at.Location())
	}
	return at
}

// contactsOf makes every combination of a test, each once. Those of a test with
// more than one are told apart by what differs.
func (b *builder) contactsOf(y routingTestYAML) []tried {
	topics := each(y.Topic)
	codes, departments := each(y.PostalCode), each(y.Department)
	var all []tried
	for _, topic := range topics {
		for _, code := range codes {
			for _, department := range departments {
				var words []string
				if len(topics) > 1 {
					words = append(words, topic)
				}
				if len(codes)*len(departments) > 1 {
					words = append(words, code+department)
				}
				a := routing.Attributes{
					Entry: contact.Entry(y.Entry.v), Medium: contact.Medium(y.Medium.or(string(defaultMedium))),
					Topic: contact.Topic(topic), PostalCode: code, Language: y.Language.v,
				}
				if department != "" {
					a.Department = b.code(codeYAML{v: department, at: y.Department[0].at, set: true})
				}
				if all = append(all, identified(tried{a, strings.Join(words, " ")}, each(y.Authentication))...); len(all) > maxTried {
					return all
				}
			}
		}
	}
	return all
}

// identified is a contact once for each level.
func identified(t tried, levels []int) []tried {
	all := make([]tried, len(levels))
	for i, level := range levels {
		all[i] = t
		if all[i].Authentication = level; len(levels) > 1 {
			all[i].words = strings.TrimSpace(fmt.Sprintf("%s authentication %d", t.words, level))
		}
	}
	return all
}

// each is the values of a list, each once; the empty one if it was not written.
func each[T comparable](written list[value[T]]) []T {
	seen := map[T]bool{}
	var all []T
	for _, v := range written {
		if v.set && !seen[v.v] {
			seen[v.v] = true
			all = append(all, v.v)
		}
	}
	if len(all) == 0 {
		all = make([]T, 1)
	}
	return all
}

// passes routes the contacts of a test and reports what is not as expected, equal
// outcomes once.
func (b *builder) passes(y routingTestYAML, contacts []tried, at time.Time) bool {
	var failures []failure
	for _, c := range contacts {
		for _, wrong := range b.compare(y.Expect, c.Attributes, b.site.Plan.Route(c.Attributes, at)) {
			i := slices.IndexFunc(failures, func(f failure) bool { return f.difference == wrong })
			if i < 0 {
				i = len(failures)
				failures = append(failures, failure{difference: wrong})
			}
			failures[i].contacts = append(failures[i].contacts, c.words)
		}
	}
	for _, f := range failures {
		b.add(f.at, f.hint, "the test %q expected %s, found %s%s", y.Name.v, f.wanted, f.came, f.who(len(contacts)))
	}
	return len(failures) == 0
}

// failure is a difference with the contacts it was found for.
type failure struct {
	difference
	contacts []string
}

// who names the contacts unless they are all of the test.
func (f failure) who(tried int) string {
	const shown = 3
	named := f.contacts
	if len(named) == tried {
		return ""
	}
	if more := len(named) - shown; more > 0 {
		named = append(slices.Clone(named[:shown]), fmt.Sprintf("%d more", more))
	}
	return " (" + strings.Join(named, ", ") + ")"
}
