package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// menuStepYAML is one step: a word, or one key with its value.
type menuStepYAML struct {
	at place
	// word is silence, hangs_up, not_reached or ends.
	word value[string]
	// keys are those that were written.
	keys []string
	menuStepFields
}

type menuStepFields struct {
	// Hears listens until these prompts were heard, one right after the other.
	Hears list[value[string]] `yaml:"hears"`
	// Press presses keys, in quotes, whatever is being said.
	Press value[string] `yaml:"press"`
	// Wait listens, and then lets time pass in silence.
	Wait value[time.Duration] `yaml:"wait"`
	// Speaks lets the caller speak into a recorded message for that long; a silence, the
	// finish key or hanging up ends it.
	Speaks value[time.Duration] `yaml:"speaks"`
	// Queued demands that the call waits in that queue; more can be demanded with
	// keys, as of a routing test, and topic, language and authentication.
	Queued queuedYAML `yaml:"queued"`
	// LocalService demands that this office is called, by name or number.
	LocalService value[string] `yaml:"local_service"`
	// Refused demands that the queue turned the call away: full, closed or no_agent.
	Refused value[string] `yaml:"refused"`
	// NotReached lets the number outside that is being called not be reached: busy,
	// no_answer, refused or unreachable; alone it is no_answer.
	NotReached value[string] `yaml:"not_reached"`
	// Announce places an emergency message of an entry or a queue. As one of the first
	// steps it is there before the call comes; later it is heard by who waits.
	Announce announceYAML `yaml:"announce"`
	// Identifies answers an identify with an invented number, and an invented birth date
	// if it asks for one, up to this authentication; 0 says that there is no number.
	Identifies value[int] `yaml:"identifies"`
	// GivenUp ends the wait in the queue, for nobody will come: closed or no_agent.
	GivenUp value[string] `yaml:"given_up"`
	// Path demands all nodes entered since the beginning, in order.
	Path list[value[string]] `yaml:"path"`
	// Set demands attributes; an empty text is one that is not set.
	Set setYAML `yaml:"set"`
	// Authentication demands how far the caller is identified: 0, 1 or 2.
	Authentication value[int] `yaml:"authentication"`
	// Ends demands that the call is over, with that outcome.
	Ends value[string] `yaml:"ends"`
}

// The steps that are a word.
var stepWordsOfMenus = []string{"silence", "hangs_up", "not_reached", "ends"}

func (s *menuStepYAML) read(d *document, n ast.Node) {
	s.at = d.at(n)
	if !isMapping(n) {
		s.word.read(d, n)
		return
	}
	silent := *d
	silent.report = &report{}
	entries, _ := silent.mapping(n)
	for _, e := range entries {
		if s.keys = append(s.keys, e.key.v); e.key.v != "ends" && e.key.v != "not_reached" && slices.Contains(stepWordsOfMenus, e.key.v) {
			d.add(e.key.at, "write it alone: - "+e.key.v, "%q takes no value", e.key.v)
			s.keys = []string{e.key.v}
			return
		}
	}
	d.read(n, &s.menuStepFields)
}

// queuedYAML is the name of a queue, or what is expected of routing.
type queuedYAML struct {
	plain value[string]
	queuedFields
}

type queuedFields struct {
	Topic    value[string] `yaml:"topic"`
	Language value[string] `yaml:"language"`
	// Authentication is how far the caller is identified: 0, 1 or 2.
	Authentication value[int] `yaml:"authentication"`
	expectFields
}

func (q *queuedYAML) read(d *document, n ast.Node) {
	q.at = d.at(n)
	d.readEither(n, &q.queuedFields, &q.plain)
}

// menuStep checks a step and makes it, or returns nil. before says that the call is
// still to come.
func (b *builder) menuStep(y menuStepYAML, scene rehearsal.Scene, before bool) rehearsal.Step {
	if len(y.keys) == 0 {
		return b.wordStep(y)
	}
	if len(y.keys) > 1 {
		b.add(y.at, "begin a new step for each: - "+y.keys[0], "a step does one thing, and this one has %s", strings.Join(y.keys, " and "))
		return nil
	}
	known := len(b.problems)
	step := b.keyStep(y, scene, before)
	if len(b.problems) > known {
		return nil
	}
	return step
}

