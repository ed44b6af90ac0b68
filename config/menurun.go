package config

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// MenuTests counts the tests of a site's menu trees that have passed, and their
// steps.
type MenuTests struct {
	Passed int `json:"passed"`
	Steps  int `json:"steps"`
}

// Rehearsed is one test of a menu tree that was run.
type Rehearsed struct {
	Name, Tree string
	// File and Line are where it is written.
	File  string
	Line  int
	Steps int
	// Failure is nil if the test has passed.
	Failure *Problem

	took map[ivr.NodeID]map[string]bool
}

// maxMenuSteps bounds what all tests of a site do together.
const maxMenuSteps = 100_000

// Rehearse reads a site folder and runs the tests of its menu trees. Unlike with
// Load, the site is there although tests fail. With any other problem nothing was
// run.
func Rehearse(dir string) (*Site, []Rehearsed, []Problem) {
	if problem, there := isFolder(dir); !there {
		return nil, nil, []Problem{problem}
	}
	f, b := read(dir, os.DirFS(dir), os.LookupEnv)
	if problems := f.sorted(); len(problems) > 0 {
		f.contents.quote(problems)
		return nil, nil, problems
	}
	for i := range b.rehearsed {
		if p := b.rehearsed[i].Failure; p != nil {
			quoted := []Problem{*p}
			f.contents.quote(quoted)
			b.rehearsed[i].Failure = &quoted[0]
		}
	}
	return b.site, b.rehearsed, nil
}

// rehearse checks the tests of the trees, and runs those without a mistake if the
// rest of the site has none: a broken tree would fail them all.
func (b *builder) rehearse(f *folder) {
	good := len(b.problems) == 0
	names, left := map[string]map[string]place{}, maxMenuSteps
	for _, y := range f.menuTests() {
		before := len(b.problems)
		scene, steps := b.menuTest(y)
		if file := y.Name.at.file; y.Name.set {
			if names[file] == nil {
				names[file] = map[string]place{}
			}
			b.once(y.Name, "test", names[file])
		}
		if left -= len(steps); left < 0 {
			b.add(y.Name.at, "keep the tests that matter", "the tests of the trees have more than %d steps", maxMenuSteps)
			return
		}
		if good && len(b.problems) == before {
			b.rehearsed = append(b.rehearsed, rehearsed(y, scene, steps))
		}
	}
}

// menuTest makes the scene and the steps of a test.
func (b *builder) menuTest(y menuTest) (rehearsal.Scene, []rehearsal.Step) {
	scene := b.menuScene(y)
	if scene.Tree == nil {
		return scene, nil
	}
	var steps []rehearsal.Step
	before := true
	for _, s := range y.Steps {
		before = before && slices.Equal(s.keys, []string{"announce"})
		if step := b.menuStep(s, scene, before); step != nil {
			steps = append(steps, step)
		}
	}
	if len(y.Steps) == 0 && y.Name.set {
		b.add(y.Name.at, "write what happens under steps", "the test %q has no steps", y.Name.v)
	}
	return scene, steps
}

// rehearsed plays a test up to its first step that is missed.
func rehearsed(y menuTest, scene rehearsal.Scene, steps []rehearsal.Step) Rehearsed {
	r := Rehearsed{
		Name: y.Name.v, Tree: scene.Tree.ID, File: y.Name.at.file, Line: y.Name.at.line, Steps: len(steps),
		took: map[ivr.NodeID]map[string]bool{},
	}
	scene.Announced, steps = splitAnnounced(steps)
	call := rehearsal.Begin(scene)
	for i, step := range steps {
		if miss := step.Run(call); miss != nil {
			at := y.Steps[len(scene.Announced)+i].at
			r.Failure = &Problem{
				File: at.file, Line: at.line, Column: at.column,
				Message: fmt.Sprintf("the test %q expected %s, found %s", y.Name.v, miss.Wanted, miss.Came),
				Hint:    cmp.Or(miss.Hint, "look at the tree, or correct the test"),
			}
			break
		}
	}
	call.Listen()
	for _, m := range call.Story() {
		if t, ok := m.(rehearsal.Took); ok {
			if r.took[t.Node] == nil {
				r.took[t.Node] = map[string]bool{}
			}
			r.took[t.Node][t.Exit] = true
		}
	}
	return r
}

// refuseFailing makes problems of the tests that failed.
func (b *builder) refuseFailing() {
	for _, r := range b.rehearsed {
		if r.Failure != nil {
			b.problems = append(b.problems, *r.Failure)
		}
	}
}

// countPassed counts the others.
func (b *builder) countPassed() {
	for _, r := range b.rehearsed {
		if r.Failure == nil {
			b.site.MenuTests.Passed++
			b.site.MenuTests.Steps += r.Steps
		}
	}
}

