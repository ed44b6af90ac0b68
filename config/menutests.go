package config

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// menuTestsFile is one file of the folder ivr/tests/: calls against the trees. A
// folder and not files like ivr/accueil_test.yaml, so that every file of ivr/ is a
// tree, for the editor's schema as for everybody who lists them.
type menuTestsFile struct {
	Tests list[menuTestYAML] `yaml:"tests,required"`
}

// menuTestYAML is one call and what must come of it.
type menuTestYAML struct {
	// at is where the test stands, empty if what stands there is none.
	at place
	// Name tells people what the test is about.
	Name value[string] `yaml:"name,required"`
	// Tree is the id of a tree; in the file of a tree it is that one.
	Tree value[string] `yaml:"tree"`
	// Entry is the number that is dialled, or the name of an entry; the first that
	// leads to the tree by default.
	Entry value[string] `yaml:"entry"`
	// At is when the call arrives, in the zone of the site: 2026-12-24T15:50.
	At value[string] `yaml:"at,required"`
	// Caller is the caller's number, or withheld; without, it is not known.
	Caller value[string] `yaml:"caller"`
	// CallsToday is how often this number called today, this call included; 1 by
	// default.
	CallsToday value[int] `yaml:"calls_today"`
	// Language is the one that the call begins in, the first of the tree by default.
	Language value[string] `yaml:"language"`
	// From is the node that the call begins at, the start of the tree by default.
	From value[string] `yaml:"from"`
	// With gives the call attributes from its beginning.
	With setYAML `yaml:"with"`
	// Authentication is how far the caller is identified from its beginning, as an
	// identify would say: 0, the default, 1 or 2.
	Authentication value[int] `yaml:"authentication"`
	// Queues say how queues are found; the others are quiet: nobody waits and an
	// agent is free.
	Queues table[queueViewYAML] `yaml:"queues"`
	// Stub says what back-ends answer, by the node that asks, such as http.dossier: a
	// status, or why none comes, or both with more. Without, no answer comes. So can a
	// transfer be busy, no_answer or error, and a message full or error.
	Stub table[answerYAML] `yaml:"stub"`
	// Steps are what happens and what must come of it, in order.
	Steps list[menuStepYAML] `yaml:"steps,required"`
}

func (y *menuTestYAML) check(_ *document, at place) { y.at = at }

// queueViewYAML is how a queue is found.
type queueViewYAML struct {
	// Waiting is how many are before the caller, 0 by default.
	Waiting value[int] `yaml:"waiting"`
	// EstimatedWait is how long the caller would wait, such as 5m; 0s by default.
	EstimatedWait value[time.Duration] `yaml:"estimated_wait"`
	// Ready is how many agents are free who could serve the caller, 1 by default.
	Ready value[int] `yaml:"ready"`
	// Agents is how many of them are logged in, as many as are ready by default and
	// at least 1; with 0 the queue refuses for want of agents.
	Agents value[int] `yaml:"agents"`
	// Open: false shuts the queue, whatever its hours; true by default.
	Open value[bool] `yaml:"open"`
}

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

// menuTest is a test that was read, in the file of a tree or beside it.
type menuTest struct {
	menuTestYAML
	// of is the tree whose file it stands in.
	of value[string]
}

// menuTests are those of the trees, then those of ivr/tests/.
func (f *folder) menuTests() []menuTest {
	var all []menuTest
	for _, t := range f.trees {
		for _, y := range t.Tests {
			all = append(all, menuTest{y, t.treeID()})
		}
	}
	for _, file := range f.menuTestFiles {
		for _, y := range file.Tests {
			all = append(all, menuTest{menuTestYAML: y})
		}
	}
	return all
}

// readMenuTests reads the files of ivr/tests/, which a site need not have.
func (f *folder) readMenuTests() {
	for _, name := range f.yamlFiles("ivr/tests") {
		var file menuTestsFile
		f.readFile(name, &file, true)
		f.menuTestFiles = append(f.menuTestFiles, file)
	}
}