func (b *builder) wordStep(y menuStepYAML) rehearsal.Step {
	switch y.word.v {
	case "silence":
		return rehearsal.Silence{}
	case "hangs_up":
		return rehearsal.HangsUp{}
	case "not_reached":
		return rehearsal.NotReached{}
	case "ends":
		return rehearsal.Ends{}
	}
	if !y.word.set && y.word.at == (place{}) {
		b.add(y.at, "write what happens, such as press: \"1\"", "the step is empty")
	}
	keys := fieldsOf(reflect.ValueOf(&menuStepFields{}).Elem()).names()
	switch {
	case !y.word.set:
	case slices.Contains(keys, y.word.v):
		b.add(y.word.at, "write - "+y.word.v+": and what it is about", "%q says nothing alone", y.word.v)
	default:
		hint := nearest(y.word.v, append(keys, stepWordsOfMenus...)).orKeys(stepWordsOfMenus)
		b.add(y.word.at, hint, "%q is not a step", y.word.v)
	}
	return nil
}

func (b *builder) keyStep(y menuStepYAML, scene rehearsal.Scene, before bool) rehearsal.Step {
	switch y.keys[0] {
	case "hears":
		return b.hears(y)
	case "press":
		if y.Press.set && strings.Trim(y.Press.v, "0123456789*#ABCD") != "" || y.Press.set && y.Press.v == "" {
			b.add(y.Press.at, `write digits, * and #, such as "1"`, "%q cannot be pressed", y.Press.v)
		}
		return rehearsal.Press{Keys: y.Press.v}
	case "wait":
		b.lasts(y.Wait, 0, 24*time.Hour)
		return rehearsal.Wait{For: y.Wait.v}
	case "speaks":
		b.lasts(y.Speaks, time.Second, 10*time.Minute)
		return rehearsal.Speaks{For: y.Speaks.v}
	case "queued":
		return b.queuedStep(y.Queued)
	case "local_service":
		return rehearsal.Arrives{Service: y.LocalService.v}
	case "refused":
		b.oneOf(y.Refused, string(contact.Full), string(contact.Closed), string(contact.NoAgent))
		return rehearsal.IsRefused{Why: contact.Refusal(y.Refused.v)}
	case "not_reached":
		b.oneOf(y.NotReached, rehearsal.Unreached...)
		return rehearsal.NotReached{Why: contact.RingResult(y.NotReached.v)}
	case "announce":
		return rehearsal.Announce{Announcement: b.announces(y.Announce, scene.At, before)}
	case "identifies":
		b.level(y.Identifies)
		return rehearsal.Identifies{Level: y.Identifies.v}
	case "authentication":
		b.level(y.Authentication)
		return rehearsal.IsIdentified{Level: y.Authentication.v}
	case "given_up":
		b.oneOf(y.GivenUp, string(contact.Closed), string(contact.NoAgent))
		return rehearsal.GivenUp{Why: contact.Refusal(y.GivenUp.v)}
	case "path":
		return b.pathStep(y, scene.Tree)
	case "set":
		return b.hasStep(y)
	case "ends":
		var known []string
		for _, o := range contact.Outcomes {
			known = append(known, string(o))
		}
		b.oneOf(y.Ends, known...)
		return rehearsal.Ends{As: contact.Outcome(y.Ends.v)}
	}
	return nil
}

func (b *builder) hears(y menuStepYAML) rehearsal.Step {
	s := rehearsal.Hears{}
	for _, v := range y.Hears {
		if v.set && !strings.Contains(v.v, ":") {
			b.refers(v, "prompt", b.promptNames)
		}
		s.Prompts = append(s.Prompts, ivr.Prompt(v.v))
	}
	if len(s.Prompts) == 0 {
		b.add(y.at, "name a prompt", "nothing is to be heard")
	}
	return s
}

func (b *builder) pathStep(y menuStepYAML, tree *ivr.Tree) rehearsal.Step {
	s := rehearsal.Path{}
	for _, v := range y.Path {
		b.refersToNode(v, tree)
		s.Nodes = append(s.Nodes, ivr.NodeID(v.v))
	}
	return s
}

func (b *builder) hasStep(y menuStepYAML) rehearsal.Step {
	s := rehearsal.Has{Vars: ivr.Vars{}}
	for _, r := range y.Set {
		b.name(r.key, "a variable")
		s.Vars[r.key.v] = r.v.v
		switch {
		case r.v.v == "":
		case r.key.v == ivr.VarTopic:
			b.refers(r.v, "topic", b.topicsKnown())
		case r.key.v == ivr.VarDepartment:
			s.Vars[r.key.v] = string(b.code(r.v))
		}
	}
	return s
}