// TreeCoverage is which exits of a tree some test has taken.
type TreeCoverage struct {
	Tree         string
	Exits, Taken int
	// Left are those that none has, in the order of nodes and exits.
	Left []LeftExit
}

// LeftExit is an exit that no test has taken, and where it leads.
type LeftExit struct {
	Node ivr.NodeID
	Exit string
	To   ivr.Target
}

// CoverageOf tells for each tree that the tests are about which exits they took.
func CoverageOf(site *Site, tests []Rehearsed) []TreeCoverage {
	took := map[string][]Rehearsed{}
	for _, r := range tests {
		took[r.Tree] = append(took[r.Tree], r)
	}
	var all []TreeCoverage
	for _, id := range slices.Sorted(maps.Keys(took)) {
		c := TreeCoverage{Tree: id}
		tree := site.Trees[id]
		for _, node := range slices.Sorted(maps.Keys(tree.Nodes)) {
			for _, way := range tree.Ways(node) {
				c.Exits++
				if slices.ContainsFunc(took[id], func(r Rehearsed) bool { return r.took[node][way.Name] }) {
					c.Taken++
					continue
				}
				c.Left = append(c.Left, LeftExit{Node: node, Exit: way.Name, To: way.Goto})
			}
		}
		all = append(all, c)
	}
	return all
}

// Rehearsal is the scene of a call to an entry at a time, in which a tree answers; nil
// is the one that does then, be it by a campaign.
func (s *Site) Rehearsal(entry contact.Entry, tree *ivr.Tree, at time.Time) rehearsal.Scene {
	then := s.At(at)
	if tree == nil {
		tree = then.Entries[entry].Tree
	}
	return rehearsal.Scene{
		Tree: tree, Entry: entry, At: at.In(cmp.Or(s.Zone, time.UTC)), Plan: s.Plan, Hours: then.Hours(entry), Why: then.Why(entry),
		Campaign: then.Campaign, Callbacks: s.CallbackPolicy, Appointments: s.Appointments, MayCall: s.MayCall, Comfort: s.Comfort,
		Limit: s.Limit,
	}
}

// EntryTo is the first entry that leads to a tree at a time, or else in some campaign.
func (s *Site) EntryTo(tree *ivr.Tree, at time.Time) contact.Entry {
	names := slices.Sorted(maps.Keys(s.Entries))
	then := s.At(at)
	for _, name := range names {
		if then.Entries[name].Tree == tree {
			return name
		}
	}
	for _, name := range names {
		if slices.Contains(s.TreesOf(name), tree) {
			return name
		}
	}
	return ""
}

// queuedStep demands a queue, and whatever else is written of the decision.
func (b *builder) queuedStep(y queuedYAML) rehearsal.Step {
	if y.plain.at != (place{}) {
		b.refers(y.plain, "queue", b.queues)
		return rehearsal.Arrives{Queue: contact.Queue(y.plain.v)}
	}
	b.refers(y.Topic, "topic", b.topicsKnown())
	b.level(y.Authentication)
	b.checkExpectation(expectYAML(y.expectFields), b.routing)
	return decidedStep{b: b, want: y}
}

// decidedStep demands what a routing test can demand.
type decidedStep struct {
	b    *builder
	want queuedYAML
}

// Run implements rehearsal.Step. The first thing that is otherwise is enough.
func (s decidedStep) Run(c *rehearsal.Call) *rehearsal.Miss {
	sent := func() bool { _, sent := c.Decision(); return sent }
	if !c.HearUntil(sent) {
		return &rehearsal.Miss{Wanted: "a call that is sent somewhere", Came: c.Stands()}
	}
	d, _ := c.Decision()
	vars := c.Vars()
	for name, want := range map[string]value[string]{ivr.VarLanguage: s.want.Language, ivr.VarTopic: s.want.Topic} {
		if want.set && vars[name] != want.v {
			return &rehearsal.Miss{Wanted: "the " + name + " " + want.v, Came: cmp.Or(vars[name], "none")}
		}
	}
	if want := s.want.Authentication; want.set && c.Authentication() != want.v {
		return &rehearsal.Miss{Wanted: fmt.Sprintf("the authentication %d", want.v), Came: strconv.Itoa(c.Authentication())}
	}
	a := routing.Attributes{Topic: contact.Topic(vars[ivr.VarTopic])}
	for _, wrong := range s.b.compare(expectYAML(s.want.expectFields), a, d) {
		return &rehearsal.Miss{Wanted: wrong.wanted, Came: wrong.came, Hint: wrong.hint}
	}
	return nil
}