// menuScene checks where a test takes place, and makes the scene of it. The tree
// is nil if that cannot be told.
func (b *builder) menuScene(y menuTest) rehearsal.Scene {
	at := b.instant(y.At)
	entry, tree := b.lineOf(y, at)
	if tree == nil {
		return rehearsal.Scene{}
	}
	s := b.site.Rehearsal(entry, tree, at)
	s.Given = b.givenTo(y, tree)
	b.level(y.Authentication)
	s.Authentication = y.Authentication.v
	if s.Withheld = y.Caller.v == "withheld"; !s.Withheld {
		s.Caller = y.Caller.v
		if y.Caller.set && !dialled.MatchString(s.Caller) {
			b.add(y.Caller.at, `write digits, with + in front if the trunk does, or withheld`, "%q is not the number of a caller", s.Caller)
		}
	}
	b.between(y.CallsToday, 1, 1000)
	s.CallsToday = y.CallsToday.v
	if y.From.set && b.refersToNode(y.From, tree) {
		s.From = ivr.NodeID(y.From.v)
	}
	for _, r := range y.Queues {
		b.refers(r.key, "queue", b.queues)
		s = s.In(contact.Queue(r.key.v), b.queueView(r.v))
	}
	for _, r := range y.Stub {
		if node, known := b.stubbed(r.key, tree); known {
			s = s.Answering(node, b.answer(r.v, tree.Nodes[node]))
		}
	}
	return s
}

// lineOf is the entry that is dialled, and the tree that it leads to.
func (b *builder) lineOf(y menuTest, at time.Time) (contact.Entry, *ivr.Tree) {
	named := y.Tree
	if !named.set {
		named = y.of
	}
	if !named.set && !y.Entry.set {
		if at := cmp.Or(y.Name.at, y.at); at != (place{}) { // otherwise what stands there is no test, as has been said
			b.add(at, "name one of them", "the test has neither tree nor entry")
		}
		return "", nil
	}
	known := b.refers(named, "tree", b.trees)
	if y.Entry.set {
		entry, found := b.site.Entry(y.Entry.v)
		if !found {
			entry, found = b.site.Entries[contact.Entry(y.Entry.v)]
		}
		if !found {
			b.refers(y.Entry, "entry", b.entries)
			return "", nil
		}
		if !known {
			return entry.Name, b.site.TreeAt(entry.Name, at)
		}
		return entry.Name, b.site.Trees[named.v]
	}
	if !known {
		return "", nil
	}
	tree := b.site.Trees[named.v]
	return b.site.EntryTo(tree, at), tree
}

// givenTo are the attributes that a call begins with.
func (b *builder) givenTo(y menuTest, tree *ivr.Tree) ivr.Vars {
	t := treeBuilder{builder: b, languages: tree.Languages}
	given := ivr.Vars{}
	for _, r := range y.With {
		b.name(r.key, "a variable")
		given[r.key.v] = r.v.v
		switch r.key.v {
		case ivr.VarTopic:
			b.refers(r.v, "topic", b.topicsKnown())
		case ivr.VarDepartment:
			given[r.key.v] = string(b.code(r.v))
		case ivr.VarLanguage:
			t.speaks(r.v)
		}
	}
	if y.Language.set {
		t.speaks(y.Language)
		b.languageCode(y.Language)
		given[ivr.VarLanguage] = y.Language.v
	}
	return given
}

func (b *builder) queueView(y queueViewYAML) rehearsal.Queue {
	b.between(y.Waiting, 0, 100_000)
	b.between(y.Ready, 0, 100_000)
	b.between(y.Agents, 0, 100_000)
	b.lasts(y.EstimatedWait, 0, 24*time.Hour)
	q := rehearsal.Queue{
		Waiting: y.Waiting.v, EstimatedWait: y.EstimatedWait.v, Ready: y.Ready.or(min(1, y.Agents.or(1))), Shut: !y.Open.or(defaultOpen),
	}
	q.Agents = y.Agents.or(max(1, q.Ready))
	if q.Ready > q.Agents {
		b.add(y.Ready.at, "", "%d agents are ready, and only %d logged in", q.Ready, q.Agents)
	}
	return q
}

func (b *builder) refersToNode(v value[string], tree *ivr.Tree) bool {
	if _, known := tree.Nodes[ivr.NodeID(v.v)]; known || !v.set {
		return v.set
	}
	var ids []string
	for id := range tree.Nodes {
		ids = append(ids, string(id))
	}
	b.add(v.at, nearest(v.v, ids).orKeys(ids), "there is no node %q in the tree %q", v.v, tree.ID)
	return false
}

// level checks how far somebody is identified.
func (b *builder) level(v value[int]) { b.between(v, ivr.Unidentified, ivr.BirthDatePlausible) }

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
