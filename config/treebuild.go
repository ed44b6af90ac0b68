package config

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// treeBuilder makes one ivr.Tree of one file.
type treeBuilder struct {
	*builder
	file *treeFile
	tree *ivr.Tree
	// scope is the file whose nodes are built, node the one of them, and origins
	// where all were written.
	scope   *scope
	node    string
	origins map[ivr.NodeID]origin
	// languages that callers may hear, the first by default.
	languages []string
	// whole is false once a node could not be read: what the tree looks like as
	// a graph is then unknown, and not worth reporting.
	whole bool
}

func (b *builder) buildTrees(files []*treeFile) {
	b.site.Trees = make(map[string]*ivr.Tree, len(files))
	taken := map[string]place{}
	for _, f := range files {
		id := f.treeID()
		b.once(id, "tree", taken)
		b.name(id, "a tree")
		t := treeBuilder{builder: b, file: f, whole: true, origins: map[ivr.NodeID]origin{}}
		if tree := t.build(id.v); tree != nil {
			b.site.Trees[id.v] = tree
			b.advised = append(b.advised, t)
		}
	}
}

func (b *treeBuilder) build(id string) *ivr.Tree {
	f := b.file
	b.version(f.Version)
	b.languages = b.declared(f.Languages)
	root := &scope{defaults: f.Defaults, nodes: f.Nodes}
	b.scope = root
	b.tree = &ivr.Tree{
		ID:        id,
		Start:     ivr.NodeID(f.Start.v),
		Nodes:     make(map[ivr.NodeID]ivr.Node, len(f.Nodes)),
		Languages: b.languages,
		Failure:   b.exit(f.OnFailure),
	}
	b.checkTries(f.Defaults)
	b.buildNodes(root)
	if f.Nodes.written() && len(f.Nodes) == 0 {
		b.flowsLost = true
		b.add(cmp.Or(f.Start.at, f.at), "write them under nodes", "the tree %q has no nodes", id)
	}
	b.whole = b.whole && f.Start.set && len(f.Nodes) > 0
	if !b.whole {
		return nil
	}
	checked, faults := ivr.New(*b.tree)
	for _, fault := range faults {
		if p, ok := b.placed(fault); ok {
			b.problems = append(b.problems, p)
		}
	}
	if checked != nil {
		b.inClear(checked)
	}
	return checked
}

// version checks that of the language.
func (b *builder) version(v value[int]) {
	if v.set && v.v != 1 {
		b.add(v.at, "write version: 1", "version %d of the language is not known", v.v)
	}
}

// buildNodes builds the nodes of a file, and those of the flows that it uses.
func (b *treeBuilder) buildNodes(s *scope) {
	for _, r := range s.nodes {
		b.name(r.key, "a node")
		if r.v.body == nil {
			b.whole, b.topicsLost = false, true
			continue
		}
		id := ivr.NodeID(s.prefix + r.key.v)
		b.scope, b.node, b.origins[id] = s, string(id), origin{at: r.key.at, places: r.v.places, scope: s}
		b.tree.Nodes[id] = r.v.body.build(b)
	}
}

// placed is a fault of the tree in its file. One of what the defaults of the file
// say is reported there, and a key that is missing was reported when it was looked for.
func (b *treeBuilder) placed(f ivr.Fault) (p Problem, ok bool) {
	at, hint, in := b.file.Start.at, f.Hint, b.scope
	if f.Node == "" && f.Exit == "on_failure" {
		at = b.file.OnFailure.at
	}
	if o, written := b.origins[f.Node]; written {
		at, in = o.at, o.scope
		if p, ok := o.places[f.Exit]; ok {
			at = p
		} else if isTry(f.Exit) || f.Unsaid && f.Exit != "on_failure" {
			return Problem{}, false
		}
	}
	if f.Unknown != "" {
		known := f.Known
		if known == nil {
			known = in.targets()
		}
		hint = nearest(strings.TrimPrefix(f.Unknown, in.prefix), known).orKeys(known)
	}
	return Problem{File: at.file, Line: at.line, Column: at.column, Message: in.asWritten(f.Problem), Hint: hint}, true
}

