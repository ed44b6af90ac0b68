package config

import (
	"cmp"
	"time"

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