// isTry tells whether a fault concerns what the defaults of a file may say.
func isTry(key string) bool {
	return key == "max_attempts" || key == "no_input_timeout" || key == "inter_digit_timeout"
}

// targets lists everything an exit of the file may lead to.
func (s *scope) targets() []string {
	return append(s.nodes.keys(), string(ivr.Repeat), string(ivr.Back), string(ivr.Home), string(ivr.End))
}

// asWritten names nodes as their own file does.
func (s *scope) asWritten(problem string) string {
	if s.prefix == "" {
		return problem
	}
	return strings.ReplaceAll(problem, `"`+s.prefix, `"`)
}

// declared are the languages of the tree, French without a word about them.
func (b *treeBuilder) declared(written list[value[string]]) []string {
	languages := []string{}
	for _, v := range written {
		switch {
		case !v.set:
		case slices.Contains(languages, v.v):
			b.add(v.at, "name it once", "the language %q is there twice", v.v)
		default:
			b.languageCode(v)
			languages = append(languages, v.v)
		}
	}
	if len(languages) == 0 {
		return []string{"fr"}
	}
	return languages
}

// speaks checks that callers who are given a language are spoken to in it. In a
// tree of one language the attribute is for routing alone.
func (b *treeBuilder) speaks(v value[string]) {
	if len(b.languages) > 1 && v.set && !slices.Contains(b.languages, v.v) {
		b.add(v.at, nearest(v.v, b.languages).orKeys(b.languages), "the tree does not speak %q", v.v)
	}
}

func (b *treeBuilder) exit(e exitYAML) ivr.Exit {
	if strings.Contains(e.Goto.v, ":") {
		b.add(e.Goto.at, "lead to a node of this file; what several trees share is a flow, used by a node of type subflow",
			"a target is in the same file")
		b.whole = false
	}
	return ivr.Exit{Prompts: b.prompts(e.Prompt), Goto: b.scope.target(e.Goto.v)}
}

// target is the node that an exit of the file leads to. Start is that of the
// tree, from wherever.
func (s *scope) target(written string) ivr.Target {
	switch to := ivr.Target(written); to {
	case "", ivr.Repeat, ivr.Back, ivr.Home, ivr.End:
		return to
	}
	return ivr.Target(s.prefix + written)
}

func (b *treeBuilder) common(c commonYAML) ivr.Common {
	return ivr.Common{Label: c.Label.v, Set: b.set(c.Set), Serves: c.Serves.v}
}

// set turns attributes into variables and notes the topics it names.
func (b *treeBuilder) set(written setYAML) ivr.Vars {
	if len(written) == 0 {
		return nil
	}
	vars := make(ivr.Vars, len(written))
	for _, r := range written {
		b.name(r.key, "a variable")
		vars[r.key.v] = r.v.v
		switch {
		case !r.v.set:
		case r.key.v == ivr.VarTopic:
			b.name(r.v, "a topic")
			b.topics[contact.Topic(r.v.v)] = r.v.at
		case r.key.v == ivr.VarDepartment:
			vars[r.key.v] = string(b.code(r.v))
		case r.key.v == ivr.VarLanguage:
			b.speaks(r.v)
		}
	}
	return vars
}

func (b *treeBuilder) tries(a attemptsYAML) ivr.Tries {
	d := b.scope.defaults
	return ivr.Tries{
		Interruptible:     a.Interruptible.or(defaultInterruptible),
		NoInputTimeout:    a.NoInputTimeout.or(d.NoInputTimeout.or(defaultNoInput)),
		InterDigitTimeout: a.InterDigitTimeout.or(d.InterDigitTimeout.or(defaultInterDigit)),
		MaxAttempts:       a.MaxAttempts.or(d.MaxAttempts.or(defaultAttempts)),
		NoInput:           b.exit(a.OnNoInput),
		Invalid:           b.exit(a.OnInvalid),
		Failure:           b.exit(a.OnFailure),
	}
}

func (b *builder) checkTries(t triesYAML) {
	b.between(t.MaxAttempts, 1, 10)
	b.lasts(t.NoInputTimeout, 100*time.Millisecond, 2*time.Minute)
	b.lasts(t.InterDigitTimeout, 100*time.Millisecond, 2*time.Minute)
}

func (y *playYAML) build(b *treeBuilder) ivr.Node {
	return &ivr.Play{
		Common:        b.common(y.commonYAML),
		Prompts:       b.prompts(y.Prompt),
		Interruptible: y.Interruptible.or(defaultInterruptible),
		FlushInput:    y.FlushInput.v,
		Next:          b.exit(exitYAML{Goto: y.Goto}).Goto,
	}
}

func (y *menuYAML) build(b *treeBuilder) ivr.Node {
	menu := &ivr.Menu{
		Common:   b.common(y.commonYAML),
		Prompts:  b.prompts(y.Prompt),
		Reprompt: b.prompts(y.Reprompt),
		Tries:    b.tries(y.attemptsYAML),
	}
	for _, r := range y.Choices {
		menu.Choices = append(menu.Choices, ivr.Choice{
			Keys:  r.key.v,
			Goto:  b.exit(exitYAML{Goto: r.v.Goto}).Goto,
			Label: r.v.Label.v,
			Set:   b.set(r.v.Set),
		})
	}
	return menu
}

func (y *setNodeYAML) build(b *treeBuilder) ivr.Node {
	node := &ivr.Set{Common: b.common(y.commonYAML), Next: b.exit(exitYAML{Goto: y.Goto}).Goto}
	if len(y.Set) > 0 {
		b.add(y.Set[0].key.at, "write it under values", "a set node says what it sets under values")
	}
	node.Set = b.set(y.Values)
	return node
}

// build makes a menu whose choices are languages: nothing else distinguishes it.
func (y *languageYAML) build(b *treeBuilder) ivr.Node {
	menu := &ivr.Menu{
		Common:   b.common(y.commonYAML),
		Prompts:  b.prompts(y.Prompt),
		Reprompt: b.prompts(y.Reprompt),
		Tries:    b.tries(y.attemptsYAML),
	}
	if len(b.languages) < 2 {
		b.add(y.Type.at, "list them under languages, at the top of the file", "there is nothing to choose: the tree speaks %s only", b.languages[0])
	}
	next := b.exit(exitYAML{Goto: y.Goto}).Goto
	for _, r := range y.Choices {
		b.speaks(r.v)
		menu.Choices = append(menu.Choices, ivr.Choice{Keys: r.key.v, Goto: next, Label: r.v.v, Set: ivr.Vars{ivr.VarLanguage: r.v.v}})
	}
	return menu
}

func (y *collectYAML) build(b *treeBuilder) ivr.Node {
	b.name(y.Variable, "a variable")
	most := y.MaxDigits.or(defaultMaxDigits)
	return &ivr.Collect{
		Common:    b.common(y.commonYAML),
		Prompts:   b.prompts(y.Prompt),
		Reprompt:  b.prompts(y.Reprompt),
		Variable:  y.Variable.v,
		Sensitive: y.Sensitive.v,
		Confirm:   b.confirm(y),
		MinDigits: y.MinDigits.or(min(1, most)),
		MaxDigits: most,
		FinishKey: b.key(y.FinishKey, defaultFinishKey),
		CancelKey: b.key(y.CancelKey, 0),
		Pattern:   b.pattern(y.Pattern),
		Check:     b.check(y.Check),
		Next:      b.exit(exitYAML{Goto: y.Goto}).Goto,
		Tries:     b.tries(y.attemptsYAML),
	}
}

// key reads a single key, or none for the empty text.
func (b *treeBuilder) key(v value[string], otherwise byte) byte {
	return b.endKey(v, otherwise, "%q cannot end or erase a number")
}

func (b *treeBuilder) endKey(v value[string], otherwise byte, wrong string) byte {
	switch {
	case !v.set:
		return otherwise
	case v.v == "":
		return 0
	case v.v != "#" && v.v != "*":
		b.add(v.at, `write "#" or "*"`, wrong, v.v)
		return 0
	}
	return v.v[0]
}

func (b *treeBuilder) pattern(v value[string]) *regexp.Regexp {
	if !v.set {
		return nil
	}
	pattern, err := regexp.Compile("^(?:" + v.v + ")$")
	if err != nil {
		b.add(v.at, "write it like (75|92)[0-9]{3}", "%q is not a regular expression", v.v)
	}
	return pattern
}

func (b *treeBuilder) check(v value[string]) ivr.Check {
	known := make([]string, 0, len(ivr.Checks))
	for _, c := range ivr.Checks {
		known = append(known, string(c))
	}
	if !b.oneOf(v, known...) {
		return ivr.NoCheck
	}
	return ivr.Check(v.v)
}

func (y *hoursYAML) build(b *treeBuilder) ivr.Node {
	b.refers(y.Calendar, "calendar", b.calendars)
	return &ivr.Hours{
		Common:    b.common(y.commonYAML),
		Calendar:  y.Calendar.v,
		Open:      b.exit(y.Open),
		Closed:    b.exit(y.Closed),
		Holiday:   b.exit(y.Holiday),
		Exception: b.exit(y.Exception),
	}
}

func (y *branchYAML) build(b *treeBuilder) ivr.Node {
	branch := &ivr.Branch{Common: b.common(y.commonYAML), Else: b.exit(y.Else)}
	for _, c := range y.Cases {
		branch.Cases = append(branch.Cases, ivr.Case{
			When: b.condition(c.When), Goto: b.exit(exitYAML{Goto: c.Goto}).Goto, Label: c.Label.v,
		})
	}
	return branch
}

// condition compiles an expression and points at what is wrong within it.
func (b *treeBuilder) condition(v value[string]) *ivr.Condition {
	if !v.set {
		b.whole = false
		return nil
	}
	c, flaw := ivr.Compile(v.v)
	if flaw != nil {
		b.flaw(v, flaw)
		return nil
	}
	for _, queue := range c.Queues() {
		name := value[string]{v: string(queue), at: v.at, set: true}
		name.at = v.within(utf8.RuneCountInString(v.v[:max(0, strings.Index(v.v, name.v))]))
		b.refers(name, "queue", b.queues)
	}
	for _, campaign := range c.Campaigns() {
		name := value[string]{v: campaign, at: v.at, set: true}
		name.at = v.within(utf8.RuneCountInString(v.v[:max(0, strings.Index(v.v, `"`+campaign)+1)]))
		b.refers(name, "campaign", b.campaigns)
	}
	return c
}

func (y *queueNodeYAML) build(b *treeBuilder) ivr.Node {
	var out []ivr.WayOut
	for _, r := range y.WayOut {
		out = append(out, ivr.WayOut{Keys: r.key.v, Goto: b.exit(exitYAML{Goto: r.v.Goto}).Goto, Label: r.v.Label.v})
	}
	return &ivr.Queue{
		Common: b.common(y.commonYAML), WayOut: out,
		Full:        b.exit(y.OnFull),
		Closed:      b.exit(y.OnClosed),
		NoAgent:     b.exit(y.OnNoAgent),
		Unreachable: b.exit(y.OnUnreachable),
	}
}

func (y *hangupYAML) build(b *treeBuilder) ivr.Node {
	b.between(y.Cause, 1, 127)
	return &ivr.Hangup{Common: b.common(y.commonYAML), Prompts: b.prompts(y.Prompt), Cause: y.Cause.v}
}
